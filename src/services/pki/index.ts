import { errorShelf } from '../../kernel/knowledge.ts';
import { offer, type Service, type ServiceContext } from '../../kernel/service.ts';
import type { Db } from '../../kernel/store/store.ts';
import { type AuthorityCertificates, GENERATIONS, type Generation, type RootAuthority, subordinateName } from './authorities.ts';
import { listCertificates, type RegisteredCertificate, readCertificate } from './certificate-store.ts';
import { type ClientVerdict, judgeClient, judgeRegistration, type Purpose, SMARTCARD } from './client-certificate.ts';
import { AuthorityMissing } from './errors.ts';
import { fqdnRegister, type Ownership, ownershipOf } from './fqdn-register.ts';
import { type CertificateOrder, issueCertificate, type Registry, revokeCertificate, type SigningOrder, signRequest } from './issuing.ts';
import { certificates } from './migrations/0001-certificates.ts';
import { signingAndRevocation } from './migrations/0003-signing-and-revocation.ts';
import { certificateRequests } from './migrations/0004-requests.ts';
import { formerAuthorityTable } from './migrations/0005-former-authorities.ts';
import { issuerPointers, rootListUrls } from './national-paths.ts';
import { issuePerson, type PersonCertificate, type PersonRequest } from './person-certificates.ts';
import type { RevocationReason } from './revocation.ts';
import { LIST_INTERVAL, publishLists } from './revocation-list.ts';
import { SeenCertificates } from './seen-certificates.ts';
import { establish, type IssuingPlace, requireAuthority, rootOf, type ServerCredentials, serverCredentials } from './server-credentials.ts';
import { serverNames } from './server-names.ts';
import { readAuthority } from './store.ts';

export {
  type AuthorityCertificate,
  type AuthorityCertificates,
  GENERATIONS,
  type Generation,
  type RootAuthority,
  type RootGeneration,
  type RootName,
} from './authorities.ts';
export type { RegisteredCertificate } from './certificate-store.ts';
export { type ChainFinding, type ChainQuestion, examineChain, type KnownAuthority, type Source } from './chain-examination.ts';
export type { ClientVerdict } from './client-certificate.ts';
export { type FqdnRegister, fqdnRegister, type Ownership } from './fqdn-register.ts';
export type { CertificateOrder, SigningOrder } from './issuing.ts';
export { type KeyStoreFile, type KeyStoreForm, keyStore } from './key-stores.ts';
export { nationalPaths } from './national-paths.ts';
export type { PersonCertificate, PersonRequest } from './person-certificates.ts';
export { makeSigningRequest } from './request-making.ts';
export { REVOCATION_REASONS, type RevocationReason } from './revocation.ts';
export { createRootAuthority, portalCredentials, rootMigrations } from './root-authorities.ts';
export type { ServerCredentials } from './server-credentials.ts';
export { type ServerNames, serverNames } from './server-names.ts';

/** What the certificate authority of an environment offers. */
export interface PkiApi {
  /**
   * Certificate and key for the environment's listeners; renewed when names have changed or fewer than 30 days are left. The only
   * way a private key leaves the service. Throws AuthorityMissing, KeyUnreadable or RootMismatch (LocalRefusals).
   */
  serverCredentials(db: Db): Promise<ServerCredentials>;
  /** Calls `listener` in this process whenever a sub CA was replaced: the doors then show what {@link serverCredentials} gives. */
  onAuthorityReplaced(listener: () => Promise<void>): void;
  /** Root and sub CA, for users to trust; of the current generation unless told. Throws AuthorityMissing before first boot. */
  authorities(db: Db, generation?: Generation): Promise<AuthorityCertificates>;
  /**
   * Whether a certificate presented in mutual TLS is good here: signed by one of this environment's own sub CAs, valid by real time,
   * not revoked, for client authentication (DESIGN.md D13). TLS must have proved possession of its key already.
   */
  verifyClient(certificateDer: Uint8Array): Promise<ClientVerdict>;
  /** As {@link verifyClient}, for the authentication certificate of a person's smartcard. Whoever asks has proved possession of the key. */
  verifySmartcard(certificateDer: Uint8Array): Promise<ClientVerdict>;
  /** A certificate for a person's smartcard, signed by this environment's sub CA and recorded. Throws AuthorityMissing, KeyUnreadable. */
  issuePerson(tx: Db, request: PersonRequest): Promise<PersonCertificate>;
  /** As {@link verifyClient}, and its FQDN must be registered to an organisation (sds.md §11): for messaging. */
  admitSystem(certificateDer: Uint8Array): Promise<ClientVerdict>;
  /** Whose an FQDN is, by every register of names in the environment. */
  ownership(db: Db, fqdn: string): Promise<Ownership>;
  /** Certificates of systems with this common name that are good now, newest first. */
  goodCertificates(db: Db, commonName: string): Promise<readonly RegisteredCertificate[]>;
  /**
   * Issues a certificate for a key whose owner the caller has made sure of, as for a system of LocalSpine's own. No name is
   * checked. Throws LocalRefusal 400 for a term that cannot be.
   */
  issue(tx: Db, order: CertificateOrder): Promise<RegisteredCertificate>;
  /** Signs a request (CSR) by the national rules. Throws SigningRequestRefusal 400, FqdnRefused 403. */
  sign(tx: Db, order: SigningOrder): Promise<RegisteredCertificate>;
  /** Whether a certificate of the register has been revoked, by itself or with the sub CA that signed it. */
  isRevoked(db: Db, serial: string): Promise<boolean>;
  /** Revokes a certificate by its serial number. Throws CertificateUnknown 404, LocalRefusal 409 when it is revoked already. */
  revoke(tx: Db, serial: string, reason: RevocationReason): Promise<RegisteredCertificate>;
}

const OFFERS = [offer(errorShelf, { title: 'Certificate authority', load: async () => (await import('./known-errors.ts')).PKI_ERRORS })];

/** Names the service for {@link ServiceContext.use}: the service itself is made with its root, by {@link createPki}. */
export const pki: Service<PkiApi> = {
  name: 'pki',
  title: 'Certificate authority',
  migrations: {},
  tables: {},
  offers: OFFERS,
  create: () => {
    throw new Error('this value only names the service');
  },
};

const PUBLISH_LISTS = 'pki.publish-lists';
const MOST_OF_ONE_NAME = 100;

/** The certificate authority of one environment, under the root that the platform hands in. */
export function createPki(root: RootAuthority): Service<PkiApi> {
  return {
    name: 'pki',
    title: 'Certificate authority',
    migrations: {
      '0001-certificates': certificates,
      '0003-signing-and-revocation': signingAndRevocation,
      '0004-requests': certificateRequests,
      '0005-former-authorities': formerAuthorityTable,
    },
    tables: {
      pki_authority: 'kept',
      pki_certificate: 'kept',
      pki_revocation_list: 'kept',
      pki_cut_over: 'kept',
      pki_request: 'kept',
      pki_former_authority: 'kept',
    },
    offers: OFFERS,
    create(context) {
      const registry: Registry = {
        place: placeOf(context, root),
        availability: context.availability,
        registers: context.offered(fqdnRegister),
        published: context.environment.publishedNames,
      };
      const { place } = registry;
      const listeners: (() => Promise<void>)[] = [];
      const api = pkiApi(context, registry, listeners);
      return {
        api,
        routes: async (app) => {
          const [{ registerDownloads }, { registerNationalPaths }] = await Promise.all([
            import('./routes.ts'),
            import('./national-routes.ts'),
          ]);
          registerDownloads(app, context, api);
          registerNationalPaths(app, context, place);
        },
        admin: async (app) => {
          const { registerPkiAdmin } = await import('./admin.ts');
          await registerPkiAdmin(app, context, registry, async () => {
            for (const listener of listeners) await listener();
          });
        },
        prepare: () => establish(place),
        // The outbox is emptied by every reset, and this is called after it.
        seed: (tx) => context.outbox.enqueue(tx, PUBLISH_LISTS, {}, context.clock.now() + LIST_INTERVAL),
        jobs: { [PUBLISH_LISTS]: () => publishAndGoOn(context, place) },
        health: async () => {
          for (const generation of GENERATIONS) await requireAuthority(context.store.db, root, generation);
        },
      };
    },
  };
}

/** New lists, and the next time. Should it run twice after a crash, lists are made twice as often until the next reset: no harm. */
function publishAndGoOn({ store, outbox, clock }: ServiceContext, place: IssuingPlace): Promise<void> {
  return store.transaction(async (tx) => {
    await publishLists(tx, place);
    await outbox.enqueue(tx, PUBLISH_LISTS, {}, clock.now() + LIST_INTERVAL);
  });
}

function placeOf(context: ServiceContext, root: RootAuthority): IssuingPlace {
  const { environment, sealer, clock } = context;
  return {
    root,
    sealer,
    clock,
    subordinateNames: {
      'generation-1': subordinateName(environment.id, 'generation-1'),
      'generation-2': subordinateName(environment.id, 'generation-2'),
    },
    names: serverNames(environment.baseUrl, environment.origins, [...environment.publishedNames, ...(environment.machineNames ?? [])]),
    pointers: issuerPointers(environment.id, environment.httpUrl),
    rootLists: rootListUrls(environment.id, environment.httpUrl),
  };
}

function pkiApi({ store }: ServiceContext, registry: Registry, listeners: (() => Promise<void>)[]): PkiApi {
  const { place } = registry;
  const verifying: Verifying = { place, seen: new SeenCertificates() };
  const verifyClient = (certificateDer: Uint8Array): Promise<ClientVerdict> => verify(store.db, verifying, certificateDer);
  return {
    onAuthorityReplaced: (listener) => {
      listeners.push(listener);
    },
    verifyClient,
    verifySmartcard: (certificateDer) => verify(store.db, verifying, certificateDer, SMARTCARD),
    issuePerson: (tx, request) => issuePerson(tx, registry, request),
    serverCredentials: (db) => serverCredentials(db, place),
    async authorities(db, generation = 'generation-2') {
      const subordinate = await requireAuthority(db, place.root, generation);
      const root = rootOf(place.root, generation);
      return {
        root: { commonName: root.name, pem: root.certificatePem },
        subordinate: { commonName: subordinate.commonName, pem: subordinate.certificatePem },
      };
    },
    async admitSystem(certificateDer) {
      const verdict = await verifyClient(certificateDer);
      if (!verdict.ok) return verdict;
      const names = [...new Set([verdict.commonName, ...verdict.dnsNames].filter((each) => each !== ''))];
      const ownerships = await Promise.all(names.map(async (name) => ({ name, ownership: await ownershipOf(registry, store.db, name) })));
      return judgeRegistration(verdict, ownerships);
    },
    ownership: (db, fqdn) => ownershipOf(registry, db, fqdn),
    async goodCertificates(db, commonName) {
      const now = place.clock.realNow();
      const all = await listCertificates(db, { commonName }, MOST_OF_ONE_NAME);
      return all.filter((each) => each.kind === 'system' && each.revocation === undefined && each.expiresAt >= now);
    },
    issue: (tx, order) => issueCertificate(tx, registry, order),
    sign: (tx, order) => signRequest(tx, registry, order),
    isRevoked: async (db, serial) => (await readCertificate(db, serial))?.revocation !== undefined,
    revoke: (tx, serial, reason) => revokeCertificate(tx, registry, serial, reason),
  };
}

interface Verifying {
  readonly place: IssuingPlace;
  readonly seen: SeenCertificates;
}

async function verify(db: Db, { place, seen }: Verifying, certificateDer: Uint8Array, purpose?: Purpose): Promise<ClientVerdict> {
  const authorities = (await Promise.all(GENERATIONS.map((each) => readAuthority(db, each)))).flatMap((each) => each ?? []);
  if (authorities.length === 0) throw new AuthorityMissing();
  let looked: ReturnType<SeenCertificates['look']>;
  try {
    looked = seen.look(
      certificateDer,
      authorities.map((each) => each.certificatePem),
    );
  } catch {
    return { ok: false, reason: { check: 'pki.unreadable', why: 'The client presented no readable X.509 certificate.' } };
  }
  const { facts: certificate, signedByOurs } = looked;
  const revocation = (await readCertificate(db, certificate.serialNumber))?.revocation;
  return judgeClient({
    certificate,
    signedBySubordinate: signedByOurs,
    subordinateNames: authorities.map((each) => each.commonName),
    now: place.clock.realNow(),
    ...(revocation === undefined ? {} : { revocation }),
    ...(purpose === undefined ? {} : { purpose }),
  });
}
