/** API keys of an application: drawn, added to those in force, revoked. */
import { LocalRefusal } from '../../kernel/errors.ts';
import type { Db } from '../../kernel/store/store.ts';
import type { ApiKey } from './application.ts';
import { applicationToChange, refuseRevoked } from './known-application.ts';
import { hashSecret } from './secrets.ts';
import { findClient, insertKey, keysOf, revokeKeys } from './store/applications.ts';
import type { GatewayWorld } from './world.ts';

const API_KEY_LENGTH = 32;
const SECRET_LENGTH = 16;

/** An API key with its secret, which is told this once. */
export interface NewKey {
  readonly apiKey: string;
  readonly secret: string;
}

/** Draws a secret for a key, and the key when none is given, and keeps both. */
export async function newKey(world: GatewayWorld, tx: Db, appId: string, apiKey = world.random.text(API_KEY_LENGTH)): Promise<NewKey> {
  const secret = world.random.text(SECRET_LENGTH);
  const hashed = hashSecret(secret, world.random);
  const key: ApiKey = {
    apiKey,
    appId,
    secretSalt: hashed.salt,
    secretHash: hashed.hash,
    status: 'approved',
    createdAt: world.clock.realNow(),
  };
  await insertKey(tx, key);
  return { apiKey, secret };
}

/**
 * Adds a key. The others go on working, so that a supplier can change over, unless told otherwise.
 *
 * @throws LocalRefusal 404, or 409 for a revoked application
 */
export async function rotateKey(world: GatewayWorld, tx: Db, appId: string, revokeOthers = false): Promise<NewKey> {
  const application = await applicationToChange(tx, appId);
  refuseRevoked(application);
  const key = await newKey(world, tx, application.appId);
  if (revokeOthers) await revokeKeys(tx, application.appId, { allBut: key.apiKey });
  return key;
}

/**
 * Adds the key that the caller drew; the second time it is there: its secret is not told again, and nothing is changed.
 *
 * @throws LocalRefusal 404, 409 for a revoked application or a key of another one
 */
export async function addKey(
  world: GatewayWorld,
  tx: Db,
  appId: string,
  { apiKey, revokeOthers }: { readonly apiKey: string; readonly revokeOthers: boolean },
): Promise<Pick<NewKey, 'apiKey'> & Partial<NewKey>> {
  const application = await applicationToChange(tx, appId);
  refuseRevoked(application);
  const there = await findClient(tx, apiKey);
  if (there !== undefined && there.application.appId !== application.appId)
    throw new LocalRefusal(409, 'key_taken', 'This API key belongs to another application.', 'Draw another.');
  // A repeated request comes late at times: the keys made since are not its to revoke.
  if (there !== undefined) return { apiKey };
  const key = await newKey(world, tx, application.appId, apiKey);
  if (revokeOthers) await revokeKeys(tx, application.appId, { allBut: apiKey });
  return key;
}

/** Revokes one key; nothing happens when it is revoked. Throws LocalRefusal 404. */
export async function revokeKey(tx: Db, appId: string, apiKey: string): Promise<void> {
  const application = await applicationToChange(tx, appId);
  const keys = await keysOf(tx, application.appId);
  if (!keys.some((key) => key.apiKey === apiKey))
    throw new LocalRefusal(404, 'key_unknown', `The application ${application.name} has no such API key.`);
  await revokeKeys(tx, application.appId, { only: apiKey });
}
