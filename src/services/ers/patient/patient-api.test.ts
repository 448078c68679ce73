import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import fc from 'fast-check';
import { REFERRAL_STATES } from '../codes.ts';
import * as data from '../test-data.ts';
import { PatientRefusal } from './errors.ts';
import { readPatientQuery, selfQuery } from './query.ts';
import { currentStepOf, offsetInstant, patientStateOf } from './referral-view.ts';

describe('the state a patient sees', () => {
  const REASON_SYSTEM = 'https://fhir.nhs.uk/STU3/CodeSystem/eRS-ReviewOutcome-1';
  const expected: Readonly<Record<(typeof REFERRAL_STATES)[number], string | undefined>> = {
    NOT_BOOKED: 'NOT_BOOKED',
    BOOKED: 'BOOKED',
    DEFERRED_TO_PROVIDER: 'DEFER_TO_PROVIDER',
    AWAITING_TRIAGE: 'AWAITING_TRIAGE',
    TRIAGED_PROVIDER_TO_ACTION: 'CARBL_OR_ARL',
    TRIAGE_RESPONSE: 'TRIAGE_RESPONSE',
    REJECTED: 'REJECTED',
    APPT_CANCELLED_BY_PATIENT: 'APPOINTMENT_CANCELLED_BY_PATIENT',
    APPT_CANCELLED_BY_PROVIDER: 'APPOINTMENT_CANCELLED_BY_PROVIDER',
    DID_NOT_ATTEND: undefined,
    ASSESSMENT_RESULT: undefined,
    CANCELLED_REFERRAL: undefined,
  };
  for (const state of REFERRAL_STATES) {
    test(`${state}: ${expected[state] ?? 'not shown'}`, () => assert.equal(patientStateOf({ state }), expected[state]));
  }
  for (const [reason, code] of [
    ['CANCEL_APPOINTMENT_ACTION_LATER', 'CARL'],
    ['ACCEPT_REFER_BOOK_LATER', 'ARBL'],
    ['PROVIDER_CONVERTED_ADVICE_AND_GUIDANCE_ADMIN_TO_REFER', 'CARBL_OR_ARL'],
  ] as const) {
    test(`provider to action because of ${reason}: ${code}`, () => {
      const stateReason = { system: REASON_SYSTEM, code: reason };
      assert.equal(patientStateOf({ state: 'TRIAGED_PROVIDER_TO_ACTION', stateReason }), code);
    });
  }
});

describe('what stands beside a referral', () => {
  const proposed = data.appointment({ status: 'proposed' });
  const step = (changes: Parameters<typeof data.referral>[0], service = data.DIRECT) => {
    const found = currentStepOf(data.referral(changes), () => service);
    return found?.kind === 'task' ? `${found.code} by ${found.due}` : found?.kind;
  };
  // The referrals were received on Tuesday 24 November 2026.
  const received = { appointment: proposed, receivedAt: data.NOW } as const;

  test('nothing, before it is booked and after a cancellation', () => {
    assert.equal(step({}), undefined);
    assert.equal(step({ state: 'REJECTED', appointment: data.appointment({ status: 'cancelled' }) }), undefined);
  });
  test('the appointment, when booked', () => assert.equal(step({ state: 'BOOKED', appointment: data.appointment() }), 'appointment'));
  test('a deferral, by the days a provider has to find an appointment', () => {
    assert.equal(step({ ...received, state: 'DEFERRED_TO_PROVIDER', priority: 'TWO_WEEK_WAIT' }), 'APPOINTMENT_DEFERRAL by 2026-12-01');
    assert.equal(step({ ...received, state: 'DEFERRED_TO_PROVIDER', priority: 'URGENT' }), 'APPOINTMENT_DEFERRAL by 2026-12-08');
  });
  test('a triage, by the days a provider has to review', () => {
    assert.equal(step({ ...received, state: 'AWAITING_TRIAGE', priority: 'TWO_WEEK_WAIT' }), 'TRIAGE_DEFERRAL by 2026-11-26');
    assert.equal(step({ ...received, state: 'TRIAGE_RESPONSE', priority: 'URGENT' }), 'TRIAGE_DEFERRAL by 2026-12-01');
  });
  test('with the provider to act, by the kind of its service', () => {
    const state = 'TRIAGED_PROVIDER_TO_ACTION';
    assert.equal(step({ ...received, state, priority: 'URGENT' }, data.TRIAGE), 'TRIAGE_DEFERRAL by 2026-12-01');
    assert.equal(step({ ...received, state, priority: 'URGENT' }), 'APPOINTMENT_DEFERRAL by 2026-12-08');
  });
});

describe('the query', () => {
  const good = { 'patient:identifier': ['9912003888'], category: ['3457005'] };
  const faultsOf = (query: Readonly<Record<string, readonly string[]>>): readonly string[] => {
    try {
      readPatientQuery(query);
      return [];
    } catch (error) {
      assert.ok(error instanceof PatientRefusal);
      assert.equal(error.code, 'REC_BAD_REQUEST');
      return error.issues.map((each) => `${each.diagnostics} ${String(each.expression)}`);
    }
  };

  test('codes with and without their systems', () => {
    const withSystems = {
      'patient:identifier': ['https://fhir.nhs.uk/Id/nhs-number|9912003888'],
      category: ['http://snomed.info/sct|3457005'],
      _revinclude: ['Task:focus', 'Appointment:based-on'],
    };
    assert.deepEqual(readPatientQuery(withSystems), { nhsNumber: '9912003888', appointments: true, tasks: true });
    assert.deepEqual(readPatientQuery(good), { nhsNumber: '9912003888', appointments: false, tasks: false });
  });

  for (const [what, query, faults] of [
    ['nothing', {}, ['Missing mandatory value http."patient:identifier"', 'Missing mandatory value http."category"']],
    ['no category', { 'patient:identifier': ['9912003888'] }, ['Missing mandatory value http."category"']],
    ['another category', { ...good, category: ['1'] }, ['Invalid value http."category"']],
    ['another system', { ...good, category: ['http://loinc.org|3457005'] }, ['Invalid value http."category"']],
    ['half a number', { ...good, 'patient:identifier': ['99120'] }, ['Invalid value http."patient:identifier"']],
    ['two patients', { ...good, 'patient:identifier': ['9912003888', '9912003888'] }, ['Invalid value http."patient:identifier"']],
    ['another include', { ...good, _revinclude: ['Patient:link'] }, ['Invalid value http."_revinclude"']],
  ] as const) {
    test(`${what} is refused`, () => assert.deepEqual(faultsOf(query), faults));
  }

  test('the link of an answer, asked again, is the same query', () => {
    fc.assert(
      fc.property(fc.stringMatching(/^\d{10}$/), fc.boolean(), fc.boolean(), (nhsNumber, appointments, tasks) => {
        const parameters = new URLSearchParams(selfQuery({ nhsNumber, appointments, tasks }));
        const query = Object.fromEntries([...new Set(parameters.keys())].map((name) => [name, parameters.getAll(name)]));
        assert.deepEqual(readPatientQuery(query), { nhsNumber, appointments, tasks });
      }),
    );
  });

  test('any other text is understood or refused, never an error of ours', () => {
    fc.assert(
      fc.property(
        fc.dictionary(fc.oneof(fc.string(), fc.constantFrom('category', '_revinclude', '__proto__')), fc.array(fc.string())),
        (query) => {
          faultsOf(query);
        },
      ),
    );
  });
});

test('instants have their offset written out', () => {
  assert.equal(offsetInstant(Date.parse('2022-01-11T16:40:00.000Z')), '2022-01-11T16:40:00+00:00');
  assert.equal(offsetInstant(Date.parse('2022-01-11T16:40:00.422Z')), '2022-01-11T16:40:00.422+00:00');
});
