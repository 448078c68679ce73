/** What the service desk does for a request: it checks, acts on the environment, and says what came of it. */
import { LocalRefusal } from '../../kernel/errors.ts';
import type { Db } from '../../kernel/store/store.ts';
import { type Answers, choicesOf, textOf } from '../forms/form.ts';
import type { Portal } from '../portal.ts';
import { holdName, nameRegistered } from './names.ts';
import type { Kind } from './prerequisites.ts';
import { type Plan, type Request, reserve, reservedIn } from './store.ts';

/** Whether a product version has passed its conformance run in an environment, and where that is shown. */
export type ConformanceVerdict = (plan: Plan, environment: string) => Promise<{ readonly passed: boolean; readonly why: string }>;

export interface Desk {
  readonly portal: Portal;
  readonly plan: Plan;
  /** The same for every attempt to carry this request out; another for the next one. */
  readonly requestId: string;
  readonly answers: Answers;
  /** The plan's other requests. */
  readonly others: readonly Request[];
  readonly conformance: ConformanceVerdict;
}

/** What came of a request: `keep` is done in the transaction that grants it, and throws when it cannot be. */
export interface Granted {
  readonly result: Readonly<Record<string, unknown>>;
  readonly keep?: (tx: Db) => Promise<void>;
}

/** Carries a request out. Throws LocalRefusal 4xx with the reason when it is refused, 503 when the environment does not answer now. */
export function carryOut(kind: Kind, desk: Desk): Promise<Granted> {
  return ACTS[kind](desk);
}

const ACTS: Readonly<Record<Kind, (desk: Desk) => Promise<Granted>>> = {
  hscn: async ({ answers }) => ({
    result: { zone: 'HSCN', addresses: textOf(answers, 'addresses'), note: 'Problems with the connection are for your network provider.' },
  }),
  'test-data': issueTestData,
  smartcards: issueSmartcard,
  async integration({ plan, conformance }) {
    const { passed, why } = await conformance(plan, 'INT');
    if (!passed)
      throw new LocalRefusal(
        409,
        'integration_incomplete',
        why,
        'Record a conformance run in INT for this product version, and finish it.',
      );
    return { result: { verdict: 'passed', why } };
  },
  async mpv({ portal, plan, answers }) {
    const { productKey } = await portal.environment(plan.environment).call('register.product', {
      manufacturerOdsCode: textOf(answers, 'manufacturerOdsCode'),
      name: plan.product,
      version: plan.version,
      interactions: textOf(answers, 'interactions')
        .split(',')
        .map((each) => each.trim()),
    });
    return { result: { productKey, manufacturerOdsCode: textOf(answers, 'manufacturerOdsCode') } };
  },
  endpoint: registerEndpoint,
  fqdn: registerName,
  'identity-agent': async ({ plan, answers }) => ({
    result: {
      variant: choicesOf(answers, 'variant').join(', '),
      settings: `npx localspine identity-agent settings --environment ${plan.environment.toLowerCase()}`,
    },
  }),
};

async function issueTestData({ portal, plan, answers }: Desk): Promise<Granted> {
  const pack = await portal.environment(plan.environment).call('testData.choose', {
    patients: Number(textOf(answers, 'patients')),
    reserved: [...(await reservedIn(portal.store.db, plan.environment))],
  });
  return {
    result: { ...pack },
    async keep(tx) {
      const taken = await reserve(
        tx,
        plan,
        pack.patients.map((each) => each.nhsNumber),
      );
      if (!taken) throw new LocalRefusal(503, 'test_data_taken', 'Somebody was given one of these patients at the same moment.');
    },
  };
}

/** The positions offered: job role and the activities behind the e-RS business functions (identity.md §D). */
const POSITIONS: Readonly<Record<string, { readonly jobRoleCode: string; readonly activityCodes: readonly string[] }>> = {
  referrer: { jobRoleCode: 'S8000:G8000:R8000', activityCodes: ['B1101'] },
  provider: { jobRoleCode: 'S8000:G8000:R8000', activityCodes: ['B1110'] },
  definer: { jobRoleCode: 'S0010:G0020:R0050', activityCodes: ['B1110', 'B1107'] },
};

const FIRST_PASSCODE = '1234';

async function issueSmartcard({ portal, plan, requestId, answers }: Desk): Promise<Granted> {
  const position = POSITIONS[choicesOf(answers, 'role')[0] ?? ''];
  if (position === undefined) throw new LocalRefusal(409, 'position_unknown', 'There is no such position.');
  const [givenName, familyName, odsCode] = ['givenName', 'familyName', 'odsCode'].map((name) => textOf(answers, name)) as [
    string,
    string,
    string,
  ];
  const card = await portal.environment(plan.environment).call('smartcards.issue', {
    requestId,
    givenName,
    familyName,
    email: 'test.user@localspine.example',
    odsCode,
    jobRoleCode: position.jobRoleCode,
    activityCodes: [...position.activityCodes],
    passcode: FIRST_PASSCODE,
  });
  // True of every card that this request can get: it was issued for it, with this passcode.
  return { result: { ...card, firstPasscode: FIRST_PASSCODE, odsCode, jobRole: position.jobRoleCode } };
}

/** Registers a host name, which the plan holds from then on: no plan of another owner can have it, or point it elsewhere. */
async function registerName({ portal, plan, requestId, answers, others }: Desk): Promise<Granted> {
  const [fqdn, odsCode, address] = [textOf(answers, 'fqdn'), textOf(answers, 'odsCode'), textOf(answers, 'address')];
  const holding = await portal.store.transaction((tx) => holdName(tx, plan, fqdn));
  if (holding === 'other')
    throw new LocalRefusal(409, 'name_held', `The name ${fqdn} belongs to a product of somebody else.`, 'Choose a name of your own.');
  const mpv = others.find((each) => each.kind === 'mpv' && each.state === 'granted')?.result;
  const name = await portal.environment(plan.environment).call('register.name', {
    requestId,
    odsCode,
    fqdn,
    address,
    move: holding === 'registered',
    ...(mpv !== undefined && { productKey: String(mpv['productKey']) }),
  });
  return { result: { fqdn, addresses: name.addresses.join(', ') }, keep: (tx) => nameRegistered(tx, plan, fqdn) };
}

async function registerEndpoint({ portal, plan, requestId, answers, others }: Desk): Promise<Granted> {
  const environment = portal.environment(plan.environment);
  const mpv = granted(others, 'mpv', 'Register the product and its version (MPV) first.');
  if (choicesOf(answers, 'route')[0] === 'administrator') {
    const grant = await environment.call('register.grantEndpointAdministrator', {
      userId: textOf(answers, 'userId'),
      manufacturerOdsCode: String(mpv['manufacturerOdsCode']),
    });
    return { result: { ...grant, next: 'Your endpoint administrator registers the endpoint in the registration service (/eprwebapp).' } };
  }
  const name = granted(others, 'fqdn', 'Register the fully qualified domain name first.');
  const registered = await environment.call('register.endpoint', {
    requestId,
    odsCode: textOf(answers, 'odsCode'),
    productKey: String(mpv['productKey']),
    fqdn: String(name['fqdn']),
  });
  return { result: { ...registered, certificate: `npx localspine certificate request ${String(name['fqdn'])}` } };
}

function granted(others: readonly Request[], kind: Kind, otherwise: string): Readonly<Record<string, unknown>> {
  const found = others.find((each) => each.kind === kind && each.state === 'granted');
  if (found === undefined) throw new LocalRefusal(409, 'prerequisite_first', otherwise);
  return found.result;
}
