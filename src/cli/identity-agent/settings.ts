/** Settings of the Identity Agent: which value goes where, for each client (identity.md A.7, PTL-075 to PTL-080). Pure. */

/** One value of the registry. */
export interface SettingValue {
  readonly name: string;
  readonly value: string | number;
}

/** The clients, with the key their settings lie under on a machine. */
export const CLIENTS = {
  'hscic-ia2-64': { title: 'HSCIC Identity Agent 2, 64-bit', key: 'HKEY_LOCAL_MACHINE\\SOFTWARE\\Wow6432Node\\HSCIC\\Identity Agent' },
  'hscic-ia2-32': { title: 'HSCIC Identity Agent 2, 32-bit', key: 'HKEY_LOCAL_MACHINE\\SOFTWARE\\HSCIC\\Identity Agent' },
  'hscic-ia1-64': { title: 'HSCIC Identity Agent 1, 64-bit', key: 'HKEY_LOCAL_MACHINE\\SOFTWARE\\Wow6432Node\\HSCIC\\Identity Agent' },
  'hscic-ia1-32': { title: 'HSCIC Identity Agent 1, 32-bit', key: 'HKEY_LOCAL_MACHINE\\SOFTWARE\\HSCIC\\Identity Agent' },
  'bt-ia13': { title: 'BT Identity Agent IA13', key: 'HKEY_LOCAL_MACHINE\\SOFTWARE\\Gemplus\\GAC' },
} as const;
export type ClientId = keyof typeof CLIENTS;
export const CLIENT_IDS = Object.keys(CLIENTS) as readonly ClientId[];

/** Where an environment is, as the settings name it. */
export interface SettingsPlace {
  /** `INT`. */
  readonly environment: string;
  /** `https://localhost:8143`, or the published host. */
  readonly gas: string;
  readonly portal: string;
  /** Names of the authorities, as the agents write them: `CN=…, OU=CA, O=nhs`. */
  readonly issuers: readonly string[];
}

/** The values of a client, in the order of the published file. */
export function settingsFor(client: ClientId, { gas, portal, issuers }: SettingsPlace): readonly SettingValue[] {
  const urls: SettingValue[] = [
    { name: 'Activate.URL', value: `${gas}/login/authactivate` },
    { name: 'Logout.URL', value: `${gas}/login/authlogout` },
    { name: 'Authentication.StartBrowser.Url', value: `${portal}?token=<SSO_TICKET>` },
    { name: 'UpdateWatcher.enable', value: 0 },
    {
      name: 'RoleSelection.URL',
      value: `${gas}/saml/RoleSelectionGP.jsp?token=<SSO_TICKET>&selectedRoleUid=<ROLE_UID>&ssbMode=<MODE>&gacVersion=<GAC_VERSION>&fallbackStatus=<FALLBACK>`,
    },
    { name: 'Portal.URL', value: portal },
  ];
  return client === 'bt-ia13' ? urls : [...urls, { name: 'TrustedCertificateIssuers', value: issuers.join(';') }];
}

/** What a reader of the file should know, a line each. */
export function remarksFor(client: ClientId, environment: string): readonly string[] {
  const lines = [
    `LocalSpine ${environment}: settings of the ${CLIENTS[client].title}. Not affiliated with the NHS; nothing here is real.`,
    'Needs administrator rights. A wrong edit can leave the workstation unusable: keep a copy of what was there before.',
  ];
  if (client === 'bt-ia13')
    return [
      ...lines,
      'Two values of the published file are left out: their names are not known. One holds 1ef2f9cc (a device id), the other an address',
      'ending <IP_ADR>&latestdeviceid=<DEVICE_ID>&storeddeviceid=<OLD_DEVICE_ID>&token=<SSO_TICKET>.',
    ];
  return [
    ...lines,
    'local: the names of the values that hold addresses are those of the BT agent; what this client calls them is not published.',
    ...(CLIENTS[client].key.includes('Wow6432Node')
      ? []
      : ['local: the key on 32-bit Windows is inferred from the documented 64-bit one.']),
  ];
}

export type Format = 'reg' | 'ini' | 'json';
export const FORMATS: readonly Format[] = ['reg', 'ini', 'json'];
const CRLF = '\r\n';

/** A settings file, byte for byte: `.reg` in UTF-16LE with its mark, as the registry editor writes it; all with Windows line ends but JSON. */
export function settingsFile(format: Format, client: ClientId, place: SettingsPlace): Buffer {
  const values = settingsFor(client, place);
  const remarks = remarksFor(client, place.environment);
  if (format === 'json')
    return Buffer.from(`${JSON.stringify(Object.fromEntries(values.map(({ name, value }) => [name, value])), null, 2)}\n`);
  const comments = remarks.map((each) => `; ${each}`);
  if (format === 'ini')
    return Buffer.from([...comments, '[Identity Agent]', ...values.map(({ name, value }) => `${name}=${value}`), ''].join(CRLF));
  const lines = [
    'Windows Registry Editor Version 5.00',
    '',
    ...comments,
    '',
    `[${CLIENTS[client].key}]`,
    ...values.map(({ name, value }) => `${quoted(name)}=${typeof value === 'number' ? dword(value) : quoted(value)}`),
    '',
    '',
  ];
  return Buffer.from(`\uFEFF${lines.join(CRLF)}`, 'utf16le');
}

function quoted(text: string): string {
  return `"${text.replaceAll('\\', '\\\\').replaceAll('"', '\\"')}"`;
}

function dword(value: number): string {
  return `dword:${value.toString(16).padStart(8, '0')}`;
}

/** A file that is no settings file. */
export class SettingsError extends Error {
  override readonly name = 'SettingsError';
}

export type Settings = ReadonlyMap<string, string>;

/** Group policy wins over the machine's key, and that over the user's (identity.md A.7). */
const PRECEDENCE: readonly RegExp[] = [/^HKEY_LOCAL_MACHINE\\SOFTWARE\\Policies\\/i, /^HKEY_LOCAL_MACHINE\\/i, /^HKEY_CURRENT_USER\\/i];

/** Reads a settings file of any of the three formats. Throws SettingsError. */
export function readSettings(file: Buffer): Settings {
  const text = (file[0] === 0xff && file[1] === 0xfe ? file.toString('utf16le') : file.toString('utf8')).replace(/^\uFEFF/, '');
  if (text.trimStart().startsWith('{')) return readJson(text);
  if (/^(Windows Registry Editor Version 5\.00|REGEDIT4)\r?\n/.test(text)) return readRegistry(text);
  return new Map(linesOf(text).flatMap((line) => entryOf(/^([^=[]+)=(.*)$/.exec(line))));
}

function readJson(text: string): Settings {
  let content: unknown;
  try {
    content = JSON.parse(text);
  } catch {
    throw new SettingsError('it is not JSON');
  }
  if (typeof content !== 'object' || content === null || Array.isArray(content)) throw new SettingsError('it is not an object');
  return new Map(Object.entries(content).map(([name, value]) => [name, String(value)]));
}

function readRegistry(text: string): Settings {
  const sections = new Map<string, [string, string][]>();
  let section: [string, string][] = [];
  for (const line of linesOf(text).slice(1)) {
    const key = /^\[(.+)\]$/.exec(line)?.[1];
    if (key !== undefined) {
      section = sections.get(key) ?? [];
      sections.set(key, section);
      continue;
    }
    const [, name, written, hexadecimal] = /^"((?:[^"\\]|\\.)*)"=(?:"((?:[^"\\]|\\.)*)"|dword:([0-9a-f]{8}))$/i.exec(line) ?? [];
    if (name === undefined) throw new SettingsError(`this line is not a value: ${line.slice(0, 80)}`);
    section.push([plain(name), written === undefined ? String(Number.parseInt(hexadecimal ?? '0', 16)) : plain(written)]);
  }
  const rank = (key: string): number => PRECEDENCE.findIndex((each) => each.test(key));
  const ordered = [...sections].filter(([key]) => rank(key) >= 0).sort(([a], [b]) => rank(b) - rank(a));
  return new Map(ordered.flatMap(([, values]) => values));
}

function plain(text: string): string {
  return text.replace(/\\(.)/g, '$1');
}

function linesOf(text: string): readonly string[] {
  return text
    .split(/\r?\n/)
    .map((each) => each.trim())
    .filter((each) => each !== '' && !each.startsWith(';'));
}

function entryOf(match: RegExpExecArray | null): [string, string][] {
  return match === null ? [] : [[(match[1] ?? '').trim(), (match[2] ?? '').trim()]];
}
