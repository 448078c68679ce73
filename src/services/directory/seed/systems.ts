import type { EnvironmentFacts } from '../../../kernel/service.ts';
import type { AccreditedSystem, Approval, Interaction, MessageHandlingSystem, MessagingPattern, PartyKey, Product } from '../model.ts';
import { CONTRACTS, namedInteraction } from '../register/names.ts';
import { INTERACTION_CATALOGUE } from './interactions.ts';

/** What the register of systems holds in a fresh environment. */
export interface SeedRegister {
  readonly interactions: readonly Interaction[];
  readonly products: readonly Product[];
  readonly partyKeys: readonly PartyKey[];
  readonly accreditedSystems: readonly AccreditedSystem[];
  readonly messageHandlingSystems: readonly MessageHandlingSystem[];
}

/** Seed records are as old as the published Spine ones. */
const REGISTERED_AT = Date.UTC(2015, 10, 6, 14, 55, 12);
const SYSTEM: Approval = { requestor: 'System', requestedAt: REGISTERED_AT, approver: 'System', approvedAt: REGISTERED_AT };

const SPINE = {
  odsCode: 'YES',
  partyKey: 'YES-0000806',
  manufacturerOdsCode: 'YES',
  productKey: '999',
  productName: 'Spine',
  productVersion: '2',
};
const ERS = {
  odsCode: 'YEO',
  partyKey: 'YEO-11809150',
  manufacturerOdsCode: 'X26',
  productKey: '1000',
  productName: 'NHS e-Referral Service',
  productVersion: '1',
};
/** The surgery of the published `Device` example, with an invented product. */
const PRACTICE = {
  odsCode: 'A20047',
  partyKey: 'A20047-821870',
  manufacturerOdsCode: 'ZS001',
  productKey: '1001',
  productName: 'Localspine Test Record System',
  productVersion: '1.0',
};
/** A hospital application that the published ASID stands for. */
const HOSPITAL = {
  odsCode: 'R69',
  partyKey: 'R69-822099',
  manufacturerOdsCode: 'ZS001',
  productKey: '1002',
  productName: 'Localspine Test Referral System',
  productVersion: '1.0',
};

/** Where systems of the published directory samples are seeded: those are records of integration environments. */
const SAMPLE_ENVIRONMENTS: ReadonlySet<string> = new Set(['SANDBOX', 'INT']);

const sample = (odsCode: string, partyKey: string, productKey: string, productName: string): Family => ({
  ...{ odsCode, partyKey, productKey, productName },
  ...{ manufacturerOdsCode: 'ZS001', productVersion: '1.0' },
});
/** A practice whose system sends through its maker's party key: the key does not begin with the practice's code (sds.md §3.2). */
const SHARED = sample('M85019', 'YGM24-820388', '1003', 'Localspine Test Practice System');
/** A hospital system with an old ASID and party key. */
const TRUST = sample('RVL', 'RVL-806539', '1004', 'Localspine Test Hospital System');
/** One organisation with several parties: an accredited system, a handler of records, a handler of bookings. */
const NATIONAL_SYSTEM = sample('X26', 'X26-822084', '1005', 'Localspine Test Messaging System');
const NATIONAL_RECORDS = sample('X26', 'X26-9199246', '1006', 'Localspine Test Record Handler');
const NATIONAL_BOOKING = sample('X26', 'X26-200150', '1007', 'Localspine Test Booking Handler');

/** Spine services whose message handling systems a supplier looks up (sds.md §5, §7). */
const SPINE_SERVICES = ['psis', 'psisquery', 'pds', 'pdsquery', 'mm', 'mmquery', 'tms'];

/** Where Spine takes messages, by pattern (path-to-live.md §2.2). */
const SPINE_PATHS: Readonly<Partial<Record<MessagingPattern, string>>> = {
  'asynchronous-reliable': '/reliablemessaging/reliablerequest',
  'asynchronous-express': '/reliablemessaging/queryrequest',
  synchronous: '/sync-service',
  intermediary: '/reliablemessaging/intermediary',
};

/** CPA ids that are published (sds.md §3.2, samples). */
const PUBLISHED_CPA_IDS: Readonly<Record<string, string>> = {
  'urn:nhs:names:services:psis:REPC_IN150016UK05': 'S20001A000182',
  'urn:nhs:names:services:pdsquery:QUPA_IN040000UK32': 'S20001A000168',
  'urn:nhs:names:services:tms:ReliableIntermediary': 'S20001A000192',
};

/** Every interaction of the catalogue, in its order. */
export function catalogueInteractions(): readonly Interaction[] {
  return Object.entries(INTERACTION_CATALOGUE).flatMap(([serviceName, actions]) =>
    actions.split(/\s+/).map((action) => namedInteraction(serviceName, action)),
  );
}

/** The register of a fresh environment: Spine's own records and e-RS's, with the addresses LocalSpine itself answers at. */
export function seedRegister(
  environment: Pick<EnvironmentFacts, 'id' | 'baseUrl' | 'mutualTlsUrl' | 'ersPaths' | 'publishedNames'>,
): SeedRegister {
  const interactions = catalogueInteractions();
  const ids = interactions.map((each) => each.interactionId);
  const of = (...services: readonly string[]): readonly Interaction[] =>
    interactions.filter((each) => services.some((service) => each.serviceName === `urn:nhs:names:services:${service}`));
  const named = (list: readonly Interaction[]): readonly string[] => list.map((each) => each.interactionId);
  const ers = of('ers');
  const gpConnect = of('gpconnect');
  const samples = SAMPLE_ENVIRONMENTS.has(environment.id) ? sampleRegister(of) : NO_SAMPLES;
  return {
    interactions,
    products: [
      productOf(SPINE, named(of(...SPINE_SERVICES)), []),
      productOf(ERS, named(ers), []),
      productOf(PRACTICE, named(gpConnect), named(of('pdsquery', 'gp2gp'))),
      productOf(HOSPITAL, [], named(ers), 'AS'),
      ...samples.products,
    ],
    partyKeys: [...[SPINE, ERS, PRACTICE, HOSPITAL].map(({ partyKey, odsCode }) => ({ partyKey, odsCode })), ...samples.partyKeys],
    accreditedSystems: [
      systemOf('928942012545', SPINE, 'Spine', ids),
      systemOf('606179841014', ERS, 'e-RS', named(ers)),
      systemOf('200000000985', PRACTICE, 'Dr Legg’s Surgery - Localspine Test Record System', named(gpConnect)),
      systemOf('200000002066', HOSPITAL, 'Cicero-Clinic - Localspine Test Referral System - User-Restricted', named(ers)),
      ...samples.accreditedSystems,
    ],
    messageHandlingSystems: [
      ...of(...SPINE_SERVICES).flatMap((each, index) => spineHandler(environment, each, index)),
      ...ers.map((each, index) =>
        handlerOf(
          ERS,
          each,
          `S20003A${String(304 + index).padStart(6, '0')}`,
          hostOf(environment.baseUrl),
          `${environment.baseUrl}${environment.ersPaths[0] ?? '/referrals'}/FHIR/R4`,
        ),
      ),
      ...gpConnect.map((each, index) =>
        handlerOf(
          PRACTICE,
          each,
          `S20004A${String(1 + index).padStart(6, '0')}`,
          'a20047.thirdparty.nhs.uk',
          'https://a20047.thirdparty.nhs.uk/A20047/STU3/1/gpconnect/',
        ),
      ),
      ...samples.messageHandlingSystems,
    ],
  };
}

type SampleRegister = Omit<SeedRegister, 'interactions'>;
const NO_SAMPLES: SampleRegister = { products: [], partyKeys: [], accreditedSystems: [], messageHandlingSystems: [] };

/** The published samples of directory records (sds.md §19) under their own ids, with invented products. */
function sampleRegister(of: (...services: readonly string[]) => readonly Interaction[]): SampleRegister {
  const one = (service: string, action: string): readonly Interaction[] => of(service).filter((each) => each.action === action);
  const records = one('gp2gp', 'COPC_IN000001UK01');
  const booking = one('ebs', 'PRSC_IN080000UK03');
  const ids = (list: readonly Interaction[]): readonly string[] => list.map((each) => each.interactionId);
  const systems = [
    { asid: '200000000149', family: SHARED, about: 'Shared party key', interactions: ids(of('gp2gp', 'pdsquery', 'psisquery')) },
    { asid: '000428682512', family: TRUST, about: 'Old identifiers', interactions: ids(of('ebs', 'pds', 'pdsquery')) },
    { asid: '918999199246', family: NATIONAL_SYSTEM, about: 'Several parties', interactions: ids(of('gp2gp')) },
  ];
  return {
    products: [
      ...systems.map(({ family, interactions }) => productOf(family, [], interactions, 'AS')),
      productOf(NATIONAL_RECORDS, ids(records), [], 'MHS'),
      productOf(NATIONAL_BOOKING, ids(booking), [], 'MHS'),
    ],
    partyKeys: [SHARED, TRUST, NATIONAL_SYSTEM, NATIONAL_RECORDS, NATIONAL_BOOKING].map(({ partyKey, odsCode }) => ({ partyKey, odsCode })),
    accreditedSystems: systems.map(({ asid, family, about, interactions }) =>
      systemOf(asid, family, `${about} - ${family.productName}`, interactions),
    ),
    messageHandlingSystems: [
      ...records.map((each) => {
        const fqdn = 'spineproxy.x26.thirdparty.nhs.uk';
        return handlerOf(NATIONAL_RECORDS, each, 'S918999508766', fqdn, `https://${fqdn}/`);
      }),
      ...booking.map((each) => {
        const fqdn = 'cis.x26.thirdparty.nhs.uk';
        // The oldest records have plain addresses, and ids of forty digits.
        return handlerOf(NATIONAL_BOOKING, each, '5878ac87fcd8acfef532bd5e06372fee3bf3df0c', fqdn, `http://${fqdn}/listener-mhs`);
      }),
    ],
  };
}

type Family = typeof SPINE;

function spineHandler(
  environment: Pick<EnvironmentFacts, 'mutualTlsUrl' | 'publishedNames'>,
  interaction: Interaction,
  index: number,
): readonly MessageHandlingSystem[] {
  const path = SPINE_PATHS[interaction.pattern];
  if (path === undefined) return [];
  const cpaId = PUBLISHED_CPA_IDS[interaction.interactionId] ?? `S20001A${String(1_000 + index).padStart(6, '0')}`;
  const published = environment.publishedNames.find((name) => name.startsWith('msg.'));
  return [handlerOf(SPINE, interaction, cpaId, published ?? hostOf(environment.mutualTlsUrl), `${environment.mutualTlsUrl}${path}`)];
}

function productOf(
  family: Family,
  messageSet: readonly string[],
  additionalInteractions: readonly string[],
  kind: Product['kind'] = 'CMA',
): Product {
  const { productKey, manufacturerOdsCode, productName, productVersion } = family;
  return { productKey, manufacturerOdsCode, name: productName, version: productVersion, kind, messageSet, additionalInteractions };
}

function systemOf(asid: string, family: Family, displayName: string, interactions: readonly string[]): AccreditedSystem {
  return {
    asid,
    ...family,
    displayName,
    interactions,
    clientOdsCodes: [family.odsCode],
    accessControlFeatures: [],
    categoryBag: [],
    approval: SYSTEM,
  };
}

function handlerOf(family: Family, interaction: Interaction, cpaId: string, fqdn: string, endpoint: string): MessageHandlingSystem {
  const { serviceName, action, interactionId, pattern } = interaction;
  return {
    cpaId,
    ...family,
    serviceName,
    action,
    interactionId,
    endpoints: [endpoint],
    fqdn,
    contract: CONTRACTS[pattern],
    approval: { ...SYSTEM, dnsApprover: 'System', dnsApprovedAt: REGISTERED_AT },
  };
}

function hostOf(url: string): string {
  return new URL(url).hostname;
}
