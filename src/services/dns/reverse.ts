import { isIPv4, isIPv6 } from 'node:net';

/** `1.0.0.127.in-addr.arpa` for 127.0.0.1 and the nibbles under ip6.arpa for IPv6 (RFC 1035 §3.5, RFC 3596 §2.5). Throws TypeError for no address. */
export function reverseName(address: string): string {
  if (isIPv4(address)) return `${address.split('.').reverse().join('.')}.in-addr.arpa`;
  if (!isIPv6(address)) throw new TypeError(`${address} is no address`);
  return `${[...nibbles(address)].reverse().join('.')}.ip6.arpa`;
}

/** The reverse zone that holds an address: its /24, or its /64 for IPv6. */
export function reverseZone(address: string): string {
  const labels = reverseName(address).split('.');
  return labels.slice(isIPv4(address) ? 1 : 16).join('.');
}

/** The address a reverse name stands for; undefined for a name that is none. */
export function addressOfReverse(name: string): string | undefined {
  const four = /^(\d{1,3})\.(\d{1,3})\.(\d{1,3})\.(\d{1,3})\.in-addr\.arpa$/.exec(name);
  if (four !== null) {
    const address = four.slice(1).reverse().join('.');
    return isIPv4(address) ? address : undefined;
  }
  const six = /^((?:[\da-f]\.){32})ip6\.arpa$/.exec(name);
  if (six === null) return undefined;
  const digits = (six[1] ?? '').split('.').reverse().join('');
  return canonicalAddress((digits.match(/.{4}/g) ?? []).join(':'));
}

/** An address in the one form it is compared in. Throws TypeError for no address. */
export function canonicalAddress(address: string): string {
  if (isIPv4(address)) return address;
  if (!isIPv6(address) || address.includes('%')) throw new TypeError(`${address} is no address`);
  return new URL(`http://[${address}]`).hostname.slice(1, -1);
}

function nibbles(address: string): string {
  const [head = '', tail] = canonicalAddress(address).split('::');
  const groups = (text: string): string[] => (text === '' ? [] : text.split(':'));
  const [before, after] = [groups(head), groups(tail ?? '')];
  const middle = tail === undefined ? [] : Array<string>(8 - before.length - after.length).fill('0');
  return [...before, ...middle, ...after].map((group) => group.padStart(4, '0')).join('');
}
