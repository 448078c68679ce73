/** Public keys of an application (PTL-116): every check shown, and no key used twice, in whatever environment. */
import { hash } from 'node:crypto';
import type { InputOf, OutputOf } from '../../environment/management/index.ts';
import { LocalRefusal } from '../../kernel/errors.ts';
import type { Visitor } from '../access/index.ts';
import type { Portal } from '../portal.ts';
import { change, permittedRecord, type ViewedApplication } from './application.ts';
import { keyHolder, rememberKey } from './store.ts';

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
 * @throws LocalRefusal 400 with every fault, 409 for a key that another application has
 */
export async function registerKeys(
  portal: Portal,
  visitor: Visitor,
  appId: string,
  source: KeySource,
): Promise<{ readonly view: ViewedApplication; readonly examination: KeyExamination }> {
  const examination = await examineKeys(portal, visitor, appId, source);
  refuseFaults(examination);
  await claimKeys(portal, appId, examination);
  const view = await change(portal, visitor, appId, 'application.change', {
    action: 'setKeys',
    audited: 'application.keys',
    detail: { kids: examination.keys.map((each) => each.kid), ...('jwksUrl' in source ? { jwksUrl: source.jwksUrl } : {}) },
    run: (managed) => managed.call('applications.setKeys', { appId, source }),
  });
  return { view, examination };
}

/** Writes down whose the keys are before they are registered: of two applications that come with one key, one is refused. */
async function claimKeys(portal: Portal, appId: string, { keys }: KeyExamination): Promise<void> {
  await portal.store.transaction(async (tx) => {
    for (const key of keys) {
      const name = thumbprint(key);
      await rememberKey(tx, { thumbprint: name, appId, kid: key.kid }, portal.clock.realNow());
      if ((await keyHolder(tx, name)) !== appId)
        throw new LocalRefusal(
          409,
          'key_in_use',
          `The key "${key.kid}" was registered for another application.`,
          'Make a key pair for this application alone.',
        );
    }
  });
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
    if (holder !== undefined && holder !== appId) shared.push(key.kid);
  }
  return shared;
}

/** The thumbprint of RFC 7638: the same for the same numbers, whatever the key is called. */
function thumbprint({ e, n }: { readonly e: string; readonly n: string }): string {
  return hash('sha256', JSON.stringify({ e, kty: 'RSA', n }), 'base64url');
}
