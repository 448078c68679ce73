/** Public keys of an application (PTL-116): every check shown, and no key used twice, in whatever environment. */
import { hash } from 'node:crypto';
import type { InputOf, OutputOf } from '../../environment/management/index.ts';
import { LocalRefusal } from '../../kernel/errors.ts';
import type { Visitor } from '../access/index.ts';
import type { Portal } from '../portal.ts';
import { changeAs, look, permittedRecord, refuseInState, type ViewedApplication } from './application.ts';
import { claimKey, findRecord, type KeyClaim, keyHolder, releaseKey, takeKeyOver } from './store.ts';

export type KeySource = InputOf<'applications.examineKeys'>;
export type KeyExamination = OutputOf<'applications.examineKeys'>;

const OWN_KEY = 'no other application has one of the keys';

/** Every check, without registering anything. Throws LocalRefusal 401, 403, 404. */
export async function examineKeys(portal: Portal, visitor: Visitor, appId: string, source: KeySource): Promise<KeyExamination> {
  const record = await permittedRecord(portal, visitor, appId, 'application.change');
  const examination = await portal.environment(record.environment).call('applications.examineKeys', source);
  if (!examination.good) return { ...examination, checks: [...examination.checks, { check: OWN_KEY, outcome: 'not-reached' }] };
  const shared = await sharedKeys(portal, record.appId, examination);
  const outcome = shared.length === 0 ? ('passed' as const) : ('failed' as const);
  const why = `${shared.map((kid) => `"${kid}"`).join(', ')}: each application has a key pair of its own, in each environment.`;
  return {
    ...examination,
    good: shared.length === 0,
    checks: [...examination.checks, { check: OWN_KEY, outcome, ...(shared.length === 0 ? {} : { why }) }],
  };
}

/**
 * Registers a key set, or its address, in place of the one before.
 *
 * @throws LocalRefusal 400 with every fault, 409 for a key that another application has, or when none can be registered now
 */
export async function registerKeys(
  portal: Portal,
  visitor: Visitor,
  appId: string,
  source: KeySource,
): Promise<{ readonly view: ViewedApplication; readonly examination: KeyExamination }> {
  const record = await permittedRecord(portal, visitor, appId, 'application.change');
  refuseInState('setKeys', await look(portal, record));
  const examination = await examineKeys(portal, visitor, appId, source);
  refuseFaults(examination);
  const claimed = await claimKeys(portal, record.appId, examination);
  try {
    const view = await changeAs(portal, visitor, record, {
      action: 'setKeys',
      audited: 'application.keys',
      detail: { kids: examination.keys.map((each) => each.kid), ...('jwksUrl' in source ? { jwksUrl: source.jwksUrl } : {}) },
      run: (managed) => managed.call('applications.setKeys', { appId: record.appId, source }),
    });
    return { view, examination };
  } catch (error) {
    // Where there was no answer they may be registered: then they stay this application's.
    if (error instanceof LocalRefusal && error.status < 500)
      await portal.store.transaction(async (tx) => {
        for (const each of claimed) await releaseKey(tx, each);
      });
    throw error;
  }
}

/**
 * Writes down whose the keys are before they are registered: of two applications that come with one key, one is refused. Gives the claims that are
 * new.
 */
async function claimKeys(portal: Portal, appId: string, { keys }: KeyExamination): Promise<readonly KeyClaim[]> {
  const claims = await Promise.all(
    keys.map(async (key) => {
      const claim = { thumbprint: thumbprint(key), appId, kid: key.kid };
      const holder = await keyHolder(portal.store.db, claim.thumbprint);
      return { claim, gone: holder !== undefined && holder !== appId && !(await isThere(portal, holder)) ? holder : undefined };
    }),
  );
  const now = portal.clock.realNow();
  return portal.store.transaction(async (tx) => {
    const claimed: KeyClaim[] = [];
    for (const { claim, gone } of claims) {
      const isNew = gone === undefined ? await claimKey(tx, claim, now) : await takeKeyOver(tx, claim, gone, now);
      if (isNew) claimed.push(claim);
      else if ((await keyHolder(tx, claim.thumbprint)) !== appId)
        throw new LocalRefusal(
          409,
          'key_in_use',
          `The key "${claim.kid}" was registered for another application.`,
          'Make a key pair for this application alone.',
        );
    }
    return claimed;
  });
}

/** Whether a key's holder is an application still: one that its environment no longer knows holds nothing. In doubt it is. */
async function isThere(portal: Portal, appId: string): Promise<boolean> {
  const record = await findRecord(portal.store.db, appId);
  if (record === undefined) return false;
  const managed = portal.environments.find((each) => each.id === record.environment);
  if (managed === undefined) return true;
  try {
    return (await managed.call('applications.list', { appIds: [appId] })).applications.length > 0;
  } catch (error) {
    if (!(error instanceof LocalRefusal)) throw error;
    return true;
  }
}

function refuseFaults({ checks }: KeyExamination): void {
  const failed = checks.filter((each) => each.outcome === 'failed');
  const [first] = failed;
  if (first === undefined) return;
  throw new LocalRefusal(
    first.check === OWN_KEY ? 409 : 400,
    first.check === OWN_KEY ? 'key_in_use' : 'bad_jwks',
    `The key set was not registered. ${failed.map((each) => each.why ?? each.check).join(' ')}`,
    'Make a key pair for this application alone: npx localspine key create.',
  );
}

async function sharedKeys(portal: Portal, appId: string, { keys }: KeyExamination): Promise<readonly string[]> {
  const shared: string[] = [];
  for (const key of keys) {
    const holder = await keyHolder(portal.store.db, thumbprint(key));
    if (holder !== undefined && holder !== appId && (await isThere(portal, holder))) shared.push(key.kid);
  }
  return shared;
}

/** The thumbprint of RFC 7638: the same for the same numbers, whatever the key is called. */
function thumbprint({ e, n }: { readonly e: string; readonly n: string }): string {
  return hash('sha256', JSON.stringify({ e, kty: 'RSA', n }), 'base64url');
}
