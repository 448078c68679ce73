/** Under which names a server may be called. Sorted, without doubles, so that equal sets are equal texts. */
export interface ServerNames {
  readonly commonName: string;
  readonly dnsNames: readonly string[];
  readonly ipAddresses: readonly string[];
}

/** Older clients fall back on it when they ignore the alternative names; X.520 limits its length. */
const LONGEST_COMMON_NAME = 64;

/**
 * The names for a server certificate: hosts of all addresses it is told to clients by, the loopback names, the published national
 * names of the environment (path-to-live.md §2.2) and the machine's own. The common name is the host of `baseUrl`, where clients connect.
 *
 * @param origins further `https://host:port`
 * @param furtherNames published ones, and those of the machine
 */
export function serverNames(baseUrl: string, origins: Iterable<string>, furtherNames: readonly string[]): ServerNames {
  const hosts = ['localhost', '127.0.0.1', '[::1]', new URL(baseUrl).hostname, ...furtherNames];
  for (const origin of origins) hosts.push(new URL(origin).hostname);
  const dnsNames = new Set<string>();
  const ipAddresses = new Set<string>();
  for (const host of hosts) {
    if (isAddress(host)) ipAddresses.add(bare(host));
    else dnsNames.add(host.toLowerCase());
  }
  const publicHost = bare(new URL(baseUrl).hostname);
  return {
    commonName: publicHost.length <= LONGEST_COMMON_NAME ? publicHost : 'localhost',
    dnsNames: [...dnsNames].sort(),
    ipAddresses: [...ipAddresses].sort(),
  };
}

/** As URLs write addresses: `127.0.0.1`, `[::1]`. */
function isAddress(host: string): boolean {
  return host.startsWith('[') || /^\d+(\.\d+){3}$/.test(host);
}

function bare(host: string): string {
  return host.replace(/^\[|\]$/g, '');
}
