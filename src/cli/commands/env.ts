import { Argument, type Command } from 'commander';
import { ManifestAnswer, type ManifestView } from '../answers.ts';
import { readRunning } from '../client.ts';
import type { CommandBook, Invocation } from '../invocation.ts';
import { table } from '../output.ts';
import { addConnectionCommands } from './env-connections.ts';

/** One line of the table service × listener × path. */
export interface PathRow {
  readonly service: string;
  readonly what: string;
  readonly listener: string;
  readonly url: string;
}

/** `localspine env show`: where everything of an environment answers. */
export function addEnvCommands(program: Command, book: CommandBook): void {
  const env = book.group(program, 'env', 'where an environment answers');
  book.add(env, 'show', 'show doors, paths and names of an environment', async (invocation) => {
    const client = invocation.client();
    const manifest = await client.call(ManifestAnswer, 'GET', '/manifest');
    const paths = [...pathTable(manifest, client.place.httpUrl), ...(await revocationPaths(manifest, client.place.httpUrl))];
    invocation.result({ ...manifest, paths, caPath: client.place.caPath }, () => {
      const { paint } = invocation;
      return [
        `${paint('bold', manifest.id)}  ${manifest.title}: ${manifest.purpose}`,
        '',
        table([
          ['SERVICE', 'WHAT', 'LISTENER', 'URL'].map((each) => paint('dim', each)),
          ...paths.map((row) => [row.service, row.what, row.listener, row.url]),
        ]),
        '',
        `CA certificates   ${client.place.caPath}`,
        `Services          ${manifest.services.map((each) => each.name).join(', ')}`,
        `Published names   ${manifest.publishedNames.join(', ')}`,
        `Names point to    ${manifest.names.range ?? manifest.names.addresses.join(', ')}${manifest.names.nameServer === undefined ? '' : `, by ${manifest.names.nameServer}`}`,
        `Connection rows   ${manifest.rows.filter((row) => row.local !== undefined).length} of ${manifest.rows.length} are here: npx localspine env rows`,
      ].join('\n');
    });
  });
  addConnectionCommands(env, book);
  book
    .add(env, 'get', 'print one address, for scripts: ERS=$(npx localspine env get ers)', get)
    .addArgument(new Argument('<what>', 'which').choices(VALUES));
}

const VALUES = ['ers', 'base-url', 'token-url', 'ca', 'admin', 'portal'] as const;

/** One address of the running environment, bare, so that scripts need not know ports. */
async function get(invocation: Invocation): Promise<void> {
  const client = invocation.client();
  const manifest = await client.call(ManifestAnswer, 'GET', '/manifest');
  const values: Record<(typeof VALUES)[number], string> = {
    ers: `${manifest.baseUrl}${manifest.ers[0]?.paths[0] ?? ''}`,
    'base-url': manifest.baseUrl,
    'token-url': manifest.tokenServers[0]?.tokenUrl ?? '',
    ca: client.place.caPath,
    admin: `${client.place.httpUrl}/_localspine`,
    portal: readRunning(invocation.configuration)?.portal ?? '',
  };
  const name = VALUES.find((each) => each === invocation.argument(0)) ?? 'base-url';
  invocation.result({ [name]: values[name] }, values[name]);
}

/** Where the identity providers are (identity.md B.1, C.10). */
const ISSUER_PATHS = {
  cis2: () => '/openam/oauth2/realms/root/realms/NHSIdentity/realms/Healthcare',
  mock: (slug: string) => `/realms/Cis2-mock-${slug}`,
} as const;

/** Legacy Spine sign-on (identity.md A.1, PTL-026 to PTL-029). */
const SIGN_ON_PATHS = [
  ['smartcard authentication, client side (GAC): challenge', '/login/authactivate'],
  ['smartcard authentication, server side (GAS): answer', '/login/authvalidate'],
  ['smartcard authentication, client side (GAC): log-out', '/login/authlogout'],
  ['ID server: naming service', '/amserver/namingservice'],
  ['ID server: session service', '/amserver/sessionservice'],
  ['role selection', '/saml/RoleSelectionGP.jsp'],
  ['role assertion', '/saml/RoleAssertion'],
] as const;

/** What the doors that do not speak HTTP are for. */
const DOORS: Readonly<Record<string, string>> = {
  dns: 'name server of the environment’s zones',
  ldaps: 'LDAP directory (SDS), TLS',
  ldap: 'LDAP directory (SDS), StartTLS',
};

/** What an environment answers, from its manifest. */
export function pathTable(manifest: ManifestView, httpUrl: string): readonly PathRow[] {
  const listenerOf = (baseUrl: string | undefined): string => manifest.listeners.find((each) => each.baseUrl === baseUrl)?.name ?? 'https';
  const rows: PathRow[] = [];
  for (const { instance, baseUrl = manifest.baseUrl, paths } of manifest.ers) {
    for (const path of paths) {
      for (const version of ['STU3', 'R4'])
        rows.push({
          service: 'ers',
          what: `e-RS ${instance}, FHIR ${version}`,
          listener: listenerOf(baseUrl),
          url: `${baseUrl}${path}/${version}`,
        });
    }
  }
  for (const { path, signIn } of manifest.tokenServers) {
    const who = signIn === 'mock' ? 'simulated log-on' : 'CIS2 sign-in';
    rows.push({ service: 'gateway', what: `authorise (${who})`, listener: 'https', url: `${manifest.baseUrl}${path}/authorize` });
    rows.push({ service: 'gateway', what: 'token', listener: 'https', url: `${manifest.baseUrl}${path}/token` });
    const issuer = `${manifest.baseUrl}${ISSUER_PATHS[signIn === 'mock' ? 'mock' : 'cis2'](manifest.id.toLowerCase())}`;
    if (rows.some((each) => each.url === issuer)) continue;
    rows.push({ service: 'identity', what: `issuer (${who})`, listener: 'https', url: issuer });
    if (signIn === 'cis2') {
      rows.push({
        service: 'identity',
        what: 'Care ID Service (registration authority)',
        listener: 'https',
        url: `${manifest.baseUrl}/care-id`,
      });
      rows.push({
        service: 'identity',
        what: 'self-service of card holders',
        listener: 'https',
        url: `${manifest.baseUrl}/care-id/self-service`,
      });
    }
  }
  for (const [what, path] of SIGN_ON_PATHS) rows.push({ service: 'identity', what, listener: 'https', url: `${manifest.baseUrl}${path}` });
  for (const { service, name, url } of manifest.doors) rows.push({ service, what: DOORS[name] ?? name, listener: name, url });
  for (const { name, baseUrl } of manifest.listeners.filter((each) => each.name === 'mutual-tls'))
    rows.push({ service: 'pki', what: 'the same paths with a client certificate', listener: name, url: baseUrl });
  rows.push({
    service: 'spine-directory',
    what: 'Spine Directory Service, FHIR R4',
    listener: 'https',
    url: `${manifest.baseUrl}/spine-directory/FHIR/R4`,
  });
  if (manifest.tokenServers.length > 0) {
    rows.push({ service: 'endpoint-registration', what: 'endpoint registration', listener: 'https', url: `${manifest.baseUrl}/eprwebapp` });
    rows.push({ service: 'endpoint-registration', what: 'NDS Admin', listener: 'https', url: `${manifest.baseUrl}/ndsadmin` });
  }
  for (const { service, name, url } of manifest.doors ?? []) rows.push({ service, what: DOORS[name] ?? name, listener: name, url });
  rows.push({ service: 'environment', what: 'admin API', listener: 'https', url: `${manifest.baseUrl}/_localspine` });
  rows.push({ service: 'environment', what: 'admin API, this machine only', listener: 'http', url: `${httpUrl}/_localspine` });
  rows.push({ service: 'pki', what: 'CA certificates', listener: 'http', url: `${httpUrl}/_localspine/ca.pem` });
  rows.push({ service: 'pki', what: 'certificates (page)', listener: 'https', url: `${manifest.baseUrl}/_localspine/pki/` });
  return rows;
}

/** Where certificates say that their revocation is published. */
async function revocationPaths({ id }: ManifestView, httpUrl: string): Promise<readonly PathRow[]> {
  const { nationalPaths } = await import('../../services/pki/index.ts');
  const { generations, ocsp } = nationalPaths(id);
  const row = (what: string, path: string): PathRow => ({ service: 'pki', what, listener: 'http', url: `${httpUrl}${path}` });
  return [
    ...Object.entries(generations).map(([generation, { list }]) => row(`revocation list, ${generation}`, list)),
    row('certificate status (OCSP)', ocsp),
  ];
}
