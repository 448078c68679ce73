/**
 * The witness cases (path-to-live.md §4.3): what a product must be seen to do at each endpoint it is assured for, in each access. The table
 * says what is asked, where it comes from, how it is recognised in recorded traffic and how to bring it about here.
 */
import { ACCESS_NAMES, type Access, type Endpoint } from './endpoints.ts';
import {
  backsOff,
  neverNoted,
  neverRefusedBy,
  type Recogniser,
  refused,
  refusedBy,
  served,
  staleVersion,
  tokenReplaced,
} from './recognition.ts';

/** How to bring a case about: what the product does, and the commands around it. */
export interface Provocation {
  readonly text: string;
  readonly commands: readonly string[];
}

export interface CaseKind {
  readonly kind: string;
  readonly title: string;
  /** What the product must show. */
  readonly requirement: string;
  /** Where that comes from. */
  readonly source: string;
  applies(endpoint: Endpoint, access: Access): boolean;
  readonly recognise: Recogniser;
  /** @param environment id in lower case, for commands */
  provoke(endpoint: Endpoint, environment: string): Provocation;
}

const WITNESS = 'Stage 3.21, witness testing';
const isApi = (endpoint: Endpoint): boolean => endpoint.id !== 'token';
const actsInRole = (endpoint: Endpoint, access: Access): boolean =>
  isApi(endpoint) && access === 'user-restricted' && endpoint.withoutRole !== true;
const by = (text: string, ...commands: readonly string[]): Provocation => ({ text, commands });
const faultAt = (endpoint: Endpoint, environment: string, effect: string): string =>
  `localspine fault add --environment ${environment} --service ers --operation ${endpoint.id} ${effect} --count 1`;

export const CASE_KINDS: readonly CaseKind[] = [
  {
    kind: 'served',
    title: 'Carried out',
    requirement: 'The product calls the endpoint and is answered with success.',
    source: WITNESS,
    applies: () => true,
    recognise: served,
    provoke: (endpoint) =>
      isApi(endpoint) ? by(`Let the product call ${endpoint.id} as it does every day.`) : by('Let the product get an access token.'),
  },
  {
    kind: 'organisation-missing',
    title: 'Organisation missing',
    requirement: 'Without NHSD-End-User-Organisation-ODS the request is refused, and the product does not repeat it unchanged.',
    source: `${WITNESS}; gateway checks, step 2`,
    applies: actsInRole,
    recognise: refused(
      (each) => !each.namesOrganisation && ['ers.role.organisation', 'ers.proxy.end-user-organisation'].includes(each.refusal?.check ?? ''),
    ),
    provoke: ({ id }) => by(`Call ${id} without the header NHSD-End-User-Organisation-ODS.`),
  },
  {
    kind: 'organisation-foreign',
    title: 'Foreign organisation',
    requirement: 'For an organisation where the user has no role the request is refused (403), and the product says so to its user.',
    source: `${WITNESS}; gateway checks, step 2`,
    applies: actsInRole,
    recognise: refused(
      (each) =>
        each.status === 403 &&
        each.namesOrganisation &&
        ['ers.role.held', 'ers.proxy.end-user-organisation'].includes(each.refusal?.check ?? ''),
    ),
    provoke: ({ id }) =>
      by(
        `Call ${id} with NHSD-End-User-Organisation-ODS set to an organisation that A030 does not list for the user, in a function that ${id} takes.`,
      ),
  },
  {
    kind: 'function-wrong',
    title: 'Wrong business function',
    requirement: 'In a business function that may not call the endpoint the request is refused (403), and the product says so to its user.',
    source: `${WITNESS}; gateway checks, step 5`,
    applies: actsInRole,
    recognise: refusedBy(403, 'ers.role.operation', 'ers.role.function', 'ers.proxy.business-function'),
    provoke: ({ id }) => by(`Call ${id} with NHSD-eRS-Business-Function: INFORMATION_ANALYST.`),
  },
  {
    kind: 'override-headers',
    title: 'No internal headers',
    requirement: 'The product sends none of x-ers-ods-code, x-ers-business-function and x-ers-user-id: the gateway sets them.',
    source: 'Gateway checks, step 6',
    applies: (endpoint, access) => isApi(endpoint) && access !== 'user-restricted',
    recognise: neverRefusedBy('ers.proxy.internal-header', 'An internal header was sent.'),
    provoke: ({ id }) => by(`Call ${id}, and leave these headers out.`),
  },
  {
    kind: 'token-expired',
    title: 'Expired token',
    requirement: 'When its access token has expired (401) the product gets a new one and carries on.',
    source: WITNESS,
    applies: isApi,
    recognise: tokenReplaced((each) => each.refusal?.check === 'gateway.token.expired'),
    provoke: ({ id }, environment) =>
      by(
        `Move the clock on by more than the ten minutes a token lives, then let the product call ${id} with the token it has.`,
        `localspine clock advance 11m --environment ${environment}`,
      ),
  },
  {
    kind: 'session-ended',
    title: 'Ended session',
    requirement: 'When the user has logged out elsewhere (401) the product asks them to sign in again and carries on with the new token.',
    source: WITNESS,
    applies: (endpoint, access) => isApi(endpoint) && access === 'user-restricted',
    recognise: tokenReplaced((each, traffic) => each.refusal?.check === 'gateway.token.known' && traffic.wasGood(each.token, each)),
    provoke: ({ id }, environment) =>
      by(
        `End the user's session, then let the product call ${id} with the token it has.`,
        `localspine cis2 sessions --environment ${environment}`,
        `localspine cis2 end-session SID --environment ${environment}`,
      ),
  },
  {
    kind: 'version-stale',
    title: 'Stale version',
    requirement: 'When somebody else has changed the record meanwhile (409) the product reads it again before it repeats the change.',
    source: `${WITNESS}; versions and If-Match`,
    applies: (endpoint) => endpoint.changes !== undefined,
    recognise: staleVersion,
    provoke: ({ id, changes }) =>
      by(
        changes === 'if-match'
          ? `Read the record, change it in another way, then let the product call ${id} with If-Match of the first reading.`
          : `Read the record, change it in another way, then let the product call ${id} with _history/ of the first reading.`,
      ),
  },
  {
    kind: 'unknown-record',
    title: 'Unknown record',
    requirement: 'When what it asks for is not there (404) the product says so and does not ask again and again.',
    source: WITNESS,
    applies: (endpoint) => endpoint.names !== undefined,
    recognise: refused((each) => each.status === 404),
    provoke: ({ id, names }) => by(`Call ${id} with a well-formed ${names ?? 'id'} that does not exist.`),
  },
  {
    kind: 'throttled',
    title: 'Too many requests',
    requirement: 'Told to slow down (429) the product waits as long as Retry-After says, or a second at least, and then succeeds.',
    source: `${WITNESS}; quota and spike arrest`,
    applies: isApi,
    recognise: backsOff(429),
    provoke: (endpoint, environment) =>
      by(`Set the fault, then let the product call ${endpoint.id}.`, faultAt(endpoint, environment, '--status 429')),
  },
  {
    kind: 'unavailable',
    title: 'Service unavailable',
    requirement: 'When the service is down (503) the product waits as long as Retry-After says, tries again and succeeds.',
    source: `${WITNESS}; maintenance slots`,
    applies: isApi,
    recognise: backsOff(503),
    provoke: (endpoint, environment) =>
      by(`Set the fault, then let the product call ${endpoint.id}.`, faultAt(endpoint, environment, '--status 503 --retry-after 2')),
  },
  {
    kind: 'worklist-pulls',
    title: 'Two pulls a day',
    requirement: 'The product pulls the worklist of a service at most twice a day.',
    source: 'Application-restricted access, A008',
    applies: ({ id }, access) => id === 'A008' && access === 'application-restricted-provider',
    recognise: neverNoted('ers.worklist-pulls', 'A third pull of a service in one day.'),
    provoke: (_endpoint, environment) =>
      by(
        'Let the product pull the worklist of a service. After a third pull, begin a new day.',
        `localspine clock advance 1d --environment ${environment}`,
      ),
  },
];

/** A case of a run: one kind, at one endpoint, in one access. */
export interface WitnessCase {
  /** `user.A005.served` */
  readonly id: string;
  readonly access: Access;
  readonly endpoint: Endpoint;
  readonly kind: CaseKind;
}

/** What a product is tested for. */
export interface Scope {
  readonly access: Access;
  readonly endpoints: readonly Endpoint[];
}

/** The cases that follow from accesses and endpoints, in the order of the table. */
export function casesOf(scopes: readonly Scope[]): readonly WitnessCase[] {
  return scopes.flatMap(({ access, endpoints }) =>
    endpoints.flatMap((endpoint) =>
      CASE_KINDS.filter((kind) => kind.applies(endpoint, access)).map((kind) => ({
        id: `${ACCESS_NAMES[access]}.${endpoint.id}.${kind.kind}`,
        access,
        endpoint,
        kind,
      })),
    ),
  );
}
