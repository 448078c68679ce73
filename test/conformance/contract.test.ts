/**
 * Answers in every state that there is, beyond the published pairs, have the form that the published contract promises: each state, list,
 * code and kind of service is put in by an import and read back. REFERENCE_DIR names the folder with `ers/openapi.json`.
 */
import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { LocalSpine, type Reply } from '../helpers/localspine.ts';
import { recordedOf } from '../helpers/recorder.ts';
import { Judge } from '../helpers/specification.ts';
import { type Application, makeKeyPair, Supplier } from '../helpers/supplier.ts';
import type { Asker, Given } from './pair.ts';
import { RC, SPC } from './pairs/records.ts';
import { DELIVERABLE_LISTS, everyKindOfService, everyState, fetchWorklist, search } from './states.ts';

const reference = process.env['REFERENCE_DIR'];

describe('the published contract', { skip: reference === undefined ? 'REFERENCE_DIR names no folder with the contract' : false }, () => {
  const spine = new LocalSpine({ LOCALSPINE_ENVIRONMENTS: 'INT' });
  const supplier = new Supplier(spine);
  let judge: Judge;
  let answers = 0;
  let app: Application;
  let token: string;

  before(async () => {
    judge = Judge.ofErs();
    await spine.start();
    app = await supplier.register({ accessMode: 'user-restricted', jwks: makeKeyPair().jwks });
    token = (await supplier.userToken(app, RC.user)).json.access_token;
  });
  after(async () => {
    await spine.remove();
    console.log(`${answers} answers have the form that the contract promises`);
  });

  async function given(state: Given): Promise<void> {
    const reply = await spine.admin('INT', '/import', { method: 'POST', body: { ers: { clear: true, ...state } } });
    assert.equal(reply.status, 200, reply.text);
  }

  /** Sends the request, and checks the answer's form. */
  async function call(by: Asker, path: string, body?: object, headers: Record<string, string> = {}): Promise<Reply> {
    const method = body === undefined ? 'GET' : 'POST';
    const reply = await supplier.ers(token, { businessFunction: by.businessFunction ?? '', odsCode: by.odsCode ?? '' }, path, {
      method,
      headers,
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    });
    assert.deepEqual(judge.unexplained(recordedOf(method, path, reply)), [], `${path}: ${reply.text}`);
    answers += 1;
    return reply;
  }

  test('a referral in every state, its appointment, and its tasks', async () => {
    const states = everyState(Date.now());
    await given(states);
    for (const { ubrn, state, version, appointment } of states.referrals) {
      const referral = await call(RC, `/STU3/ReferralRequest/${ubrn}`);
      assert.equal(referral.status, 200, `${state}: ${referral.text}`);
      const focus = `ReferralRequest/${ubrn}/_history/${version}`;
      const tasks = await call(RC, `/STU3/Task?focus=${focus}&intent=proposal&status=ready`);
      assert.equal(tasks.status, 200, `${state}: ${tasks.text}`);
      if (appointment === undefined) continue;
      const read = await call(RC, `/STU3/Appointment/${appointment.id}`);
      assert.ok([200, 404].includes(read.status), `${state}: ${read.text}`);
    }
  });

  for (const list of DELIVERABLE_LISTS) {
    test(`the worklist ${list.code}`, async () => {
      const states = everyState(Date.now());
      await given(states);
      const reply = await call(list.provider ? SPC : RC, '/STU3/ReferralRequest/$ers.fetchworklist', fetchWorklist(list.code));
      assert.equal(reply.status, 200, reply.text);
      const listed: readonly string[] = reply.json.entry.map((each: { item: { reference: string } }) => each.item.reference.slice(-12));
      const inStates = states.referrals.filter(({ ubrn }) => listed.includes(ubrn)).map(({ state }) => state);
      assert.deepEqual([...new Set(inStates)].sort(), list.states);
    });
  }

  test('services of every kind, in a search', async () => {
    const services = everyKindOfService();
    await given({ services });
    const path = '/STU3/HealthcareService/$ers.searchHealthcareServicesForPatient';
    for (const requestType of ['APPOINTMENT_REQUEST', 'ADVICE_AND_GUIDANCE_REQUEST']) {
      for (const sortBy of ['DISTANCE', 'IWT']) {
        const reply = await call(RC, path, search(requestType, sortBy));
        assert.equal(reply.status, 200, reply.text);
        assert.ok(reply.json.entry.length > 0);
      }
    }
    await given({});
    const nothing = await call(RC, path, search('APPOINTMENT_REQUEST', 'DISTANCE'));
    assert.deepEqual(nothing.json.entry, []);
    assert.equal(nothing.json.emptyReason.coding[0].code, 'nilknown');
  });

  test('every code system', async () => {
    for (const name of [
      'SPECIALTY',
      'CLINIC-TYPE',
      'APPOINTMENT-CANCELLATION-REASON',
      'REFERRAL-CANCELLATION-REASON',
      'APPOINTMENT-NON-ATTENDANCE-REASON',
      'PRIORITY',
    ]) {
      const reply = await call(RC, `/STU3/CodeSystem/${name}`);
      assert.equal(reply.status, 200);
    }
    const unknown = await call(RC, '/STU3/CodeSystem/specialty');
    assert.deepEqual([unknown.status, unknown.text], [404, '']);
  });
});
