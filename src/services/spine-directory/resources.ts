/** Records of the directory as FHIR resources (sds.md §8.2). Pure; members are in the order of the published examples. */
import type { AccreditedSystem, ContractProperties, MessageHandlingSystem } from '../directory/index.ts';
import { SdsRefusal } from './errors.ts';
import { SYSTEMS } from './query.ts';

const EXTENSION = 'https://fhir.nhs.uk/StructureDefinition/Extension-SDS-';

interface Identifier {
  readonly system: string;
  readonly value: string;
}

/** One hit of a search, to be put into a bundle under an id of its own. */
export type ResourceBody = Readonly<Record<string, unknown>> & { readonly resourceType: 'Device' | 'Endpoint' };

/** An accredited system as `Device`. Throws SdsRefusal 500 for one with several client organisations, as the national API fails on it. */
export function deviceOf(system: AccreditedSystem, id: string): ResourceBody {
  const [client, second] = system.clientOdsCodes;
  if (second !== undefined)
    throw new SdsRefusal(500, "LDAP returned more than 1 'nhsAsClient' attribute", {
      check: 'sds.single-value',
      why: `The accredited system ${system.asid} acts for several organisations.`,
      fix: 'Register one client organisation.',
    });
  return {
    resourceType: 'Device',
    id,
    identifier: [identifier('nhsSpineASID', system.asid), identifier('nhsMhsPartyKey', system.partyKey)],
    extension: [
      ...(system.manufacturerOdsCode === ''
        ? []
        : [
            {
              url: `${EXTENSION}ManufacturingOrganisation`,
              valueReference: { identifier: { system: SYSTEMS.organisation, value: system.manufacturerOdsCode } },
            },
          ]),
      ...system.interactions.map(interactionExtension),
    ],
    owner: { identifier: { system: SYSTEMS.organisation, value: client ?? system.odsCode } },
  };
}

/**
 * A message handling system as one `Endpoint` for each of its addresses; one without address when it has none.
 *
 * @param address stands in for its own: interactions that an intermediary carries on (sds.md §8.4)
 * @param newId gives an id for each
 */
export function endpointsOf(system: MessageHandlingSystem, address: string | undefined, newId: () => string): readonly ResourceBody[] {
  const addresses = address === undefined ? system.endpoints : [address];
  return (addresses.length === 0 ? [undefined] : addresses).map((each) => endpointOf(system, each, newId()));
}

function endpointOf(system: MessageHandlingSystem, address: string | undefined, id: string): ResourceBody {
  const reliability = reliabilityOf(system.contract);
  return {
    resourceType: 'Endpoint',
    id,
    status: 'active',
    connectionType: {
      system: 'http://terminology.hl7.org/CodeSystem/endpoint-connection-type',
      code: 'hl7-fhir-msg',
      display: 'HL7 FHIR Messaging',
    },
    payloadType: [{ coding: [{ system: 'http://terminology.hl7.org/CodeSystem/endpoint-payload-type', code: 'any', display: 'Any' }] }],
    ...(address === undefined ? {} : { address }),
    managingOrganization: { identifier: { system: SYSTEMS.organisation, value: system.odsCode } },
    identifier: [
      identifier('nhsMhsFQDN', system.fqdn),
      identifier('nhsMhsPartyKey', system.partyKey),
      identifier('nhsMhsCPAId', system.cpaId),
      identifier('nhsMHSId', system.cpaId),
    ].filter(({ value }) => value !== ''),
    extension: [
      ...(reliability.length === 0 ? [] : [{ url: `${EXTENSION}ReliabilityConfiguration`, extension: reliability }]),
      interactionExtension(system.interactionId),
    ],
  };
}

function reliabilityOf(contract: ContractProperties): readonly object[] {
  const text = (url: string, value: string | undefined): readonly object[] => (value ? [{ url, valueString: value }] : []);
  return [
    ...text('nhsMHSSyncReplyMode', contract.syncReplyMode),
    ...text('nhsMHSRetryInterval', contract.retryInterval),
    ...(contract.retries === undefined ? [] : [{ url: 'nhsMHSRetries', valueInteger: contract.retries }]),
    ...text('nhsMHSPersistDuration', contract.persistDuration),
    ...text('nhsMHSDuplicateElimination', contract.duplicateElimination),
    ...text('nhsMHSAckRequested', contract.ackRequested),
    ...text('nhsMHSActor', contract.actors[0]),
  ];
}

function identifier(name: string, value: string): Identifier {
  return { system: `https://fhir.nhs.uk/Id/${name}`, value };
}

function interactionExtension(interactionId: string): object {
  return {
    url: `${EXTENSION}NhsServiceInteractionId`,
    valueReference: { identifier: { system: SYSTEMS.interaction, value: interactionId } },
  };
}

/** A search answer (sds.md §8.2). */
export function bundleOf(id: string, selfUrl: string, resources: readonly ResourceBody[]): object {
  const base = selfUrl.split('?')[0] ?? selfUrl;
  return {
    resourceType: 'Bundle',
    id,
    type: 'searchset',
    total: resources.length,
    link: [{ relation: 'self', url: selfUrl }],
    entry: resources.map((resource) => ({ fullUrl: `${base}/${String(resource['id'])}`, resource, search: { mode: 'match' } })),
  };
}
