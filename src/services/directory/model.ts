/** What the directory knows, as plain data (identity.md §D, DESIGN.md "Who owns what"). */

export type OrganisationKind = 'gp-practice' | 'nhs-trust' | 'trust-site' | 'independent-provider' | 'icb' | 'supplier' | 'national-body';

export interface Organisation {
  readonly odsCode: string;
  readonly name: string;
  readonly kind: OrganisationKind;
  /** Of a site: the organisation it belongs to. */
  readonly parentOdsCode?: string;
  readonly open: boolean;
  /** May refer patients. */
  readonly referring: boolean;
  /** May provide services. */
  readonly providing: boolean;
  readonly addressLines: readonly string[];
  readonly postcode?: string;
  readonly telephone?: string;
}

export interface Person {
  /** 12 digits. */
  readonly userId: string;
  readonly title: string;
  readonly givenName: string;
  readonly familyName: string;
  readonly email: string;
  readonly active: boolean;
  /** 0 to 3; e-RS wants 3. */
  readonly identityAssuranceLevel: number;
  /** The level its simulated account signs in with: 1 to 3. */
  readonly authenticationAssuranceLevel: number;
}

/** A person in a job at an organisation, with what the job lets them do. */
export interface RoleProfile {
  /** 12 digits. */
  readonly roleProfileId: string;
  readonly personOrgId: string;
  readonly userId: string;
  readonly odsCode: string;
  readonly organisationName: string;
  /** `S8000:G8000:R8000`. */
  readonly jobRoleCode: string;
  /** Three quoted parts. */
  readonly jobRoleName: string;
  readonly activityCodes: readonly string[];
  readonly areaOfWorkCodes: readonly string[];
  readonly workgroupCodes: readonly string[];
  readonly active: boolean;
}

/** A system that may take part in messaging and call APIs: named by its ASID (sds.md §3.1). */
export interface AccreditedSystem {
  /** 12 digits, never used again. */
  readonly asid: string;
  /** The organisation that uses the system. */
  readonly odsCode: string;
  /** The party key it sends through. */
  readonly partyKey: string;
  /** Who made it. */
  readonly manufacturerOdsCode: string;
  readonly productKey: string;
  readonly productName: string;
  readonly productVersion: string;
  /** e.g. `Organisation - Product – Prod - User-Restricted` (PTL-113). */
  readonly displayName: string;
  /** Every interaction id it may use, in stored order. */
  readonly interactions: readonly string[];
  /** Organisations it acts for: normally one, its own. */
  readonly clientOdsCodes: readonly string[];
  /** `RBAC`, `CNST`, `DOLR`, `None`. */
  readonly accessControlFeatures: readonly string[];
  readonly categoryBag: readonly string[];
  readonly description?: string;
  readonly temporaryUid?: string;
  readonly approval: Approval;
}

/** Who asked for a record and who approved it: role profile DNs, or a word such as `System` (sds.md §3.1). */
export interface Approval {
  readonly requestor: string;
  readonly requestedAt: number;
  readonly approver: string;
  readonly approvedAt: number;
}

/** How an interaction is carried (sds.md §4); an absent property is absent from the record. */
export interface ContractProperties {
  readonly ackRequested?: 'always' | 'never';
  readonly duplicateElimination?: 'always' | 'never';
  /** ISO 8601 duration. */
  readonly persistDuration?: string;
  readonly retries?: number;
  /** ISO 8601 duration. */
  readonly retryInterval?: string;
  readonly syncReplyMode?: 'MSHSignalsOnly' | 'SignalsAndResponse' | 'None' | 'never';
  readonly actors: readonly string[];
  readonly authenticated: 'none' | 'transient' | 'persistent';
  readonly interactionType: 'HL7' | 'FHIR' | 'ebXML' | 'N/A';
  readonly templateKey: string;
}

/** A service name and an action: the two halves of an interaction id, kept apart because the action may hold colons itself. */
export interface InteractionName {
  readonly serviceName: string;
  readonly action: string;
}

/** One way in: the record of one party key and one interaction, named by its CPA id (sds.md §3.2). */
export interface MessageHandlingSystem extends InteractionName {
  readonly cpaId: string;
  /** The organisation served: not always the one the party key begins with. */
  readonly odsCode: string;
  readonly partyKey: string;
  readonly interactionId: string;
  readonly endpoints: readonly string[];
  readonly fqdn: string;
  readonly contract: ContractProperties;
  readonly manufacturerOdsCode: string;
  readonly productKey: string;
  readonly productName: string;
  readonly productVersion: string;
  readonly serviceDescription?: string;
  readonly ipAddress?: string;
  readonly approval: Approval & { readonly dnsApprover: string; readonly dnsApprovedAt?: number };
}

/** A row of the manufacturer, product and version register (PTL-009). */
export interface Product {
  /** A number, as text. */
  readonly productKey: string;
  readonly manufacturerOdsCode: string;
  readonly name: string;
  readonly version: string;
  /** `MHS` takes messages, `AS` sends them, `CMA` both. */
  readonly kind: ProductKind;
  /** Interactions its message handling systems answer. */
  readonly messageSet: readonly string[];
  /** Interactions its accredited systems use beside these. */
  readonly additionalInteractions: readonly string[];
}

export type ProductKind = 'CMA' | 'MHS' | 'AS';

/** An organisation and a set of contract properties (PTL-031). */
export interface PartyKey {
  readonly partyKey: string;
  readonly odsCode: string;
}

/** An interaction the register knows, with the properties it is carried by. */
export interface Interaction extends InteractionName {
  readonly interactionId: string;
  readonly pattern: MessagingPattern;
}

/** How a message travels (sds.md §4). */
export type MessagingPattern =
  | 'asynchronous-reliable'
  | 'forward-reliable'
  | 'forward-express'
  | 'asynchronous-express'
  | 'synchronous'
  | 'fhir'
  | 'intermediary';

/** The kinds of record whose changes are numbered. */
export type RecordKind =
  | 'organisation'
  | 'person'
  | 'role-profile'
  | 'accredited-system'
  | 'message-handling-system'
  | 'product'
  | 'party-key'
  | 'interaction';

/** One change of the directory: written in the transaction that makes it (sds.md §14). */
export interface DirectoryChange {
  readonly changeNumber: number;
  readonly changedAt: number;
  readonly type: 'add' | 'modify' | 'delete';
  readonly kind: RecordKind;
  /** ODS code, user id, role profile id, ASID, CPA id, product key, party key or interaction id. */
  readonly id: string;
  /** Who made it: a user id, an operator's name, or `System`. */
  readonly actor: string;
  /** The record before; absent for an add. */
  readonly before?: unknown;
  /** The record after; absent for a delete. */
  readonly after?: unknown;
}
