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

/** A system that may take part in messaging and call APIs: named by its ASID. */
export interface AccreditedSystem {
  /** 12 digits, never used again. */
  readonly asid: string;
  readonly odsCode: string;
  readonly partyKey?: string;
  readonly productName: string;
  readonly displayName: string;
  readonly interactions: readonly string[];
}
