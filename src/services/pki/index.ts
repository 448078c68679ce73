import type { Service, ServiceContext } from '../../kernel/service.ts';
import type { Db } from '../../kernel/store/store.ts';
import { inspect, isIssuedBy } from '../../kernel/tls/certificates.ts';
import { type AuthorityCertificates, type RootAuthority, subordinateName } from './authorities.ts';
import { type ClientVerdict, judgeClient, type Purpose, SMARTCARD } from './client-certificate.ts';
import { AuthorityMissing } from './errors.ts';
import { certificates } from './migrations/0001-certificates.ts';
import { issuePerson, type PersonCertificate, type PersonRequest } from './person-certificates.ts';
import { establish, type IssuingPlace, requireAuthority, type ServerCredentials, serverCredentials } from './server-credentials.ts';
import { serverNames } from './server-names.ts';
import { markRevoked, readAuthority } from './store.ts';

export type { AuthorityCertificate, AuthorityCertificates, RootAuthority, RootName } from './authorities.ts';
export type { ClientVerdict } from './client-certificate.ts';
export type { PersonCertificate, PersonRequest } from './person-certificates.ts';
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
  /** Root and sub CA, for users to trust. Throws AuthorityMissing before first boot. */
  authorities(db: Db): Promise<AuthorityCertificates>;
  /**
   * Whether a certificate presented in mutual TLS is good here: signed by this environment's own sub CA, valid by real time, for
   * client authentication (DESIGN.md D13). TLS must have proved possession of its key already.
   */
  verifyClient(certificateDer: Uint8Array): Promise<ClientVerdict>;
  /** As {@link verifyClient}, for the authentication certificate of a person's smartcard. Whoever asks has proved possession of the key. */
  verifySmartcard(certificateDer: Uint8Array): Promise<ClientVerdict>;
  /** A certificate for a person's smartcard, signed by this environment's sub CA and recorded. Throws AuthorityMissing, KeyUnreadable. */
  issuePerson(tx: Db, request: PersonRequest): Promise<PersonCertificate>;
  /** Revokes a certificate by its serial number. */
  revoke(tx: Db, serial: string, reason: RevocationReason): Promise<unknown>;
}

/** Why a certificate is revoked (RFC 5280 5.3.1). */
export type RevocationReason = 'unspecified' | 'keyCompromise' | 'affiliationChanged' | 'superseded' | 'cessationOfOperation';

/** Names the service for {@link ServiceContext.use}: the service itself is made with its root, by {@link createPki}. */
export const pki: Service<PkiApi> = {
  name: 'pki',
  title: 'Certificate authority',
  migrations: {},
  tables: {},
  create: () => {
    throw new Error('this value only names the service');
  },
};

/** The certificate authority of one environment, under the root that the platform hands in. */
export function createPki(root: RootAuthority): Service<PkiApi> {
  return {
    name: 'pki',
    title: 'Certificate authority',
    migrations: { '0001-certificates': certificates },
    tables: { pki_authority: 'kept', pki_certificate: 'kept' },
    create(context) {
      const place = placeOf(context, root);
      const api = pkiApi(context, place);
      return {
        api,
        routes: async (app) => {
          const { registerCertificates } = await import('./routes.ts');
          registerCertificates(app, context.store.db, api.authorities);
        },
        prepare: () => establish(place),
        health: async () => {
          await requireAuthority(context.store.db, root);
        },
      };
    },
  };
}

function placeOf(context: ServiceContext, root: RootAuthority): IssuingPlace {
  const { environment, sealer, clock } = context;
  return {
    root,
    sealer,
    clock,
    subordinateName: subordinateName(environment.id),
    names: serverNames(environment.baseUrl, environment.origins, environment.publishedNames),
  };
}

function pkiApi(context: ServiceContext, place: IssuingPlace): PkiApi {
  return {
    serverCredentials: (db) => serverCredentials(db, place),
    async authorities(db) {
      const subordinate = await requireAuthority(db, place.root);
      return {
        root: { commonName: place.root.name, pem: place.root.certificatePem },
        subordinate: { commonName: subordinate.commonName, pem: subordinate.certificatePem },
      };
    },
    issuePerson: (tx, request) => issuePerson(tx, place, request),
    revoke: (tx, serial) => markRevoked(tx, serial),
    verifyClient: (certificateDer) => judge(context, place, certificateDer),
    verifySmartcard: (certificateDer) => judge(context, place, certificateDer, SMARTCARD),
  };
}

async function judge(context: ServiceContext, place: IssuingPlace, certificateDer: Uint8Array, purpose?: Purpose): Promise<ClientVerdict> {
  const subordinate = await readAuthority(context.store.db);
  if (subordinate === undefined) throw new AuthorityMissing();
  let certificate: ReturnType<typeof inspect>;
  try {
    certificate = inspect(certificateDer);
  } catch {
    return { ok: false, reason: { check: 'pki.unreadable', why: 'The client presented no readable X.509 certificate.' } };
  }
  return judgeClient({
    certificate,
    signedBySubordinate: isIssuedBy(certificateDer, subordinate.certificatePem),
    subordinateName: subordinate.commonName,
    now: place.clock.realNow(),
    ...(purpose === undefined ? {} : { purpose }),
  });
}
