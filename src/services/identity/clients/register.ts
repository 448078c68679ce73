/** The register of relying parties: what operators and the command line do to them. */
import { LocalRefusal } from '../../../kernel/errors.ts';
import type { ServiceContext } from '../../../kernel/service.ts';
import type { Db } from '../../../kernel/store/store.ts';
import { fingerprint } from '../fingerprint.ts';
import { authMethod, type ClientMetadata, checkMetadata, type RelyingParty } from './model.ts';
import { deleteClient, findClient, saveClient } from './store.ts';

/** The client id of the API platform at the identity providers (form: identity.md "Identifier forms"). */
export const PLATFORM_CLIENT = '999999999999.apps.national';
/** The pages of the Care ID Service are a client of their own, and where they are (the path is ours). */
export const CARE_ID_CLIENT = '999999999998.apps.national';
export const CARE_ID_PATH = '/care-id';
const SECRET_LENGTH = 32;

/** A relying party as shown: with its secret only in the answer that made it. */
export interface ClientView extends ClientMetadata {
  readonly client_id: string;
  readonly client_secret?: string;
  readonly hash: string;
  readonly created_at: number;
}

export function viewClient(client: RelyingParty, secret?: string): ClientView {
  return {
    client_id: client.clientId,
    ...(secret === undefined ? {} : { client_secret: secret }),
    ...client.metadata,
    token_endpoint_auth_method: authMethod(client.metadata),
    hash: client.hash,
    created_at: client.createdAt,
  };
}

type Means = Pick<ServiceContext, 'random' | 'clock'>;

/** Registers a relying party. Throws LocalRefusal 400 for a registration that cannot be. */
export async function registerClient({ random, clock }: Means, tx: Db, document: unknown): Promise<ClientView> {
  const metadata = checkMetadata(document);
  const clientId = `${random.text(12, '0123456789')}.apps.national`;
  const made = newSecret(random, metadata);
  const client: RelyingParty = { clientId, metadata, secret: made?.kept, hash: hashOf(random), createdAt: clock.realNow() };
  await saveClient(tx, client);
  return viewClient(client, made?.secret);
}

/**
 * Changes a registration as a whole.
 *
 * @param hash the state the caller read; an older one is refused (identity.md B.2)
 * @throws LocalRefusal 400, 404, 409
 */
export async function changeClient({ random }: Means, tx: Db, clientId: string, hash: string, document: unknown): Promise<ClientView> {
  const client = await requireClient(tx, clientId);
  if (hash !== client.hash)
    throw new LocalRefusal(
      409,
      'stale_hash',
      'The registration was changed since you read it.',
      'Read it again and send its hash: PUT …?hash=.',
    );
  const metadata = checkMetadata(document);
  const keepsSecret = client.secret !== undefined && authMethod(metadata) !== 'private_key_jwt';
  const made = keepsSecret ? undefined : newSecret(random, metadata);
  const changed: RelyingParty = { ...client, metadata, secret: keepsSecret ? client.secret : made?.kept, hash: hashOf(random) };
  await saveClient(tx, changed);
  return viewClient(changed, made?.secret);
}

/** Gives a client a new secret; the old one is dead at once. Throws LocalRefusal 404, or 409 for a client that signs. */
export async function renewSecret({ random }: Means, tx: Db, clientId: string): Promise<ClientView> {
  const client = await requireClient(tx, clientId);
  const made = newSecret(random, client.metadata);
  if (made === undefined)
    throw new LocalRefusal(409, 'no_secret', 'A client with private_key_jwt has no secret.', 'Change its key set instead.');
  const { sealedSecret: _, ...rest } = client;
  const changed: RelyingParty = { ...rest, secret: made.kept, hash: hashOf(random) };
  await saveClient(tx, changed);
  return viewClient(changed, made.secret);
}

const REALM_SECRET = 'identity/realm-client';

/**
 * The client of the simulated log-on that belongs to an application: made once, with the application's callback URL, and told again
 * whenever it is asked for (identity.md C.10).
 */
export async function realmClient(
  { random, clock, sealer }: Means & Pick<ServiceContext, 'sealer'>,
  tx: Db,
  application: { readonly id: string; readonly name: string; readonly redirectUri: string },
): Promise<{ readonly client_id: string; readonly client_secret: string }> {
  const clientId = `realm-${application.id}`;
  const metadata = checkMetadata({ client_name: application.name.slice(0, 200), redirect_uris: [application.redirectUri] });
  const existing = await findClient(tx, clientId);
  if (existing?.sealedSecret !== undefined) {
    const { redirect_uris: known } = existing.metadata;
    if (!known.includes(application.redirectUri)) await saveClient(tx, { ...existing, metadata, hash: hashOf(random) });
    return { client_id: clientId, client_secret: sealer.open(REALM_SECRET, existing.sealedSecret) };
  }
  const made = newSecret(random, metadata);
  if (made === undefined) throw new Error('a realm client has a secret');
  const sealedSecret = sealer.seal(REALM_SECRET, made.secret);
  await saveClient(tx, { clientId, metadata, secret: made.kept, sealedSecret, hash: hashOf(random), createdAt: clock.realNow() });
  return { client_id: clientId, client_secret: made.secret };
}

/** Removes a client. Throws LocalRefusal 404. */
export async function removeClient(tx: Db, clientId: string): Promise<void> {
  if (!(await deleteClient(tx, clientId))) throw unknownClient(clientId);
}

/** The relying party, or LocalRefusal 404. */
export async function requireClient(db: Db, clientId: string): Promise<RelyingParty> {
  const client = await findClient(db, clientId);
  if (client === undefined) throw unknownClient(clientId);
  return client;
}

function unknownClient(clientId: string): LocalRefusal {
  return new LocalRefusal(
    404,
    'client_unknown',
    `No relying party "${clientId.slice(0, 60)}" is registered in this environment.`,
    'List them: localspine cis2 list. A client exists in one environment only.',
  );
}

/** A drawn secret, of which only a hash is kept; it is long enough that a fast hash is safe (docs/decisions/0011). */
function newSecret(
  random: Means['random'],
  metadata: ClientMetadata,
): { readonly secret: string; readonly kept: { readonly salt: string; readonly hash: string } } | undefined {
  if (authMethod(metadata) === 'private_key_jwt') return undefined;
  const secret = random.text(SECRET_LENGTH);
  const salt = random.bytes(16).toString('base64url');
  return { secret, kept: { salt, hash: fingerprint(`${salt}.${secret}`) } };
}

function hashOf(random: Means['random']): string {
  return random.bytes(12).toString('hex');
}
