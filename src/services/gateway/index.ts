import { faultChapter } from '../../kernel/faults/catalogue.ts';
import { Outgoing } from '../../kernel/http/outgoing.ts';
import { errorShelf } from '../../kernel/knowledge.ts';
import { type EnvironmentSettings, offer, type Service, type ServiceContext } from '../../kernel/service.ts';
import type { Db } from '../../kernel/store/store.ts';
import { asidUse, directory } from '../directory/index.ts';
import { identity } from '../identity/index.ts';
import { pki } from '../pki/index.ts';
import { type GatewayApi, gatewayApi } from './api.ts';
import { asidModelOf, hasAllowList } from './asid-model.ts';
import { gatewayTables } from './migrations/0001-gateway.ts';
import { signInOfAuthorization } from './migrations/0002-nhs-login.ts';
import { liveStageOfApplication } from './migrations/0003-live-stage.ts';
import { registrationOfApplication } from './migrations/0004-registration.ts';
import { type ApiProduct, apiProduct } from './products.ts';
import { findByAsid } from './store/applications.ts';
import { chainsOfSession, endChains } from './store/tokens.ts';
import type { GatewayWorld } from './world.ts';

export type { AccessGrant, ApplicationFacts } from './access.ts';
export type { GatewayApi } from './api.ts';
export type { NewKey } from './api-keys.ts';
export type { ApplicationStatus, LiveStage, Subscription } from './application.ts';
export { ASID_MODELS, type AsidModel, allowListAttributes, allowListIn, asidModelOf, hasAllowList } from './asid-model.ts';
export { faultBody, GatewayRefusal, QuotaRefusal } from './errors.ts';
export type { Examination } from './examination.ts';
export type { KeyCheck } from './jwks.ts';
export type { KeyExamination } from './key-examination.ts';
export type { ApplicationView, RegisteredApplication, Registration } from './management.ts';
export { type AccessMode, type ApiProduct, apiProduct } from './products.ts';
export type { KeySource } from './registration.ts';
export { BUILD, isStatusKey, STATUS_KEY, statusReport } from './status.ts';

/** The API platform: application register, token servers, and the checks in front of every API (identity.md C). */
export const gateway: Service<GatewayApi> = {
  name: 'gateway',
  title: 'API platform',
  migrations: {
    '0001-gateway': gatewayTables,
    '0002-nhs-login': signInOfAuthorization,
    '0003-live-stage': liveStageOfApplication,
    '0004-registration': registrationOfApplication,
  },
  // Tokens outlive a reset with the applications they belong to; a spent jti stays spent. Log-ons under way and fetched keys do not.
  tables: {
    gateway_application: 'kept',
    gateway_api_key: 'kept',
    gateway_jti: 'kept',
    gateway_log_on: 'kept',
    gateway_token: 'kept',
    gateway_refresh_token: 'kept',
    gateway_jwks_cache: 'data',
    gateway_authorization: 'data',
    gateway_code: 'data',
  },
  // An ASID that an application is bound to is not retired.
  offers: [
    offer(asidUse, { boundTo }),
    offer(errorShelf, { title: 'API platform', load: async () => (await import('./known-errors.ts')).ALL_GATEWAY_ERRORS }),
    offer(faultChapter, async () => (await import('./faults.ts')).GATEWAY_FAULTS),
  ],
  create(context) {
    const world = worldOf(context);
    // A session that ends at the identity provider takes its tokens here with it, in the same transaction (identity.md §2.7).
    context.use(identity).onSessionEnded(async (tx, { sid }) => endChains(tx, await chainsOfSession(tx, sid), world.clock.now()));
    return {
      api: gatewayApi(world),
      routes: async (app) => {
        const { registerTokenServers } = await import('./oauth/routes.ts');
        await registerTokenServers(app, world);
        const { registerMockJwks } = await import('./mock-jwks.ts');
        await app.register(async (scope) => registerMockJwks(scope, world));
      },
      admin: async (app) => {
        const { registerAdmin } = await import('./admin/routes.ts');
        registerAdmin(app, world);
      },
    };
  },
};

async function boundTo(db: Db, asid: string): Promise<{ readonly appId: string; readonly name: string } | undefined> {
  const found = await findByAsid(db, asid);
  return found && { appId: found.appId, name: found.name };
}

/** A product that can ask for an allow list does, where the environment's policy is one ASID for all organisations. */
function underPolicy(product: ApiProduct, settings: EnvironmentSettings): ApiProduct {
  const { EUOAllowlistRequired: published } = product.attributes;
  if (published === undefined || !hasAllowList(asidModelOf(settings), product.accessMode)) return product;
  return { ...product, attributes: { ...product.attributes, EUOAllowlistRequired: 'true' } };
}

function worldOf(context: ServiceContext): GatewayWorld {
  const { environment, store, clock, random, faults, availability } = context;
  const products = context
    .offered(apiProduct)
    .filter((product) => product.environments?.includes(environment.id) ?? true)
    .map((product) => underPolicy(product, environment.settings));
  return {
    environment,
    store,
    clock,
    random,
    faults,
    availability,
    products: new Map(products.map((product) => [product.name, product])),
    signIn: context.use(identity),
    asids: context.use(directory),
    outgoing: new Outgoing(environment.settings.fetchPrivate, async () => {
      const { root, subordinate } = await context.use(pki).authorities(store.db);
      return [root.pem, subordinate.pem];
    }),
  };
}
