/** An indirectly booked appointment that was ended in e-RS is on the provider's list until the hospital's book is right too (ers.md §9 A014). */
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { appointment, referral, service } from '../conformance/pairs/records.ts';
import { LocalSpine } from '../helpers/localspine.ts';
import { rejectBody } from '../helpers/messages.ts';

const UBRN = '000000070000';
const LIST = 'INDIRECTLY_BOOKED_APPOINTMENTS_TO_CANCEL_IN_PAS';
const spine = new LocalSpine({ LOCALSPINE_ENVIRONMENTS: 'SANDBOX' });
before(() => spine.start());
after(() => spine.remove());

async function rejectWith(cancelledInPas: boolean) {
  const name = 'Leeds Neuro Business Service';
  const shortlist = [{ serviceId: '50002', serviceName: name }];
  const booked = appointment('70000', 1, 'booked', '50002', name, { start: '2031-02-15T09:00:00Z', end: '2031-02-15T09:00:00Z' });
  const ers = {
    clear: true,
    services: [service('50002', name, { bookableType: 'INDIRECTLY_BOOKABLE' })],
    referrals: [referral(UBRN, 5, { state: 'BOOKED', specialty: 'CARDIOLOGY', shortlist, appointment: booked })],
  };
  assert.equal((await spine.admin('SANDBOX', '/import', { method: 'POST', body: { ers } })).status, 200);
  const message = JSON.parse(rejectBody());
  message.parameter.push({ name: 'appointmentCancelledInPAS', valueBoolean: cancelledInPas });
  const reply = await spine.call('SANDBOX', `/referrals/FHIR/STU3/ReferralRequest/${UBRN}/$ers.rejectReferral`, {
    method: 'POST',
    headers: { 'if-match': 'W/"5"', 'content-type': 'application/fhir+json' },
    body: JSON.stringify(message),
  });
  assert.equal(reply.status, 200, reply.text);
  return (await spine.admin('SANDBOX', `/ers/referrals/${UBRN}`)).json;
}
const done = (body: object = {}) => spine.admin('SANDBOX', `/ers/referrals/${UBRN}/provider-cancels-in-pas`, { method: 'POST', body });

test('it is on the list when the provider says that the PAS still has it, and leaves it when that is done', async () => {
  assert.deepEqual((await rejectWith(false)).worklists, ['REJECTED_TRIAGE_RESPONSE', LIST]);
  assert.equal((await done({ version: 5 })).json.error, 'stale_version');
  assert.equal((await done({ more: 1 })).status, 400);
  const reply = await done({ userId: '021600556514' });
  assert.deepEqual([reply.status, reply.json.worklists], [200, ['REJECTED_TRIAGE_RESPONSE']]);
  assert.equal(reply.json.referral.version, 7);
  assert.ok(reply.json.audit.some((each: { operation: string }) => each.operation === 'provider-cancels-in-pas'));
  assert.deepEqual([(await done()).status, (await done()).json.error], [409, 'nothing_to_cancel']);
});

test('it is not when the PAS has been told already', async () => {
  assert.deepEqual((await rejectWith(true)).worklists, ['REJECTED_TRIAGE_RESPONSE']);
});
