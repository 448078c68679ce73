/**
 * Each code of each operation's documented 422 (A015, A025, A029: 400), over the wire; and 409 and 423 of each operation that changes
 * something. With REFERENCE_DIR the table is held against the published specification: every code is provoked, or has its reason.
 */
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import { LocalSpine, type Reply } from '../helpers/localspine.ts';
import type { Draft } from './refusal-changes.ts';
import { DIRECTORY, UBRN } from './refusal-world.ts';
import { REASONS, REFUSALS } from './refusals.ts';

const USERS = {
  REFERRING_CLINICIAN: '021600556514',
  REFERRING_CLINICIAN_ADMIN: '103264992985',
  SERVICE_PROVIDER_CLINICIAN: '021600556514',
} as const;
/** Operations that answer 400 with an outcome where the others answer 422 (ers.md §7.2). */
const BAD_REQUEST: ReadonlySet<string> = new Set(['A015', 'A025', 'A029']);
/** Operations that name the version in the body: the request with one that is past. */
const VERSION_IN_BODY: ReadonlySet<string> = new Set(['A016', 'A027']);

describe('documented refusals', () => {
  const spine = new LocalSpine({ LOCALSPINE_ENVIRONMENTS: 'SANDBOX' });
  before(async () => {
    await spine.start();
    await put('/import', 'POST', DIRECTORY);
  });
  after(() => spine.remove());

  async function put(path: string, method: 'POST' | 'PUT' | 'DELETE', body?: object): Promise<void> {
    const reply = await spine.admin('SANDBOX', path, { method, ...(body !== undefined && { body }) });
    assert.ok(reply.status < 300, `${path}: ${reply.text}`);
  }

  async function prepare({ world: { patient, ...ers }, admin, hospital }: Draft): Promise<void> {
    await put('/import', 'POST', { patients: [patient], ers: { clear: true, ...ers } });
    if (admin !== undefined) await put(admin.path, admin.method, admin.body);
    await put('/faults', 'DELETE');
    if (hospital === undefined) return;
    const { operation, behaviour } = hospital;
    await put('/faults', 'POST', { service: 'ers', operation, effect: { kind: 'partner', behaviour }, count: 1 });
  }

  function send({ method, path, as, ifMatch, headers, body }: Draft): Promise<Reply> {
    return spine.call('SANDBOX', `/referrals/FHIR${path}`, {
      method,
      headers: {
        'nhsd-ers-business-function': as,
        'nhsd-end-user-organisation-ods': 'R69',
        'localspine-user-id': USERS[as],
        ...(ifMatch !== undefined && { 'if-match': `W/"${ifMatch}"` }),
        ...(body !== undefined && { 'content-type': 'application/fhir+json' }),
        ...headers,
      },
      ...(body !== undefined && { body: typeof body === 'string' ? body : JSON.stringify(body) }),
    });
  }

  for (const [operation, { valid, rows }] of Object.entries(REFUSALS)) {
    test(`${operation} succeeds when nothing is wrong`, async () => {
      const draft = valid();
      await prepare(draft);
      const reply = await send(draft);
      assert.ok(reply.status < 400, `${reply.status}: ${reply.text}`);
    });
    for (const [code, change] of Object.entries(rows)) {
      test(`${operation} ${code}`, async () => {
        const draft = valid();
        change(draft);
        await prepare(draft);
        const reply = await send(draft);
        const { issue = [] } = reply.json ?? {};
        assert.equal(reply.status, BAD_REQUEST.has(operation) ? 400 : 422, reply.text);
        assert.equal(issue[0]?.details?.coding?.[0]?.code, code, reply.text);
        for (const each of issue) {
          assert.equal(each.severity, 'error');
          assert.ok(typeof each.diagnostics === 'string' && each.diagnostics !== '', reply.text);
        }
      });
    }

    if ((valid().ifMatch !== undefined && operation !== 'A043') || VERSION_IN_BODY.has(operation)) {
      test(`${operation} 409 for a version that is past, 423 while somebody holds the request`, async () => {
        const stale = valid();
        if (stale.ifMatch === undefined) stale.body = JSON.parse(JSON.stringify(stale.body).replace('_history/5', '_history/4'));
        else stale.ifMatch -= 1;
        await prepare(stale);
        assertEmpty(await send(stale), 409);

        const held = valid();
        await prepare(held);
        const ubrn = /\d{12}/.exec(held.path)?.[0] ?? /\/(\d{12})\/_history/.exec(JSON.stringify(held.body))?.[1] ?? UBRN.booked;
        const kind = ubrn === UBRN.advice ? 'advice' : 'referrals';
        await put(`/ers/${kind}/${ubrn}/lock`, 'PUT', {});
        assertEmpty(await send(held), 423);
        await put(`/ers/${kind}/${ubrn}/lock`, 'DELETE');
        const reply = await send(held);
        assert.ok(reply.status < 400, `${reply.status}: ${reply.text}`);
      });
    }
  }

  for (const [operation, behaviour, status, code] of [
    ['A014', 'silence', 504, 'PAS_NOT_RESPONDING'],
    ['A016', 'error', 502, 'PAS_RESPONDED_WITH_ERROR'],
    ['A016', 'silence', 504, 'PAS_NOT_RESPONDING'],
    ['A034', 'error', 502, 'PAS_RESPONDED_WITH_ERROR'],
    ['A034', 'silence', 504, 'PAS_NOT_RESPONDING'],
    ['A036', 'error', 502, 'PAS_RESPONDED_WITH_ERROR'],
    ['A036', 'silence', 504, 'PAS_NOT_RESPONDING'],
  ] as const) {
    test(`${operation} ${status} when the hospital answers with ${behaviour}`, async () => {
      const draft = REFUSALS[operation]?.valid();
      assert.ok(draft !== undefined);
      draft.hospital = { operation, behaviour };
      await prepare(draft);
      const reply = await send(draft);
      assert.equal(reply.status, status, reply.text);
      assert.equal(reply.json.issue[0].details.coding[0].code, code);
    });
  }

  test('the table has every code that the specification lists', {
    skip: process.env['REFERENCE_DIR'] === undefined ? 'REFERENCE_DIR names no folder with the specification' : false,
  }, () => {
    for (const [operation, documented] of documentedCodes()) {
      const provoked = Object.keys(REFUSALS[operation]?.rows ?? {});
      const known = [...provoked, ...Object.keys(REASONS[operation] ?? {})];
      assert.deepEqual(known.toSorted(), [...documented].toSorted(), operation);
    }
  });
});

function assertEmpty(reply: Reply, status: number): void {
  assert.deepEqual([reply.status, reply.text], [status, '']);
}

/** Codes of the 422 (or 400) of each STU3 operation, and of A042, as the tables of the specification have them. */
function documentedCodes(): ReadonlyMap<string, ReadonlySet<string>> {
  const { paths } = JSON.parse(readFileSync(join(process.env['REFERENCE_DIR'] ?? '', 'ers/openapi.json'), 'utf8'));
  const found = new Map<string, Set<string>>();
  for (const methods of Object.values<
    Record<string, { summary?: string; responses?: Record<string, { description?: string; content?: object }> }>
  >(paths)) {
    for (const { summary = '', responses = {} } of Object.values(methods)) {
      const operation = /A0\d\d/.exec(summary)?.[0] ?? '';
      const { description = '', content } = responses[BAD_REQUEST.has(operation) ? '400' : '422'] ?? {};
      if (content === undefined) continue;
      const codes = [...description.matchAll(/^\|\s*`?([A-Z][A-Z_]+[A-Z])`?\s*\|/gm)].map(([, code = '']) => code);
      found.set(operation, new Set([...(found.get(operation) ?? []), ...codes]));
    }
  }
  return found;
}
