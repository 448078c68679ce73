/** Two processes on one PostgreSQL, and everybody wants the same thing at once: the last slot, the same referral. */
import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import pg from 'pg';
import { unbookedReferral } from '../helpers/imported.ts';
import { LocalSpine } from '../helpers/localspine.ts';
import { appointmentBody } from '../helpers/messages.ts';
import { makeKeyPair, type Role, Supplier } from '../helpers/supplier.ts';

const url = process.env['TEST_POSTGRES_URL'];
const USER = '021600556514';
const SERVICE = '11000';
const referrer: Role = { businessFunction: 'REFERRING_CLINICIAN', odsCode: 'R69' };
const provider: Role = { businessFunction: 'SERVICE_PROVIDER_CLINICIAN', odsCode: 'R69' };
/** Referrals that want each slot, and slots: 1,000 tries in all. */
const RIVALS = 8;
const SLOTS = 125;
const EDITED = 100;

/** A database of its own: other suites use the same server at the same time. */
const DATABASE = `races_${process.pid}`;

function databaseUrl(): string {
  if (url === undefined) return '';
  const own = new URL(url);
  own.pathname = `/${DATABASE}`;
  return own.href;
}

async function onServer(statement: string): Promise<void> {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  await client.query(statement);
  await client.end();
}

const numberOf = (first: number, n: number): string => String(first + n).padStart(12, '0');
const slotOf = (n: number): { id: string; start: string; end: string } => ({
  id: String(990_000_000 + n),
  start: new Date(Date.UTC(2031, 0, 1, 9) + n * 3_600_000).toISOString(),
  end: new Date(Date.UTC(2031, 0, 1, 9, 30) + n * 3_600_000).toISOString(),
});

const referral = (ubrn: string): object => unbookedReferral(ubrn, SERVICE);

function booked(ubrn: string, n: number): object {
  const appointment = {
    id: String(700_000 + n),
    version: 0,
    status: 'booked',
    serviceId: SERVICE,
    serviceName: 'Forthright',
    created: '2026-01-05T09:00:00Z',
  };
  return {
    ...referral(ubrn),
    state: 'BOOKED',
    specialty: 'CARDIOLOGY',
    pathwayStart: '2026-01-05T09:00:00Z',
    appointment: { ...appointment, start: '2031-03-01T09:00:00Z', end: '2031-03-01T09:30:00Z', slotId: String(980_000_000 + n) },
  };
}

describe('races between two processes on one PostgreSQL', {
  skip: url === undefined ? 'TEST_POSTGRES_URL names no server' : false,
  concurrency: false,
}, () => {
  const shared = {
    LOCALSPINE_DATABASE_URL: databaseUrl(),
    LOCALSPINE_ENVIRONMENTS: 'INT',
    LOCALSPINE_SEAL_KEY: 'a seal key both processes know',
    // Polls in the middle of bookings, as often as they can be.
    LOCALSPINE_PAS_POLL_SECONDS: '1',
  };
  const [left, right] = [new LocalSpine(shared), new LocalSpine(shared)];
  const [here, there] = [new Supplier(left, 'INT'), new Supplier(right, 'INT')];
  let token: string;

  const door = (n: number): Supplier => (n % 2 === 0 ? here : there);

  before(async () => {
    await onServer(`create database ${DATABASE}`);
    await Promise.all([left.start(), right.start()]);
    const keys = makeKeyPair();
    const app = await here.register({ accessMode: 'user-restricted', jwks: keys.jwks, callbackUrl: 'https://example.org/callback' });
    token = (await here.userToken(app, USER)).json.access_token;
    const referrals = [
      ...Array.from({ length: RIVALS * SLOTS }, (_, n) => referral(numberOf(1_000_000, n))),
      ...Array.from({ length: EDITED }, (_, n) => booked(numberOf(2_000_000, n), n)),
    ];
    const slots = Array.from({ length: SLOTS }, (_, n) => ({ ...slotOf(n), serviceId: SERVICE, usrn: `USRN-${n}` }));
    const reply = await left.admin('INT', '/import', { method: 'POST', body: { ers: { instance: 'Int1', slots, referrals } } });
    assert.equal(reply.status, 200, reply.text);
  });
  after(async () => {
    await Promise.all([left.remove(), right.remove()]);
    await onServer(`drop database ${DATABASE} with (force)`);
  });

  test(`${RIVALS * SLOTS} tries for ${SLOTS} slots: each slot is won exactly once, and the hospital's book says so`, async () => {
    const others = new Set<string>();
    for (let slot = 0; slot < SLOTS; slot += 1) {
      const replies = await Promise.all(
        Array.from({ length: RIVALS }, (_, n) => {
          const ubrn = numberOf(1_000_000, slot * RIVALS + n);
          return door(n).ers(token, referrer, '/STU3/Appointment', {
            body: appointmentBody({ ubrn, version: 3, serviceId: SERVICE, slot: slotOf(slot) }),
          });
        }),
      );
      assert.equal(
        replies.filter((reply) => reply.status === 201).length,
        1,
        replies.map((reply) => `${reply.status} ${reply.text}`).join('\n'),
      );
      for (const reply of replies)
        if (reply.status !== 201) others.add(`${reply.status} ${reply.json?.issue?.[0]?.details?.coding?.[0]?.code}`);
    }
    assert.deepEqual(
      [...others].filter((each) => each !== '422 SLOT_NOT_AVAILABLE' && each !== '422 UNABLE_TO_CONFIRM_APPOINTMENT'),
      [],
    );
    const book = (await right.admin('INT', `/ers/hospitals/R69/clinics/${SERVICE}?instance=Int1`)).json.slots;
    const contested = book.filter((each: { id: string }) => Number(each.id) >= 990_000_000 && Number(each.id) < 990_000_000 + SLOTS);
    assert.equal(contested.length, SLOTS);
    for (const each of contested)
      assert.equal(each.bookings.filter((entry: { cancelledAt?: string }) => entry.cancelledAt === undefined).length, 1, each.id);
  });

  test(`${EDITED} referrals accepted at both doors at once: one success, and 409 or 423 for the other`, async () => {
    for (let n = 0; n < EDITED; n += 1) {
      const replies = await Promise.all(
        [here, there].map((each) =>
          each.ers(token, provider, `/STU3/ReferralRequest/${numberOf(2_000_000, n)}/$ers.acceptReferral`, {
            method: 'POST',
            headers: { 'if-match': 'W/"3"' },
          }),
        ),
      );
      const statuses = replies.map((reply) => reply.status).sort();
      assert.equal(statuses[0], 200, replies.map((reply) => reply.text).join('\n'));
      assert.ok(statuses[1] === 409 || statuses[1] === 423, String(statuses));
    }
  });

  test('a booking at one door and another at the other, of the same referral: one appointment, one booking in the hospital', async () => {
    const ubrns = Array.from({ length: 20 }, (_, n) => numberOf(3_000_000, n));
    const slots = Array.from({ length: 40 }, (_, n) => ({ ...slotOf(1_000 + n), serviceId: SERVICE, usrn: `USRN-${1_000 + n}` }));
    await left.admin('INT', '/import', { method: 'POST', body: { ers: { instance: 'Int1', slots, referrals: ubrns.map(referral) } } });
    for (const [n, ubrn] of ubrns.entries()) {
      const statuses = await Promise.all(
        [here, there].map(async (each, side) => {
          const slot = slotOf(1_000 + 2 * n + side);
          const body = appointmentBody({ ubrn, version: 3, serviceId: SERVICE, slot });
          return (await each.ers(token, referrer, '/STU3/Appointment', { body })).status;
        }),
      );
      statuses.sort();
      assert.equal(statuses[0], 201, String(statuses));
      assert.ok(statuses[1] === 409 || statuses[1] === 423, String(statuses));
    }
    const book = (await right.admin('INT', `/ers/hospitals/R69/clinics/${SERVICE}?instance=Int1`)).json.slots;
    const held = book.flatMap((each: { bookings: { ubrn: string; cancelledAt?: string }[] }) =>
      each.bookings.filter((entry) => entry.cancelledAt === undefined).map((entry) => entry.ubrn),
    );
    for (const ubrn of ubrns) assert.equal(held.filter((each: string) => each === ubrn).length, 1, ubrn);
  });
});
