/**
 * Hostile and broken input, over the wire: malformed JSON, wrong media types, bodies of 100 MB, deep nesting, unknown parameters, header
 * floods, and generated inputs for every operation (FUZZ_RUNS each). The answer is a documented 4xx, never a 5xx, and the process goes on.
 */
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { after, before, describe, test } from 'node:test';
import { connect } from 'node:tls';
import fc from 'fast-check';
import { adviceBody, adviceWorklistBody, conversionBody, guidanceBody } from '../helpers/advice-messages.ts';
import { LocalSpine, type Reply } from '../helpers/localspine.ts';
import {
  actionLaterBody,
  appointmentBody,
  cancelledAppointmentBody,
  cancelReferralBody,
  changeShortlistBody,
  createReferralBody,
  letterBody,
  rejectBody,
  searchBody,
  triageOutcomeBody,
  worklistBody,
} from '../helpers/messages.ts';
import { callPatientApi, patientToken, registerPatientApp } from '../helpers/patient.ts';
import { type Application, FHIR, makeKeyPair, type Role, Supplier } from '../helpers/supplier.ts';

const RUNS = Number(process.env['FUZZ_RUNS'] ?? '100');
const referrer: Role = { businessFunction: 'REFERRING_CLINICIAN', odsCode: 'R69' };
const provider: Role = { businessFunction: 'SERVICE_PROVIDER_CLINICIAN', odsCode: 'R69' };
const administrator: Role = { businessFunction: 'SERVICE_PROVIDER_CLINICIAN_ADMIN', odsCode: 'R69' };
const UBRN = '000000070000';
const DOCUMENTED = new Set([200, 201, 307, 400, 403, 404, 406, 409, 412, 415, 422, 423]);

const spine = new LocalSpine({ LOCALSPINE_ENVIRONMENTS: 'INT', LOCALSPINE_JOURNAL_KEEP: '500' });
const supplier = new Supplier(spine);
let app: Application;
let token: string;

before(async () => {
  await spine.start();
  app = await supplier.register({ accessMode: 'user-restricted', jwks: makeKeyPair().jwks });
  token = (await supplier.userToken(app, '021600556514')).json.access_token;
});
after(async () => {
  await spine.remove();
});

/** Operations that take a body: path, role, a good body to spoil, headers. */
const WRITES: readonly {
  id: string;
  path: string;
  role: Role;
  good: string;
  headers?: Record<string, string>;
  method?: 'POST' | 'PUT';
}[] = [
  { id: 'A008', path: '/STU3/ReferralRequest/$ers.fetchworklist', role: provider, good: worklistBody('REFERRALS_FOR_REVIEW', '11002') },
  { id: 'A010', path: '/STU3/HealthcareService/$ers.searchHealthcareServicesForPatient', role: referrer, good: searchBody() },
  { id: 'A011', path: '/STU3/ReferralRequest/$ers.createReferral', role: referrer, good: createReferralBody() },
  {
    id: 'A012',
    path: `/STU3/ReferralRequest/${UBRN}/$ers.maintainReferralLetter`,
    role: referrer,
    good: letterBody('Binary/719f6045-e791-4029-8e0f-1201c02b0a55', '2026-01-01T00:00:00Z'),
    headers: { 'if-match': 'W/"5"' },
  },
  { id: 'A023', path: '/STU3/CommunicationRequest/$ers.fetchworklist', role: provider, good: adviceWorklistBody('11014') },
  {
    id: 'A026',
    path: '/STU3/CommunicationRequest/000000070020/$ers.sendCommunicationToRequester',
    role: provider,
    good: guidanceBody('Please rest', { recommendation: 'OTHER', files: ['Binary/719f6045-e791-4029-8e0f-1201c02b0a55'] }),
    headers: { 'if-match': 'W/"1"' },
  },
  {
    id: 'A027',
    path: '/STU3/ReferralRequest/$ers.createFromCommunicationRequestActionLater',
    role: provider,
    good: conversionBody({ ubrn: '000000070022', version: 2, reviewFiles: ['Binary/719f6045-e791-4029-8e0f-1201c02b0a55'] }),
  },
  {
    id: 'A044',
    path: '/STU3/CommunicationRequest/$ers.createAdviceAndGuidance',
    role: referrer,
    good: adviceBody({ files: ['Binary/719f6045-e791-4029-8e0f-1201c02b0a55'] }),
  },
  {
    id: 'A014',
    path: '/STU3/ReferralRequest/000000070001/$ers.rejectReferral',
    role: provider,
    good: rejectBody('NO_SUCH_REASON'),
    headers: { 'if-match': 'W/"5"' },
  },
  {
    id: 'A016',
    path: '/STU3/Appointment',
    role: referrer,
    good: appointmentBody({ ubrn: UBRN, version: 1, serviceId: '11002', reason: 'NO_SLOTS_AT_SERVICE' }),
  },
  {
    id: 'A021',
    path: '/STU3/ReferralRequest/$ers.createReferralAndSendForTriage',
    role: referrer,
    good: createReferralBody({ services: ['11004'] }),
  },
  ...(
    [
      ['A022', 'cancelAppointmentActionLater', provider, actionLaterBody()],
      ['A028', 'recordReviewOutcome', provider, triageOutcomeBody('ACCEPT_REFER_BOOK_LATER', 'URGENT')],
      ['A031', 'changeShortlist', referrer, changeShortlistBody({ services: ['11002'] })],
      ['A032', 'changeShortlistAndSendForTriage', referrer, changeShortlistBody({ services: ['11004'] })],
      ['A036', 'cancelReferral', referrer, cancelReferralBody('NO_SUCH_REASON')],
    ] as const
  ).map(([id, operation, role, good]) => ({
    id,
    path: `/STU3/ReferralRequest/000000070001/$ers.${operation}`,
    role,
    good,
    headers: { 'if-match': 'W/"5"' },
  })),
  {
    id: 'A034',
    path: '/STU3/Appointment/70009',
    method: 'PUT',
    role: referrer,
    good: cancelledAppointmentBody({
      ...JSON.parse(appointmentBody({ ubrn: '000000070001', version: 5, serviceId: '11002', reason: 'TRIAGE' })),
      id: '70009',
    }),
    headers: { 'if-match': 'W/"0"' },
  },
];

/** Operations that take path, query and headers only. */
const READS: readonly {
  id: string;
  role: Role;
  path: (piece: string) => string;
  headers?: (piece: string) => Record<string, string>;
  method?: 'GET' | 'HEAD' | 'POST';
  /** Who calls, when the usual user may not. */
  user?: string;
}[] = [
  { id: 'A004', role: referrer, path: (piece) => `/STU3/CodeSystem/${piece}` },
  { id: 'A005', role: referrer, path: (piece) => `/STU3/ReferralRequest/${piece}` },
  { id: 'A005 versioned', role: referrer, path: (piece) => `/STU3/ReferralRequest/${UBRN}/_history/${piece}` },
  { id: 'A006', role: referrer, path: (piece) => `/STU3/Binary/${piece}`, headers: () => ({ accept: '*/*' }) },
  { id: 'A024', role: referrer, path: (piece) => `/STU3/CommunicationRequest/${piece}` },
  { id: 'A024 versioned', role: provider, path: (piece) => `/STU3/CommunicationRequest/000000070020/_history/${piece}` },
  { id: 'A025', role: provider, path: (piece) => `/STU3/Communication?based-on=CommunicationRequest/${piece}/_history/${piece}` },
  { id: 'A025 parameters', role: provider, path: (piece) => `/STU3/Communication?${piece}=1&_include=${piece}&based-on=${piece}` },
  { id: 'A043', role: provider, method: 'POST', path: (piece) => `/STU3/CommunicationRequest/${piece}/$ers.generateCRI` },
  {
    id: 'A013',
    role: provider,
    method: 'POST',
    path: (piece) => `/STU3/ReferralRequest/${piece}/$ers.acceptReferral`,
    headers: (piece) => ({ 'if-match': `W/"${piece}"` }),
  },
  {
    id: 'A015',
    role: referrer,
    path: (piece) =>
      `/STU3/Slot?schedule.actor%3AHealthcareService=${piece}&appointmentType=ROUTINE&status=free&_count=${piece}&page=${piece}`,
    headers: () => ({ 'nhsd-ers-comm-rule-org': 'R69' }),
  },
  {
    id: 'A015 parameters',
    role: referrer,
    path: (piece) => `/STU3/Slot?${piece}=1&schedule.actor%3AHealthcareService=11002&appointmentType=${piece}&status=free&_count=5&page=1`,
    headers: (piece) => ({ 'nhsd-ers-comm-rule-org': piece.replaceAll('%', 'x') }),
  },
  {
    id: 'A029',
    role: referrer,
    path: (piece) => `/STU3/Task?focus=ReferralRequest/${piece}/_history/${piece}&intent=proposal&status=${piece}`,
  },
  { id: 'A030', role: referrer, path: (piece) => `/R4/PractitionerRole?x=${piece}` },
  { id: 'A033', role: referrer, path: (piece) => `/R4/HealthcareService/${piece}` },
  { id: 'A035', role: referrer, path: (piece) => `/R4/HealthcareService?_id=${piece},${piece}` },
  { id: 'A037', role: referrer, method: 'HEAD', path: (piece) => `/R4/HealthcareService/${piece}` },
  { id: 'A040', role: administrator, user: '103264992985', path: (piece) => `/R4/Practitioner?_query=${piece}` },
  { id: 'A041', role: referrer, path: (piece) => `/R4/ServiceRequest?identifier=${piece}` },
  { id: 'A038', role: referrer, path: (piece) => `/STU3/Appointment/${piece}` },
  { id: 'A038 versioned', role: referrer, path: (piece) => `/STU3/Appointment/70009/_history/${piece}` },
];

function judge(id: string, reply: Reply, input: string): void {
  assert.ok(DOCUMENTED.has(reply.status), `${id} answered ${reply.status} to ${input.slice(0, 400)}: ${reply.text.slice(0, 300)}`);
  if (reply.status === 422) assert.equal(reply.json?.resourceType, 'OperationOutcome', `${id}: ${reply.text.slice(0, 200)}`);
}

/** A good message with one place changed: a member dropped, renamed, replaced by something of another kind, or repeated. */
function spoiled(good: string): fc.Arbitrary<string> {
  const strange = fc.oneof(
    fc.constant(null),
    fc.boolean(),
    fc.integer(),
    fc.double(),
    fc.string(),
    fc.constant([]),
    fc.constant({}),
    fc.constant('__proto__'),
    fc.string({ minLength: 300, maxLength: 400 }),
    fc.jsonValue({ maxDepth: 3 }),
  );
  return fc.tuple(fc.nat(), fc.nat(4), strange).map(([place, how, value]) => {
    const message: unknown = JSON.parse(good);
    const places: { owner: Record<string, unknown>; key: string }[] = [];
    const visit = (node: unknown): void => {
      if (typeof node !== 'object' || node === null) return;
      for (const key of Object.keys(node)) {
        const owner = node as Record<string, unknown>;
        places.push({ owner, key });
        visit(owner[key]);
      }
    };
    visit(message);
    const chosen = places[place % places.length];
    if (chosen === undefined) return good;
    const { owner, key } = chosen;
    if (how === 0) delete owner[key];
    else if (how === 1) owner[`${key}x`] = owner[key];
    else if (how === 2) owner[key] = [owner[key], owner[key]];
    else owner[key] = value;
    return JSON.stringify(message);
  });
}

async function inParallel<T>(items: readonly T[], work: (item: T) => Promise<void>): Promise<void> {
  let next = 0;
  await Promise.all(
    Array.from({ length: 12 }, async () => {
      for (let item = items[next++]; item !== undefined; item = items[next++]) await work(item);
    }),
  );
}

describe('generated input', { concurrency: false }, () => {
  for (const operation of WRITES) {
    test(`${operation.id}: ${RUNS} bodies`, { timeout: 300_000 }, async () => {
      const bodies = fc.sample(
        fc.oneof(
          { arbitrary: spoiled(operation.good), weight: 4 },
          { arbitrary: fc.json({ maxDepth: 6 }), weight: 1 },
          { arbitrary: fc.string(), weight: 1 },
        ),
        { numRuns: RUNS, seed: 20_261_124 },
      );
      await inParallel(bodies, async (body) => {
        const reply = await supplier.ers(token, operation.role, operation.path, {
          method: operation.method ?? 'POST',
          headers: { 'content-type': FHIR, ...operation.headers },
          body,
        });
        judge(operation.id, reply, body);
      });
    });
  }
  for (const operation of READS) {
    test(`${operation.id}: ${RUNS} addresses`, { timeout: 300_000 }, async () => {
      const piece = fc.oneof(
        fc.string({ maxLength: 40 }),
        fc.string({ unit: 'binary', maxLength: 20 }),
        fc.integer().map(String),
        fc.constantFrom('../..', '%00', "' or 1=1 --", '1e309', '-1', '0', '999999999999999999999', '__proto__', 'constructor', UBRN),
      );
      const pieces = fc.sample(piece, { numRuns: RUNS, seed: 20_261_124 }).map((text) => encodeURIComponent(text.toWellFormed()));
      const caller: string = operation.user === undefined ? token : (await supplier.userToken(app, operation.user)).json.access_token;
      await inParallel(pieces, async (text) => {
        const headers = operation.headers?.(text.replace(/[^\x21-\x7e]/g, '')) ?? {};
        const reply = await supplier.ers(caller, operation.role, operation.path(text), { method: operation.method ?? 'GET', headers });
        judge(operation.id, reply, text);
      });
    });
  }

  test(`the patient API: ${RUNS} queries, ids and targets`, { timeout: 300_000 }, async () => {
    const patientApp = await registerPatientApp(supplier, makeKeyPair());
    const patient: string = (await patientToken(supplier, patientApp, '9912003888')).json.access_token;
    const piece = fc.oneof(
      fc.string({ unit: 'binary', maxLength: 30 }),
      fc.constantFrom('9912003888', '3457005', 'Task:focus', '__proto__', "' or 1=1 --", 'http://snomed.info/sct|3457005', '11000'),
    );
    const pieces = fc.sample(piece, { numRuns: RUNS, seed: 20_261_124 }).map((text) => encodeURIComponent(text.toWellFormed()));
    await inParallel(pieces, async (text) => {
      const target = text.replace(/[^\x21-\x7e]/g, '').slice(0, 100);
      const replies = await Promise.all([
        callPatientApi(supplier, patient, `/ServiceRequest?patient:identifier=9912003888&category=3457005&_revinclude=${text}`),
        callPatientApi(supplier, patient, `/ServiceRequest?patient:identifier=${text}&category=${text}&${text}=1`),
        callPatientApi(supplier, patient, `/HealthcareService/${text}`),
        callPatientApi(supplier, patient, `/${text}`),
        callPatientApi(supplier, patient, '/HealthcareService/11000', { 'nhsd-target-identifier': target }),
      ]);
      for (const reply of replies) {
        judge('patient API', reply, text);
        if (reply.status >= 400) assert.equal(reply.json?.resourceType, 'OperationOutcome', reply.text.slice(0, 200));
      }
    });
  });

  test(`NHS login: ${RUNS} sign-ins and codes`, { timeout: 300_000 }, async () => {
    const path = '/realms/NHS-Login-mock-int';
    const values = fc.sample(fc.record({ text: fc.string({ unit: 'binary', maxLength: 40 }), host: fc.domain() }), {
      numRuns: RUNS,
      seed: 9,
    });
    await inParallel(values, async ({ text, host }) => {
      const wellFormed = text.toWellFormed();
      const query = new URLSearchParams({
        client_id: 'test-client-nhs-login',
        redirect_uri: `https://${host}/x`,
        response_type: 'code',
        scope: wellFormed,
      });
      const begun = await spine.call('INT', `${path}/protocol/openid-connect/auth?${query}`);
      assert.equal(begun.status, 400);
      const posted = await supplier.form(`${path}/login-actions/authenticate?interaction=${encodeURIComponent(wellFormed)}`, {
        username: wellFormed,
      });
      assert.equal(posted.status, 400);
      const redeemed = await supplier.form(`${path}/protocol/openid-connect/token`, {
        grant_type: 'authorization_code',
        client_id: 'test-client-nhs-login',
        client_secret: wellFormed,
        code: wellFormed,
      });
      assert.deepEqual([redeemed.status, redeemed.json.error], [401, 'invalid_client']);
    });
  });

  test(`what happens outside the API: ${RUNS} bodies`, { timeout: 300_000 }, async () => {
    const events = fc.constantFrom(
      'patient-books',
      'provider-defers',
      'provider-shortlists',
      'hospital-cancels-appointment',
      'provider-records-assessment',
      'lock',
      '__proto__',
      'constructor',
      '%00',
    );
    const body = fc.oneof(
      fc.record(
        { serviceId: fc.constantFrom('11002', '0', 'x'), slotId: fc.string(), start: fc.string() },
        { requiredKeys: ['serviceId'] },
      ),
      fc.record({ reason: fc.constantFrom('CLINIC_CANCELLED', 'constructor', ''), comment: fc.string() }, { requiredKeys: ['reason'] }),
      fc.record({ serviceIds: fc.array(fc.constantFrom('11002', '99')) }),
      fc.jsonValue({ maxDepth: 3 }),
    );
    const requests = fc.sample(fc.tuple(events, fc.constantFrom(UBRN, '000000070001', 'x'), body), { numRuns: RUNS, seed: 20_261_124 });
    await inParallel(requests, async ([event, ubrn, message]) => {
      const payload = typeof message === 'object' && message !== null ? message : { message };
      const reply = await spine.admin('INT', `/ers/referrals/${ubrn}/${event}`, { method: 'POST', body: payload });
      assert.ok([200, 400, 404, 409].includes(reply.status), `${reply.status} to ${event} ${JSON.stringify(payload)}: ${reply.text}`);
    });
  });

  test(`the token endpoint: ${RUNS} forms`, { timeout: 300_000 }, async () => {
    const member = fc.constantFrom(
      'grant_type',
      'client_assertion',
      'client_assertion_type',
      'client_id',
      'client_secret',
      'code',
      'redirect_uri',
      'refresh_token',
      'subject_token',
      'subject_token_type',
      '_access_token_expiry_ms',
    );
    const value = fc.oneof(
      fc.string(),
      fc.constantFrom(
        'client_credentials',
        'authorization_code',
        'refresh_token',
        'a.b.c',
        'eyJhbGciOiJub25lIn0.e30.',
        'urn:ietf:params:oauth:client-assertion-type:jwt-bearer',
      ),
    );
    const forms = fc.sample(fc.array(fc.tuple(member, value), { maxLength: 8 }), { numRuns: RUNS, seed: 7 });
    await inParallel(forms, async (members) => {
      const reply = await spine.call('INT', '/oauth2/token', {
        method: 'POST',
        headers: { 'content-type': 'application/x-www-form-urlencoded' },
        body: new URLSearchParams(members.map(([name, text]): [string, string] => [name, text.toWellFormed()])).toString(),
      });
      assert.ok([400, 401, 403].includes(reply.status), `${reply.status} ${reply.text}`);
      assert.deepEqual(Object.keys(reply.json), ['error', 'error_description', 'message_id']);
    });
  });

  test(`what referrers do with a conversation outside the API: ${RUNS} bodies`, { timeout: 300_000 }, async () => {
    const action = fc.constantFrom('reply', 'clinical-information', 'close', 'convert', 'lock', '__proto__', 'constructor', '%00');
    const body = fc.oneof(
      fc.record({ text: fc.string(), files: fc.array(fc.record({ fileId: fc.string() })) }, { requiredKeys: ['text'] }),
      fc.record(
        { serviceIds: fc.array(fc.constantFrom('11002', '11014', '99', 'x')), priority: fc.string() },
        { requiredKeys: ['serviceIds'] },
      ),
      fc.record({ userId: fc.constantFrom('021600556514', '000000000000', 'x'), version: fc.integer() }),
      fc.jsonValue({ maxDepth: 3 }),
    );
    const ubrn = fc.constantFrom('000000070022', '000000070024', UBRN, 'x', '__proto__');
    const requests = fc.sample(fc.tuple(action, ubrn, body), { numRuns: RUNS, seed: 20_261_125 });
    await inParallel(requests, async ([name, request, message]) => {
      const payload = typeof message === 'object' && message !== null ? message : { message };
      const reply = await spine.admin('INT', `/ers/advice/${request}/${name}`, { method: 'POST', body: payload });
      assert.ok([200, 400, 403, 404, 409].includes(reply.status), `${reply.status} to ${name} ${JSON.stringify(payload)}: ${reply.text}`);
    });
  });
});

describe('broken requests', { concurrency: false }, () => {
  const create = '/STU3/ReferralRequest/$ers.createReferral';

  test('malformed JSON is 400, empty', async () => {
    for (const body of ['{', '[]', '"text"', 'null', '{"resourceType":', '\u0000']) {
      const reply = await supplier.ers(token, referrer, create, { method: 'POST', body, headers: { 'content-type': FHIR } });
      assert.equal(reply.status, 400, body);
      assert.equal(reply.text, '');
    }
  });

  test('a wrong media type is 415, one that cannot be met 406', async () => {
    const wrong = await supplier.ers(token, referrer, create, {
      method: 'POST',
      body: '<x/>',
      headers: { 'content-type': 'application/xml' },
    });
    assert.equal(wrong.status, 415);
    assert.match(wrong.headers['content-type'] ?? '', /^text\/plain;\s*charset=utf-8/i);
    const none = { method: 'POST', body: '<x/>', headers: { 'content-type': 'no media type' } } as const;
    const malformed = await supplier.ers(token, referrer, create, none);
    assert.deepEqual(
      [malformed.status, malformed.headers['content-type'], malformed.text],
      [415, wrong.headers['content-type'], wrong.text],
    );
    assert.equal((await supplier.ers('stranger', referrer, create, none)).status, 401, 'strangers are refused as such first');
    const unmet = await supplier.ers(token, referrer, '/STU3/CodeSystem/PRIORITY', { headers: { accept: 'application/fhir+xml' } });
    assert.equal(unmet.status, 406);
  });

  test('deep nesting is 400', async () => {
    const deep = `${'{"a":'.repeat(50_000)}1${'}'.repeat(50_000)}`;
    assert.equal((await supplier.ers(token, referrer, create, { body: deep })).status, 400);
  });

  test('a body of 100 MB is refused; memory stays flat and others are served', { timeout: 120_000 }, async () => {
    const resident = (): number => Number(/VmRSS:\s+(\d+)/.exec(readFileSync(`/proc/${spine.pid}/status`, 'utf8'))?.[1] ?? 0) / 1024;
    const before = resident();
    const body = Buffer.alloc(100 * 1024 * 1024, ' ');
    const [json, upload, other] = await Promise.all([
      supplier.ers(token, referrer, create, { body }),
      supplier.ers(token, referrer, '/STU3/Binary', {
        body,
        headers: { 'content-type': 'application/pdf', 'nhsd-ers-file-name': 'big.pdf' },
      }),
      supplier.ers(token, referrer, '/STU3/CodeSystem/PRIORITY'),
    ]);
    assert.equal(json.status, 400);
    assert.equal(upload.status, 422);
    assert.equal(upload.json.issue[0].details.coding[0].code, 'FILE_SIZE_ERROR');
    assert.equal(other.status, 200);
    assert.ok(resident() - before < 120, `grew by ${(resident() - before).toFixed(0)} MiB`);
  });

  test('a stranger’s 100 MB is not even read', { timeout: 120_000 }, async () => {
    const reply = await spine
      .call('INT', `/referrals/FHIR${create}`, { method: 'POST', headers: { 'content-type': FHIR }, body: Buffer.alloc(50 * 1024 * 1024) })
      .catch(() => undefined);
    if (reply !== undefined) assert.equal(reply.status, 401);
    assert.equal((await spine.call('INT', '/_localspine/health')).status, 200);
  });

  test('an unknown parameter is named', async () => {
    const message: { parameter: { name: string; valueString?: string }[] } = JSON.parse(createReferralBody());
    message.parameter.push({ name: 'unknownParameter', valueString: 'x' });
    const reply = await supplier.ers(token, referrer, create, { body: JSON.stringify(message) });
    assert.equal(reply.status, 422);
    assert.equal(reply.json.issue[0].details.coding[0].code, 'UNEXPECTED_FIELD');
    assert.match(reply.json.issue[0].diagnostics, /unknownParameter/);
  });

  test('a flood of headers is 431', async () => {
    const { baseUrl, caPath } = spine.environment('INT');
    const { hostname, port } = new URL(baseUrl);
    const status = await new Promise<string>((resolve, reject) => {
      const socket = connect({ host: hostname, port: Number(port), ca: readFileSync(caPath) }, () => {
        socket.write(
          `GET /referrals/FHIR/STU3/CodeSystem/PRIORITY HTTP/1.1\r\nHost: ${hostname}\r\n${Array.from({ length: 5_000 }, (_, n) => `X-Flood-${n}: ${n}\r\n`).join('')}\r\n`,
        );
      });
      socket.once('data', (chunk) => resolve(chunk.toString().split('\r\n')[0] ?? ''));
      socket.once('error', reject);
    });
    assert.match(status, /431/);
  });

  test('after all this the process is well', async () => {
    assert.equal((await spine.call('INT', '/_localspine/health')).status, 200);
    assert.doesNotMatch(spine.output, /unexpected failure|unhandled/i);
  });
});
