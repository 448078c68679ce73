import { isIP } from 'node:net';
import { isAbsolute, resolve } from 'node:path';
import { ENVIRONMENT_IDS, type EnvironmentId } from '../environment/definitions.ts';
import { LocalRefusal } from '../kernel/errors.ts';
import type { LdapSettings } from '../kernel/service.ts';

/** All that can be set from outside, read once at start. */
export interface Configuration {
  readonly home: string;
  readonly environments: readonly EnvironmentId[];
  readonly portBase: number;
  readonly host: string;
  readonly publicUrl: URL | undefined;
  readonly databaseUrl: string | undefined;
  readonly blobsUrl: string;
  readonly seed: string;
  readonly sealKey: string | undefined;
  readonly adminToken: string | undefined;
  readonly quota: boolean;
  readonly scanSeconds: number;
  readonly uploadDays: number;
  readonly pasTimeoutSeconds: number;
  readonly directoryCacheSeconds: number;
  readonly registrationApproval: 'at-once' | 'person';
  readonly fetchPrivate: boolean;
  readonly cis2Issuer: 'local' | 'published';
  readonly nameAddress: string;
  readonly rotateAddresses: boolean;
  readonly sandboxRefusals: 'national' | 'published';
  readonly pasPollSeconds: number;
  /** Per environment; the products' own where absent. */
  readonly quotaPerMinute: PerEnvironment;
  readonly spikeArrestPerMinute: PerEnvironment;
  readonly spineIdleMinutes: number;
  readonly maintenance: 'announced' | 'enforced';
  /** How many ASIDs user-restricted access has (path-to-live.md §3.5, example 7). */
  readonly asidModel: 'perEuo' | 'perConnectingParty';
  readonly ldap: LdapSettings;
  /** How the reviewers of the path to live act (DESIGN.md D11). */
  readonly reviewers: 'at-once' | 'realistic' | 'person';
  /** SMTP server that the portal's mail goes to; kept in the portal only when absent. */
  readonly smtpUrl: string | undefined;
  readonly journalKeep: number;
  readonly logLevel: string;
}

/** A number for some environments. */
export type PerEnvironment = Readonly<Partial<Record<EnvironmentId, number>>>;

/** A setting as the manual lists it; `docs/settings.md` is checked against this table. */
export interface SettingDocument {
  readonly name: string;
  readonly fallback: string;
  readonly meaning: string;
}

export const SETTINGS: readonly SettingDocument[] = [
  { name: 'LOCALSPINE_HOME', fallback: '.localspine', meaning: 'Data folder; relative to the working folder.' },
  { name: 'LOCALSPINE_ENVIRONMENTS', fallback: 'SANDBOX,INT,DEP,PROD', meaning: 'Environments to open, separated by commas.' },
  { name: 'LOCALSPINE_PORT_BASE', fallback: '8000', meaning: 'Base of all ports; 0 takes free ports.' },
  { name: 'LOCALSPINE_HOST', fallback: '127.0.0.1', meaning: 'Address to bind to. Anything beyond loopback needs LOCALSPINE_ADMIN_TOKEN.' },
  {
    name: 'LOCALSPINE_PUBLIC_URL',
    fallback: 'https://localhost',
    meaning: 'Scheme and host that clients use; each environment adds its port.',
  },
  {
    name: 'LOCALSPINE_DATABASE_URL',
    fallback: '(SQLite files in the data folder)',
    meaning: 'PostgreSQL, for example postgres://user:secret@host/database; each environment gets a schema.',
  },
  { name: 'LOCALSPINE_BLOBS_URL', fallback: 'file: in the data folder', meaning: 'Where big bodies are kept: file:/path.' },
  { name: 'LOCALSPINE_SEED', fallback: 'localspine', meaning: 'Text from which all seed data is derived.' },
  {
    name: 'LOCALSPINE_SEAL_KEY',
    fallback: '(made and kept in the data folder)',
    meaning: 'Seals private keys and secrets in the store; must be given when replicas share a database.',
  },
  { name: 'LOCALSPINE_ADMIN_TOKEN', fallback: '(none on loopback)', meaning: 'Bearer token of the admin API.' },
  { name: 'LOCALSPINE_QUOTA', fallback: 'on', meaning: 'on or off: quotas and spike arrest of the API platform.' },
  {
    name: 'LOCALSPINE_QUOTA_PER_MINUTE',
    fallback: '600',
    meaning: 'Requests a minute of one application to one API, for all environments or each: INT:600,PROD:3000.',
  },
  {
    name: 'LOCALSPINE_SPIKE_ARREST_PER_MINUTE',
    fallback: '720',
    meaning: 'Rate at which spike arrest evens out requests, written likewise: 720 a minute are 12 in any second.',
  },
  { name: 'LOCALSPINE_SCAN_SECONDS', fallback: '1', meaning: 'Business time that the virus scan of an upload takes.' },
  {
    name: 'LOCALSPINE_UPLOAD_DAYS',
    fallback: '14',
    meaning: 'Days of business time after which an upload that is linked to nothing is deleted.',
  },
  { name: 'LOCALSPINE_PAS_TIMEOUT_SECONDS', fallback: '2', meaning: 'How long e-RS waits for a silent hospital system (in reality 120).' },
  {
    name: 'LOCALSPINE_REGISTRATION_APPROVAL',
    fallback: 'at-once',
    meaning:
      'at-once or person: whether simulated staff decide on endpoint registrations, host names and certificates at once, or a person does.',
  },
  {
    name: 'LOCALSPINE_DIRECTORY_CACHE_SECONDS',
    fallback: '0',
    meaning: 'How long the API platform keeps answers of the directory’s FHIR API (in reality 1800).',
  },
  {
    name: 'LOCALSPINE_FETCH_PRIVATE',
    fallback: 'on when bound to loopback, otherwise off',
    meaning: 'on or off: whether key sets and logout addresses that suppliers register on loopback and private networks are called.',
  },
  {
    name: 'LOCALSPINE_CIS2_ISSUER',
    fallback: 'local',
    meaning: 'local or published: whether CIS2 names itself in tokens by its local address, or by the published issuer of the environment.',
  },
  {
    name: 'LOCALSPINE_NAME_ADDRESS',
    fallback: '(the bind address; 127.0.0.1 when that is any)',
    meaning: 'Address that the published names resolve to, asked of an environment’s name server.',
  },
  {
    name: 'LOCALSPINE_ROTATE_ADDRESSES',
    fallback: 'off',
    meaning: 'on or off: whether each start draws a new loopback address for every environment, so that clients must go by name.',
  },
  {
    name: 'LOCALSPINE_SANDBOX_REFUSALS',
    fallback: 'national',
    meaning: 'national or published: how SANDBOX refuses a business function; published gives the public sandbox’s SANDBOX_ERROR text.',
  },
  {
    name: 'LOCALSPINE_PAS_POLL_SECONDS',
    fallback: '60',
    meaning: 'Business time between two polls of the hospitals for free slots.',
  },
  {
    name: 'LOCALSPINE_SPINE_IDLE_MINUTES',
    fallback: '600',
    meaning: 'Minutes without use after which a session of legacy Spine sign-on ends (300 has been seen); the maximum is 600.',
  },
  {
    name: 'LOCALSPINE_MAINTENANCE',
    fallback: 'announced',
    meaning:
      'announced or enforced: whether maintenance slots and forward changes are only said on answers and in the manifest, or services are really down in them.',
  },
  {
    name: 'LOCALSPINE_ASID_MODEL',
    fallback: 'per-euo',
    meaning:
      'per-euo or per-connecting-party: whether user-restricted access has an ASID and application for each end-user organisation, or one for the connecting party with an allow list of organisations, which the gateway checks.',
  },
  {
    name: 'LOCALSPINE_LDAP_CLIENT_CERTIFICATE',
    fallback: 'optional',
    meaning: 'optional or required: whether an LDAPS client must show a certificate of the environment. One that is shown must be good.',
  },
  {
    name: 'LOCALSPINE_LDAP_READER_PASSWORD',
    fallback: 'none: anybody reads people',
    meaning: 'With it, people and the change log are seen only by who binds as cn=Directory Reader,o=nhs with this password.',
  },
  { name: 'LOCALSPINE_LDAP_SIZE_LIMIT', fallback: '0', meaning: 'Entries one LDAP search gives at most; 0 for all.' },
  {
    name: 'LOCALSPINE_LDAP_MATCHING',
    fallback: 'published',
    meaning: 'published or lenient: whether equality on attributes without a published rule finds nothing, or compares without case.',
  },
  {
    name: 'LOCALSPINE_LDAP_PLAIN',
    fallback: 'off',
    meaning: 'on or off: a plain LDAP door on loopback (port +89 of the environment), which offers StartTLS.',
  },
  {
    name: 'LOCALSPINE_REVIEWERS',
    fallback: 'at-once',
    meaning:
      'at-once, realistic or person: whether the reviewers of the path to live act at once, after a realistic wait on the environment’s clock, or are people who sign in.',
  },
  {
    name: 'LOCALSPINE_SMTP_URL',
    fallback: '(none: mail stays in the portal)',
    meaning: 'Where the portal sends the mail of the path to live as well, for example smtp://localhost:1025.',
  },
  { name: 'LOCALSPINE_JOURNAL_KEEP', fallback: '20000', meaning: 'Exchanges the journal of each environment keeps.' },
  { name: 'LOCALSPINE_LOG_LEVEL', fallback: 'warn on a terminal, otherwise info', meaning: 'trace, debug, info, warn, error or silent.' },
];

type Variables = Readonly<Record<string, string | undefined>>;

/**
 * Reads and checks every setting. All faults are reported at once, each with the name of the variable.
 *
 * @param variables the process environment
 * @param folder working folder
 * @throws LocalRefusal 400
 */
export function readConfiguration(variables: Variables, folder: string, interactive: boolean): Configuration {
  const faults: string[] = [];
  const text = (name: string): string | undefined =>
    variables[name] === undefined || variables[name] === '' ? undefined : variables[name];
  const whole = (name: string, fallback: number, highest: number): number => {
    const value = text(name);
    if (value === undefined) return fallback;
    if (!/^\d+$/.test(value) || Number(value) > highest) faults.push(`${name} must be a whole number from 0 to ${highest}, not "${value}"`);
    return Number(value);
  };
  const oneOf = <Value extends string>(name: string, fallback: Value, allowed: readonly Value[]): Value => {
    const value = text(name) ?? fallback;
    const found = allowed.find((each) => each === value.toLowerCase());
    if (found === undefined) faults.push(`${name} must be ${allowed.join(' or ')}, not "${value}"`);
    return found ?? fallback;
  };
  const unknown = Object.keys(variables).filter((name) => name.startsWith('LOCALSPINE_') && !SETTINGS.some((each) => each.name === name));
  for (const name of unknown) faults.push(`${name} is not a setting; see docs/settings.md`);
  const home = text('LOCALSPINE_HOME') ?? '.localspine';
  const homePath = isAbsolute(home) ? home : resolve(folder, home);
  const host = text('LOCALSPINE_HOST') ?? '127.0.0.1';
  const adminToken = text('LOCALSPINE_ADMIN_TOKEN');
  if (!isLoopback(host) && adminToken === undefined)
    faults.push('LOCALSPINE_ADMIN_TOKEN must be set when LOCALSPINE_HOST is beyond loopback');
  const databaseUrl = text('LOCALSPINE_DATABASE_URL');
  if (databaseUrl !== undefined && !/^postgres(ql)?:\/\//.test(databaseUrl))
    faults.push('LOCALSPINE_DATABASE_URL must begin with postgres:// (leave it out for SQLite)');
  const sealKey = text('LOCALSPINE_SEAL_KEY');
  if (sealKey !== undefined && sealKey.length < 16) faults.push('LOCALSPINE_SEAL_KEY must have at least 16 characters');
  const blobsUrl = text('LOCALSPINE_BLOBS_URL') ?? `file:${homePath}/blobs`;
  if (!blobsUrl.startsWith('file:')) faults.push('LOCALSPINE_BLOBS_URL must begin with file: (other object stores are not supported yet)');
  const portBase = whole('LOCALSPINE_PORT_BASE', 8000, 65_000);
  if (portBase !== 0 && portBase < 1024) faults.push('LOCALSPINE_PORT_BASE must be 0 or at least 1024');
  const readerPassword = text('LOCALSPINE_LDAP_READER_PASSWORD');
  const smtpUrl = text('LOCALSPINE_SMTP_URL');
  if (smtpUrl !== undefined && !/^smtps?:\/\/[^\s/]+/.test(smtpUrl)) faults.push('LOCALSPINE_SMTP_URL must begin with smtp:// or smtps://');
  const configuration: Configuration = {
    home: homePath,
    environments: readEnvironments(text('LOCALSPINE_ENVIRONMENTS'), faults),
    portBase,
    host,
    publicUrl: readPublicUrl(text('LOCALSPINE_PUBLIC_URL'), faults),
    databaseUrl,
    blobsUrl,
    seed: text('LOCALSPINE_SEED') ?? 'localspine',
    sealKey,
    adminToken,
    quota: oneOf('LOCALSPINE_QUOTA', 'on', ['on', 'off']) === 'on',
    scanSeconds: whole('LOCALSPINE_SCAN_SECONDS', 1, 86_400),
    uploadDays: whole('LOCALSPINE_UPLOAD_DAYS', 14, 3_650),
    pasTimeoutSeconds: whole('LOCALSPINE_PAS_TIMEOUT_SECONDS', 2, 600),
    registrationApproval: oneOf('LOCALSPINE_REGISTRATION_APPROVAL', 'at-once', ['at-once', 'person']),
    directoryCacheSeconds: whole('LOCALSPINE_DIRECTORY_CACHE_SECONDS', 0, 86_400),
    fetchPrivate: oneOf('LOCALSPINE_FETCH_PRIVATE', isLoopback(host) ? 'on' : 'off', ['on', 'off']) === 'on',
    cis2Issuer: oneOf('LOCALSPINE_CIS2_ISSUER', 'local', ['local', 'published']),
    nameAddress: readAddress('LOCALSPINE_NAME_ADDRESS', text('LOCALSPINE_NAME_ADDRESS') ?? reachableAddress(host), faults),
    rotateAddresses: oneOf('LOCALSPINE_ROTATE_ADDRESSES', 'off', ['on', 'off']) === 'on',
    sandboxRefusals: oneOf('LOCALSPINE_SANDBOX_REFUSALS', 'national', ['national', 'published']),
    pasPollSeconds: whole('LOCALSPINE_PAS_POLL_SECONDS', 60, 86_400),
    quotaPerMinute: readPerEnvironment('LOCALSPINE_QUOTA_PER_MINUTE', text('LOCALSPINE_QUOTA_PER_MINUTE'), faults),
    spikeArrestPerMinute: readPerEnvironment('LOCALSPINE_SPIKE_ARREST_PER_MINUTE', text('LOCALSPINE_SPIKE_ARREST_PER_MINUTE'), faults),
    spineIdleMinutes: whole('LOCALSPINE_SPINE_IDLE_MINUTES', 600, 600),
    maintenance: oneOf('LOCALSPINE_MAINTENANCE', 'announced', ['announced', 'enforced']),
    asidModel:
      oneOf('LOCALSPINE_ASID_MODEL', 'per-euo', ['per-euo', 'per-connecting-party']) === 'per-euo' ? 'perEuo' : 'perConnectingParty',
    ldap: {
      clientCertificate: oneOf('LOCALSPINE_LDAP_CLIENT_CERTIFICATE', 'optional', ['optional', 'required']),
      ...(readerPassword !== undefined && { readerPassword }),
      sizeLimit: whole('LOCALSPINE_LDAP_SIZE_LIMIT', 0, 1_000_000),
      matching: oneOf('LOCALSPINE_LDAP_MATCHING', 'published', ['published', 'lenient']),
      plain: oneOf('LOCALSPINE_LDAP_PLAIN', 'off', ['on', 'off']) === 'on',
    },
    reviewers: oneOf('LOCALSPINE_REVIEWERS', 'at-once', ['at-once', 'realistic', 'person']),
    smtpUrl,
    journalKeep: whole('LOCALSPINE_JOURNAL_KEEP', 20_000, 10_000_000),
    logLevel: oneOf('LOCALSPINE_LOG_LEVEL', interactive ? 'warn' : 'info', ['trace', 'debug', 'info', 'warn', 'error', 'silent']),
  };
  if (faults.length > 0)
    throw new LocalRefusal(
      400,
      'settings',
      `LocalSpine cannot start with these settings: ${faults.join('; ')}.`,
      'Every setting is explained in docs/settings.md.',
    );
  return configuration;
}

/** Whether only this machine can reach an address. */
export function isLoopback(host: string): boolean {
  return host === 'localhost' || host === '::1' || /^127\.\d+\.\d+\.\d+$/.test(host);
}

/** Where a server that is bound to `host` is found from this machine. */
function reachableAddress(host: string): string {
  if (host === '::') return '::1';
  return isIP(host) === 0 || host === '0.0.0.0' ? '127.0.0.1' : host;
}

function readAddress(name: string, value: string, faults: string[]): string {
  if (isIP(value) === 0) faults.push(`${name} must be an IP address, not "${value}"`);
  return value;
}

function readEnvironments(value: string | undefined, faults: string[]): readonly EnvironmentId[] {
  const wanted = (value ?? ENVIRONMENT_IDS.join(',')).split(',').map((each) => each.trim().toUpperCase());
  const unknown = wanted.filter((each) => !ENVIRONMENT_IDS.some((id) => id === each));
  if (unknown.length > 0)
    faults.push(`LOCALSPINE_ENVIRONMENTS names ${unknown.map((each) => `"${each}"`).join(', ')}; there are ${ENVIRONMENT_IDS.join(', ')}`);
  return ENVIRONMENT_IDS.filter((id) => wanted.includes(id));
}

/** `600` for every environment, or `INT:600,PROD:3000` for some. */
function readPerEnvironment(name: string, value: string | undefined, faults: string[]): PerEnvironment {
  if (value === undefined) return {};
  const limit = (text: string): number => {
    if (!/^[1-9]\d{0,6}$/.test(text)) faults.push(`${name} must be whole numbers from 1 to 9999999, not "${text}"`);
    return Number(text);
  };
  if (!value.includes(':')) {
    const forAll = limit(value.trim());
    return Object.fromEntries(ENVIRONMENT_IDS.map((id) => [id, forAll]));
  }
  const parts = value.split(',').map((each) => each.split(':').map((part) => part.trim()));
  return Object.fromEntries(
    parts.map(([id = '', number = '']) => {
      if (!ENVIRONMENT_IDS.some((each) => each === id.toUpperCase()))
        faults.push(`${name} names "${id}"; there are ${ENVIRONMENT_IDS.join(', ')}`);
      return [id.toUpperCase(), limit(number)];
    }),
  );
}

function readPublicUrl(value: string | undefined, faults: string[]): URL | undefined {
  if (value === undefined) return undefined;
  if (!URL.canParse(value) || new URL(value).protocol !== 'https:') {
    faults.push(`LOCALSPINE_PUBLIC_URL must be an https address, not "${value}"`);
    return undefined;
  }
  return new URL(value);
}
