import { type ErrorBook, known } from '../../kernel/knowledge.ts';

/** Errors of the Spine Directory Service FHIR API (sds.md §8.3). */
export const SPINE_DIRECTORY_ERRORS: ErrorBook = {
  'sds.path': known(
    'The directory’s API has nothing under this path.',
    'Another spelling, or an attempt to read a single resource.',
    'There are /Device and /Endpoint, in this spelling, to search.',
    '404 NO_RECORD_FOUND',
    'HTTP endpoint not found',
  ),
  'sds.method': known(
    'The directory’s API only reads.',
    'POST, PUT or DELETE was sent.',
    'Use GET. Systems are registered through endpoint registration.',
    '405 NOT_IMPLEMENTED',
    'HTTP operation not supported',
  ),
  'sds.accept': known(
    'The wanted media type is not served.',
    'Accept asks for XML, or carries a parameter such as charset, which the national API does not understand either.',
    'Send Accept: application/fhir+json.',
    '406 MISSING_OR_INVALID_HEADER',
    'Accept type not supported',
  ),
  'sds.correlation-id': known(
    'X-Correlation-Id is no UUID of version 4.',
    'Another kind of id, or another version of UUID.',
    'Send a UUID, or leave the header out.',
    '400 BAD_REQUEST',
  ),
  'sds.parameter': known(
    'A query parameter is missing, unknown, or not of the form system|value.',
    'A code without its system, the system of another parameter, or a bar that was not encoded.',
    'Send e.g. organization=https://fhir.nhs.uk/Id/ods-organization-code|R69, percent-encoded.',
    '400 BAD_REQUEST',
  ),
  'sds.combination': known(
    'These parameters do not make a search together.',
    'Endpoint needs an organisation, a party key and an interaction in one of the published combinations.',
    'Use one of the combinations that the message lists.',
    '400 BAD_REQUEST',
  ),
  'sds.intermediary': known(
    'Spine has not exactly one address for this interaction.',
    'The seed data of the Spine’s own systems was changed.',
    'Put the seed data back: localspine reset.',
    '500 INTERNAL_SERVER_ERROR',
  ),
  'sds.single-value': known(
    'The accredited system acts for several organisations, which the API cannot say.',
    'It was imported with more than one nhsAsClient.',
    'Register one client organisation.',
    '500 INTERNAL_SERVER_ERROR',
  ),
};
