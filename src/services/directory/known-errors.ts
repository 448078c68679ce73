import { type ErrorBook, known } from '../../kernel/knowledge.ts';

/** Errors of the directory: LDAP result codes (RFC 4511, sds.md §6.6) and its import. */
export const DIRECTORY_ERRORS: ErrorBook = {
  'ldap.framing': known(
    'A connection sent octets that are no LDAP message.',
    'HTTP or a TLS handshake was sent to the wrong port, or a client cut a message short.',
    'Speak LDAPv3 over TLS to the LDAPS port: localspine env show.',
  ),
  'ldap.result-1': known(
    'An operation came out of turn.',
    'StartTLS was asked for twice, or while other operations were under way.',
    'Use StartTLS once, as the first operation, and only on the plain port.',
    'operationsError (1)',
  ),
  'ldap.result-2': known(
    'The request breaks the protocol.',
    'LDAP version 2, an unknown extended operation, a scope or alias rule that does not exist, or the paging control given twice.',
    'Use LDAPv3; the diagnostic text says what was wrong.',
    'protocolError (2)',
  ),
  'ldap.result-3': known(
    'The search took longer than the client allowed.',
    'A time limit of a second or so on a wide search.',
    'Allow more time, or narrow base and filter.',
    'timeLimitExceeded (3)',
  ),
  'ldap.result-4': known(
    'More entries fit than the limit allows.',
    'A filter such as (objectClass=*) over the whole tree.',
    'Ask for pages (control 1.2.840.113556.1.4.319) or narrow the filter. LOCALSPINE_LDAP_SIZE_LIMIT sets the limit.',
    'sizeLimitExceeded (4)',
  ),
  'ldap.result-7': known(
    'This way of signing in is not served.',
    'The client tried SASL.',
    'Bind anonymously or with a simple bind.',
    'authMethodNotSupported (7)',
  ),
  'ldap.result-8': known(
    'Changing the directory needs authentication.',
    'An add, modify or delete on an anonymous connection. The directory is for reading; endpoints are registered elsewhere.',
    'Register systems through endpoint registration: docs/systems/directory.md.',
    'strongerAuthRequired (8)',
  ),
  'ldap.result-11': known(
    'The directory stopped the search: it is too much work.',
    'A very deep filter or far too many terms in it.',
    'Split the search.',
    'adminLimitExceeded (11)',
  ),
  'ldap.result-12': known(
    'A critical control is not known here.',
    'The client marks a control as critical that the directory does not have, such as server-side sorting.',
    'Leave the control out or send it as not critical.',
    'unavailableCriticalExtension (12)',
  ),
  'ldap.result-13': known(
    'This needs an encrypted connection.',
    'A bind with a password on the plain port.',
    'Use the LDAPS port, or StartTLS first.',
    'confidentialityRequired (13)',
  ),
  'ldap.result-16': known(
    'The entry does not have this attribute.',
    'A compare against an attribute that the entry has no value of.',
    'Read the entry first to see what it has.',
    'noSuchAttribute (16)',
  ),
  'ldap.result-17': known(
    'The schema has no such attribute.',
    'A misspelt attribute name in a compare.',
    'The schema is under cn=Subschema; docs/systems/directory.md names the usual attributes.',
    'undefinedAttributeType (17)',
  ),
  'ldap.result-18': known(
    'The attribute cannot be compared in this way.',
    'Types without an equality rule compare never, as published.',
    'Search with another attribute, or set LOCALSPINE_LDAP_MATCHING=lenient to go on meanwhile.',
    'inappropriateMatching (18)',
  ),
  'ldap.result-32': known(
    'There is no entry of this name.',
    'A wrong base: ou=Services,o=nhs holds systems, ou=Organisations,o=nhs organisations. People are seen only by who may read them.',
    'Correct the base; matchedDN names the nearest entry there is.',
    'noSuchObject (32)',
  ),
  'ldap.result-34': known(
    'A distinguished name cannot be read.',
    'Missing escapes or quotes, or a name built by joining texts.',
    'Build names with the LDAP library.',
    'invalidDNSyntax (34)',
  ),
  'ldap.result-49': known(
    'Name or password of the bind is wrong.',
    'There is one account to bind with, and only when a password was set for it.',
    'Bind anonymously, or as cn=Directory Reader,o=nhs with LOCALSPINE_LDAP_READER_PASSWORD.',
    'invalidCredentials (49)',
  ),
  'ldap.result-50': known(
    'The signed-in reader may not do this.',
    'A change to the directory: it is for reading.',
    'Register systems through endpoint registration: docs/systems/directory.md.',
    'insufficientAccessRights (50)',
  ),
  'ldap.result-51': known(
    'The directory is busy.',
    'More operations at once than it takes, or a fault rule.',
    'Try again after a pause that grows.',
    'busy (51)',
  ),
  'ldap.result-52': known(
    'The directory is not available.',
    'LocalSpine is stopping, or a fault rule asks for it.',
    'Try again later; see localspine fault list.',
    'unavailable (52)',
  ),
  'ldap.result-53': known(
    'The directory will not do this.',
    'A bind with a name but without a password, which many libraries send when a password variable is empty.',
    'Bind anonymously (no name), or with the password.',
    'unwillingToPerform (53)',
  ),
  'ldap.result-80': known(
    'The directory failed, or could not read what was sent.',
    'Broken octets on the connection, or a fault of LocalSpine.',
    'Look at the journal entry; please report it if the request was good.',
    'other (80)',
  ),
  'localspine.bad_asid_request': known(
    'A request for an ASID is not as it should be.',
    'A member is missing or of another type; the message names it.',
    'The message shows what to send.',
  ),
  'localspine.asid_retired': known('The ASID was retired.', 'An ASID is never used again.', 'Use another.'),
  'localspine.import_taken': known(
    'A name of the import is taken.',
    'A record of another kind has it already.',
    'Give it another name, or retire the one that is there.',
  ),
  'localspine.request_id_used': known(
    'The request of this id asked for something else before.',
    'An id was used twice.',
    'Give another requestId.',
  ),
  'localspine.product_missing': known(
    'It must be said for which product.',
    'Neither productKey nor productName was given.',
    'Give one of them.',
  ),
  'localspine.service_without_interactions': known(
    'No interaction of the service is known here, so there is nothing to add.',
    'The product was registered without them.',
    'Add its interactions to the product (a new version), and move the system to it.',
  ),
  'localspine.asid_sharing_refused': known(
    'The services may not share an ASID.',
    'The sharing matrix says no for this pair.',
    'Ask for an ASID of its own.',
  ),
  'localspine.asid_sharing_unknown': known(
    'Whether the services may share an ASID has to be asked.',
    'The sharing matrix does not decide this pair.',
    'Once somebody has asked and it may: join with "confirmed": true.',
  ),
  'localspine.bad_record': known(
    'A record of the directory is not as it should be.',
    'A member is missing, misspelt or of another type; the message names the place.',
    'Correct the place that is named; docs/systems/directory.md has the members.',
  ),
};
