import assert from 'node:assert/strict';
import { hash } from 'node:crypto';
import { describe, test } from 'node:test';
import fc from 'fast-check';
import { tablesOf } from '../../../kernel/store/store.ts';
import { REFERRAL_STATES } from '../codes.ts';
import type { Answer } from '../operation.ts';
import { SPECIALTIES } from '../reference-data/reference-data.ts';
import { insertFile } from '../store/files.ts';
import * as data from '../test-data.ts';
import { BASE, ersWith, INSTANCE, outcomeOf, type TestErs } from '../test-world.ts';
import { retrieveReferralRequest } from './a005-retrieve-referral-request.ts';
import { PREPARED_FORM, preparedFor, prepareReferral, specialtyDisplay } from './prepared-referral.ts';
import { writeReferralRequest } from './referral-request.ts';

const path = { params: { ubrn: '000000080000' } };
const NONE_MISSING = new Map();

/** Everything that a ReferralRequest can show. */
const FULL = data.bookedReferral({
  attachments: [data.letter({ attachedOnBehalfOf: '021600556111' }), data.letter({ id: '90001', type: 'PROVIDER' })],
  additionalRequirements: ['ADVOCACY', 'INTERPRETER', 'TRANSPORT'],
  appointment: data.appointment({
    clinician: '921600556514',
    comment: 'By telephone',
    reason: { system: 'https://example.com/reasons', code: 'R', display: 'Reason' },
  }),
  clinicalInfoFirstSubmitted: data.NOW - data.DAY,
  clinicalInfoLastUpdated: data.NOW,
  convertedFromAdvice: true,
  relatedReferrals: ['000000070000'],
  state: 'REJECTED',
  stateReason: { system: 'REFERRAL-CANCELLATION-REASON', code: 'OTHER' },
  stateComments: 'Not for us',
  criteria: {
    priority: 'URGENT',
    specialty: 'CARDIOLOGY',
    clinicType: 'HEART_FAILURE',
    indicativeAppointmentWaitTimeLimit: 30,
    postcode: 'LS1 2TW',
    distanceLimit: 12,
    clinicalTerm: { code: '73211009', display: 'Diabetes mellitus' },
    namedClinician: '921600556514',
    ageAndGenderAppropriate: false,
    commissioningProvisioning: 'ALL_COMMISSIONING_AND_PROVISIONING',
  },
});

const written = (referral: typeof FULL): string =>
  JSON.stringify(writeReferralRequest(referral, { base: BASE, availability: NONE_MISSING, specialtyDisplay }));
const textOf = ({ json, resource }: Answer): string => json ?? JSON.stringify(resource);

describe('a prepared ReferralRequest', () => {
  test('is what would be written for the caller, whatever the referral says', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), (comment) => {
        for (const referral of [FULL, data.referral()]) {
          const said = { ...referral, stateComments: comment };
          const prepared = prepareReferral(said, JSON.stringify(said));
          if (prepared !== null) assert.equal(preparedFor(BASE, prepared), written(said));
        }
      }),
    );
  });

  test('is not made of a text that could be taken for the base address', () => {
    for (const comment of ['\u0001', 'literally \\u0001'])
      assert.equal(prepareReferral(FULL, JSON.stringify({ ...FULL, stateComments: comment })), null);
  });

  test('has the form its number says: when this fails, raise PREPARED_FORM and put the new fingerprint beside it', () => {
    const states = REFERRAL_STATES.map((state) => data.referral({ state }));
    const priorities = (['ROUTINE', 'URGENT', 'TWO_WEEK_WAIT'] as const).map((priority) => data.referral({ priority }));
    const specialties = SPECIALTIES.map(({ code }) => data.referral({ specialty: code }));
    const form = [FULL, ...states, ...priorities, ...specialties].map(written).join('\n');
    assert.deepEqual([PREPARED_FORM, hash('sha256', form).slice(0, 16)], [1, '8ef069f5cb1b6f1c']);
  });
});

describe('A005', () => {
  const read = (ers: TestErs) => ers.request(retrieveReferralRequest, data.RC, path);
  const withRow = (ers: TestErs, values: { readonly prepared?: string; readonly prepared_form?: number }) =>
    tablesOf<{ ers_referral: { prepared: string; prepared_form: number } }>(ers.store.db).updateTable('ers_referral').set(values).execute();

  test('sends the prepared text', async () => {
    const ers = await ersWith(FULL);
    assert.equal((await read(ers)).json, written(FULL));
    await withRow(ers, { prepared: '{"base":"\\u0001"}' });
    assert.equal((await read(ers)).json, `{"base":"${BASE}"}`);
  });

  test('writes it anew when the text was prepared in another form', async () => {
    const ers = await ersWith(FULL);
    await withRow(ers, { prepared: '{}', prepared_form: PREPARED_FORM - 1 });
    assert.equal(textOf(await read(ers)), written(FULL));
  });

  test('writes it anew while a file of it is not available', async () => {
    const ers = await ersWith(FULL);
    const linked = data.file({ id: data.letter().fileId, status: 'PENDING', linkedUbrn: FULL.ubrn });
    await ers.store.transaction((tx) => insertFile(tx, INSTANCE, linked));
    const text = textOf(await read(ers));
    assert.match(text, /"PENDING"/);
    assert.equal(text.replaceAll('"PENDING"', '"AVAILABLE"'), written(FULL));
  });

  test('looks at who asks, as it does without', async () => {
    const ers = await ersWith(FULL);
    const outcome = (caller: typeof data.RC) => outcomeOf(ers.request(retrieveReferralRequest, caller, path));
    assert.equal(await outcome(data.SPC), '200');
    assert.equal(await outcome({ ...data.SPC, userId: '021600556514' }), '422 NO_RELATIONSHIP');
    assert.equal(await outcome(data.userIn('REFERRING_CLINICIAN', 'R68')), '422 NO_RELATIONSHIP');
  });
});
