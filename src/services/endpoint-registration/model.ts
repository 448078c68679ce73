/** What the endpoint registration service keeps: who may do what, and what was asked for (sds.md §9). */
import type { AccreditedSystem, MessageHandlingSystem, Product } from '../directory/index.ts';

/** What a person may do in the registration applications; each is given by an operator. */
export type Duty =
  /** Registers and changes the systems of one maker without asking (PTL-010). */
  | 'endpoint-administrator'
  /** Decides on requests. */
  | 'approver'
  /** Decides on host names. */
  | 'dns-approver'
  /** Changes organisations, people and role profiles in NDS Admin. */
  | 'directory-administrator';

export interface Grant {
  readonly userId: string;
  readonly duty: Duty;
  /** The maker's code for endpoint administrators; empty for national duties. */
  readonly odsCode: string;
  readonly grantedAt: number;
  readonly grantedBy: string;
}

/** Who acts: a signed-in person, or the operator of LocalSpine through the management interface. */
export interface Actor {
  /** User id, or `operator`. */
  readonly id: string;
  /** What goes into records: a role profile DN, or `System` (sds.md §3.1). */
  readonly urp: string;
  /** Organisations at which the person has an active role. */
  readonly odsCodes: ReadonlySet<string>;
  readonly grants: readonly Grant[];
  /** The operator may do everything, and is shown as such. */
  readonly operator: boolean;
}

/** What is asked for. */
export type Wish = RegisterWish | RegisterNameWish | ChangeAddressWish | ChangeVersionWish | RetireWish;

/** The form to the DNS team: a host name of an organisation's own (PTL-011). */
export interface RegisterNameWish {
  readonly kind: 'register-name';
  /** Whose name it will be. */
  readonly odsCode: string;
  readonly fqdn: string;
  /** Where it points; to the environment itself when absent. */
  readonly addresses?: readonly string[];
}

export interface RegisterWish {
  readonly kind: 'register';
  /** The organisation that will use the product. */
  readonly odsCode: string;
  readonly productKey: string;
  readonly fqdn?: string;
  /** `https://` and the FQDN when absent. */
  readonly endpoint?: string;
  /** An existing party key, for several systems behind one message handling system. */
  readonly partyKey?: string;
  readonly ipAddress?: string;
  readonly description?: string;
}

interface ChangeWish {
  readonly partyKey: string;
  readonly productKey: string;
  /** The version of the registration that was read: a later one is a conflict. */
  readonly version: number;
}

export interface ChangeAddressWish extends ChangeWish {
  readonly kind: 'change-address';
  readonly fqdn: string;
  readonly endpoint?: string;
}

export interface ChangeVersionWish extends ChangeWish {
  readonly kind: 'change-version';
  readonly newProductKey: string;
}

export interface RetireWish extends ChangeWish {
  readonly kind: 'retire';
}

export type RequestState = 'draft' | 'submitted' | 'dns-approved' | 'live' | 'withdrawn';
export type RequestEvent = 'submit' | 'approve-dns' | 'approve' | 'refuse' | 'withdraw';

/** A request and what became of it. */
export interface RegistrationRequest {
  readonly requestId: string;
  readonly wish: Wish;
  readonly state: RequestState;
  /** The organisation it is for, and the maker of the product. */
  readonly odsCode: string;
  readonly manufacturerOdsCode: string;
  /** Those of the two that the requestor spoke for: only their host names may be used. */
  readonly speaksFor: readonly string[];
  readonly requestor: { readonly id: string; readonly urp: string };
  readonly requestedAt: number;
  /** Why it came back. */
  readonly reason?: string;
  readonly dnsApproval?: { readonly urp: string; readonly at: number };
  readonly approval?: { readonly urp: string; readonly at: number };
  /** What came of it. */
  readonly outcome?: RegistrationOutcome;
}

/** What an approval wrote. */
export interface RegistrationOutcome {
  /** Absent when only a name was registered. */
  readonly partyKey?: string;
  readonly asid?: string;
  readonly cpaIds: readonly string[];
  /** What is to be said of the host name. */
  readonly name?: NameFinding;
}

/** A registered host name as the rest of the environment sees it (path-to-live.md §3.3). */
export interface NameFinding {
  readonly fqdn: string;
  readonly registeredBy: 'name-request' | 'system';
  /** Addresses it resolves to in the environment's zones. */
  readonly addresses: readonly string[];
  /** The newest good certificate whose common name it is; absent when there is none. */
  readonly certificate?: { readonly serial: string; readonly expiresAt: number };
  /** What is still to be done. */
  readonly advice?: string;
}

/** The records of one product under one party key. */
export interface Registration {
  readonly partyKey: string;
  readonly product: Product;
  readonly odsCode: string;
  readonly accreditedSystems: readonly AccreditedSystem[];
  readonly messageHandlingSystems: readonly MessageHandlingSystem[];
  /** Number of the last change of any of its records. */
  readonly version: number;
}
