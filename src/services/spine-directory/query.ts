/** What a request to the FHIR API asks for (sds.md §8.1). Pure. */
import type { SystemFilter } from '../directory/index.ts';
import { badRequest, SdsRefusal } from './errors.ts';

export const SYSTEMS = {
  organisation: 'https://fhir.nhs.uk/Id/ods-organization-code',
  interaction: 'https://fhir.nhs.uk/Id/nhsServiceInteractionId',
  partyKey: 'https://fhir.nhs.uk/Id/nhsMhsPartyKey',
} as const;

export type Resource = 'Device' | 'Endpoint';

const PARAMETERS: Readonly<Record<Resource, readonly string[]>> = {
  Device: ['organization', 'identifier', 'manufacturing-organization'],
  Endpoint: ['organization', 'identifier'],
};
const UUID = /^[0-9a-fA-F]{8}-[0-9a-fA-F]{4}-[0-9a-fA-F]{4}-[0-9a-fA-F]{4}-[0-9a-fA-F]{12}$/;
const FIX = 'See the manual, “The FHIR API of the directory”.';

/** Texts of the combinations `/Endpoint` takes, run together as the national API runs them. */
const COMBINATIONS = [
  ['organisation', 'interaction', 'partyKey'],
  ['organisation', 'interaction'],
  ['organisation', 'partyKey'],
  ['interaction', 'partyKey'],
] as const;

/** The correlation id of a request; undefined when it has none. Throws SdsRefusal 400 for one that is no UUID. */
export function readCorrelationId(header: string | undefined): string | undefined {
  if (header === undefined || UUID.test(header)) return header;
  throw badRequest(
    'correlation-id',
    `Invalid X-Correlation-ID header. Should be an UUIDv4 matching regex '${UUID.source}'`,
    'Send a UUID, or leave the header out.',
  );
}

/**
 * The search a query string asks for. Unknown names and foreign systems are refused first, what is missing afterwards; a blank value does
 * not count, and of several values the last wins.
 *
 * @throws SdsRefusal 400
 */
export function readSearch(resource: Resource, query: string): SystemFilter {
  const found: { organisation?: string; interaction?: string; partyKey?: string; manufacturer?: string } = {};
  for (const [name, text] of new URLSearchParams(query)) {
    if (!PARAMETERS[resource].includes(name)) throw badRequest('parameter', `Illegal query parameter '${name}'`, FIX);
    const value = text.trim();
    if (name === 'identifier') {
      const interaction = textOf(value, SYSTEMS.interaction);
      const partyKey = textOf(value, SYSTEMS.partyKey);
      if (interaction === undefined && partyKey === undefined) throw foreignIdentifier();
      if (interaction) found.interaction = interaction;
      if (partyKey) found.partyKey = partyKey;
    } else {
      const code = textOf(value, SYSTEMS.organisation);
      if (code === undefined) throw missing(name, SYSTEMS.organisation);
      if (code !== '') found[name === 'organization' ? 'organisation' : 'manufacturer'] = code;
    }
  }
  checkRequired(resource, found);
  const { organisation, interaction, partyKey, manufacturer } = found;
  return {
    ...(organisation === undefined ? {} : { odsCode: organisation }),
    ...(interaction === undefined ? {} : { interactionId: interaction }),
    ...(partyKey === undefined ? {} : { partyKey }),
    ...(manufacturer === undefined ? {} : { manufacturerOdsCode: manufacturer }),
  };
}

/** What follows `system|`; undefined when the value is of another system. */
function textOf(value: string, system: string): string | undefined {
  return value.startsWith(`${system}|`) ? value.slice(system.length + 1).trim() : undefined;
}

function checkRequired(
  resource: Resource,
  { organisation, interaction, partyKey }: { readonly organisation?: string; readonly interaction?: string; readonly partyKey?: string },
): void {
  if (resource === 'Device') {
    if (organisation === undefined) throw missing('organization', SYSTEMS.organisation);
    if (interaction === undefined) throw missing('identifier', SYSTEMS.interaction);
    return;
  }
  if ([organisation, interaction, partyKey].filter((each) => each !== undefined).length >= 2) return;
  const combinations = COMBINATIONS.map(
    (parts) => `'${parts.map((part) => `${part === 'organisation' ? 'organization' : 'identifier'}=${SYSTEMS[part]}|value`).join('&')}'`,
  );
  throw badRequest(
    'combination',
    `Missing or invalid query parameters. Should one of following combinations: [${combinations.join('')}]`,
    FIX,
  );
}

function missing(name: string, system: string): SdsRefusal {
  return badRequest('parameter', `Missing or invalid '${name}' query parameter. Should be '${name}=${system}|value'`, FIX);
}

function foreignIdentifier(): SdsRefusal {
  const each = [SYSTEMS.interaction, SYSTEMS.partyKey].map((system) => `'identifier=${system}|value'`);
  // The bracket that closes the list is missing in the national text as well.
  return badRequest('parameter', `Missing or invalid 'identifier' query parameter. Should be one or both of: [${each.join(', ')}`, FIX);
}

/**
 * The media type of the answer. Parameters of media types are not understood: `application/fhir+json;charset=utf-8` is refused too.
 *
 * @throws SdsRefusal 406
 */
export function readAccept(header: string | undefined): 'application/fhir+json' | 'application/json' {
  const accepted = (header ?? '*/*').split(',').map((each) => each.trim());
  if (accepted.includes('*/*') || accepted.includes('application/fhir+json') || header === '') return 'application/fhir+json';
  if (accepted.includes('application/json')) return 'application/json';
  throw new SdsRefusal(406, 'Accept type not supported', {
    check: 'sds.accept',
    why: `Accept is "${(header ?? '').slice(0, 100)}".`,
    fix: 'Accept application/fhir+json, without parameters.',
  });
}

/** A URL as the self link shows it: percent-decoded, and left as it is where it cannot be. */
export function decoded(text: string): string {
  return text.replace(/(?:%[0-9A-Fa-f]{2})+/g, (run) => Buffer.from(run.replaceAll('%', ''), 'hex').toString('utf8'));
}
