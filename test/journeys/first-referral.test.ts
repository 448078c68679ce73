/**
 * A supplier's first referral, over TLS with the environment's CA and nothing mocked: register an application, make a key pair, get both
 * kinds of token, search, refer, attach a letter, book, find it on the provider's worklist, accept it. Then every refusal on that road.
 */
import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { LocalSpine, type Reply } from '../helpers/localspine.ts';
import { appointmentBody, createReferralBody, letterBody, rejectBody, searchBody, worklistBody } from '../helpers/messages.ts';
import { type Application, makeKeyPair, type Role, Supplier } from '../helpers/supplier.ts';

const REFERRER_USER = '021600556514';
const SERVICE = '11002';
const referrer: Role = { businessFunction: 'REFERRING_CLINICIAN', odsCode: 'R69' };
const provider: Role = { businessFunction: 'SERVICE_PROVIDER_CLINICIAN', odsCode: 'R69' };
const PDF = Buffer.from('%PDF-1.4\n1 0 obj\n<<>>\nendobj\ntrailer\n<<>>\n%%EOF\n');

const spine = new LocalSpine();
const supplier = new Supplier(spine);
const keys = makeKeyPair();
let userApp: Application;
let unattendedApp: Application;
let token: string;

before(async () => {
  await spine.start();
});
after(async () => {
  await spine.remove();
});

function codeOf(reply: Reply): string {
  return reply.json?.issue?.[0]?.details?.coding?.[0]?.code;
}

async function refer(): Promise<{ ubrn: string; version: string }> {
  const reply = await supplier.ers(token, referrer, '/STU3/ReferralRequest/$ers.createReferral', {
    body: createReferralBody({ services: [SERVICE] }),
  });
  assert.equal(reply.status, 201, reply.text);
  return { ubrn: reply.json.id, version: reply.json.meta.versionId };
}

async function firstSlot(): Promise<{ id: string; start: string; end: string; clinician?: string }> {
  const query = new URLSearchParams({
    'schedule.actor:HealthcareService': SERVICE,
    appointmentType: 'ROUTINE',
    status: 'free',
    _count: '5',
    page: '1',
  });
  const reply = await supplier.ers(token, referrer, `/STU3/Slot?${query}`, { headers: { 'nhsd-ers-comm-rule-org': 'R69' } });
  assert.equal(reply.status, 200, reply.text);
  const slot = reply.json.entry[0].resource;
  const schedule = reply.json.entry.find(
    (entry: { resource: { resourceType: string; id: string } }) =>
      entry.resource.resourceType === 'Schedule' && slot.schedule.reference === `Schedule/${entry.resource.id}`,
  )?.resource;
  const clinician = schedule?.actor?.[1]?.identifier?.value;
  return { id: slot.id, start: slot.start, end: slot.end, ...(clinician === undefined ? {} : { clinician }) };
}

async function attachLetter(ubrn: string, version: string): Promise<Reply> {
  const upload = await supplier.ers(token, referrer, '/STU3/Binary', {
    body: PDF,
    headers: { 'content-type': 'application/pdf', 'nhsd-ers-file-name': 'letter.pdf', 'nhsd-ers-referral-id': ubrn },
  });
  assert.equal(upload.status, 201, upload.text);
  const binary = upload.headers['location'] ?? '';
  assert.match(binary, /^Binary\/[0-9a-f-]{36}$/);
  return supplier.ers(token, referrer, `/STU3/ReferralRequest/${ubrn}/$ers.maintainReferralLetter`, {
    headers: { 'if-match': `W/"${version}"` },
    body: letterBody(binary, new Date().toISOString()),
  });
}

async function book(ubrn: string, version: string): Promise<Reply> {
  const slot = await firstSlot();
  return supplier.ers(token, referrer, '/STU3/Appointment', {
    body: appointmentBody({
      ubrn,
      version,
      serviceId: SERVICE,
      slot,
      ...(slot.clinician === undefined ? {} : { clinician: slot.clinician }),
    }),
  });
}

async function currentVersion(ubrn: string, role = referrer): Promise<string> {
  const reply = await supplier.ers(token, role, `/STU3/ReferralRequest/${ubrn}`);
  assert.equal(reply.status, 200, reply.text);
  assert.equal(reply.headers['etag'], `W/"${reply.json.meta.versionId}"`);
  return reply.json.meta.versionId;
}

async function reviewList(): Promise<string[]> {
  const reply = await supplier.ers(token, provider, '/STU3/ReferralRequest/$ers.fetchworklist', {
    body: worklistBody('REFERRALS_FOR_REVIEW'),
  });
  assert.equal(reply.status, 200, reply.text);
  return reply.json.entry.map((entry: { item: { reference: string } }) => entry.item.reference);
}

describe('the first referral', { concurrency: false }, () => {
  test('an application is registered with its public key and bound to an ASID', async () => {
    userApp = await supplier.register({
      accessMode: 'user-restricted',
      name: 'Journey - Journey Link - INT - e-Referral Service - User-restricted',
      jwks: keys.jwks,
    });
    unattendedApp = await supplier.register({
      accessMode: 'application-restricted',
      capability: 'provider',
      odsCode: 'R69',
      jwks: keys.jwks,
    });
    for (const app of [userApp, unattendedApp]) {
      assert.match(app.appId, /^[0-9a-f]{8}-[0-9a-f]{4}-4/);
      assert.match(app.apiKey, /^[A-Za-z0-9]{32}$/);
      assert.match(app.asid, /^\d{12}$/);
    }
    assert.notEqual(userApp.asid, unattendedApp.asid);
  });

  test('an application-restricted token, by signed JWT', async () => {
    const reply = await supplier.clientCredentials(unattendedApp, keys);
    assert.equal(reply.status, 200, reply.text);
    assert.deepEqual(Object.keys(reply.json).sort(), ['access_token', 'expires_in', 'issued_at', 'token_type']);
    assert.equal(reply.json.expires_in, '599');
    const codes = await supplier.ers(reply.json.access_token, undefined, '/STU3/CodeSystem/PRIORITY');
    assert.equal(codes.status, 200, codes.text);
    assert.equal(codes.json.concept.length, 3);
  });

  test('a user-restricted token, by signing in; and another for its refresh token', async () => {
    const reply = await supplier.userToken(userApp, REFERRER_USER);
    assert.equal(reply.status, 200, reply.text);
    assert.equal(reply.json.refresh_count, '0');
    const refreshed = await supplier.form('/oauth2-mock/token', {
      grant_type: 'refresh_token',
      client_id: userApp.apiKey,
      client_secret: userApp.secret,
      refresh_token: reply.json.refresh_token,
    });
    assert.equal(refreshed.status, 200, refreshed.text);
    assert.equal(refreshed.json.refresh_count, '1');
    token = refreshed.json.access_token;
  });

  test('A030 says who I am', async () => {
    const reply = await supplier.ers(token, undefined, '/R4/PractitionerRole');
    assert.equal(reply.status, 200, reply.text);
    const roles = reply.json.entry.flatMap(
      (entry: { resource: { code: { coding: { code: string }[] }[]; organization: { identifier: { value: string } } } }) =>
        entry.resource.code.map((code) => `${code.coding[0]?.code}@${entry.resource.organization.identifier.value}`),
    );
    assert.ok(roles.includes('REFERRING_CLINICIAN@R69') && roles.includes('SERVICE_PROVIDER_CLINICIAN@R69'), roles.join());
  });

  test('search, refer, attach a letter, book; the provider finds it and accepts it', async () => {
    const found = await supplier.ers(token, referrer, '/STU3/HealthcareService/$ers.searchHealthcareServicesForPatient', {
      body: searchBody(),
    });
    assert.equal(found.status, 200, found.text);
    assert.ok(found.json.entry.some((entry: { item: { identifier: { value: string } } }) => entry.item.identifier.value === SERVICE));
    const { ubrn, version } = await refer();
    assert.match(ubrn, /^\d{12}$/);
    assert.equal(version, '3');
    const actions = await supplier.ers(
      token,
      referrer,
      `/STU3/Task?focus=ReferralRequest/${ubrn}/_history/${version}&intent=proposal&status=ready`,
    );
    assert.ok(
      actions.json.entry.some(
        (entry: { resource: { code: { coding: { code: string }[] } } }) => entry.resource.code.coding[0]?.code === 'CREATE_APPOINTMENT',
      ),
      actions.text,
    );
    const lettered = await attachLetter(ubrn, version);
    assert.equal(lettered.status, 200, lettered.text);
    const binary = lettered.json.contained.find((each: { resourceType: string }) => each.resourceType === 'DocumentReference').content[0]
      .attachment.url;
    const booked = await book(ubrn, lettered.json.meta.versionId);
    assert.equal(booked.status, 201, booked.text);
    assert.equal(booked.json.status, 'booked');
    assert.ok((await reviewList()).includes(`ReferralRequest/${ubrn}`));
    const download = await downloadWhenScanned(binary);
    assert.deepEqual(download.bytes, PDF);
    const accepted = await supplier.ers(token, provider, `/STU3/ReferralRequest/${ubrn}/$ers.acceptReferral`, {
      method: 'POST',
      headers: { 'if-match': `W/"${await currentVersion(ubrn, provider)}"` },
    });
    assert.equal(accepted.status, 200, accepted.text);
    assert.ok(!(await reviewList()).includes(`ReferralRequest/${ubrn}`));
  });

  test('a booking that the provider rejects goes back to the referrer’s worklist', async () => {
    const { ubrn, version } = await refer();
    const lettered = await attachLetter(ubrn, version);
    await book(ubrn, lettered.json.meta.versionId);
    const rejected = await supplier.ers(token, provider, `/STU3/ReferralRequest/${ubrn}/$ers.rejectReferral`, {
      headers: { 'if-match': `W/"${await currentVersion(ubrn, provider)}"` },
      body: rejectBody(),
    });
    assert.equal(rejected.status, 200, rejected.text);
    const list = await supplier.ers(token, referrer, '/STU3/ReferralRequest/$ers.fetchworklist', {
      body: worklistBody('REJECTED_TRIAGE_RESPONSE'),
    });
    assert.ok(
      list.json.entry.some((entry: { item: { reference: string } }) => entry.item.reference === `ReferralRequest/${ubrn}`),
      list.text,
    );
  });

  test('state survives a restart', async () => {
    const { ubrn } = await refer();
    assert.equal(await spine.stop(), 0);
    await spine.start();
    assert.equal(await currentVersion(ubrn), '3', 'the token too is still good');
  });
});

async function downloadWhenScanned(binary: string): Promise<Reply> {
  for (let tries = 0; tries < 50; tries += 1) {
    const reply = await supplier.ers(token, provider, `/STU3/${binary}`, { headers: { accept: '*/*' } });
    if (reply.status !== 422) {
      assert.equal(reply.status, 200, reply.text);
      assert.match(reply.headers['content-disposition'] ?? '', /^attachment; filename="?letter\.pdf/);
      return reply;
    }
    assert.equal(codeOf(reply), 'PENDING');
    await spine.admin('INT', '/clock', { method: 'PUT', body: { advance: 'PT10S' } });
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
  return assert.fail('the file was never scanned');
}

describe('each refusal on that road', () => {
  test('wrong key', async () => {
    const reply = await supplier.clientCredentials(unattendedApp, keys, { key: makeKeyPair().privateKey });
    assert.equal(reply.status, 401);
    assert.equal(reply.json.error, 'public_key error');
    assert.equal(reply.json.error_description, 'JWT signature verification failed');
  });

  test('expired JWT', async () => {
    const reply = await supplier.clientCredentials(unattendedApp, keys, { claims: { exp: Math.floor(Date.now() / 1000) - 60 } });
    assert.equal(reply.status, 400);
    assert.equal(reply.json.error_description, "Invalid 'exp' claim in client_assertion JWT - JWT has expired");
  });

  test('unbound ASID', async () => {
    const app = await supplier.register({ accessMode: 'user-restricted', asid: 'none' });
    const { json } = await supplier.userToken(app, REFERRER_USER);
    const reply = await supplier.ers(json.access_token, referrer, '/STU3/CodeSystem/PRIORITY');
    assert.equal(reply.status, 403);
    assert.equal(reply.json.issue[0].diagnostics, 'ASID is not configured in the application');
    assert.equal(codeOf(reply), 'NO_ACCESS');
  });

  test('wrong role', async () => {
    const reply = await supplier.ers(token, provider, '/STU3/ReferralRequest/$ers.createReferral', { body: createReferralBody() });
    assert.equal(reply.status, 403);
    assert.equal(codeOf(reply), 'FORBIDDEN');
    const notHeld = await supplier.ers(token, { ...referrer, odsCode: 'RCD' }, '/STU3/CodeSystem/PRIORITY');
    assert.equal(notHeld.status, 403);
  });

  test('other organisation', async () => {
    const { ubrn } = await refer();
    const other = (await supplier.userToken(userApp, '555073103100')).json.access_token;
    const reply = await supplier.ers(
      other,
      { businessFunction: 'REFERRING_CLINICIAN', odsCode: 'D82106' },
      `/STU3/ReferralRequest/${ubrn}`,
    );
    assert.equal(reply.status, 422);
    assert.equal(codeOf(reply), 'NO_RELATIONSHIP');
  });

  test('stale and missing version', async () => {
    const { ubrn, version } = await refer();
    await attachLetter(ubrn, version);
    const stale = await attachLetter(ubrn, version);
    assert.equal(stale.status, 409);
    assert.equal(stale.text, '');
    const missing = await supplier.ers(token, referrer, `/STU3/ReferralRequest/${ubrn}/$ers.maintainReferralLetter`, {
      body: letterBody('Binary/none', new Date().toISOString()),
    });
    assert.equal(missing.status, 412);
  });

  test('credentials of another environment', async () => {
    const elsewhere = await spine.call('DEP', '/referrals/FHIR/STU3/CodeSystem/PRIORITY', {
      headers: { authorization: `Bearer ${token}` },
    });
    assert.equal(elsewhere.status, 401);
    assert.equal(elsewhere.text, '');
    assert.match(elsewhere.headers['www-authenticate'] ?? '', /error="invalid_token"/);
    const dep = new Supplier(spine, 'DEP');
    const reply = await dep.clientCredentials(unattendedApp, keys);
    assert.equal(reply.status, 401);
    assert.equal(reply.json.error_description, "Invalid 'iss'/'sub' claims in client_assertion JWT");
  });

  test('the journal says why, in words', async () => {
    const correlation = 'journey-why';
    await supplier.ers(token, { ...referrer, odsCode: 'RCD' }, '/STU3/CodeSystem/PRIORITY', {
      headers: { 'x-correlation-id': correlation },
    });
    const entry = (await spine.admin('INT', `/journal/${correlation}`)).json;
    assert.equal(entry.verdict, 'refused');
    assert.equal(entry.refusal.check, 'ers.role.held');
    assert.match(entry.refusal.why, /does not hold REFERRING_CLINICIAN at RCD/);
    assert.doesNotMatch(JSON.stringify(entry.request.headers), new RegExp(token));
  });
});
