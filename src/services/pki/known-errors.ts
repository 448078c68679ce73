import { type ErrorBook, known } from '../../kernel/knowledge.ts';

const NEW_REQUEST = 'Make a new request with that corrected: docs/systems/pki.md has the openssl line.';

/** Errors of certificates, signing requests and revocation (sds.md §11). */
export const PKI_ERRORS: ErrorBook = {
  'pki.unreadable': known(
    'The client presented no readable X.509 certificate.',
    'A broken or cut certificate file.',
    'Export the certificate anew; “localspine doctor chain” reads a file and says what is wrong.',
  ),
  'pki.authority-presented': known(
    'The client presented the certificate of an authority instead of its own.',
    'The first certificate in the client’s file is the sub CA: the order is own certificate, then sub CA.',
    'Configure the client with its own certificate and key first; authorities go into its trust store.',
  ),
  'pki.unknown-issuer': known(
    'The certificate was issued by an authority that is none of LocalSpine’s.',
    'A real certificate, a self-signed one, or one of another installation or data folder.',
    'Get one from this environment: localspine certificate request.',
  ),
  'pki.wrong-environment': known(
    'The certificate is of another environment.',
    'INT and DEP share a root, so trusting the root alone looks right; the sub CA decides.',
    'Use the certificate of this environment: localspine certificate request --environment ….',
  ),
  'pki.signature': known(
    'The certificate names this authority but was not signed by its present key.',
    'It is from before the environment was started anew.',
    'Get a new certificate.',
  ),
  'pki.expired': known(
    'The certificate has expired.',
    'Certificates run on real time, not on the environment’s clock.',
    'Get a new certificate, or renew it.',
  ),
  'pki.not-yet-valid': known('The certificate is not valid yet.', 'The date of this machine is wrong.', 'Correct the machine’s date.'),
  'pki.revoked': known(
    'The certificate was revoked.',
    'Somebody revoked it (lost key, withdrawn system), or a rehearsal of exactly that.',
    'Ask for a new certificate with a new key.',
  ),
  'pki.no-client-authentication': known(
    'The certificate is not made for client authentication.',
    'A server certificate, or the signing key of a smartcard.',
    'Use a certificate whose extended key usage has clientAuth.',
  ),
  'pki.no-smartcard-logon': known(
    'The certificate is not the one with which a smartcard signs on.',
    'The signing key of the card, or a system’s certificate.',
    'Use the authentication key of the card.',
  ),
  'pki.fqdn-not-registered': known(
    'The certificate is good, but none of its names is registered in this environment.',
    'The system was never registered, or its registration was withdrawn.',
    'Register the FQDN of the system first (docs/systems/directory.md), then connect.',
  ),
  'pki.authority-revoked': known(
    'The sub CA that signed the certificate was revoked, and the certificate with it.',
    'The environment’s authority was replaced: by an operator, or to rehearse exactly that.',
    'Ask for a new certificate: the environment has a new sub CA. Trust that one, too.',
  ),
  'localspine.fqdn_published': known(
    'A published name of the environment is not given to anybody.',
    'A certificate or a registration was asked for a national name.',
    'Use a name of your own.',
  ),
  'localspine.bad_state': known('There is no such state of a request.', 'A misspelt filter.', 'The message lists the states.'),
  'localspine.bad_revocation': known(
    'The revocation is not as it should be.',
    'A reason that does not exist.',
    'The message lists the reasons.',
  ),
  'localspine.generation_unknown': known('There is no such generation of authorities.', 'A misspelt name.', 'The message lists them.'),
  'localspine.authority_changed': known(
    'The sub CA was replaced meanwhile.',
    'Two operators acted at once.',
    'Look at it before doing it again.',
  ),
  'localspine.authority_missing': known(
    'The certificate authority of the environment is not there yet.',
    'It was asked before the first start had finished.',
    'Wait until the health check answers 200.',
  ),
  'localspine.private_key_unreadable': known(
    'A stored private key cannot be opened.',
    'The database was made with another seal key: a copied database without its data folder, or a new LOCALSPINE_SEAL_KEY.',
    'Start with the seal key this database was made with, or start anew with: localspine reset --all.',
  ),
  'localspine.root_mismatch': known(
    'The environment’s sub CA was not signed by the present root.',
    'Databases of the environment and of the platform come from different installations.',
    'Put back the platform database that belongs to it, or start the environment anew with: localspine reset --all.',
  ),
  'localspine.already_revoked': known('The certificate is revoked already.', 'A script repeats itself.', 'Nothing to do.'),
  'localspine.certificate_revoked': known(
    'A revoked certificate is not renewed.',
    'The renewal names a certificate that was withdrawn.',
    'Send a new signing request, with a new key.',
  ),
  'localspine.certificate_unknown': known(
    'No certificate with this serial number was issued here.',
    'It is of another environment, or from before a start anew.',
    'Compare the serial number: localspine certificate list.',
  ),
  'localspine.bad_certificate_order': known(
    'The body is not what this path takes.',
    'A member is missing or misspelt.',
    'The message shows what to send.',
  ),
  'localspine.bad_date': known('This is not a date.', 'A local date format.', 'Write it like 2026-12-01 or 2026-12-01T09:00:00Z.'),
  'localspine.created_in_future': known(
    'A certificate cannot be created in the future.',
    'createdAt lies ahead of real time.',
    'Leave createdAt out, or date it back.',
  ),
  'localspine.created_too_early': known('A certificate cannot be dated back so far.', 'createdAt lies years back.', 'Choose a later day.'),
  'localspine.days': known(
    'The life of a certificate is out of range.',
    'days is not a whole number, less than one, or longer than certificates last.',
    'Choose a number in the range the message names.',
  ),
  'localspine.fqdn_not_registered': known(
    'The FQDN is registered to no organisation in this environment.',
    'The certificate is asked for before the name (PTL-010).',
    'Register the name first; then ask for its certificate.',
  ),
  'localspine.fqdn_of_another': known(
    'The FQDN is registered to another organisation than the one that asks.',
    'A misspelt name, or the request does not say for whom it is.',
    'Ask as the organisation that the name is registered to.',
  ),
  'localspine.csr_missing': known(
    'There is no signing request in this text.',
    'A certificate or another file was pasted, or the PEM lines are missing.',
    'Send PEM: from -----BEGIN CERTIFICATE REQUEST----- to -----END CERTIFICATE REQUEST-----.',
  ),
  'localspine.csr_unreadable': known(
    'The content of the signing request cannot be read.',
    'The text was cut or changed on its way.',
    'Send the file as it was made.',
  ),
  'localspine.csr_too_long': known('The signing request is too long.', 'Some other file was sent.', 'Send the signing request only.'),
  'localspine.csr_with_private_key': known(
    'What was sent holds a private key. It has not been kept.',
    'The whole PEM file was sent instead of the request.',
    'Send the signing request only: the private key never leaves your system. Make a new key if this one was used for anything real.',
  ),
  'localspine.csr_signature': known(
    'The request was not signed with the key in it.',
    'It was changed after signing, or put together from two.',
    NEW_REQUEST,
  ),
  'localspine.csr_no_common_name': known(
    'The subject has no common name.',
    'CN was left blank.',
    `The common name is the FQDN of your system. ${NEW_REQUEST}`,
  ),
  'localspine.csr_common_names': known('The subject has more than one common name.', 'A template with a second CN.', NEW_REQUEST),
  'localspine.csr_other_name': known(
    'A renewal keeps the common name, and this request has another.',
    'The request of another system was sent.',
    'Make the request for the name of the certificate, or ask for a new certificate.',
  ),
  'localspine.key_store_unattended': known(
    'A key store is not made where a person decides on certificates.',
    'LOCALSPINE_REGISTRATION_APPROVAL is person: a request waits, and a key that LocalSpine makes is shown once and kept nowhere, so it cannot wait.',
    `Make the key and the request yourself. ${NEW_REQUEST}`,
  ),
  'localspine.csr_email': known(
    'The request carries an e-mail address.',
    'The question of openssl was answered.',
    `Leave the e-mail address blank. ${NEW_REQUEST}`,
  ),
  'localspine.csr_alternative_names': known(
    'Only DNS names are signed.',
    'The request asks for IP addresses, e-mail addresses or URIs.',
    `Ask for DNS names only. ${NEW_REQUEST}`,
  ),
  'localspine.csr_key': known(
    'The key of the request is of a kind or length that is not signed.',
    'An elliptic-curve key, or RSA shorter than 2048 bits.',
    `Make an RSA key of 2048 bits or more. ${NEW_REQUEST}`,
  ),
  'localspine.csr_hash': known(
    'The request is signed with a hash that is not taken.',
    'An old tool that signs with SHA-1 or MD5.',
    'Sign it with SHA-256: openssl req -sha256 ….',
  ),
  'localspine.csr_fqdn': known(
    'A name in the request is not an FQDN under nhs.uk.',
    'A wildcard, a port, a scheme, or a name of the internet.',
    'Write it like myserver.mysystem.thirdparty.nhs.uk.',
  ),
  'localspine.csr_name_too_long': known(
    'A name in the request is longer than certificates hold.',
    'More than 64 characters.',
    'Choose a shorter name.',
  ),
};
