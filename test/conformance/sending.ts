/** Brings an environment into a pair's pre-state, and sends the pair's request. */
import assert from 'node:assert/strict';
import type { LocalSpine, Reply } from '../helpers/localspine.ts';
import type { Application, Role, Supplier } from '../helpers/supplier.ts';
import { mapStrings, moveTimes } from './comparison.ts';
import type { Asker, Json, Pair, Row } from './pair.ts';
import { RC } from './pairs/records.ts';

const WEEK_MILLISECONDS = 7 * 86_400_000;

export class PairSender {
  readonly #tokens = new Map<string, Promise<string>>();
  readonly #spine: LocalSpine;
  readonly #supplier: Supplier;
  readonly #app: Application;
  readonly #read: (file: string) => Json;

  constructor(spine: LocalSpine, supplier: Supplier, app: Application, read: (file: string) => Json) {
    this.#spine = spine;
    this.#supplier = supplier;
    this.#app = app;
    this.#read = read;
  }

  /** The answer of a fresh world, and what the example says it is: addresses and times as they are here. */
  async send(pair: Pair, row: Row): Promise<{ readonly reply: Reply; readonly published: Json }> {
    const by = row.by ?? RC;
    const days = row.day === undefined ? 0 : daysSince(row.day);
    await this.#prepare(moveTimes(row.given, days));
    const token = await this.#tokenOf(by.user);
    const localise = (document: Json): Json => mapStrings(moveTimes(document, days), (text) => text.replace(/_base[uU]rl_/, this.base));
    let body: Json = this.#bodyOf(pair, row);
    if (body !== undefined) body = localise({ ...body, ...row.send });
    if (row.silence !== undefined) await this.#failBooking(token, by, body, moveTimes(row.silence, days));
    const query = pair.query === undefined ? '' : `?${new URLSearchParams(pair.query)}`;
    const reply = await this.#supplier.ers(token, roleOf(by), `${pathOf(pair, row)}${query}`, {
      method: methodOf(pair),
      headers: { ...(row.ifMatch === undefined ? {} : { 'if-match': `W/"${row.ifMatch}"` }), ...row.headers },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    });
    return { reply, published: localise(this.#read(pair.response)) };
  }

  /** The address that the examples call `_baseUrl_`. */
  get base(): string {
    return `${this.#spine.environment('INT').baseUrl}/referrals/FHIR`;
  }

  #bodyOf(pair: Pair, row: Row): Json {
    const file = row.ask ?? pair.request;
    return file === undefined ? undefined : this.#read(file);
  }

  async #prepare(given: Row['given']): Promise<void> {
    const reply = await this.#spine.admin('INT', '/import', {
      method: 'POST',
      body: { ers: { instance: 'Int1', clear: true, ...given } },
    });
    assert.equal(reply.status, 200, reply.text);
  }

  #tokenOf(user: string): Promise<string> {
    const token = this.#tokens.get(user) ?? this.#supplier.userToken(this.#app, user).then((reply): string => reply.json.access_token);
    this.#tokens.set(user, token);
    return token;
  }

  /** A booking into the slot that the hospital never answers. */
  async #failBooking(token: string, by: Asker, deferral: Json, { slot, start, end }: NonNullable<Row['silence']>): Promise<void> {
    await this.#spine.admin('INT', '/faults', {
      method: 'POST',
      body: { service: 'ers', operation: 'A016', effect: { kind: 'partner', behaviour: 'silence' }, count: 1 },
    });
    const { reason: _reason, comment: _comment, ...rest } = deferral;
    const reply = await this.#supplier.ers(token, roleOf(by), '/STU3/Appointment', {
      method: 'POST',
      body: JSON.stringify({ ...rest, status: 'booked', start, end, slot: [{ reference: `Slot/${slot}` }] }),
    });
    assert.equal(reply.status, 504, reply.text);
  }
}

/** The days of the whole weeks that bring a day to today or to one of the six days after it. */
function daysSince(day: string): number {
  return Math.ceil((Date.now() - Date.parse(day)) / WEEK_MILLISECONDS) * 7;
}

function ubrnOf(pair: Pair, row: Row): string {
  return row.ubrn ?? pair.params?.['ubrn'] ?? '';
}

function pathOf(pair: Pair, row: Row): string {
  const values: Readonly<Record<string, string | undefined>> = {
    ...pair.params,
    ubrn: ubrnOf(pair, row),
    ...(row.appointmentId === undefined ? {} : { appointmentId: row.appointmentId }),
  };
  return templateOf(pair).replace(/\{(\w+)\}/g, (_, name: string) => values[name] ?? '');
}

/** The path with its variables, below `/FHIR`. */
export function templateOf(pair: Pair): string {
  return pair.path.replace('/FHIR', '').replace(/\[.*\]$/, '');
}

/** What is sent; a pair for GET and HEAD is sent as GET. */
export function methodOf({ method }: Pair): 'GET' | 'HEAD' | 'POST' | 'PUT' {
  return method === 'POST' || method === 'PUT' || method === 'HEAD' ? method : 'GET';
}

function roleOf({ businessFunction, odsCode, onBehalfOf }: Asker): Role | undefined {
  if (businessFunction === undefined || odsCode === undefined) return undefined;
  return { businessFunction, odsCode, ...(onBehalfOf === undefined ? {} : { onBehalfOf }) };
}
