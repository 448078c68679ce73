import { lookup as resolveName } from 'node:dns';
import { BlockList, isIP, type LookupFunction } from 'node:net';
import { Refusal } from '../errors.ts';

const TIMEOUT = 5_000;
const SIZE_LIMIT = 64 * 1024;

/** Something outside could not be reached, was not allowed, or answered in a way that cannot be used. The message says why. */
export class OutgoingRefusal extends Refusal {
  constructor(text: string) {
    super(text, {
      check: 'outgoing',
      why: text,
      fix: 'Give an http or https address that this machine can reach; see LOCALSPINE_FETCH_PRIVATE.',
    });
  }
}

/** Addresses nobody is ever led to: "this network", link-local (where clouds keep their metadata), multicast and reserved. */
const NEVER = blockList(['0.0.0.0', 8], ['169.254.0.0', 16], ['224.0.0.0', 4], ['240.0.0.0', 4], ['fe80::', 10], ['ff00::', 8]);
/** This machine and networks that are not the internet. */
const PRIVATE = blockList(
  ['127.0.0.0', 8],
  ['10.0.0.0', 8],
  ['172.16.0.0', 12],
  ['192.168.0.0', 16],
  ['100.64.0.0', 10],
  ['::1', 128],
  ['fc00::', 7],
);

function blockList(...subnets: readonly (readonly [string, number])[]): BlockList {
  const list = new BlockList();
  for (const [network, prefix] of subnets) list.addSubnet(network, prefix, network.includes(':') ? 'ipv6' : 'ipv4');
  return list;
}

/** Whether an IP address may be called. An IPv4 address in IPv6 clothes counts as what it is. */
export function mayCall(address: string, allowPrivate: boolean): boolean {
  const mapped = /^::ffff:(\d+\.\d+\.\d+\.\d+)$/i.exec(address)?.[1] ?? address;
  const family = isIP(mapped);
  if (family === 0 || mapped === '::') return false;
  const kind = family === 6 ? 'ipv6' : 'ipv4';
  return !NEVER.check(mapped, kind) && (allowPrivate || !PRIVATE.check(mapped, kind));
}

export interface OutgoingAnswer {
  readonly status: number;
  readonly body: string;
}

/** Calls addresses that users gave us: in five seconds, 64 KB at most, no redirects, and only where the setting allows. */
export class Outgoing {
  readonly #allowPrivate: boolean;
  readonly #authorities: () => Promise<readonly string[]>;

  /**
   * @param allowPrivate whether loopback and private networks may be called
   * @param authorities certificates (PEM) to trust beside the public ones: the environment's own
   */
  constructor(allowPrivate: boolean, authorities: () => Promise<readonly string[]>) {
    this.#allowPrivate = allowPrivate;
    this.#authorities = authorities;
  }

  /** Reads a document. Throws OutgoingRefusal for anything but 200. */
  async read(address: string): Promise<string> {
    const { status, body } = await this.#call(address, { method: 'GET', headers: { accept: 'application/json' } });
    if (status !== 200) throw new OutgoingRefusal(`it answered ${status}`);
    return body;
  }

  /** Posts a form. Throws OutgoingRefusal when there is no answer. */
  postForm(address: string, members: Readonly<Record<string, string>>): Promise<OutgoingAnswer> {
    return this.#call(address, {
      method: 'POST',
      headers: { 'content-type': 'application/x-www-form-urlencoded' },
      body: new URLSearchParams(members).toString(),
    });
  }

  /** Posts an XML document. Throws OutgoingRefusal when there is no answer. */
  postXml(address: string, document: string): Promise<OutgoingAnswer> {
    return this.#call(address, { method: 'POST', headers: { 'content-type': 'text/xml' }, body: document });
  }

  async #call(
    address: string,
    options: { readonly method: 'GET' | 'POST'; readonly headers: Record<string, string>; readonly body?: string },
  ): Promise<OutgoingAnswer> {
    const url = this.#allowed(address);
    const [{ Agent, request }, { rootCertificates }] = await Promise.all([import('undici'), import('node:tls')]);
    const ca = [...rootCertificates, ...(await this.#authorities())];
    const dispatcher = new Agent({ connect: { ca, timeout: TIMEOUT, lookup: this.#lookup } });
    try {
      const response = await request(url, { dispatcher, signal: AbortSignal.timeout(TIMEOUT), ...options });
      return { status: response.statusCode, body: await boundedText(response.body) };
    } catch (error) {
      throw error instanceof OutgoingRefusal ? error : new OutgoingRefusal(reasonOf(error));
    } finally {
      await dispatcher.destroy();
    }
  }

  #allowed(address: string): URL {
    const url = URL.canParse(address) ? new URL(address) : undefined;
    if (url === undefined) throw new OutgoingRefusal('it is not a URL');
    if (url.protocol !== 'https:' && url.protocol !== 'http:') throw new OutgoingRefusal('only http and https are read');
    const host = url.hostname.replace(/^\[|\]$/g, '');
    if (isIP(host) !== 0 && !mayCall(host, this.#allowPrivate)) throw new OutgoingRefusal(`calls to ${host} are not allowed`);
    return url;
  }

  /** The address that was judged is the one that is connected to, whatever the name resolves to a moment later. */
  readonly #lookup: LookupFunction = (hostname, options, done) => {
    resolveName(hostname, { ...options, all: true }, (error, addresses) => {
      if (error !== null) return done(error, '', 0);
      const allowed = addresses.filter((each) => mayCall(each.address, this.#allowPrivate));
      const [first] = allowed;
      if (first === undefined) return done(new OutgoingRefusal(`calls to ${hostname} are not allowed`), '', 0);
      return options.all === true ? done(null, allowed) : done(null, first.address, first.family);
    });
  };
}

function reasonOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  return error.cause instanceof Error ? `${error.message} (${error.cause.message})` : error.message;
}

async function boundedText(chunks: AsyncIterable<unknown>): Promise<string> {
  const parts: Buffer[] = [];
  let size = 0;
  for await (const chunk of chunks) {
    if (!(chunk instanceof Uint8Array)) throw new OutgoingRefusal('it sent no bytes');
    size += chunk.length;
    if (size > SIZE_LIMIT) throw new OutgoingRefusal(`it is longer than ${SIZE_LIMIT} bytes`);
    parts.push(Buffer.from(chunk));
  }
  return Buffer.concat(parts).toString('utf8');
}
