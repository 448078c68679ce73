import { createPrivateKey, createPublicKey, generateKeyPair, hash } from 'node:crypto';
import { chmodSync, existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join, sep } from 'node:path';
import { promisify } from 'node:util';
import Type, { type Static } from 'typebox';
import { LocalRefusal } from '../kernel/errors.ts';
import type { Configuration } from '../platform/configuration.ts';
import { fits } from './answers.ts';

const Text = Type.String();
const Absent = Type.Union([Text, Type.Null()]);

/** What the command line keeps of an application it made: all a client needs to call the APIs. The names are those of `app create --json`. */
const LocalApplication = Type.Object({
  appId: Text,
  name: Text,
  environment: Text,
  mode: Type.Union([Type.Literal('application-restricted'), Type.Literal('user-restricted')]),
  apiKey: Text,
  secret: Text,
  kid: Text,
  privateKeyPath: Text,
  asid: Absent,
  callbackUrl: Absent,
});
export type LocalApplication = Static<typeof LocalApplication>;

const PRIVATE_FILE = 0o600;
const PRIVATE_FOLDER = 0o700;

/** A key pair made here: the private half never leaves this machine. */
export interface KeyPair {
  readonly kid: string;
  readonly privateKeyPem: string;
  /** The public half, as a JWK set to be uploaded. */
  readonly jwks: { readonly keys: readonly Readonly<Record<string, unknown>>[] };
}

/**
 * Makes an RSA key pair for signing client assertions with RS512.
 *
 * @param name its kid; the thumbprint of RFC 7638 when undefined
 */
export async function makeKeyPair(name: string | undefined, modulusLength: number): Promise<KeyPair> {
  const { privateKey, publicKey } = await promisify(generateKeyPair)('rsa', { modulusLength });
  const { kty, n, e } = publicKey.export({ format: 'jwk' });
  const kid = name ?? hash('sha256', JSON.stringify({ e, kty, n }), 'base64url');
  return {
    kid,
    privateKeyPem: privateKey.export({ type: 'pkcs8', format: 'pem' }).toString(),
    jwks: { keys: [{ kty, n, e, alg: 'RS512', use: 'sig', kid }] },
  };
}

/** Where an environment's applications lie in the data folder. */
export function applicationsFolder(configuration: Configuration, slug: string): string {
  return join(configuration.home, slug, 'apps');
}

/** Where the demo applications lie. */
export function demoFolder(configuration: Configuration, slug: string): string {
  return join(configuration.home, slug, 'demo');
}

/** Writes a file that only its owner can read, whatever the umask and whoever made it before. */
export function writePrivate(folder: string, name: string, content: string | Buffer): string {
  mkdirSync(folder, { recursive: true, mode: PRIVATE_FOLDER });
  const path = join(folder, name);
  writeFileSync(path, content, { mode: PRIVATE_FILE });
  chmodSync(path, PRIVATE_FILE);
  return path;
}

/** Keeps an application and its key. Gives the paths written. */
export function keepApplication(folder: string, name: string, application: LocalApplication): string {
  return writePrivate(folder, `${name}.json`, `${JSON.stringify(application, null, 2)}\n`);
}

/**
 * An application kept in the data folder.
 *
 * @param wanted application id, API key, or the file's name below the environment's folder: `demo/user-restricted`
 * @throws LocalRefusal 404 with what there is
 */
export function findApplication(configuration: Configuration, slug: string, wanted: string): LocalApplication {
  const kept = keptApplications(configuration, slug);
  const found = kept.find(
    ({ application, alias }) =>
      application.appId === wanted || application.apiKey === wanted || alias === wanted || application.name === wanted,
  );
  if (found !== undefined) return found.application;
  const names = kept.map(({ alias, application }) => (alias.startsWith('demo/') ? alias : application.appId));
  throw new LocalRefusal(
    404,
    'application_unknown',
    `The data folder holds no keys for the application ${wanted} in ${slug.toUpperCase()}.`,
    names.length === 0
      ? `Make one with: npx localspine app create --environment ${slug} --mode application-restricted`
      : `There are: ${names.join(', ')}.`,
  );
}

/** All applications kept for an environment, the demo first. */
export function keptApplications(
  configuration: Configuration,
  slug: string,
): readonly { readonly alias: string; readonly application: LocalApplication }[] {
  const folders = [demoFolder(configuration, slug), ...subfolders(applicationsFolder(configuration, slug))];
  return folders.flatMap((folder) =>
    jsonFiles(folder).flatMap((path) => {
      const application = readApplication(path);
      const alias = path
        .slice(join(configuration.home, slug).length + 1)
        .replaceAll(sep, '/')
        .replace(/\.json$/, '');
      return application === undefined ? [] : [{ alias, application }];
    }),
  );
}

/** Signs `header.claims` with RS512 needs the private key: read when needed, never kept. Throws LocalRefusal when it is gone. */
export function readPrivateKey(application: LocalApplication): ReturnType<typeof createPrivateKey> {
  if (!existsSync(application.privateKeyPath)) {
    throw new LocalRefusal(
      404,
      'key_missing',
      `The private key ${application.privateKeyPath} is missing.`,
      'Put it back, or make a new application with: npx localspine app create',
    );
  }
  return createPrivateKey(readFileSync(application.privateKeyPath));
}

/** Whether a private key and a JWK of the set belong together. */
export function keyMatches(application: LocalApplication, jwk: Readonly<Record<string, unknown>>): boolean {
  return createPublicKey(readPrivateKey(application)).export({ format: 'jwk' }).n === jwk['n'];
}

function readApplication(path: string): LocalApplication | undefined {
  const content: unknown = JSON.parse(readFileSync(path, 'utf8'));
  return fits(LocalApplication, content) ? content : undefined;
}

function subfolders(folder: string): string[] {
  return existsSync(folder)
    ? readdirSync(folder, { withFileTypes: true })
        .filter((each) => each.isDirectory())
        .map((each) => join(folder, each.name))
    : [];
}

function jsonFiles(folder: string): string[] {
  return existsSync(folder)
    ? readdirSync(folder)
        .filter((name) => name.endsWith('.json'))
        .sort()
        .map((name) => join(folder, name))
    : [];
}
