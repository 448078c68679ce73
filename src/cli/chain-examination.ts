import { X509Certificate } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { basename } from 'node:path';
import { type ConnectionOptions, connect, type TLSSocket } from 'node:tls';
import { ENVIRONMENTS } from '../environment/definitions.ts';
import { systemTime } from '../kernel/clock.ts';
import { LocalRefusal, messageOf } from '../kernel/errors.ts';
import { x509Library } from '../kernel/tls/certificates.ts';
import { type ChainFinding, examineChain, GENERATIONS, type KnownAuthority, nationalPaths, type Source } from '../services/pki/index.ts';
import { readRunning } from './client.ts';
import type { Invocation } from './invocation.ts';

const CONNECT_MILLISECONDS = 5_000;
const LARGEST_FILE = 1024 * 1024;
const PEM = /-----BEGIN CERTIFICATE-----[A-Za-z0-9+/=\s]+?-----END CERTIFICATE-----/g;

/** `localspine doctor chain`: gathers what the rules look at, from files, a server, and the running environments. */
export async function examineTargets(invocation: Invocation, targets: readonly string[]): Promise<readonly ChainFinding[]> {
  const { environment } = invocation;
  const { place } = invocation.client();
  const [roots, intermediates] = [filesOf(invocation.text('roots')), filesOf(invocation.text('intermediates'))];
  const server = targets.map(serverOf).find((each) => each !== undefined);
  const host = invocation.text('name') ?? server?.host;
  return examineChain({
    environment,
    presented: await Promise.all(targets.map(sourceOf)),
    ...(roots === undefined ? {} : { roots }),
    ...(intermediates === undefined ? {} : { intermediates }),
    ...(host === undefined ? {} : { host }),
    known: await knownAuthorities(invocation),
    revoked: await revokedIn(place.httpUrl, environment),
    now: systemTime.now(),
  });
}

function filesOf(list: string | undefined): readonly Source[] | undefined {
  return list?.split(',').map((path) => readSource(path));
}

async function sourceOf(target: string): Promise<Source> {
  const server = serverOf(target);
  return server === undefined ? readSource(target) : shownBy(server.host, server.port);
}

/** `host:port`, `[::1]:443` or an `https` address. */
function serverOf(target: string): { readonly host: string; readonly port: number } | undefined {
  const address = /^(?:https:\/\/)?(\[[0-9a-f:]+\]|[a-z0-9.-]+):(\d{1,5})(?:\/.*)?$/i.exec(target);
  const [, host = '', port = ''] = address ?? [];
  return address === null || Number(port) > 65_535 ? undefined : { host: host.replace(/^\[|\]$/g, ''), port: Number(port) };
}

/** A file with certificates, told by its content. Throws LocalRefusal 404 when it cannot be read. */
export function readSource(path: string): Source {
  let bytes: Buffer;
  try {
    bytes = readFileSync(path);
  } catch (error) {
    throw new LocalRefusal(404, 'file_unreadable', `${path} cannot be read: ${messageOf(error)}.`, 'Give a file, or host:port.');
  }
  const name = basename(path);
  if (bytes.length > LARGEST_FILE) return { name, form: 'unreadable', certificates: [] };
  const blocks = bytes.toString('latin1').match(PEM);
  try {
    return blocks === null
      ? { name, form: 'der', certificates: [new X509Certificate(bytes)] }
      : { name, form: 'pem', certificates: blocks.map((block) => new X509Certificate(block)) };
  } catch {
    return { name, form: 'unreadable', certificates: [] };
  }
}

/** What a server sends, trusted or not. Throws LocalRefusal 503 when there is no handshake. */
async function shownBy(host: string, port: number): Promise<Source> {
  // Trusting nothing: what is sent counts, not what could be added to it.
  const options: ConnectionOptions = {
    host,
    port,
    ca: [],
    rejectUnauthorized: false,
    ...(/^[\d.]+$|:/.test(host) ? {} : { servername: host }),
  };
  const socket = await handshake(options);
  const certificates: X509Certificate[] = [];
  for (let each = socket.getPeerX509Certificate(); each !== undefined && certificates.length < 10; each = each.issuerCertificate)
    if (certificates.some(({ fingerprint256 }) => fingerprint256 === each?.fingerprint256)) break;
    else certificates.push(each);
  socket.destroy();
  return { name: `${host}:${port}`, form: 'wire', certificates };
}

function handshake(options: ConnectionOptions): Promise<TLSSocket> {
  return new Promise((resolve, reject) => {
    const fail = (why: string): void =>
      reject(
        new LocalRefusal(
          503,
          'no_handshake',
          `${options.host ?? ''}:${options.port ?? ''} makes no TLS connection: ${why}.`,
          'Is it the right port, and up?',
        ),
      );
    const socket = connect(options);
    socket.setTimeout(CONNECT_MILLISECONDS, () => socket.destroy(new Error('no answer in time')));
    socket.once('error', (error) => fail(messageOf(error)));
    socket.once('secureConnect', () => resolve(socket));
  });
}

/** The authorities of every environment that runs: only so can a certificate of another be told. */
async function knownAuthorities(invocation: Invocation): Promise<readonly KnownAuthority[]> {
  const running = readRunning(invocation.configuration)?.environments ?? [];
  const known = await Promise.all(
    running.map(async ({ id, httpUrl }) =>
      Promise.all(
        GENERATIONS.flatMap((generation) =>
          (['root', 'sub-ca'] as const).map(async (role): Promise<KnownAuthority> => {
            const bytes = await download(`${httpUrl}/_localspine/certificates/${generation}/${role}.pem`);
            return { environment: id, generation, role, certificate: new X509Certificate(bytes) };
          }),
        ),
      ),
    ),
  );
  return known.flat();
}

/** Serial numbers on the environment's own revocation lists. */
async function revokedIn(httpUrl: string, environment: keyof typeof ENVIRONMENTS): Promise<ReadonlyMap<string, string>> {
  const x509 = await x509Library();
  const { generations } = nationalPaths(ENVIRONMENTS[environment].id);
  const revoked = new Map<string, string>();
  for (const generation of GENERATIONS) {
    const list = new x509.X509Crl(Uint8Array.from(await download(`${httpUrl}${generations[generation].list}`)));
    for (const { serialNumber, reason, revocationDate } of list.entries)
      revoked.set(
        serialNumber.toUpperCase(),
        `${reason === undefined ? 'unspecified' : x509.X509CrlReason[reason]}, on ${revocationDate.toISOString().slice(0, 19)}Z`,
      );
  }
  return revoked;
}

async function download(url: string): Promise<Buffer> {
  const response = await fetch(url);
  if (!response.ok) throw new LocalRefusal(503, 'download', `${url} answered ${response.status}.`);
  return Buffer.from(await response.arrayBuffer());
}
