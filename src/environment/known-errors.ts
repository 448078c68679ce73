import { type ErrorBook, known } from '../kernel/knowledge.ts';

const CERTIFICATE = 'Make one with “localspine certificate request”; “localspine doctor chain” says what is wrong with a file.';

/** Errors of an environment’s doors and of its admin API. */
export const ENVIRONMENT_ERRORS: ErrorBook = {
  'connection.by-address': known(
    'It was served, but the client connects by IP address.',
    'A base URL with an address in it. National addresses change without notice, so this works until it does not (PTL-024).',
    'Configure a name instead of the address; “localspine env rows” lists them.',
  ),
  'connection.no-sni': known(
    'It was served, but the client does not name the server in its TLS handshake (SNI).',
    'An old TLS library, or a connection opened to an address and not to a name. National hosts share addresses and need SNI.',
    'Let the TLS library send the server name: most do when they connect by name.',
  ),
  'mutual-tls.no-certificate': known(
    'The client presented no certificate at the mutual TLS door.',
    'The client has no key store configured, or holds no certificate that chains to the authorities the server names, and so sent none.',
    `Configure the client with a certificate of this environment and its key. ${CERTIFICATE}`,
  ),
  'mutual-tls.untrusted': known(
    'The client’s certificate does not chain to an authority of this environment.',
    'A self-signed certificate, one of another environment, or a chain without its sub CA.',
    `Use a certificate of this environment, issued by its sub CA, and send the sub CA with it. ${CERTIFICATE}`,
  ),
  'mutual-tls.expired': known(
    'The client’s certificate, or one above it, has expired.',
    'Certificates run on real time, not on the environment’s clock.',
    `Get a new certificate. ${CERTIFICATE}`,
  ),
  'mutual-tls.not-yet-valid': known(
    'The client’s certificate is not valid yet.',
    'The date of the client’s or of this machine is wrong, or the certificate was made for later.',
    'Correct the date of the machine.',
  ),
  'mutual-tls.handshake': known(
    'The TLS handshake failed.',
    'The client does not trust the server’s certificate, speaks only TLS 1.1 or older, or sent plain HTTP to a TLS port.',
    'Trust the environment’s CA (GET /_localspine/ca.pem), and allow TLS 1.2 or 1.3. The journal names the library’s own code.',
  ),
  'mutual-tls.not-checked': known(
    'The client’s certificate could not be checked, so the client was not let in.',
    'The environment’s database did not answer while the handshake was under way.',
    'Try again; if it stays so, look into the log of LocalSpine.',
  ),
  'localspine.admin_token': known(
    'The admin API of this environment needs the operator’s token.',
    'LOCALSPINE_ADMIN_TOKEN is set where LocalSpine runs, as it must be when it listens beyond loopback.',
    'Send “Authorization: Bearer …” with that token; set LOCALSPINE_ADMIN_TOKEN for the command line too.',
    '401 admin_token',
  ),
  'localspine.foreign_host': known(
    'The admin API was called under a host name that is not its own.',
    'A request by a container’s or company’s name for this machine; or a web page that makes a browser call here (DNS rebinding).',
    'Call it as localhost, or set LOCALSPINE_PUBLIC_URL to the name that clients use.',
    '403 foreign_host',
  ),
  'localspine.foreign_origin': known(
    'The admin API does not answer web pages of other sites.',
    'A page of another origin called it from a browser.',
    'Call it from a program, or from pages of LocalSpine.',
    '403 foreign_origin',
  ),
  'localspine.plain_http': known(
    'The plain HTTP port of PROD serves certificates and revocation only.',
    'A national path was called with http.',
    'Use the HTTPS port: localspine env show.',
    '404 plain_http',
  ),
  'localspine.bad_management_input': known(
    'The management interface was asked with something of another shape.',
    'Portal and environment are of different versions, or a script calls it by hand.',
    'GET /_localspine/management lists the operations with their schemas.',
  ),
  'localspine.bad_management_answer': known(
    'An environment answered the portal in another shape than expected.',
    'Portal and environment are of different versions.',
    'Run both from the same version.',
  ),
  'localspine.bad_json': known(
    'The body is not JSON.',
    'A trailing comma, single quotes, or a form sent as JSON.',
    'Send a JSON document.',
  ),
  'localspine.json_only': known(
    'The admin API takes JSON only.',
    'curl -d sends a form unless it is told otherwise.',
    'Send “Content-Type: application/json”.',
    '415 json_only',
  ),
  'localspine.bad_limit': known(
    'A limit is out of range.',
    'A text, nought or more than 1000.',
    'Ask for 1 to 1000 and go on with the cursor.',
  ),
  'localspine.bad_filter': known(
    'A filter of the journal cannot be.',
    'An outcome other than ok, refused and failed, or a status that is neither a number nor a class.',
    'Write a status, like 409, or a class of them, like 4xx.',
  ),
  'localspine.exchange_unknown': known(
    'The journal has no such exchange.',
    'Old exchanges are dropped (LOCALSPINE_JOURNAL_KEEP), the id belongs to another environment, or you are not allowed to see it.',
    'Give the journal’s id, an X-Request-ID or an X-Correlation-ID of this environment.',
  ),
  'localspine.bad_fault': known(
    'This is not a fault rule.',
    'A member is missing or misspelt, or the effect is none that can be injected.',
    'Take one from the catalogue: localspine fault catalogue. Effects are status, delay, disconnect and partner.',
  ),
  'localspine.clock_command': known(
    'The clock was not told what to do.',
    'The body has neither now, advance nor release.',
    'Send {"now":"2026-12-02T19:59:00Z"}, {"advance":"PT2H"} or {"release":true}.',
  ),
  'localspine.bad_instant': known(
    'A date and time cannot be read.',
    'A local date format, or a time without a date.',
    'Write it like 2026-12-02T19:59:00Z.',
  ),
  'localspine.bad_import': known(
    'A part of the import is not as it should be.',
    'A member is missing, misspelt or of another type; the message names the place in the document.',
    'Correct the place that is named; docs/import.md has every member. Nothing was stored.',
  ),
  'localspine.job_unknown': known(
    'There is no such job in the outbox.',
    'It was done more than an hour ago, or the environment was reset.',
    'List what waits: /inspect/INT/outbox in the portal.',
  ),
  'localspine.nothing_imported': known(
    'No service knows what to do with the members of the import.',
    'The data stands under another name than patients, organisations, people, roleProfiles or ers.',
    'See docs/import.md for the members.',
  ),
  'localspine.error_unknown': known(
    'The knowledge base has no page about this.',
    'A misspelt code, or a text of the national documentation that LocalSpine never answers.',
    'Search for words of it: localspine explain --search WORDS.',
  ),
  'localspine.format_unknown': known('There is no export of this format.', 'A misspelt name.', 'GET /_localspine/exports lists them.'),
  'localspine.addresses_rotate': known(
    'A hosts file would soon be wrong: this environment draws new addresses at each start.',
    'LOCALSPINE_ROTATE_ADDRESSES is on, so that only names can be relied on (PTL-024).',
    'Ask the environment’s name server instead, or start with LOCALSPINE_ROTATE_ADDRESSES=off.',
  ),
  'localspine.port_in_use': known(
    'A port that is wanted is taken.',
    'Another LocalSpine, or another program, listens there.',
    'Stop what uses it, or choose another block of ports with LOCALSPINE_PORT_BASE (for example 9000).',
  ),
  'localspine.port_forbidden': known(
    'This user may not open the port.',
    'Ports below 1024 are for administrators on most systems.',
    'Choose another block of ports with LOCALSPINE_PORT_BASE.',
  ),
  'localspine.address_unavailable': known(
    'This machine does not have the address it should listen on.',
    'macOS gives loopback one address only; or LOCALSPINE_HOST names another machine.',
    'Give the loopback interface the address, or leave LOCALSPINE_ROTATE_ADDRESSES off.',
  ),
  'localspine.recording_unknown': known(
    'There is no such recording.',
    'It was removed, or belongs to another environment.',
    'See the runs of the portal.',
  ),
  'localspine.recording_running': known(
    'Evidence of a recording that still runs cannot be sealed.',
    'The run was not finished.',
    'Stop it first.',
  ),
  'localspine.seal_unsound': known(
    'The environment could not seal evidence so that it would be believed.',
    'Its sub CA was replaced at the same moment, or its certificates do not fit together.',
    'Ask again. If it stays so, look at the certificate authority of this environment.',
  ),
  'localspine.recording_taken': known(
    'A recording of this id is of other applications.',
    'An id was used twice.',
    'Begin one with another id.',
  ),
  'localspine.application_recorded': known(
    'The application is being recorded already.',
    'Exchanges are evidence of one product version: an application is in one recording at a time.',
    'Finish that recording first, or use another application.',
  ),
  'localspine.test_data_spent': known(
    'No GP surgery has so many test patients left that nobody has reserved.',
    'Packs were taken and never given back.',
    'Ask for fewer, or give a pack back.',
  ),
  'localspine.registration_waits': known(
    'The registration waits for a person who decides.',
    'LOCALSPINE_REGISTRATION_APPROVAL has people decide. The request stays as it is meanwhile, and goes on when they have.',
    'Decide it in the registration service (/eprwebapp).',
  ),
  'localspine.registration_returned': known(
    'An approver of the registration service sent the registration back.',
    'The message has their reason.',
    'Ask again with what the approver wants.',
  ),
  'localspine.product_differs': known(
    'This product and version is registered already, with other interactions.',
    'The message names those that are registered: a registered version is not changed.',
    'Ask with these interactions, or register a new version.',
  ),
  'localspine.bad_span': known(
    'Availability is asked about a time that ends after it begins.',
    'The times were swapped, or more than 400 days apart.',
    'Ask about a shorter time.',
  ),
  'localspine.starting': known(
    'The environment is starting.',
    'It was called before every door was open.',
    'Wait until GET /_localspine/health answers 200.',
  ),
  'localspine.unhealthy': known(
    'A service of the environment cannot do its work.',
    'Its database or its keys cannot be read.',
    'The log of LocalSpine says which and why.',
    '503 unhealthy',
  ),
};
