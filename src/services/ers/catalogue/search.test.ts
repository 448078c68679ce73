import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import type { HealthcareService, SearchCriteria } from '../model.ts';
import { service } from '../test-data.ts';
import { coordinatesOf } from './postcodes.ts';
import { isCommissionedFor, type SearchContext, searchServices } from './search.ts';

const LEEDS = coordinatesOf('LS1 2TW');

function context(changes: Partial<SearchContext> = {}, criteria: Partial<SearchCriteria> = {}): SearchContext {
  return {
    requestType: 'APPOINTMENT_REQUEST',
    sortBy: 'DISTANCE',
    criteria: { priority: 'ROUTINE', specialty: 'CARDIOLOGY', clinicType: 'HEART_FAILURE', ageAndGenderAppropriate: true, ...criteria },
    patient: { age: 46, gender: 'female' },
    commissioningRuleOrganisation: 'R69',
    today: '2026-11-24',
    ...changes,
  };
}

const advice: Partial<HealthcareService> = { requestFlows: ['ADVICE_AND_GUIDANCE_REQUEST'] };
const triage: Partial<HealthcareService> = { requestFlows: ['TRIAGE_REQUEST'] };
const restricted: Partial<HealthcareService> = { commissioning: { odsCodes: ['R69'], from: '2026-01-01', to: '2026-12-31' } };

const cases: readonly (readonly [what: string, service: Partial<HealthcareService>, context: SearchContext, found: boolean])[] = [
  ['a service that fits', {}, context(), true],
  ['a triage service, for an appointment request', triage, context(), true],
  ['an advice service, for an appointment request', advice, context(), false],
  ['an advice service, for an advice request', advice, context({ requestType: 'ADVICE_AND_GUIDANCE_REQUEST' }), true],
  ['a bookable service, for an advice request', {}, context({ requestType: 'ADVICE_AND_GUIDANCE_REQUEST' }), false],
  ['an unpublished service', { published: false }, context(), false],
  ['a service that does not take the priority', { priorities: ['URGENT'] }, context(), false],
  ['another specialty', { specialty: 'NEUROLOGY' }, context(), false],
  ['another clinic type', { clinicTypes: ['ARRHYTHMIA'] }, context(), false],
  ['the clinical term', { clinicalTerms: ['1003'] }, context({}, { clinicalTerm: { code: '1003' } }), true],
  ['without the clinical term', {}, context({}, { clinicalTerm: { code: '1003' } }), false],
  ['the clinician', { namedClinicians: ['021600556514'] }, context({}, { namedClinician: '021600556514' }), true],
  ['without the clinician', {}, context({}, { namedClinician: '021600556514' }), false],
  ['the provider', { providerOdsCode: 'RXX' }, context({}, { organisation: 'RXX' }), true],
  ['the site', { locationOdsCode: 'RXX01' }, context({}, { organisation: 'RXX01' }), true],
  ['another provider', {}, context({}, { organisation: 'RXX' }), false],
  ['the youngest age treated', { ageTreated: { low: 46 } }, context(), true],
  ['a patient who is too young', { ageTreated: { low: 47 } }, context(), false],
  ['the oldest age treated', { ageTreated: { low: 0, high: 46 } }, context(), true],
  ['a patient who is too old', { ageTreated: { high: 45 } }, context(), false],
  ['an unsuitable age, when that does not matter', { ageTreated: { high: 45 } }, context({}, { ageAndGenderAppropriate: false }), true],
  ['another sex', { genderTreated: 'MALE' }, context(), false],
  ['the same sex', { genderTreated: 'FEMALE' }, context(), true],
  ['a patient whose sex is not known', { genderTreated: 'MALE' }, context({ patient: { gender: 'unknown' } }), true],
  ['a wait within the limit', { indicativeAppointmentWait: 15 }, context({}, { indicativeAppointmentWaitTimeLimit: 15 }), true],
  ['a longer wait', { indicativeAppointmentWait: 16 }, context({}, { indicativeAppointmentWaitTimeLimit: 15 }), false],
  [
    'an unknown wait, with a limit',
    { indicativeAppointmentWait: 'LIMITED_AVAILABILITY' },
    context({}, { indicativeAppointmentWaitTimeLimit: 15 }),
    false,
  ],
  ['near enough', { postcode: 'LS1 9ZZ' }, context({ ...(LEEDS && { origin: LEEDS }) }, { distanceLimit: 0 }), true],
  ['too far', { postcode: 'EC1A 1BB' }, context({ ...(LEEDS && { origin: LEEDS }) }, { distanceLimit: 100 }), false],
  ['nobody knows how far', {}, context({ ...(LEEDS && { origin: LEEDS }) }, { distanceLimit: 100 }), false],
  ['a service on the menu of the practice', restricted, context(), true],
  ['a service on the menu of others', restricted, context({ commissioningRuleOrganisation: 'R68' }), false],
  ['a service whose contract has ended', restricted, context({ today: '2027-01-01' }), false],
];

for (const [what, changes, search, found] of cases) {
  test(`${found ? 'found' : 'not found'}: ${what}`, () => {
    assert.equal(searchServices([service(changes)], search).length, found ? 1 : 0);
  });
}

test('services come nearest first, ties by name, those of unknown distance last', () => {
  const services = [
    service({ id: '1', name: 'Unknown' }),
    service({ id: '2', name: 'London', postcode: 'EC1A 1BB' }),
    service({ id: '3', name: 'beta', postcode: 'LS1 2TW' }),
    service({ id: '4', name: 'Alpha', postcode: 'LS1 2UT' }),
  ];
  const found = searchServices(services, context({ ...(LEEDS && { origin: LEEDS }) }));
  assert.deepEqual(
    found.map((each) => [each.service.name, each.distance]),
    [
      ['Alpha', 0],
      ['beta', 0],
      ['London', 169],
      ['Unknown', undefined],
    ],
  );
});

test('services come soonest first, then limited availability, then those without appointments', () => {
  const waits: HealthcareService['indicativeAppointmentWait'][] = ['NOT_APPLICABLE', 40, 'LIMITED_AVAILABILITY', 5];
  const services = waits.map((indicativeAppointmentWait, index) => service({ id: String(index), indicativeAppointmentWait }));
  const found = searchServices(services, context({ sortBy: 'IWT' }));
  assert.deepEqual(
    found.map((each) => each.service.indicativeAppointmentWait),
    [5, 40, 'LIMITED_AVAILABILITY', 'NOT_APPLICABLE'],
  );
});

const someService = fc.record({
  id: fc.integer({ min: 1, max: 99_999 }).map(String),
  name: fc.string({ maxLength: 8 }),
  postcode: fc.constantFrom('LS1 2TW', 'M1 1AA', 'EH1 1AA'),
  priorities: fc.subarray(['ROUTINE', 'URGENT', 'TWO_WEEK_WAIT'] as const),
  genderTreated: fc.constantFrom('MALE' as const, 'FEMALE' as const, 'MALE_AND_FEMALE' as const),
  indicativeAppointmentWait: fc.oneof(fc.integer({ min: 0, max: 90 }), fc.constant('LIMITED_AVAILABILITY' as const)),
  published: fc.boolean(),
});

test('a search gives a part of the services, each once, in an order that does not depend on theirs', () => {
  fc.assert(
    fc.property(
      fc.uniqueArray(someService, { selector: (each) => each.id, maxLength: 12 }),
      fc.constantFrom('DISTANCE' as const, 'IWT' as const),
      (rows, sortBy) => {
        const services = rows.map((each) => service(each));
        const search = context({ sortBy, ...(LEEDS && { origin: LEEDS }) });
        const found = searchServices(services, search).map((each) => each.service);
        assert.equal(new Set(found).size, found.length);
        assert.ok(found.every((each) => services.includes(each) && each.published && each.priorities.includes('ROUTINE')));
        assert.deepEqual(
          searchServices(services.toReversed(), search).map((each) => each.service.id),
          found.map((each) => each.id),
        );
      },
    ),
  );
});

test('a narrower search never finds more', () => {
  fc.assert(
    fc.property(fc.array(someService, { maxLength: 12 }), fc.integer({ min: 0, max: 90 }), (rows, limit) => {
      const services = rows.map((each) => service(each));
      const wide = searchServices(services, context()).map((each) => each.service);
      const narrow = searchServices(services, context({}, { indicativeAppointmentWaitTimeLimit: limit })).map((each) => each.service);
      assert.ok(narrow.every((each) => wide.includes(each)));
    }),
  );
});

test('commissioning dates are both included', () => {
  const limited = service(restricted);
  assert.ok(isCommissionedFor(limited, 'R69', '2026-01-01'));
  assert.ok(isCommissionedFor(limited, 'R69', '2026-12-31'));
  assert.ok(!isCommissionedFor(limited, 'R69', '2025-12-31'));
});

test('postcodes have a place when their area exists', () => {
  assert.notEqual(coordinatesOf('ls12tw'), undefined);
  assert.deepEqual(coordinatesOf('LS1 2TW'), coordinatesOf('LS1 9AA'));
  assert.notEqual(coordinatesOf('ZY3 4AB'), undefined);
  for (const wrong of ['ZZ99 3VZ', 'QQ1 1AA', 'LS1', '', 'LS1 2CV', 'LS1 2TW; drop']) assert.equal(coordinatesOf(wrong), undefined, wrong);
});
