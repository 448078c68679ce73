/**
 * A patient's view of a referral: made by a GP, seen by the patient through NHS login, booked, rejected by the hospital, cancelled. Both
 * ways of signing in, then every refusal on that road.
 */
import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { LocalSpine, type Reply } from '../helpers/localspine.ts';
import { appointmentBody, createReferralBody, rejectBody } from '../helpers/messages.ts';
import { callPatientApi, exchangeIdToken, nhsLoginIdToken, patientToken, referralsOf, registerPatientApp } from '../helpers/patient.ts';
import { type Application, makeKeyPair, type Role, Supplier } from '../helpers/supplier.ts';

const PATIENT = '9912003888';
const SERVICE = '11000';
const referrer: Role = { businessFunction: 'REFERRING_CLINICIAN', odsCode: 'R69' };
const provider: Role = { businessFunction: 'SERVICE_PROVIDER_CLINICIAN', odsCode: 'R69' };

// Bundles are looked into by name; a wrong guess fails the test.
// biome-ignore lint/suspicious/noExplicitAny: test convenience
type Json = any;

const spine = new LocalSpine({ LOCALSPINE_ENVIRONMENTS: 'INT,DEP' });
const supplier = new Supplier(spine);
const keys = makeKeyPair('patient-app');
let patientApp: Application;
let staffToken: string;
let patient: string;

before(async () => {
  await spine.start();
  const staffApp = await supplier.register({ accessMode: 'user-restricted', jwks: makeKeyPair().jwks });
  staffToken = (await supplier.userToken(staffApp, '021600556514')).json.access_token;
  patientApp = await registerPatientApp(supplier, keys);
  patient = (await patientToken(supplier, patientApp, PATIENT)).json.access_token;
});
after(async () => {
  await spine.remove();
});

/** The referral of a UBRN in what the patient sees, with the appointment or task that belongs to it. */
async function seen(ubrn: string): Promise<{ request: Json; state: string; appointment: Json; task: Json } | undefined> {
  const reply = await callPatientApi(supplier, patient, referralsOf(PATIENT));
  assert.equal(reply.status, 200, reply.text);
  const resources: Json[] = reply.json.entry.map((each: Json) => each.resource);
  const request = resources.find((each) => each.resourceType === 'ServiceRequest' && each.identifier[0].value === ubrn);
  if (request === undefined) return undefined;
  return {
    request,
    state: request.extension[1].extension[0].valueCoding.code,
    appointment: resources.find((each) => each.basedOn?.[0].reference.endsWith(request.id)),
    task: resources.find((each) => each.focus?.reference.endsWith(request.id)),
  };
}

describe('a referral as its patient sees it', { concurrency: false }, () => {
  let ubrn: string;
  let version: string;

  test('made by a GP, it is there to be booked', async () => {
    const reply = await supplier.ers(staffToken, referrer, '/STU3/ReferralRequest/$ers.createReferral', {
      body: createReferralBody({ services: [SERVICE], letter: false }),
    });
    assert.equal(reply.status, 201, reply.text);
    ubrn = reply.json.id;
    version = reply.json.meta.versionId;
    const view = await seen(ubrn);
    assert.equal(view?.state, 'NOT_BOOKED');
    assert.equal(view.request.extension[0].valueUrl, `https://refer.nhs.uk/nhslogin?ubrn=${ubrn}`);
    assert.equal(view.request.priority, 'routine');
    assert.equal(view.request.subject.identifier.value, PATIENT);
    assert.deepEqual([view.appointment, view.task], [undefined, undefined]);
  });

  test('booked, it has the appointment', async () => {
    const query = new URLSearchParams({
      'schedule.actor:HealthcareService': SERVICE,
      appointmentType: 'ROUTINE',
      status: 'free',
      _count: '1',
      page: '1',
    });
    const slots = await supplier.ers(staffToken, referrer, `/STU3/Slot?${query}`, { headers: { 'nhsd-ers-comm-rule-org': 'R69' } });
    const slot = slots.json.entry[0].resource;
    const booked = await supplier.ers(staffToken, referrer, '/STU3/Appointment', {
      body: appointmentBody({ ubrn, version, serviceId: SERVICE, slot: { id: slot.id, start: slot.start, end: slot.end } }),
    });
    assert.equal(booked.status, 201, booked.text);
    const view = await seen(ubrn);
    assert.equal(view?.state, 'BOOKED');
    assert.equal(view.task, undefined);
    assert.equal(view.appointment.status, 'booked');
    assert.equal(Date.parse(view.appointment.start), Date.parse(slot.start));
    assert.match(view.appointment.slot[0].identifier.value, /^USRN-/);
    assert.deepEqual(
      view.appointment.participant.map((each: Json) => each.actor.identifier.value),
      [SERVICE, PATIENT],
    );
    version = view.request.meta.versionId;
  });

  test('its service can be looked up', async () => {
    const reply = await callPatientApi(supplier, patient, `/HealthcareService/${SERVICE}`);
    assert.equal(reply.status, 200);
    assert.equal(reply.json.name, 'Forthright Cardiology Business Service');
    assert.equal(reply.json.providedBy.identifier.value, 'R69');
    assert.match(reply.json.endpoint[0].identifier.system, /nhsSpineASID$/);
    assert.match(reply.headers['x-request-id'] ?? '', /-1$/);
  });

  test('rejected by the hospital, the appointment is gone', async () => {
    const rejected = await supplier.ers(staffToken, provider, `/STU3/ReferralRequest/${ubrn}/$ers.rejectReferral`, {
      method: 'POST',
      headers: { 'if-match': `W/"${version}"` },
      body: rejectBody(),
    });
    assert.equal(rejected.status, 200, rejected.text);
    const view = await seen(ubrn);
    assert.equal(view?.state, 'REJECTED');
    assert.deepEqual([view.appointment, view.task], [undefined, undefined]);
  });

  test('cancelled, it is no longer shown', async () => {
    const example = { ...IMPORTED, ubrn: '000000079001', requestId: 'r.1f0e2d3c-4b5a-4678-89ab-0123456789ab' };
    await importReferral(example);
    assert.equal((await seen(example.ubrn))?.state, 'AWAITING_TRIAGE');
    await importReferral({ ...example, status: 'cancelled', state: 'CANCELLED_REFERRAL', version: 6, appointment: undefined });
    assert.equal(await seen(example.ubrn), undefined);
  });

  test('at a triage service it has a task with a date', async () => {
    const example = { ...IMPORTED, ubrn: '000000079002', requestId: 'r.2f0e2d3c-4b5a-4678-89ab-0123456789ab' };
    await importReferral(example);
    const view = await seen(example.ubrn);
    assert.equal(view?.appointment, undefined);
    assert.equal(view?.task.code.coding[0].code, 'TRIAGE_DEFERRAL');
    assert.equal(view?.task.owner.identifier.value, '50001');
    // Received on Monday the 2nd: forty working days of a routine referral, which Christmas and Boxing Day (kept on the 28th) are not.
    assert.equal(view?.task.restriction.period.end, '2026-12-30');
  });
});

const IMPORTED = {
  version: 5,
  status: 'active',
  state: 'AWAITING_TRIAGE',
  nhsNumber: PATIENT,
  priority: 'ROUTINE',
  criteria: { priority: 'ROUTINE', specialty: 'CARDIOLOGY', clinicType: 'HEART_FAILURE', ageAndGenderAppropriate: true },
  shortlist: [{ serviceId: '50001', serviceName: 'Cardiology Triage Service' }],
  commissioningRuleOrganisation: 'R69',
  referringOrganisation: 'R69',
  referrer: '021600556514',
  createdBy: '021600556514',
  createdAt: '2026-11-02T09:00:00.000Z',
  updatedAt: '2026-11-02T09:00:00.000Z',
  receivedAt: '2026-11-02T09:00:00.000Z',
  letterIntention: 'NEED_TO_ADD_LATER',
  firstReminderLetterFollowUpDays: 0,
  appointment: {
    id: '70901',
    version: 1,
    status: 'proposed',
    serviceId: '50001',
    serviceName: 'Cardiology Triage Service',
    created: '2026-11-02T09:00:00.000Z',
  } as object | undefined,
  attachments: [],
  reviewed: false,
  contextStatus: 'NEVER_REVIEWED',
  additionalRequirements: [],
  relatedReferrals: [],
  convertedFromAdvice: false,
};

async function importReferral(referral: object): Promise<void> {
  const reply = await spine.admin('INT', '/import', { method: 'POST', body: { ers: { instance: 'Int1', referrals: [referral] } } });
  assert.equal(reply.status, 200, reply.text);
}

describe('signing in with NHS login', { concurrency: false }, () => {
  test('the supplier’s own client gets an ID token, which the platform exchanges', async () => {
    const idToken = await nhsLoginIdToken(supplier, PATIENT);
    const claims = JSON.parse(Buffer.from(idToken.split('.')[1] ?? '', 'base64url').toString('utf8'));
    assert.deepEqual([claims.nhs_number, claims.identity_proofing_level, claims.vot, claims.nonce], [PATIENT, 'P9', 'P9.Cp.Cd', 'once']);
    const examined = await spine.admin('INT', '/gateway/examinations', { method: 'POST', body: { token: idToken } });
    assert.deepEqual([examined.json.kind, examined.json.verdict], ['id-token', 'good'], examined.text);
    const reply = await exchangeIdToken(supplier, patientApp, keys, idToken);
    assert.equal(reply.status, 200, reply.text);
    // An hour, where staff have twelve.
    assert.equal(reply.json.refresh_token_expires_in, '3599');
    assert.equal((await callPatientApi(supplier, reply.json.access_token, referralsOf(PATIENT))).status, 200);
  });

  test('the client that suppliers share is told to whoever has an API key', async () => {
    const reply = await spine.call('INT', '/mock-jwks/keycloak-client-credentials', { headers: { apikey: patientApp.apiKey } });
    const { clientId, clientSecret } = (await spine.admin('INT', '/identity/nhs-login/client')).json;
    assert.deepEqual(reply.json['nhs-login'], { client_id: clientId, client_secret: clientSecret });
  });

  test('a patient whose identity is proven less gets no token', async () => {
    for (const [nhsNumber, level] of [
      ['9912003072', 'P5'],
      ['9912003073', 'P0'],
    ] as const) {
      const reply = await exchangeIdToken(supplier, patientApp, keys, await nhsLoginIdToken(supplier, nhsNumber));
      assert.equal(reply.status, 401, level);
      assert.equal(reply.json.error, 'unauthorized_client');
    }
  });

  test('a password alone is not enough', async () => {
    const { access_token: weak } = (await patientToken(supplier, patientApp, PATIENT, { credential: 'Cp' })).json;
    const reply = await callPatientApi(supplier, weak, referralsOf(PATIENT));
    assert.equal(reply.status, 401);
    const [issue] = reply.json.issue;
    assert.equal(issue.code, 'login');
    assert.equal(issue.diagnostics, 'Unsupported Vector of Trust value utilised for authentication.');
    assert.equal(issue.expression, 'http."Authorization"');
  });

  test('a published account without a patient record sees an empty list', async () => {
    const { access_token: token } = (await patientToken(supplier, patientApp, '9912003071')).json;
    const reply = await callPatientApi(supplier, token, referralsOf('9912003071'));
    assert.equal(reply.status, 200, reply.text);
    assert.equal(reply.json.total, 0);
    assert.equal('entry' in reply.json, false);
  });

  test('nobody is sent a code elsewhere, and a restricted patient not at all', async () => {
    const query = (redirect: string) =>
      new URLSearchParams({ client_id: 'test-client-nhs-login', redirect_uri: redirect, response_type: 'code', scope: 'openid' });
    const path = '/realms/NHS-Login-mock-int/protocol/openid-connect/auth';
    const elsewhere = await spine.call('INT', `${path}?${query('https://example.com/callback')}`);
    assert.equal(elsewhere.status, 400);
    assert.equal(elsewhere.headers['location'], undefined);
    const page = await spine.call('INT', `${path}?${query('http://localhost:3000/callback')}`);
    const action = /action="([^"]+)"/.exec(page.text)?.[1]?.replaceAll('&amp;', '&') ?? '';
    const refused = await supplier.form(action, { username: '9658220142' });
    assert.equal(refused.status, 200);
    assert.match(refused.text, /cannot use NHS login/);
  });
});

describe('refusals of the patient API', { concurrency: false }, () => {
  function issueOf(reply: Reply): Json {
    assert.match(reply.headers['content-type'] ?? '', /^application\/fhir\+json/);
    assert.deepEqual(reply.json.meta.profile, ['https://fhir.nhs.uk/StructureDefinition/NHSDigital-OperationOutcome']);
    return reply.json.issue[0];
  }

  test('another patient’s referrals are 403', async () => {
    const reply = await callPatientApi(supplier, patient, referralsOf('9990548609'));
    assert.equal(reply.status, 403);
    assert.deepEqual(issueOf(reply).details.coding[0], {
      system: 'https://fhir.nhs.uk/CodeSystem/http-error-codes',
      code: 'REC_FORBIDDEN',
    });
  });

  test('a missing parameter is 400 and named', async () => {
    const reply = await callPatientApi(supplier, patient, `/ServiceRequest?patient:identifier=${PATIENT}`, { 'x-correlation-id': 'mine' });
    assert.equal(reply.status, 400);
    assert.deepEqual(issueOf(reply), {
      severity: 'error',
      code: 'required',
      diagnostics: 'Missing mandatory value',
      details: { coding: [{ system: 'https://fhir.nhs.uk/CodeSystem/http-error-codes', code: 'REC_BAD_REQUEST' }] },
      expression: ['http."category"'],
    });
    assert.equal(reply.headers['x-correlation-id'], 'mine');
  });

  test('the target must be e-RS', async () => {
    for (const target of ['', 'bm90IGpzb24=', Buffer.from('{"system":"urn:ietf:rfc:3986","value":"x"}').toString('base64')]) {
      const reply = await callPatientApi(supplier, patient, referralsOf(PATIENT), { 'nhsd-target-identifier': target });
      assert.equal(reply.status, 404);
      const issue = issueOf(reply);
      assert.deepEqual([issue.details.coding[0].code, issue.diagnostics], ['VALIDATION_ERROR', 'Unknown value']);
      assert.equal(issue.expression, 'http."NHSD-Target-Identifier"');
      assert.equal(reply.headers['x-request-id'], undefined);
    }
  });

  test('no token, or one of staff, is 401', async () => {
    for (const token of ['nonsense', staffToken]) {
      const reply = await callPatientApi(supplier, token, referralsOf(PATIENT));
      assert.equal(reply.status, 401);
      const issue = issueOf(reply);
      assert.deepEqual([issue.code, issue.details.coding[0].code], ['forbidden', 'ACCESS_DENIED']);
    }
    const staffApi = await supplier.ers(patient, referrer, '/R4/PractitionerRole');
    assert.equal(staffApi.status, 401);
  });

  test('an unknown service or path is 404', async () => {
    for (const path of ['/HealthcareService/999999', '/Patient']) {
      const reply = await callPatientApi(supplier, patient, path);
      assert.equal(reply.status, 404);
      assert.equal(issueOf(reply).details.coding[0].code, 'REC_NOT_FOUND');
    }
  });

  test('the deployment environment has no patient API', async () => {
    assert.equal((await spine.call('DEP', '/e-referrals-service-patient-care-api/FHIR/R4/HealthcareService/1')).status, 404);
  });
});
