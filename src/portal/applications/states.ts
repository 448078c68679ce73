/**
 * How far an application has come (path-to-live.md §3.2, "Application"), read from what is known of it: the state is never stored, so that it
 * cannot disagree with the environment. Pure.
 */

export type ApplicationState =
  | 'draft'
  | 'registered'
  | 'productRequested'
  | 'productApproved'
  | 'keyed'
  | 'asidBound'
  | 'ready'
  | 'live'
  | 'suspended'
  | 'revoked';

/** What is known of an application, in its environment and in the portal. */
export interface ApplicationFacts {
  readonly production: boolean;
  /** It has an AppID. */
  readonly registered: boolean;
  readonly product: 'none' | 'pending' | 'approved';
  /** Its product calls back. */
  readonly callbackRequired: boolean;
  readonly callbackUrl: boolean;
  /** A key set or the URL of one. */
  readonly keys: boolean;
  readonly asid: boolean;
  /** Attributes an unattended application acts by that are not set. */
  readonly missingAttributes: readonly string[];
  /** Its environment lets it be called as live, as it does once go-live was confirmed; asked in production only. */
  readonly confirmedLive: boolean;
  readonly suspended: boolean;
  readonly revoked: boolean;
}

export type Actor = 'supplier' | 'operator';

/** What stands between an application and its next state. */
export interface Missing {
  readonly what: string;
  readonly who: Actor;
  /** What a caller is told meanwhile. */
  readonly effect: string;
}

interface Step {
  readonly state: ApplicationState;
  /** All that is missing for the state; none when it is reached. */
  readonly missing: (facts: ApplicationFacts) => readonly Missing[];
}

const NO_ASID = 'API calls are refused: 403 "ASID is not configured in the application".';
const NO_TOKEN = 'No access token is issued.';

/** The road, in order. A state is reached when nothing is missing for it and for those before it. */
export const ROAD: readonly Step[] = [
  {
    state: 'registered',
    missing: when((facts) => !facts.registered, 'Register the application: this makes its AppID and API key.', 'supplier', NO_TOKEN),
  },
  {
    state: 'productRequested',
    missing: when((facts) => facts.product === 'none', 'Add the e-Referral Service API.', 'supplier', NO_TOKEN),
  },
  {
    state: 'productApproved',
    missing: when((facts) => facts.product !== 'approved', 'The operator approves the API.', 'operator', NO_TOKEN),
  },
  {
    state: 'keyed',
    missing: (facts) => [
      ...when(({ keys }) => !keys, 'Register the public key.', 'supplier', NO_TOKEN)(facts),
      ...when(
        ({ callbackRequired, callbackUrl }) => callbackRequired && !callbackUrl,
        'Set the callback URL.',
        'supplier',
        NO_TOKEN,
      )(facts),
    ],
  },
  { state: 'asidBound', missing: when((facts) => !facts.asid, 'An ASID is bound to the application.', 'operator', NO_ASID) },
  {
    state: 'ready',
    missing: ({ missingAttributes }) =>
      missingAttributes.map((name) => ({
        what: `The attribute ${name} is set.`,
        who: 'operator',
        effect: `API calls fail: 500 "Unresolved variable : app.${name}".`,
      })),
  },
  {
    state: 'live',
    missing: when(
      (facts) => facts.production && !facts.confirmedLive,
      'The e-RS Partners team confirms that you are live.',
      'operator',
      'Calls in PROD are refused.',
    ),
  },
];

function when(applies: (facts: ApplicationFacts) => boolean, what: string, who: Actor, effect: string): Step['missing'] {
  return (facts) => (applies(facts) ? [{ what, who, effect }] : []);
}

/** The state of an application. Outside production it is live as soon as it is ready. */
export function stateOf(facts: ApplicationFacts): ApplicationState {
  if (facts.revoked) return 'revoked';
  if (facts.suspended) return 'suspended';
  const blocked = ROAD.findIndex((step) => step.missing(facts).length > 0);
  return blocked < 0 ? 'live' : (ROAD[blocked - 1]?.state ?? 'draft');
}

/** Everything that is missing until it is live, in the order of the road; what is next comes first. */
export function missingFor(facts: ApplicationFacts): readonly Missing[] {
  return facts.revoked ? [] : ROAD.flatMap((step) => step.missing(facts));
}

/** Attributes an unattended application acts by (path-to-live.md §2.6); the business function has a default. */
export const ACTING_ATTRIBUTES = ['app-restricted-ods-code', 'app-restricted-user-id', 'app-restricted-business-function'] as const;

export type ApplicationAction =
  | 'rename'
  | 'addApi'
  | 'approveApi'
  | 'setCallback'
  | 'setKeys'
  | 'addSecret'
  | 'revokeSecret'
  | 'setAttributes'
  | 'bindAsid'
  | 'unbindAsid'
  | 'suspend'
  | 'resume'
  | 'revoke';

type Allowed = Readonly<Partial<Record<ApplicationState, true>>>;
const ALIVE: Allowed = {
  registered: true,
  productRequested: true,
  productApproved: true,
  keyed: true,
  asidBound: true,
  ready: true,
  live: true,
};
const STANDING: Allowed = { ...ALIVE, suspended: true };

/** In which states something can be done to an application, and who does it. Who may at all is the affair of the portal's permissions. */
export const ACTIONS: Readonly<Record<ApplicationAction, { readonly from: Allowed; readonly who: Actor }>> = {
  rename: { from: STANDING, who: 'supplier' },
  addApi: { from: { registered: true }, who: 'supplier' },
  approveApi: { from: { productRequested: true }, who: 'operator' },
  setCallback: { from: ALIVE, who: 'supplier' },
  setKeys: { from: ALIVE, who: 'supplier' },
  addSecret: { from: ALIVE, who: 'supplier' },
  revokeSecret: { from: STANDING, who: 'supplier' },
  setAttributes: { from: STANDING, who: 'operator' },
  bindAsid: { from: ALIVE, who: 'operator' },
  // A revoked application is there for good; the ASID of its organisation is not lost with it.
  unbindAsid: { from: { ...STANDING, revoked: true }, who: 'operator' },
  suspend: { from: ALIVE, who: 'operator' },
  resume: { from: { suspended: true }, who: 'operator' },
  revoke: { from: STANDING, who: 'supplier' },
};

export function mayDo(action: ApplicationAction, state: ApplicationState): boolean {
  return ACTIONS[action].from[state] === true;
}
