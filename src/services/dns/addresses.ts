import type { Random } from '../../kernel/random.ts';

/** The ranges from which the addresses of an environment are drawn when they rotate (PTL-024): loopback networks of its own. */
const NETWORKS: Readonly<Record<string, string>> = { SANDBOX: '127.80.0', INT: '127.80.1', DEP: '127.80.2', PROD: '127.80.3' };
const HOSTS = 254;

/** The range that a firewall must let through, single addresses being for a while only: `127.80.1.0/24`. */
export function addressRange(environmentId: string): string {
  return `${networkOf(environmentId)}.0/24`;
}

/** An address of the range, never the one before. */
export function drawAddress(environmentId: string, random: Random, before: string | undefined): string {
  const network = networkOf(environmentId);
  const last = before?.startsWith(`${network}.`) === true ? Number(before.split('.')[3]) : 0;
  const draw = 1 + (random.bytes(4).readUInt32BE(0) % (last === 0 ? HOSTS : HOSTS - 1));
  return `${network}.${last !== 0 && draw >= last ? draw + 1 : draw}`;
}

function networkOf(environmentId: string): string {
  const network = NETWORKS[environmentId];
  if (network === undefined) throw new RangeError(`no addresses for ${environmentId}`);
  return network;
}
