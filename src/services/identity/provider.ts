import type { Outgoing } from '../../kernel/http/outgoing.ts';
import type { OfferKey, ServiceContext } from '../../kernel/service.ts';
import type { Db } from '../../kernel/store/store.ts';
import type { DirectoryApi } from '../directory/index.ts';
import type { PkiApi } from '../pki/index.ts';
import type { Cards } from './cards/port.ts';
import type { CardListener, CardWorld } from './cards/world.ts';
import { allowedScopes, SCOPES } from './clients/model.ts';
import { CARE_ID_CLIENT, CARE_ID_PATH, PLATFORM_CLIENT } from './clients/register.ts';
import { findClient } from './clients/store.ts';
import { Signer } from './keys.ts';
import type { Provider } from './model.ts';
import type { AuthorizingClient } from './oidc/authorization-request.ts';
import { type Realm, realmOf } from './realms.ts';
import type { SessionEnded } from './sessions/ending.ts';

/** Under this key a national application offers the path at which it takes its users back: it signs them in as the platform's client does. */
export const signInCallback: OfferKey<string> = { name: 'identity.sign-in-callback' };

/** What the parts of the identity service share in one environment. */
export interface IdentityWorld
  extends Pick<ServiceContext, 'environment' | 'store' | 'clock' | 'random' | 'outbox' | 'sealer' | 'availability' | 'log'> {
  readonly directory: DirectoryApi;
  /** Asked for when certificates are, and not before: tests of sign-in need no authority. */
  readonly pki: () => PkiApi;
  readonly cards: Cards;
  readonly signer: Signer;
  readonly outgoing: Outgoing;
  readonly realms: readonly Realm[];
  /** Paths of the national applications' callbacks. */
  readonly applicationCallbacks: readonly string[];
  /** Services of this environment that want to know of ended sessions. */
  readonly listeners: SessionEnded[];
  /** Those that want to know of cards put in, taken out and made unusable. */
  readonly cardListeners: CardListener[];
}

export function identityWorld(
  context: ServiceContext,
  parts: Pick<IdentityWorld, 'directory' | 'pki' | 'outgoing'>,
  cards: (world: CardWorld) => Cards,
): IdentityWorld {
  const { environment, store, clock, random, outbox, sealer, availability, log } = context;
  const providers = [...new Set(environment.tokenServers.map((each) => each.signIn))];
  const shared = { environment, store, clock, random, outbox, sealer, availability, listeners: [], cardListeners: [], ...parts };
  return {
    ...shared,
    cards: cards(shared),
    log,
    signer: new Signer(sealer),
    realms: providers.map((provider) => realmOf(environment, provider)),
    applicationCallbacks: context.offered(signInCallback),
    listeners: [],
    ...parts,
  };
}

/** The realm of a provider. Throws when the environment has no such provider. */
export function realm(world: IdentityWorld, provider: Provider): Realm {
  const found = world.realms.find((each) => each.provider === provider);
  if (found === undefined) throw new Error(`${world.environment.id} has no provider ${provider}`);
  return found;
}

/** A client as the authorisation endpoint knows it: the API platform itself, or a registered relying party. */
export async function authorizingClient(
  world: IdentityWorld,
  db: Db,
  clientId: string | undefined,
): Promise<AuthorizingClient | undefined> {
  if (clientId === PLATFORM_CLIENT) return { clientId, redirectUris: platformCallbacks(world), scopes: SCOPES };
  if (clientId === CARE_ID_CLIENT)
    return { clientId, redirectUris: [...world.environment.origins].map((origin) => `${origin}${CARE_ID_PATH}/callback`), scopes: SCOPES };
  const client = clientId === undefined ? undefined : await findClient(db, clientId);
  return client && { clientId: client.clientId, redirectUris: client.metadata.redirect_uris, scopes: allowedScopes(client.metadata) };
}

/** The callbacks of the platform and the national applications, by each door. Compared whole, so that no other address can be sent a code. */
function platformCallbacks({ environment, applicationCallbacks }: IdentityWorld): readonly string[] {
  const paths = [...environment.tokenServers.map(({ path }) => `${path}/callback`), ...applicationCallbacks];
  return paths.flatMap((path) => [...environment.origins].map((origin) => `${origin}${path}`));
}
