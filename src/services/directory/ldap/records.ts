/** What each record of the directory is as an entry of the tree: the national classes and attributes (sds.md §2, §3). Pure. */
import { isoInstant } from '../../../kernel/clock.ts';
import type { AccreditedSystem, MessageHandlingSystem, Organisation, OrganisationKind, Person, RoleProfile } from '../model.ts';
import { activityName, areaOfWorkName, workGroupName } from '../rbac.ts';
import { escapeValue } from './distinguished-name.ts';
import type { AttributeList, Provenance } from './entry.ts';

export interface EntryText extends Provenance {
  readonly dn: string;
  readonly attributes: AttributeList;
}

/** Records that carry no date of their own are as old as the published Spine ones. */
const BEGINNING = Date.UTC(2015, 10, 6, 14, 55, 12);
export const UNDATED: Provenance = { createdAt: BEGINNING, modifiedAt: BEGINNING };

export const PEOPLE = 'ou=people,o=nhs';
export const CHANGE_LOG = 'cn=changelog,o=nhs';

/** The containers of the tree, from the top. */
export const CONTAINERS: readonly EntryText[] = [
  {
    dn: 'o=nhs',
    attributes: [
      ['objectClass', ['top', 'organization']],
      ['o', ['nhs']],
    ],
    ...UNDATED,
  },
  ...['Organisations', 'People', 'Services', 'ReferenceData', 'Workgroups'].map((name) => ({
    dn: `ou=${name},o=nhs`,
    attributes: [
      ['objectClass', ['top', 'organizationalUnit']],
      ['ou', [name]],
    ] as const,
    ...UNDATED,
  })),
];

/** An optional value as the list that attributes have. */
function maybe(value: string | number | undefined): readonly string[] {
  return value === undefined ? [] : [String(value)];
}

/** `20150302145732`: local UK time without a zone (sds.md §4). */
export function ukTime(instant: number): string {
  const date = new Date(instant);
  const summer = isSummerTime(date);
  return isoInstant(instant + (summer ? 3_600_000 : 0))
    .slice(0, 19)
    .replace(/[-:T]/g, '');
}

/** British Summer Time: from 01:00 UTC of the last Sunday of March to that of October. */
function isSummerTime(date: Date): boolean {
  const change = (month: number): number => {
    const last = new Date(Date.UTC(date.getUTCFullYear(), month + 1, 0, 1));
    return last.getTime() - last.getUTCDay() * 86_400_000;
  };
  return date.getTime() >= change(2) && date.getTime() < change(9);
}

/** nhsAs. */
export function accreditedSystemEntry(system: AccreditedSystem): EntryText {
  const { approval } = system;
  return {
    dn: `uniqueIdentifier=${escapeValue(system.asid)},ou=Services,o=nhs`,
    attributes: [
      ['objectClass', ['top', 'nhsAs']],
      ['uniqueIdentifier', [system.asid]],
      ['nhsIDCode', [system.odsCode]],
      ['nhsMHSPartyKey', [system.partyKey]],
      ['nhsAsSvcIA', system.interactions],
      ['nhsAsClient', system.clientOdsCodes],
      ['nhsAsACF', system.accessControlFeatures],
      ['nhsAsCategoryBag', system.categoryBag],
      ['nhsMhsManufacturerOrg', [system.manufacturerOdsCode]],
      ['nhsProductKey', [system.productKey]],
      ['nhsProductName', [system.productName]],
      ['nhsProductVersion', [system.productVersion]],
      ['nhsRequestorURP', [approval.requestor]],
      ['nhsDateRequested', [ukTime(approval.requestedAt)]],
      ['nhsApproverURP', [approval.approver]],
      ['nhsDateApproved', [ukTime(approval.approvedAt)]],
      ['description', maybe(system.description)],
      ['nhsTempUid', maybe(system.temporaryUid)],
    ],
    createdAt: approval.approvedAt,
    modifiedAt: approval.approvedAt,
  };
}

/** nhsMhs: one record of a party key and an interaction. */
export function messageHandlingSystemEntry(system: MessageHandlingSystem): EntryText {
  const { approval, contract } = system;
  return {
    dn: `uniqueIdentifier=${escapeValue(system.cpaId)},ou=Services,o=nhs`,
    attributes: [
      ['objectClass', ['top', 'nhsMhs']],
      ['uniqueIdentifier', [system.cpaId]],
      ['nhsMhsCPAId', [system.cpaId]],
      ['nhsIDCode', [system.odsCode]],
      ['nhsMHSPartyKey', [system.partyKey]],
      ['nhsMhsSvcIA', [system.interactionId]],
      ['nhsMHsSN', [system.serviceName]],
      ['nhsMHsIN', [system.action]],
      ['nhsMHSEndPoint', system.endpoints],
      ['nhsMhsFQDN', [system.fqdn]],
      ['nhsMHSIsAuthenticated', [contract.authenticated]],
      ['nhsEPInteractionType', [contract.interactionType]],
      ['nhsContractPropertyTemplateKey', [contract.templateKey]],
      ['nhsMHSPersistDuration', maybe(contract.persistDuration)],
      ['nhsMHSRetries', maybe(contract.retries)],
      ['nhsMHSRetryInterval', maybe(contract.retryInterval)],
      ['nhsMHSSyncReplyMode', maybe(contract.syncReplyMode)],
      ['nhsMHSAckRequested', maybe(contract.ackRequested)],
      ['nhsMHSDuplicateElimination', maybe(contract.duplicateElimination)],
      ['nhsMHSActor', contract.actors],
      ['nhsMHSServiceDescription', maybe(system.serviceDescription)],
      ['nhsMhsIPAddress', maybe(system.ipAddress)],
      ['nhsMhsManufacturerOrg', [system.manufacturerOdsCode]],
      ['nhsProductKey', [system.productKey]],
      ['nhsProductName', [system.productName]],
      ['nhsProductVersion', [system.productVersion]],
      ['nhsRequestorURP', [approval.requestor]],
      ['nhsDateRequested', [ukTime(approval.requestedAt)]],
      ['nhsApproverURP', [approval.approver]],
      ['nhsDateApproved', [ukTime(approval.approvedAt)]],
      ['nhsDNSApprover', [approval.dnsApprover]],
      ['nhsDateDNSApproved', approval.dnsApprovedAt === undefined ? [] : [ukTime(approval.dnsApprovedAt)]],
    ],
    createdAt: approval.approvedAt,
    modifiedAt: approval.approvedAt,
  };
}

/** Class, type text and ODS primary role of an organisation, by its kind. */
export const ORGANISATION_CLASSES: Readonly<Record<OrganisationKind, readonly [className: string, type: string, typeCode: string]>> = {
  'gp-practice': ['nhsGPPractice', 'GP PRACTICE', 'RO76'],
  'nhs-trust': ['nhsOrg', 'NHS TRUST', 'RO197'],
  'trust-site': ['nhsSite', 'NHS TRUST SITE', 'RO198'],
  'independent-provider': ['nhsOrg', 'INDEPENDENT SECTOR HEALTHCARE PROVIDER', 'RO172'],
  icb: ['nhsOrg', 'CLINICAL COMMISSIONING GROUP', 'RO98'],
  supplier: ['nhsOrg', 'APPLICATION SERVICE PROVIDER', 'RO92'],
  'national-body': ['nhsOrg', 'OTHER', 'RO126'],
};

/** nhsOrg, nhsGPPractice or nhsSite. */
export function organisationEntry(organisation: Organisation): EntryText {
  const [className, type, typeCode] = ORGANISATION_CLASSES[organisation.kind];
  const isSite = className === 'nhsSite';
  const name = organisation.name.toUpperCase();
  return {
    dn: `uniqueIdentifier=${escapeValue(organisation.odsCode)},ou=Organisations,o=nhs`,
    attributes: [
      ['objectClass', ['top', isSite ? 'organizationalUnit' : 'organization', className]],
      ['uniqueIdentifier', [organisation.odsCode]],
      [isSite ? 'ou' : 'o', [name]],
      ['nhsIDCode', [organisation.odsCode]],
      ['nhsOrgType', [type]],
      ['nhsOrgTypeCode', [typeCode]],
      ['postalAddress', [organisation.addressLines.map((line) => line.toUpperCase().replace(/\$/g, '\\24')).join('$')]],
      ['postalCode', maybe(organisation.postcode)],
      ['l', maybe(organisation.addressLines.at(-1)?.toUpperCase())],
      ['nhsParentOrgCode', maybe(organisation.parentOdsCode)],
      ['nhsCountry', ['ENGLAND']],
      ['nhsSyntheticIndicator', ['Y']],
      ['nhsOrgOpenDate', ['20050401']],
      ['nhsOrgCloseDate', organisation.open ? [] : ['20200331']],
      ['telephoneNumber', maybe(organisation.telephone)],
    ],
    ...UNDATED,
  };
}

const PERSON_CLASSES = ['top', 'person', 'organizationalPerson', 'inetOrgPerson'];

/** nhsPerson. */
export function personEntry(person: Person): EntryText {
  return {
    dn: `uid=${escapeValue(person.userId)},ou=People,o=nhs`,
    attributes: [
      ['objectClass', [...PERSON_CLASSES, 'nhsPerson']],
      ['uid', [person.userId]],
      ...names(person),
      ['personalTitle', [person.title]],
      ['displayName', [`${person.givenName} ${person.familyName}`]],
      ['nhsPersonStatus', [person.active ? '1' : '0']],
      ['mail', [person.email]],
    ],
    ...UNDATED,
  };
}

function names(person: Person): AttributeList {
  return [
    ['cn', [`${person.familyName} ${person.givenName} ${person.title}`.trim()]],
    ['sn', [person.familyName]],
    ['givenName', [person.givenName]],
  ];
}

/** nhsOrgPerson: a person in one organisation, by their role profiles there; it is closed when all of these are. */
export function personInOrganisationEntry(person: Person, profile: RoleProfile, others: readonly RoleProfile[] = []): EntryText {
  const open = [profile, ...others].some((each) => each.active);
  return {
    dn: `uniqueIdentifier=${escapeValue(profile.personOrgId)},uid=${escapeValue(person.userId)},ou=People,o=nhs`,
    attributes: [
      ['objectClass', [...PERSON_CLASSES, 'nhsOrgPerson']],
      ['uniqueIdentifier', [profile.personOrgId]],
      ['uid', [person.userId]],
      ...names(person),
      ['o', [profile.organisationName.toUpperCase()]],
      ['nhsIDCode', [profile.odsCode]],
      ['nhsOrgOpenDate', ['20050401']],
      ['nhsOrgCloseDate', open ? [] : ['20200331']],
    ],
    ...UNDATED,
  };
}

/** Names of codes, without those that are not known: names and codes are no pairs (sds.md §3.4). */
function called(codes: readonly string[], nameOf: (code: string) => string | undefined): readonly string[] {
  return [...new Set(codes.flatMap((code) => nameOf(code) ?? []))];
}

/** nhsOrgPersonRole: a role profile. A closed one keeps its entry, with a close date (sds.md §12). */
export function roleProfileEntry(profile: RoleProfile): EntryText {
  const { roleProfileId, personOrgId, userId } = profile;
  return {
    dn: `uniqueIdentifier=${escapeValue(roleProfileId)},uniqueIdentifier=${escapeValue(personOrgId)},uid=${escapeValue(userId)},ou=People,o=nhs`,
    attributes: [
      ['objectClass', ['top', 'nhsOrgPersonRole']],
      ['uniqueIdentifier', [roleProfileId]],
      ['nhsIDCode', [profile.odsCode]],
      ['nhsJobRole', [profile.jobRoleName]],
      ['nhsJobRoleCode', [profile.jobRoleCode]],
      ['nhsAreaOfWorkCodes', profile.areaOfWorkCodes],
      ['nhsAreaOfWork', called(profile.areaOfWorkCodes, areaOfWorkName)],
      ['nhsBusinessFunctionsCodes', profile.activityCodes],
      ['nhsBusinessFunctions', called(profile.activityCodes, activityName)],
      ['nhsWorkGroupsCodes', profile.workgroupCodes],
      ['nhsWorkGroups', called(profile.workgroupCodes, workGroupName)],
      ['nhsOrgOpenDate', ['20050401']],
      ['nhsOrgCloseDate', profile.active ? [] : ['20200331']],
    ],
    ...UNDATED,
  };
}
