import type { Db } from '../../kernel/store/store.ts';
import { type AccessGrant, type ApplicationFacts, admit, type CallKind, verifyAccessToken, verifyApiKey } from './access.ts';
import { addKey, type NewKey, revokeKey, rotateKey } from './api-keys.ts';
import type { LiveStage, Subscription } from './application.ts';
import type { Examination } from './examination.ts';
import type { KeyExamination } from './key-examination.ts';
import {
  type ApplicationView,
  approveProduct,
  bindAsid,
  forgetJwksCache,
  listApplications,
  type RegisteredApplication,
  type Registration,
  registerApplication,
  setAttributes,
  setCallbackUrl,
  setJwks,
  setStage,
  subscribe,
  unbindAsid,
  viewApplication,
} from './management.ts';
import type { ApiProduct } from './products.ts';
import { countRequest } from './rate-limits.ts';
import type { KeySource } from './registration.ts';
import { renameApplication, resumeApplication, revokeApplication, suspendApplication } from './standing.ts';
import type { GatewayWorld } from './world.ts';

/** What the gateway does for APIs, and for those who manage applications. Management functions may be repeated and run in `tx`. */
export interface GatewayApi {
  /** What `Authorization` grants. Throws GatewayRefusal 401 with the platform's fault: missing, unknown, expired. One query. */
  verifyAccessToken(db: Db, authorization: string | undefined): Promise<AccessGrant>;
  /** The product of the token that covers a path. Throws GatewayRefusal 401 when none does, or while the application is not live. */
  admit(grant: AccessGrant, path: string, kind?: CallKind): ApiProduct;
  /** Counts a request against spike arrest and quota of the application. Throws QuotaRefusal 429. */
  countRequest(db: Db, app: Pick<ApplicationFacts, 'appId'>, product: ApiProduct): Promise<void>;
  /** The application behind the header `apikey`, for APIs that take keys. Throws GatewayRefusal 401. */
  verifyApiKey(db: Db, apiKey: string | undefined, path: string): Promise<ApplicationFacts>;
  /** Products on offer in this environment. */
  products(): readonly ApiProduct[];
  registerApplication(tx: Db, registration: Registration): Promise<RegisteredApplication>;
  setJwks(tx: Db, appId: string, source: KeySource): Promise<{ readonly kids: readonly string[]; readonly warnings: readonly string[] }>;
  /** Every check of public keys, nothing stored; a URL is read. Never throws for what is given. */
  examineKeys(source: KeySource): Promise<KeyExamination>;
  forgetJwksCache(tx: Db, appId: string): Promise<{ readonly forgotten: boolean }>;
  bindAsid(tx: Db, appId: string, asid: string): Promise<void>;
  unbindAsid(tx: Db, appId: string): Promise<void>;
  revokeApplication(tx: Db, appId: string): Promise<void>;
  suspendApplication(tx: Db, appId: string): Promise<void>;
  resumeApplication(tx: Db, appId: string): Promise<void>;
  renameApplication(tx: Db, appId: string, name: string): Promise<void>;
  setAttributes(tx: Db, appId: string, changes: Readonly<Record<string, string | null>>): Promise<Readonly<Record<string, string>>>;
  setCallbackUrl(tx: Db, appId: string, callbackUrl: string): Promise<void>;
  subscribe(tx: Db, appId: string, productName: string, approve?: boolean): Promise<readonly Subscription[]>;
  approveProduct(tx: Db, appId: string, productName: string): Promise<readonly Subscription[]>;
  /** How far an application may go in production. Throws LocalRefusal 404. */
  setStage(tx: Db, appId: string, stage: LiveStage): Promise<void>;
  rotateKey(tx: Db, appId: string, revokeOthers?: boolean): Promise<NewKey>;
  /** Adds the key the caller drew: may be repeated. Throws LocalRefusal 404, 409. */
  addKey(
    tx: Db,
    appId: string,
    wish: { readonly apiKey: string; readonly revokeOthers: boolean },
  ): Promise<Pick<NewKey, 'apiKey'> & Partial<NewKey>>;
  revokeKey(tx: Db, appId: string, apiKey: string): Promise<void>;
  listApplications(db: Db): Promise<readonly ApplicationView[]>;
  /** The doctor: a token, AppID, API key or name, check by check, without spending anything. Never throws for what is pasted. */
  examine(pasted: string): Promise<Examination>;
  /** Throws LocalRefusal 404. */
  application(db: Db, appId: string): Promise<ApplicationView>;
}

/** The functions of {@link GatewayApi} over one environment. */
export function gatewayApi(world: GatewayWorld): GatewayApi {
  return {
    verifyAccessToken: (db, authorization) => verifyAccessToken(world, db, authorization),
    admit: (grant, path, kind) => admit(world, grant, path, kind),
    countRequest: (_db, app, product) => countRequest(world, app, product),
    verifyApiKey: (db, apiKey, path) => verifyApiKey(world, db, apiKey, path),
    products: () => [...world.products.values()],
    registerApplication: (tx, registration) => registerApplication(world, tx, registration),
    setJwks,
    examineKeys: async (source) => (await import('./key-examination.ts')).examineKeys(world.outgoing, source),
    forgetJwksCache,
    bindAsid: (tx, appId, asid) => bindAsid(world, tx, appId, asid),
    unbindAsid,
    revokeApplication,
    suspendApplication,
    resumeApplication,
    renameApplication,
    setAttributes,
    setCallbackUrl,
    subscribe: (tx, appId, productName, approve) => subscribe(world, tx, appId, productName, approve),
    approveProduct: (tx, appId, productName) => approveProduct(tx, appId, productName),
    setStage,
    rotateKey: (tx, appId, revokeOthers) => rotateKey(world, tx, appId, revokeOthers),
    addKey: (tx, appId, wish) => addKey(world, tx, appId, wish),
    revokeKey,
    listApplications: (db) => listApplications(world, db),
    examine: async (pasted) => (await import('./examination.ts')).examine(world, pasted),
    application: (db, appId) => viewApplication(world, db, appId),
  };
}
