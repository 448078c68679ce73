import { createPrivateKey } from 'node:crypto';
import type { Instant } from '../../kernel/clock.ts';
import type { Random } from '../../kernel/random.ts';
import { toDer } from '../../kernel/tls/certificates.ts';
import { type JavaEntry, javaKeyStore } from './java-key-store.ts';

/** Forms in which a key goes out with its certificate. `mesh` is the MESH client's (PTL-073). */
export const KEY_STORE_FORMS = ['pkcs12', 'jks', 'mesh', 'mesh-pkcs12'] as const;
export type KeyStoreForm = (typeof KEY_STORE_FORMS)[number];

/** A key store, ready to be handed out. The password exists nowhere else. */
export interface KeyStoreFile {
  readonly fileName: string;
  readonly mediaType: string;
  readonly alias: string;
  readonly password: string;
  /** Where it belongs. */
  readonly installInto: string;
  readonly content: Buffer;
}

export interface KeyStoreOrder {
  readonly form: KeyStoreForm;
  readonly environment: string;
  /** The holder's FQDN: name of file and entry, except for MESH. */
  readonly commonName: string;
  readonly privateKeyPem: string;
  /** From the holder's certificate to the root. */
  readonly chain: readonly string[];
  readonly now: Instant;
  readonly random: Random;
}

/** Letters and digits that nobody mistakes for others when typing them. */
const PASSWORD_ALPHABET = 'ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz23456789';
const PASSWORD_LENGTH = 20;

/**
 * Packs a key with its chain under a fresh password. The MESH client's store is called `mesh<env>.keystore`, its entry `mesh<ENV>`
 * (PTL-073).
 */
export async function keyStore(order: KeyStoreOrder): Promise<KeyStoreFile> {
  const { form, environment, commonName, now, random } = order;
  const password = random.text(PASSWORD_LENGTH, PASSWORD_ALPHABET);
  const mesh = form === 'mesh' || form === 'mesh-pkcs12';
  const java = form === 'jks' || form === 'mesh';
  const alias = mesh ? `mesh${environment}` : commonName;
  const key = createPrivateKey(order.privateKeyPem).export({ type: 'pkcs8', format: 'der' });
  const chain = order.chain.map((pem) => toDer(pem));
  const labels = ['holder', 'sub-ca', 'root'];
  const content = java
    ? javaKeyStore([{ alias, key, chain }], password, now, random)
    : await (await import('./pkcs12.ts')).pkcs12(
        { alias, key, certificates: chain.map((der, index) => ({ der, alias: labels[index] ?? `ca-${index}` })) },
        password,
      );
  return {
    fileName: mesh ? `mesh${environment.toLowerCase()}.keystore` : `${commonName}.${java ? 'jks' : 'p12'}`,
    mediaType: java ? 'application/x-java-keystore' : 'application/x-pkcs12',
    alias,
    password,
    installInto: mesh
      ? `C:\\MESH-APP-HOME\\Keystore\\mesh${environment.toLowerCase()}.keystore`
      : java
        ? 'Java key store of your application (javax.net.ssl.keyStore)'
        : 'Personal certificates (Windows), or the key store of your application',
    content,
  };
}

/** A certificate to trust, with the name of its entry. */
export interface TrustEntry {
  readonly alias: string;
  readonly pem: string;
}

/** Trust stores hold nothing secret; this is the password everyone expects of one. */
export const TRUST_STORE_PASSWORD = 'changeit';

/** Root and sub CA certificates as a store for Java (JKS) or others (PKCS#12). */
export async function trustStore(form: 'jks' | 'p12', entries: readonly TrustEntry[], now: Instant, random: Random): Promise<Buffer> {
  if (form === 'jks') {
    const trusted: readonly JavaEntry[] = entries.map(({ alias, pem }) => ({ alias, trusted: toDer(pem) }));
    return javaKeyStore(trusted, TRUST_STORE_PASSWORD, now, random);
  }
  const { pkcs12 } = await import('./pkcs12.ts');
  const certificates = entries.map(({ alias, pem }) => ({ alias, der: toDer(pem) }));
  return pkcs12({ alias: 'trusted', certificates }, TRUST_STORE_PASSWORD);
}
