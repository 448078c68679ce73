import { isIPv4 } from 'node:net';
import type { Answer } from 'dns-packet';

/** Result codes of an answer (RFC 1035 §4.1.1, RFC 6891 §9). */
export const RCODES = { NOERROR: 0, FORMERR: 1, SERVFAIL: 2, NXDOMAIN: 3, NOTIMP: 4, REFUSED: 5, BADVERS: 16 } as const;
export type Rcode = keyof typeof RCODES;

export interface Question {
  /** As it was asked, in any case. */
  readonly name: string;
  readonly type: string;
  readonly class: string;
}

/** What a name server knows that bears on one question. Names are in lower case. */
export interface ZoneData {
  /** The zone that holds a name; undefined when it is not ours. */
  zoneOf(name: string): string | undefined;
  /** Addresses of a host; undefined when there is no host of that name. */
  addressesOf(name: string): readonly string[] | undefined;
  /** Hosts at the address that a reverse name stands for. */
  pointersOf(name: string): readonly string[];
  /** Whether names lie below this one: it then exists, without records (RFC 8020). */
  hasBelow(name: string): boolean;
  /** Where the name server itself is. */
  readonly ownAddresses: readonly string[];
  /** Version of the data, for SOA. */
  readonly serial: number;
}

export interface Resolution {
  readonly rcode: Rcode;
  readonly authoritative: boolean;
  readonly answers: readonly Answer[];
  readonly authorities: readonly Answer[];
}

/** Seconds that an address may be kept: short, since addresses may change from one start to the next (PTL-024). */
export const ADDRESS_TTL = 60;
/** Seconds that SOA and NS, and the news that a name does not exist, may be kept. */
export const ZONE_TTL = 300;
export const NEGATIVE_TTL = 30;

const REFUSED: Resolution = { rcode: 'REFUSED', authoritative: false, answers: [], authorities: [] };

/**
 * The authoritative answer to a question (RFC 1034 §4.3.2 without recursion, delegation and aliases): REFUSED outside our zones, NXDOMAIN for
 * a name that does not exist in them, NOERROR with SOA for a name without records of the type. ANY gets one kind of record (RFC 8482).
 */
export function resolve(question: Question, data: ZoneData): Resolution {
  const name = question.name.toLowerCase();
  if (question.class !== 'IN' || question.type === 'AXFR' || question.type === 'IXFR') return REFUSED;
  const zone = data.zoneOf(name);
  if (zone === undefined) return REFUSED;
  const records = recordsAt(name, question.name, zone, data);
  if (records === undefined)
    return { rcode: data.hasBelow(name) ? 'NOERROR' : 'NXDOMAIN', authoritative: true, answers: [], authorities: [negative(zone, data)] };
  const wanted = question.type === 'ANY' ? records[0]?.type : question.type;
  const answers = records.filter((record) => record.type === wanted);
  return { rcode: 'NOERROR', authoritative: true, answers, authorities: answers.length > 0 ? [] : [negative(zone, data)] };
}

/** Every record of a name, the owner written as it was asked; undefined when the name does not exist. */
function recordsAt(name: string, asked: string, zone: string, data: ZoneData): readonly Answer[] | undefined {
  const server = nameServer(zone);
  const hosts = data.addressesOf(name) ?? (name === server ? data.ownAddresses : undefined);
  const pointers = data.pointersOf(name);
  if (hosts === undefined && pointers.length === 0 && name !== zone) return undefined;
  const records: Answer[] = (hosts ?? []).map((address) => ({
    type: isIPv4(address) ? 'A' : 'AAAA',
    name: asked,
    ttl: ADDRESS_TTL,
    data: address,
  }));
  for (const pointer of pointers) records.push({ type: 'PTR', name: asked, ttl: ADDRESS_TTL, data: pointer });
  if (name === zone) records.push(soa(asked, zone, ZONE_TTL, data), { type: 'NS', name: asked, ttl: ZONE_TTL, data: server });
  return records;
}

function nameServer(zone: string): string {
  return `ns1.${zone}`;
}

/** The SOA that goes with "there is none": its TTL is how long that may be believed (RFC 2308 §3). */
function negative(zone: string, data: ZoneData): Answer {
  return soa(zone, zone, NEGATIVE_TTL, data);
}

function soa(owner: string, zone: string, ttl: number, data: ZoneData): Answer {
  const times = { refresh: 3_600, retry: 600, expire: 86_400, minimum: NEGATIVE_TTL };
  return { type: 'SOA', name: owner, ttl, data: { mname: nameServer(zone), rname: `hostmaster.${zone}`, serial: data.serial, ...times } };
}
