import { type ErrorBook, known } from '../../kernel/knowledge.ts';

/** Errors of the name servers and of registering names. */
export const DNS_ERRORS: ErrorBook = {
  'dns.formerr': known(
    'The query cannot be read.',
    'Octets that are no DNS message, or a message with more or fewer than one question.',
    'Query with dig or a resolver library.',
    'FORMERR',
  ),
  'dns.nxdomain': known(
    'The environment’s zones have no such name.',
    'A misspelt name, a name of another environment, or one that was never registered.',
    'localspine dns list shows the registered names, localspine env rows the published ones.',
    'NXDOMAIN',
  ),
  'dns.notimp': known(
    'The name server does not do this.',
    'An update, a notify or a zone transfer.',
    'Register names with: localspine dns register.',
    'NOTIMP',
  ),
  'dns.refused': known(
    'The name is in none of this environment’s zones.',
    'The machine’s resolver sends every query here. This is no resolver for the rest of the internet.',
    'Send only queries for the zones of the environment here: docs/systems/dns.md shows how.',
    'REFUSED',
  ),
  'dns.badvers': known(
    'The query asks for an EDNS version that does not exist.',
    'A test tool, or a broken client.',
    'Use EDNS version 0.',
    'BADVERS',
  ),
  'localspine.bad_address': known(
    'This is no IP address.',
    'A host name or an address with a port was given.',
    'Write it like 127.0.0.1 or ::1.',
  ),
  'localspine.bad_addresses': known(
    'A name has too few or too many addresses.',
    'An empty list, or a whole network.',
    'Give 1 to 64 addresses.',
  ),
  'localspine.bad_name': known(
    'This is no name for the zones.',
    'A scheme, a path, a port or a wildcard in it, or a name outside nhs.uk.',
    'Write it like mhs.supplier.thirdparty.nhs.uk.',
  ),
  'localspine.bad_name_request': known(
    'A name is registered with its addresses.',
    'The body has no name or no addresses.',
    'Send {"name":"mhs.supplier.thirdparty.nhs.uk","addresses":["127.0.0.1"]}.',
  ),
  'localspine.name_published': known(
    'This is a published name of the environment.',
    'National names cannot be pointed elsewhere.',
    'Choose a name of your own.',
  ),
  'localspine.name_taken': known(
    'The name is registered to another organisation, or by somebody else.',
    'Somebody else registered it, or you did under another ODS code; or it was registered without the portal, where it is asked for now.',
    'Give that ODS code, withdraw the name first, or choose another.',
  ),
  'localspine.name_unknown': known(
    'The name is not registered.',
    'It was withdrawn, or is spelt differently.',
    'See: localspine dns list.',
  ),
};
