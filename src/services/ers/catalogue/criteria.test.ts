import assert from 'node:assert/strict';
import { test } from 'node:test';
import { ErsRefusal } from '../errors.ts';
import type { SearchCriteria } from '../model.ts';
import { NOW } from '../test-data.ts';
import { checkCriteria } from './criteria.ts';
import { ageOn } from './patient.ts';

const base: SearchCriteria = { priority: 'ROUTINE', ageAndGenderAppropriate: true };
const key = { specialty: 'CARDIOLOGY', clinicType: 'HEART_FAILURE' };

const cases: readonly (readonly [what: string, criteria: Partial<SearchCriteria>, codes: readonly string[]])[] = [
  ['specialty and clinic type', key, []],
  ['a clinical term', { clinicalTerm: { code: '1003' } }, []],
  ['a named clinician', { namedClinician: '021600556514' }, []],
  ['no key', {}, ["VALUE_IS_REQUIRED 'Specialty and Clinic Type', 'Clinical Term' or 'Named Clinician' is required."]],
  ['a specialty alone', { specialty: 'CARDIOLOGY' }, ["VALUE_IS_REQUIRED 'Clinic Type' is required."]],
  ['a clinic type alone', { clinicType: 'HEART_FAILURE' }, ["FIELD_NOT_PERMITTED 'Clinic Type' (HEART_FAILURE) is not permitted."]],
  ['a distance from nowhere', { ...key, distanceLimit: 10 }, ["FIELD_NOT_PERMITTED 'Distance Limit' (10) is not permitted."]],
  [
    'a limit of waiting on two week wait',
    { ...key, priority: 'TWO_WEEK_WAIT', indicativeAppointmentWaitTimeLimit: 5 },
    ["FIELD_NOT_PERMITTED 'Indicative Appointment Wait Time Limit' (5) is not permitted."],
  ],
  ['a specialty that does not exist', { ...key, specialty: 'FOO' }, ["INVALID_CODE 'Specialty' (FOO) is invalid."]],
  [
    'a specialty that has ended',
    { specialty: 'RADIOLOGY', clinicType: 'HEART_FAILURE' },
    ["INVALID_CODE 'Specialty' (RADIOLOGY) is invalid.", "INAPPROPRIATE_VALUE 'Clinic Type' (HEART_FAILURE) is not appropriate."],
  ],
  ['a clinic type that does not exist', { ...key, clinicType: 'FOO' }, ["INVALID_CODE 'Clinic Type' (FOO) is invalid."]],
  ['a clinic type that has ended', { ...key, clinicType: 'GENERAL_ADULT_1' }, ["INVALID_CODE 'Clinic Type' (GENERAL_ADULT_1) is invalid."]],
  [
    'a clinic type of another specialty',
    { ...key, clinicType: 'HEADACHE' },
    ["INAPPROPRIATE_VALUE 'Clinic Type' (HEADACHE) is not appropriate."],
  ],
  ['a term that is not in the dictionary', { clinicalTerm: { code: '99' } }, ["SNOMED_NOT_FOUND 'Clinical Term' (99) is not found."]],
];

for (const [what, criteria, expected] of cases) {
  test(`criteria with ${what}`, () => {
    let found: readonly string[] = [];
    try {
      checkCriteria({ ...base, ...criteria }, NOW);
    } catch (error) {
      assert.ok(error instanceof ErsRefusal);
      assert.equal(error.status, 422);
      found = error.issues.map((each) => `${each.code} ${each.diagnostics}`);
    }
    assert.deepEqual(found, expected);
  });
}

test('age is in whole years', () => {
  assert.equal(ageOn('1980-11-24', '2026-11-24'), 46);
  assert.equal(ageOn('1980-11-25', '2026-11-24'), 45);
  assert.equal(ageOn('1980', '2026-11-24'), 46);
  assert.equal(ageOn(undefined, '2026-11-24'), undefined);
});
