import { isIP } from 'node:net';
import { LocalRefusal } from '../../kernel/errors.ts';
import type { Manifest } from './manifest-schema.ts';

/** What an export needs of a manifest. */
export type Exported = Pick<
  Manifest,
  'id' | 'title' | 'baseUrl' | 'listeners' | 'doors' | 'ers' | 'tokenServers' | 'publishedNames' | 'names' | 'rows'
>;

export interface ExportOptions {
  /** File with the CA certificates on the reader's machine, where it is known. */
  readonly caPath?: string;
}

interface ExportFormat {
  readonly title: string;
  readonly mediaType: string;
  readonly file: (slug: string) => string;
  readonly write: (manifest: Exported, options: ExportOptions) => string;
}

/** One line of the allow list: a published name, and where it is answered here. */
export interface AllowedConnection {
  readonly row: string;
  readonly title: string;
  readonly direction: 'in' | 'out';
  readonly protocol: 'tcp' | 'udp';
  readonly zone: string;
  /** Published name; empty where nobody outside knows it. */
  readonly dns: string;
  readonly certainty: string;
  readonly publishedAddress: 'varies';
  readonly publishedPort: number | 'any';
  /** Address or, where addresses rotate, their range. */
  readonly localAddress: string;
  readonly localPort: number | 'any';
}

/**
 * The allow list of an environment (PTL-015): what listens, and where deliveries come from; nothing that is not there. In this list `in` is a
 * connection from the client to LocalSpine, `out` one from LocalSpine to the client.
 */
export function allowList({ rows, doors, names }: Exported): readonly AllowedConnection[] {
  const localAddress = names.range ?? names.addresses.join(' ');
  const fromRows = rows
    .filter((row) => row.local !== undefined)
    .map(
      ({ id, title, direction, zone, published, port, local }): AllowedConnection => ({
        row: id,
        title,
        direction,
        protocol: 'tcp',
        zone,
        dns: published.dns ?? '',
        certainty: published.certainty,
        publishedAddress: 'varies',
        publishedPort: port,
        localAddress,
        localPort: local?.port ?? 'any',
      }),
    );
  const nameServers = doors
    .filter((door) => door.name === 'dns')
    .flatMap((door) => door.transports.map((protocol) => ({ ...door, protocol })));
  return [
    ...fromRows,
    ...nameServers.map(
      ({ name, protocol, port }): AllowedConnection => ({
        row: name,
        title: 'Name server',
        direction: 'in',
        protocol,
        zone: 'hscn',
        dns: '',
        certainty: 'unknown',
        publishedAddress: 'varies',
        publishedPort: 53,
        localAddress,
        localPort: port,
      }),
    ),
  ];
}

const COLUMNS = [
  'row',
  'direction',
  'protocol',
  'zone',
  'dns',
  'certainty',
  'publishedAddress',
  'publishedPort',
  'localAddress',
  'localPort',
  'title',
] as const;

/** The formats, by the name that the command line and the address take. */
export const EXPORT_FORMATS = {
  firewall: {
    title: 'Firewall allow list, as a table',
    mediaType: 'text/plain; charset=utf-8',
    file: (slug) => `${slug}-firewall.txt`,
    write: firewallTable,
  },
  csv: {
    title: 'Firewall allow list, CSV',
    mediaType: 'text/csv; charset=utf-8',
    file: (slug) => `${slug}-firewall.csv`,
    write: firewallCsv,
  },
  json: { title: 'Firewall allow list, JSON', mediaType: 'application/json', file: (slug) => `${slug}-firewall.json`, write: firewallJson },
  nftables: {
    title: 'Firewall allow list, nftables',
    mediaType: 'text/plain; charset=utf-8',
    file: (slug) => `${slug}.nft`,
    write: nftables,
  },
  hosts: { title: 'Lines for the hosts file', mediaType: 'text/plain; charset=utf-8', file: (slug) => `${slug}-hosts`, write: hosts },
  env: { title: 'Variables for a client, .env', mediaType: 'text/plain; charset=utf-8', file: (slug) => `${slug}.env`, write: dotEnv },
  postman: {
    title: 'Postman environment',
    mediaType: 'application/json',
    file: (slug) => `localspine-${slug}.postman_environment.json`,
    write: postman,
  },
  bruno: { title: 'Bruno environment', mediaType: 'text/plain; charset=utf-8', file: (slug) => `localspine-${slug}.bru`, write: bruno },
} as const satisfies Readonly<Record<string, ExportFormat>>;
export type ExportName = keyof typeof EXPORT_FORMATS;
export const EXPORT_NAMES: readonly ExportName[] = ['firewall', 'csv', 'json', 'nftables', 'hosts', 'env', 'postman', 'bruno'];

/** The export of a format, ready to be written to a file. Throws LocalRefusal 409 for a hosts file where addresses rotate. */
export function exported(name: ExportName, manifest: Exported, options: ExportOptions = {}): string {
  return EXPORT_FORMATS[name].write(manifest, options);
}

function firewallTable(manifest: Exported): string {
  const rows = [[...COLUMNS], ...allowList(manifest).map((each) => COLUMNS.map((column) => String(each[column]) || '-'))];
  const widths = COLUMNS.map((_, index) => Math.max(...rows.map((row) => row[index]?.length ?? 0)));
  return `${rows
    .map((row) =>
      row
        .map((cell, index) => cell.padEnd(widths[index] ?? 0))
        .join('  ')
        .trimEnd(),
    )
    .join('\n')}\n`;
}

function firewallCsv(manifest: Exported): string {
  const lines = [COLUMNS.join(','), ...allowList(manifest).map((each) => COLUMNS.map((column) => csvCell(String(each[column]))).join(','))];
  return `${lines.join('\r\n')}\r\n`;
}

/** RFC 4180; a cell that a spreadsheet would take for a formula is told to be text. */
function csvCell(text: string): string {
  const safe = /^[=+\-@]/.test(text) ? `'${text}` : text;
  return /[",\r\n]/.test(safe) ? `"${safe.replaceAll('"', '""')}"` : safe;
}

function firewallJson(manifest: Exported): string {
  return `${JSON.stringify({ environment: manifest.id, connections: allowList(manifest) }, undefined, 2)}\n`;
}

/** A chain to jump to from one's own ruleset: it accepts and decides nothing else. */
function nftables(manifest: Exported): string {
  const { id, title, names } = manifest;
  const destinations = names.range === undefined ? names.addresses : [names.range];
  const ports = (protocol: 'tcp' | 'udp'): readonly number[] => [
    ...new Set(
      allowList(manifest).flatMap((each) =>
        each.direction === 'in' && each.protocol === protocol && typeof each.localPort === 'number' ? [each.localPort] : [],
      ),
    ),
  ];
  const rules = destinations.flatMap((destination) =>
    (['tcp', 'udp'] as const).flatMap((protocol) => {
      const list = ports(protocol);
      const family = isIP(destination.split('/')[0] ?? '') === 6 ? 'ip6' : 'ip';
      return list.length === 0 ? [] : [`    ${family} daddr ${destination} ${protocol} dport { ${list.join(', ')} } accept`];
    }),
  );
  const chain = `localspine_${id.toLowerCase()}`;
  return [
    `# LocalSpine ${id} (${title}): what a client may connect to. Published addresses vary: allow names or ranges, not addresses.`,
    `# Use: nft -f FILE, then "jump ${chain}" from a chain of table inet localspine.`,
    'table inet localspine {',
    `  chain ${chain} {`,
    ...rules,
    '  }',
    '}',
    '',
  ].join('\n');
}

function hosts({ id, names, publishedNames }: Exported): string {
  if (names.range !== undefined)
    throw new LocalRefusal(
      409,
      'addresses_rotate',
      `The addresses of ${id} are drawn anew at each start, so a hosts file would soon be wrong (PTL-024).`,
      `Ask the name server ${names.nameServer ?? 'of the environment'} instead, or start with LOCALSPINE_ROTATE_ADDRESSES=off.`,
    );
  const lines = names.addresses.flatMap((address) => publishedNames.map((name) => `${address}\t${name}`));
  return [
    `# LocalSpine ${id}: published names on this machine. Take them out again before you call the national ${id}.`,
    ...lines,
    '',
  ].join('\n');
}

/** The addresses a client is configured with, by the names that scripts use. */
function variables({ id, baseUrl, ers, tokenServers, listeners, doors, rows }: Exported): readonly (readonly [string, string])[] {
  const urlOf = (rowId: string): string | undefined => rows.find((row) => row.id === rowId)?.local?.url;
  const doorOf = (name: string): string | undefined => doors.find((door) => door.name === name)?.url;
  const instances = ers.map(({ instance, baseUrl: base, paths }, index): [string, string | undefined] => [
    index === 0 ? 'ERS_BASE_URL' : `ERS_BASE_URL_${instance.toUpperCase()}`,
    base === undefined ? undefined : `${base}${paths[0] ?? ''}`,
  ]);
  const all: readonly (readonly [string, string | undefined])[] = [
    ['NHS_ENVIRONMENT', id],
    ['BASE_URL', baseUrl],
    ...instances,
    ['TOKEN_URL', tokenServers[0]?.tokenUrl],
    ['CIS2_ISSUER', urlOf('cis2-sign-in')],
    ['SPINE_MUTUAL_TLS_URL', listeners.find((listener) => listener.name === 'mutual-tls')?.baseUrl],
    ['SPINE_LDAP_URL', doorOf('ldaps')],
    ['SPINE_PARTY_KEY', rows.find((row) => row.id === 'messaging-sync')?.partyKey],
    ['ERS_ASID', rows.find((row) => row.asid !== undefined)?.asid],
    ['DNS_SERVER', doorOf('dns')],
  ];
  return all.filter((pair): pair is readonly [string, string] => pair[1] !== undefined);
}

function dotEnv(manifest: Exported, { caPath }: ExportOptions): string {
  const certificates = caPath === undefined ? [] : [['NODE_EXTRA_CA_CERTS', caPath] as const, ['SSL_CERT_FILE', caPath] as const];
  const lines = [...variables(manifest), ...certificates].map(
    ([name, value]) => `${name}=${/^[\w:/.,@-]*$/.test(value) ? value : JSON.stringify(value)}`,
  );
  return [`# LocalSpine ${manifest.id}. Nothing here is secret.`, ...lines, ''].join('\n');
}

/** Variables of the collections that "localspine collection" writes, and the others beside. */
function clientVariables(manifest: Exported): readonly (readonly [string, string])[] {
  const base = variables(manifest).find(([name]) => name === 'ERS_BASE_URL')?.[1] ?? manifest.baseUrl;
  return [['baseUrl', base], ...variables(manifest).filter(([name]) => name !== 'BASE_URL')];
}

function postman(manifest: Exported): string {
  const values = clientVariables(manifest).map(([key, value]) => ({ key, value, type: 'default', enabled: true }));
  const token = { key: 'token', value: '', type: 'secret', enabled: true };
  return `${JSON.stringify({ name: `LocalSpine ${manifest.id}`, values: [...values, token], _postman_variable_scope: 'environment' }, undefined, 2)}\n`;
}

function bruno(manifest: Exported): string {
  const lines = clientVariables(manifest).map(([key, value]) => `  ${key}: ${value}`);
  return ['vars {', ...lines, '}', 'vars:secret [', '  token', ']', ''].join('\n');
}
