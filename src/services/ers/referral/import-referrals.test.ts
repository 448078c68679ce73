import assert from 'node:assert/strict';
import { test } from 'node:test';
import { LocalRefusal } from '../../../kernel/errors.ts';
import { nextUbrn, providerWorklist, referralByUbrn } from '../store/referrals.ts';
import { retrieveReferralRequest } from '../stu3/a005-retrieve-referral-request.ts';
import * as data from '../test-data.ts';
import { INSTANCE, testErs } from '../test-world.ts';
import { importReferrals } from './import-referrals.ts';

const IMPORT = {
  ubrn: '000000090000',
  version: 5,
  status: 'active',
  state: 'BOOKED',
  nhsNumber: '9912003888',
  priority: 'ROUTINE',
  criteria: { priority: 'ROUTINE', specialty: 'CARDIOLOGY', clinicType: 'HEART_FAILURE', ageAndGenderAppropriate: true },
  shortlist: [{ serviceId: '11000', serviceName: 'Forthright Cardiology Business Service' }],
  commissioningRuleOrganisation: 'R69',
  referringOrganisation: 'R69',
  referrer: '021600556514',
  createdAt: '2026-11-20T09:00:00Z',
  letterIntention: 'NEED_TO_ADD_LATER',
  appointment: {
    id: '90009',
    version: 0,
    status: 'booked',
    serviceId: '11000',
    serviceName: 'Forthright Cardiology Business Service',
    start: '2026-12-01T12:30:00Z',
    end: '2026-12-01T12:45:00Z',
    created: '2026-11-21T09:00:00Z',
  },
  attachments: [
    {
      id: '80000',
      type: 'REFERRER',
      fileId: '719f6045-e791-4029-8e0f-1201c02b0a55',
      title: 'referralletter.pdf',
      contentType: 'application/pdf',
      size: 6,
      indexed: '2026-11-20T09:00:00Z',
      creation: '2026-11-20',
      attachedBy: '021600556514',
      attachedByOrganisation: 'R69',
      content: 'JVBERi0x',
      availability: 'THREATS_FOUND',
    },
  ],
};

test('referrals are imported in a given state with their files, may be imported again, and push the sequences on', async () => {
  const ers = await testErs();
  const put = () => ers.store.transaction((tx) => importReferrals(ers.world, tx, INSTANCE, [IMPORT]));
  assert.equal(await put(), 1);
  assert.equal(await put(), 1);
  const referral = await referralByUbrn(ers.store.db, INSTANCE, IMPORT.ubrn);
  assert.equal(referral?.createdAt, Date.parse('2026-11-20T09:00:00Z'));
  assert.equal(referral?.appointment?.start, Date.parse('2026-12-01T12:30:00Z'));
  const { resource } = await ers.request(retrieveReferralRequest, data.RC, { params: { ubrn: IMPORT.ubrn } });
  assert.equal(JSON.parse(JSON.stringify(resource)).contained[3].content[0].attachment.extension[0].valueCoding.code, 'THREATS_FOUND');
  assert.equal((await providerWorklist(ers.store.db, INSTANCE, 'REFERRALS_FOR_REVIEW', ['11000'], data.NOW)).length, 1);
  assert.equal(await ers.store.transaction((tx) => nextUbrn(tx, INSTANCE)), '000000090001');
});

const badImports: readonly (readonly [string, unknown, RegExp])[] = [
  ['not a list', {}, /cannot be imported/],
  ['an unknown state', [{ ...IMPORT, state: 'LOST' }], /state/],
  ['an unknown field', [{ ...IMPORT, colour: 'red' }], /cannot be imported/],
  ['a short UBRN', [{ ...IMPORT, ubrn: '7' }], /ubrn/],
  ['BOOKED without appointment', [{ ...IMPORT, appointment: undefined }], /BOOKED exactly when/],
  ['cancelled but active', [{ ...IMPORT, state: 'CANCELLED_REFERRAL', appointment: undefined }], /status is cancelled/],
];
for (const [what, json, message] of badImports) {
  test(`an import is refused: ${what}`, async () => {
    const ers = await testErs();
    await assert.rejects(
      ers.store.transaction((tx) => importReferrals(ers.world, tx, INSTANCE, JSON.parse(JSON.stringify(json)))),
      (error) => error instanceof LocalRefusal && error.status === 400 && message.test(error.message),
    );
  });
}
