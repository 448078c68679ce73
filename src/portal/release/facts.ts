/** All that the rules of the road look at, gathered before they are asked: plain data, no I/O. */

import type { AsidModel } from '../../environment/management/asids.ts';
import type { Instant } from '../../kernel/clock.ts';
import type { AccessMode, Capability, ErsUse } from '../applications/access-mode.ts';
import type { PassedRun } from '../conformance/index.ts';
import type { Answers } from '../forms/form.ts';
import type { ArtefactKind } from './artefacts.ts';
import type { Coverage } from './coverage.ts';

/** One artefact as it stands. */
export interface ArtefactState {
  readonly kind: ArtefactKind;
  /** ODS code of the end-user organisation where there is one for each; '' otherwise. */
  readonly key: string;
  readonly state: string;
  readonly answers: Answers;
  /** Why it was sent back last; none when it was not. */
  readonly reasons: readonly string[];
  /** When it came into this state. */
  readonly since: Instant;
}

/** A product version on its way to production. */
export interface Road {
  readonly id: string;
  readonly supplierOds: string;
  readonly supplierName: string;
  readonly product: string;
  readonly version: string;
  readonly artefacts: readonly ArtefactState[];
}

/** How far an application of PROD may go: not at all, reading calls of the smoke test, or live (PTL-119). */
export type LiveStage = 'not-live' | 'smoke-test' | 'live';

/** An application of the supplier as the environment has it now. */
export interface ApplicationFacts {
  readonly environment: 'INT' | 'PROD';
  readonly appId: string;
  readonly name: string;
  /** Whether the supplier of the road owns it. */
  readonly owned: boolean;
  readonly revoked: boolean;
  readonly accessMode: AccessMode;
  /** What an unattended application was registered for. */
  readonly capability: Capability | undefined;
  /** The API added to it; undefined when there is none. */
  readonly product: { readonly name: string; readonly approved: boolean } | undefined;
  readonly kids: readonly string[];
  readonly callbackUrl: string | undefined;
  readonly asid: string | undefined;
  readonly attributes: Readonly<Record<string, string>>;
  readonly stage: LiveStage;
  /** An operator let it into production past the reviewers. */
  readonly override: boolean;
}

/** What conformance runs of the product version in INT have shown. */
export interface ConformanceFacts {
  readonly verdict: 'no-run' | 'open' | 'failed' | 'passed';
  readonly covered: readonly Coverage[];
  readonly passedRuns: readonly PassedRun[];
}

/** An exchange that the environment's journal holds. */
export interface SeenExchange {
  readonly appId: string | undefined;
  readonly operation: string;
  readonly status: number;
}

/** What the journal of PROD says about an application since a moment: operations answered with success, and whether it got a token. */
export interface SeenCalls {
  readonly tokens: number;
  readonly succeeded: readonly string[];
}

/** A member of staff as the production directory knows them. */
export interface PersonFacts {
  readonly organisations: readonly string[];
}

/** An accredited system of PROD that the form names as an existing one. */
export interface AsidFacts {
  readonly odsCode: string;
  readonly boundTo: string | undefined;
  /** Why it may not serve e-RS besides what it serves; undefined when it may, or does. */
  readonly notForErs: string | undefined;
}

export interface RoadFacts {
  readonly now: Instant;
  /** How many ASIDs user-restricted access has in PROD. */
  readonly asidModel: AsidModel;
  readonly road: Road;
  readonly applications: readonly ApplicationFacts[];
  readonly conformance: ConformanceFacts;
  /** Access of the product version to DEP, as Getting connected has it. */
  readonly depAccess: 'none' | 'prerequisites-open' | 'granted' | 'suspended';
  /** Organisations that the forms name and the directory of the environment does not know. */
  readonly unknownOrganisations: Readonly<Record<'INT' | 'PROD', readonly string[]>>;
  /** Systems in use in PROD, by the ASID that the form names. */
  readonly asids: ReadonlyMap<string, AsidFacts>;
  /** Organisations whose chief information officer, a person, has declined or withdrawn last: no simulated one approves for them. */
  readonly decidedByPerson: ReadonlySet<string>;
  /** By correlation id, in INT. */
  readonly exchanges: ReadonlyMap<string, SeenExchange>;
  /** By user id, in PROD. */
  readonly people: ReadonlyMap<string, PersonFacts>;
  /** By AppID, in PROD, since the smoke test was opened. */
  readonly smokeCalls: ReadonlyMap<string, SeenCalls>;
  /** By AppID, in PROD, since go-live was confirmed. */
  readonly liveCalls: ReadonlyMap<string, SeenCalls>;
}

/** The use of the API an ErsUse speaks of needs an application of this access mode and, in the attributes, this business function. */
export const BUSINESS_FUNCTIONS: Readonly<Record<Exclude<ErsUse, 'user-restricted'>, string>> = {
  'application-restricted-referrer': 'REFERRER_AUTHORISED_APPLICATION',
  'application-restricted-provider': 'PROVIDER_AUTHORISED_APPLICATION',
};

/** An artefact of a road. Throws when the road has none of that kind and key: a fault of ours. */
export function artefactOf(road: Road, kind: ArtefactKind, key = ''): ArtefactState {
  const found = road.artefacts.find((each) => each.kind === kind && each.key === key);
  if (found === undefined) throw new Error(`road ${road.id} has no ${kind} ${key}`);
  return found;
}

export function applicationOf(facts: RoadFacts, environment: 'INT' | 'PROD', appId: string): ApplicationFacts | undefined {
  return facts.applications.find((each) => each.environment === environment && each.appId === appId);
}
