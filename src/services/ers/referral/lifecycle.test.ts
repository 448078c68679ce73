/**
 * The life of a referral as a whole (ers.md §11, §12): the table says what is documented; every state, operation and function is tried;
 * and however events follow one another, nothing leaves the table and the worklists agree with the state.
 */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import fastify, { type FastifyInstance } from 'fastify';
import { LocalRefusal } from '../../../kernel/errors.ts';
import { resolveCaller } from '../access.ts';
import { BUSINESS_FUNCTIONS, REFERRAL_STATES, type ReferralState } from '../codes.ts';
import type { Caller, Referral, Slot } from '../model.ts';
import type { Operation } from '../operation.ts';
import { registerOutside } from '../outside/routes.ts';
import { mayRead, PROVIDER_LISTS, REFERRER_LISTS, type Worklist } from '../review/worklists.ts';
import { saveSlots, slotById } from '../store/catalogue.ts';
import { retrieveWorklist } from '../stu3/a008-retrieve-worklist.ts';
import { acceptReferralOperation } from '../stu3/a013-accept-referral.ts';
import { rejectReferralOperation } from '../stu3/a014-reject-referral.ts';
import { bookOrDeferAppointment } from '../stu3/a016-book-or-defer-appointment.ts';
import { cancelAppointmentActionLater } from '../stu3/a022-cancel-appointment-action-later.ts';
import { recordTriageOutcomeOperation } from '../stu3/a028-record-triage-outcome.ts';
import { retrieveAvailableActions } from '../stu3/a029-available-actions.ts';
import { changeShortlistOperation } from '../stu3/a031-change-shortlist.ts';
import { changeShortlistAndSendForTriage } from '../stu3/a032-change-shortlist-and-send-for-triage.ts';
import { updateAppointment } from '../stu3/a034-update-appointment.ts';
import { cancelReferralOperation } from '../stu3/a036-cancel-referral.ts';
import * as data from '../test-data.ts';
import * as messages from '../test-messages.ts';
import { ersWith, INSTANCE, outcomeOf, stored, type TestErs } from '../test-world.ts';
import { type ReferralEvent, TRANSITIONS } from './states.ts';

const UBRN = '000000080000';
const UNBOOKED: readonly ReferralState[] = [
  'NOT_BOOKED',
  'REJECTED',
  'TRIAGE_RESPONSE',
  'APPT_CANCELLED_BY_PATIENT',
  'APPT_CANCELLED_BY_PROVIDER',
  'DID_NOT_ATTEND',
  'ASSESSMENT_RESULT',
];
const ACTIVE: readonly ReferralState[] = REFERRAL_STATES.filter((each) => each !== 'CANCELLED_REFERRAL');

/** ers.md §11.2, written out once more: event, from, to. */
const DOCUMENTED: Readonly<Record<ReferralEvent, readonly (readonly [ReferralState, ReferralState])[]>> = {
  book: [['NOT_BOOKED', 'BOOKED']],
  defer: [['NOT_BOOKED', 'DEFERRED_TO_PROVIDER']],
  'send-for-triage': [['NOT_BOOKED', 'AWAITING_TRIAGE']],
  'change-shortlist': UNBOOKED.map((from) => [from, 'NOT_BOOKED']),
  'change-shortlist-and-send-for-triage': UNBOOKED.map((from) => [from, 'AWAITING_TRIAGE']),
  'maintain-letter': ACTIVE.filter((each) => each !== 'DID_NOT_ATTEND').map((from) => [from, from]),
  accept: [['BOOKED', 'BOOKED']],
  reject: [['BOOKED', 'REJECTED']],
  'cancel-appointment-action-later': [['BOOKED', 'TRIAGED_PROVIDER_TO_ACTION']],
  'cancel-directly-booked-appointment': [['BOOKED', 'APPT_CANCELLED_BY_PATIENT']],
  'accept-refer-book-later': [
    ['AWAITING_TRIAGE', 'TRIAGED_PROVIDER_TO_ACTION'],
    ['DEFERRED_TO_PROVIDER', 'TRIAGED_PROVIDER_TO_ACTION'],
  ],
  'return-with-advice': [
    ['AWAITING_TRIAGE', 'TRIAGE_RESPONSE'],
    ['DEFERRED_TO_PROVIDER', 'TRIAGE_RESPONSE'],
  ],
  'cancel-referral': ACTIVE.map((from) => [from, 'CANCELLED_REFERRAL']),
  'referrer-books': UNBOOKED.map((from) => [from, 'BOOKED']),
  'patient-books': [
    ['NOT_BOOKED', 'BOOKED'],
    ['APPT_CANCELLED_BY_PATIENT', 'BOOKED'],
    ['APPT_CANCELLED_BY_PROVIDER', 'BOOKED'],
  ],
  'patient-forwards': [
    ['NOT_BOOKED', 'DEFERRED_TO_PROVIDER'],
    ['APPT_CANCELLED_BY_PATIENT', 'DEFERRED_TO_PROVIDER'],
    ['APPT_CANCELLED_BY_PROVIDER', 'DEFERRED_TO_PROVIDER'],
  ],
  'patient-cancels-appointment': [['BOOKED', 'APPT_CANCELLED_BY_PATIENT']],
  'provider-books': [
    ['DEFERRED_TO_PROVIDER', 'BOOKED'],
    ['TRIAGED_PROVIDER_TO_ACTION', 'BOOKED'],
    ['AWAITING_TRIAGE', 'BOOKED'],
    ['APPT_CANCELLED_BY_PATIENT', 'BOOKED'],
    ['APPT_CANCELLED_BY_PROVIDER', 'BOOKED'],
  ],
  'provider-defers': [['TRIAGED_PROVIDER_TO_ACTION', 'DEFERRED_TO_PROVIDER']],
  'provider-sends-for-triage': [
    ['DEFERRED_TO_PROVIDER', 'AWAITING_TRIAGE'],
    ['TRIAGED_PROVIDER_TO_ACTION', 'AWAITING_TRIAGE'],
  ],
  'provider-shortlists': [['TRIAGED_PROVIDER_TO_ACTION', 'NOT_BOOKED']],
  'provider-cancels-appointment': [['BOOKED', 'APPT_CANCELLED_BY_PROVIDER']],
  'provider-records-non-attendance': [['BOOKED', 'DID_NOT_ATTEND']],
  'provider-records-assessment': [['BOOKED', 'ASSESSMENT_RESULT']],
  'hospital-cancels-appointment': [['BOOKED', 'APPT_CANCELLED_BY_PROVIDER']],
};

function leadsTo(event: ReferralEvent, from: ReferralState): ReferralState | undefined {
  return DOCUMENTED[event].find(([each]) => each === from)?.[1];
}

test('the table of states is the documented one', () => {
  const lines = (event: string, pairs: readonly (readonly [string, string])[]) => pairs.map(([from, to]) => `${event}: ${from} → ${to}`);
  const ours = TRANSITIONS.flatMap(({ event, from, to }) =>
    lines(
      event,
      from.map((each) => [each, to === 'same' ? each : to]),
    ),
  );
  assert.deepEqual(
    ours.sort(),
    Object.entries(DOCUMENTED)
      .flatMap(([event, pairs]) => lines(event, pairs))
      .sort(),
  );
});

test('every state can be reached from the creation of a referral, and only a cancelled one is final', () => {
  const reached = new Set<ReferralState>(['NOT_BOOKED']);
  for (const state of reached) {
    for (const pairs of Object.values(DOCUMENTED)) for (const [from, to] of pairs) if (from === state) reached.add(to);
  }
  assert.deepEqual([...reached].sort(), [...REFERRAL_STATES].sort());
  const final = REFERRAL_STATES.filter((state) => Object.values(DOCUMENTED).every((pairs) => pairs.every(([from]) => from !== state)));
  assert.deepEqual(final, ['CANCELLED_REFERRAL']);
});

interface Step {
  readonly event: ReferralEvent;
  readonly operation: Operation;
  /** Lands in the resource named by the appointment, not by the UBRN. */
  readonly byAppointment?: true;
  readonly message: (referral: Referral, slot: Slot, caller: Caller) => object | undefined;
}

function step(event: ReferralEvent, operation: Operation, message: Step['message'], byAppointment?: true): Step {
  return { event, operation, message, ...(byAppointment !== undefined && { byAppointment }) };
}

/** What a referrer or provider does through the API. */
const STEPS: readonly Step[] = [
  step('book', bookOrDeferAppointment, (referral, slot) => messages.bookMessage(referral, slot)),
  step('send-for-triage', bookOrDeferAppointment, (referral) => messages.deferMessage(referral, 'TRIAGE')),
  step('change-shortlist', changeShortlistOperation, () => messages.shortlistMessage([data.DIRECT.id, data.TRIAGE.id])),
  step('change-shortlist-and-send-for-triage', changeShortlistAndSendForTriage, () => messages.shortlistMessage([data.TRIAGE.id])),
  step('accept', acceptReferralOperation, () => undefined),
  step('reject', rejectReferralOperation, () => messages.rejectMessage()),
  step('cancel-appointment-action-later', cancelAppointmentActionLater, () => messages.actionLaterMessage()),
  step(
    'cancel-directly-booked-appointment',
    updateAppointment,
    (referral) => messages.updateMessage(referral, 'PATIENT_ILL', referral.appointment === undefined ? { id: '80000' } : {}),
    true,
  ),
  step('accept-refer-book-later', recordTriageOutcomeOperation, () => messages.outcomeMessage('ACCEPT_REFER_BOOK_LATER', 'URGENT')),
  step('return-with-advice', recordTriageOutcomeOperation, () => messages.outcomeMessage('RETURN_TO_REFERRER_WITH_ADVICE')),
  step('cancel-referral', cancelReferralOperation, (referral, _slot, caller) =>
    messages.cancelMessage(referral.state === 'TRIAGED_PROVIDER_TO_ACTION' && caller.odsCode === 'R68' ? 'TRIAGE_ENDED' : 'INTEND_PRIVATE'),
  ),
];

/** What happens outside: body of the control interface. */
const OUTSIDE: Readonly<Partial<Record<ReferralEvent, (slot: Slot) => object>>> = {
  'referrer-books': (slot) => ({ serviceId: data.DIRECT.id, slotId: slot.id }),
  'patient-books': (slot) => ({ serviceId: data.DIRECT.id, slotId: slot.id }),
  'provider-books': (slot) => ({ serviceId: data.DIRECT.id, slotId: slot.id }),
  'patient-forwards': () => ({ serviceId: data.DIRECT.id }),
  'provider-defers': () => ({ serviceId: data.DIRECT.id }),
  'provider-sends-for-triage': () => ({ serviceId: data.TRIAGE.id }),
  'provider-shortlists': () => ({ serviceIds: [data.DIRECT.id, data.TRIAGE.id] }),
  'patient-cancels-appointment': () => ({ reason: 'PATIENT_ILL' }),
  'provider-cancels-appointment': () => ({ reason: 'CLINIC_CANCELLED' }),
  'hospital-cancels-appointment': () => ({ reason: 'SLOT_CANCELLED' }),
  'provider-records-non-attendance': () => ({ reason: 'PATIENT_FORGOT' }),
  'provider-records-assessment': () => ({ comment: 'Advice for the referrer' }),
};

const CALLERS: readonly Caller[] = [data.RC, data.RCA, data.SPC, data.SPCA, data.PROVIDER_APPLICATION];

/** Slots for half a year of sequences, a week apart. */
const SLOTS: readonly Slot[] = Array.from({ length: 26 }, (_, index) => ({
  ...data.SLOT,
  id: `1100${100 + index}`,
  usrn: `USRN-${index}`,
  start: data.NOW + (index + 1) * 7 * data.DAY,
  end: data.NOW + (index + 1) * 7 * data.DAY + data.HOUR,
}));

async function freeSlot(ers: TestErs): Promise<Slot> {
  for (const { id } of SLOTS) {
    const slot = await slotById(ers.store.db, INSTANCE, id);
    if (slot?.status === 'free' && slot.start > ers.clock.now()) return slot;
  }
  throw new Error('no slot is left');
}

async function lifeOf(referral: Referral): Promise<{ ers: TestErs; admin: FastifyInstance }> {
  const ers = await ersWith(referral);
  await ers.store.transaction((tx) => saveSlots(tx, INSTANCE, SLOTS));
  const admin = fastify();
  admin.setErrorHandler((error, _request, reply) =>
    error instanceof LocalRefusal ? reply.code(error.status).send({ code: error.code }) : reply.code(500).send({ message: String(error) }),
  );
  registerOutside(admin, ers.world);
  return { ers, admin };
}

async function take(ers: TestErs, { operation, message, byAppointment }: Step, caller: Caller): Promise<string> {
  const referral = await stored(ers);
  const params: Record<string, string> = byAppointment === true ? { id: referral.appointment?.id ?? '80000' } : { ubrn: UBRN };
  const ifMatch = byAppointment === true ? (referral.appointment?.version ?? 0) : referral.version;
  return outcomeOf(ers.request(operation, caller, { params, ifMatch, body: message(referral, await freeSlot(ers), caller) }));
}

/** Whether the caller has a relationship with a referral in this state: the referrer always, the provider while it is with a service. */
function isRelated(caller: Caller, referral: Referral): boolean {
  return caller.odsCode === 'R69' || referral.appointment?.status === 'booked' || referral.appointment?.status === 'proposed';
}

for (const each of STEPS) {
  test(`${each.event} (${each.operation.id}): in every state, by everybody`, async () => {
    for (const state of REFERRAL_STATES) {
      for (const caller of CALLERS.filter(({ businessFunction }) => mayCall(each.operation, businessFunction))) {
        const before = messages.referralIn(state);
        const { ers } = await lifeOf(before);
        const outcome = await take(ers, each, caller);
        const to = leadsTo(each.event, state);
        const after = await stored(ers);
        const expected = !isRelated(caller, before)
          ? '422 NO_RELATIONSHIP'
          : each.byAppointment === true && before.appointment === undefined
            ? '404'
            : to === undefined
              ? '422 INVALID_REQUEST_STATE'
              : each.operation.id === 'A016'
                ? '201'
                : '200';
        assert.deepEqual(
          [outcome, after.state],
          [expected, outcome.startsWith('20') ? to : state],
          `${state} by ${caller.businessFunction}`,
        );
        if (!outcome.startsWith('20')) assert.deepEqual(after, before, 'nothing is stored');
      }
    }
  });
}

function mayCall(operation: Operation, businessFunction: Caller['businessFunction']): boolean {
  return businessFunction === 'PROVIDER_AUTHORISED_APPLICATION'
    ? operation.applications.includes('provider')
    : operation.functions.includes(businessFunction);
}

/** The actions of A029 and what they stand for (ers.md §9 A029). */
const ACTIONS: readonly (readonly [action: string, ...events: ReferralEvent[]])[] = [
  ['CREATE_APPOINTMENT', 'book', 'defer', 'send-for-triage'],
  ['CHANGE_SHORTLIST', 'change-shortlist'],
  ['CHANGE_SHORTLIST_AND_SEND_FOR_TRIAGE', 'change-shortlist-and-send-for-triage'],
  ['CANCEL_DIRECTLY_BOOKED_APPOINTMENT', 'cancel-directly-booked-appointment'],
  ['CANCEL_REFERRAL', 'cancel-referral'],
  ['RECORD_REVIEW_OUTCOME', 'accept-refer-book-later', 'return-with-advice'],
];

test('the available actions are what the operations would do, in every state, for everybody', async () => {
  for (const state of REFERRAL_STATES) {
    const referral = messages.referralIn(state);
    const { ers } = await lifeOf(referral);
    const query = { focus: [`ReferralRequest/${UBRN}/_history/6`], intent: ['proposal'], status: ['ready'] };
    for (const caller of CALLERS) {
      const { resource } = await ers.request(retrieveAvailableActions, caller, { query });
      const offered = JSON.parse(JSON.stringify(resource)).entry.map(
        (each: { resource: { code: { coding: { code: string }[] } } }) => each.resource.code.coding[0]?.code,
      );
      const can = (event: ReferralEvent) =>
        leadsTo(event, state) !== undefined &&
        STEPS.some((each) => each.event === event && mayCall(each.operation, caller.businessFunction));
      const expected = isRelated(caller, referral) ? ACTIONS.filter(([, ...events]) => events.some(can)).map(([action]) => action) : [];
      assert.deepEqual(offered, expected, `${state} for ${caller.businessFunction}`);
    }
  }
});

test('of two who change a booking at the same moment one succeeds, and the hospital is told once', async () => {
  const { ers } = await lifeOf(messages.referralIn('BOOKED'));
  const both = await Promise.all(
    STEPS.filter(({ event }) => event === 'reject' || event === 'cancel-directly-booked-appointment').map((each) =>
      take(ers, each, each.event === 'reject' ? data.SPC : data.RC),
    ),
  );
  assert.deepEqual(both.filter((each) => each === '200').length, 1, both.join());
  assert.ok(
    both.every((each) => ['200', '409', '423'].includes(each)),
    both.join(),
  );
  assert.equal(ers.hospital.asked.length, 1);
});

test('a function that an operation is not for gets 403 FORBIDDEN, whatever the state', async () => {
  const { ers } = await lifeOf(messages.referralIn('BOOKED'));
  for (const { operation } of STEPS) {
    for (const businessFunction of BUSINESS_FUNCTIONS.filter(
      (each) => !each.endsWith('_APPLICATION') && !operation.functions.includes(each),
    )) {
      const headers = {
        asid: '200000000001',
        accessMode: 'user-restricted',
        userId: data.RC.userId,
        odsCode: 'R69',
        businessFunction,
        onBehalfOf: undefined,
      } as const;
      const refused = resolveCaller(ers.world, INSTANCE, operation, headers).then(() => ({ status: 200 }));
      assert.equal(await outcomeOf(refused), '403 FORBIDDEN', `${operation.id} by ${businessFunction}`);
    }
  }
});

test('what happens outside the API: in every state', async () => {
  for (const [name, body] of Object.entries(OUTSIDE)) {
    const event = TRANSITIONS.find((each) => each.event === name)?.event;
    assert.ok(event !== undefined);
    for (const state of REFERRAL_STATES) {
      const { ers, admin } = await lifeOf(messages.referralIn(state));
      if (name.startsWith('provider-records')) ers.clock.advance(8 * data.DAY);
      const reply = await admin.inject({ method: 'POST', url: `/referrals/${UBRN}/${name}`, payload: body(await freeSlot(ers)) });
      const to = leadsTo(event, state);
      const expected = to === undefined ? [409, state] : [200, to];
      assert.deepEqual([reply.statusCode, (await stored(ers)).state], expected, `${name} in ${state}: ${reply.body}`);
      if (to === undefined) assert.equal(reply.json().code, 'invalid_request_state');
    }
  }
});

/** ers.md §12, written out once more. */
function expectedLists(referral: Referral, now: number): readonly Worklist[] {
  const { state, reviewed, attachments, letterIntention } = referral;
  const letter = attachments.some((each) => each.type === 'REFERRER');
  const today = now - (now % data.DAY);
  const toReview =
    (state === 'BOOKED' &&
      !reviewed &&
      (letter || letterIntention === 'NOT_INTENDING_TO_ADD') &&
      (referral.appointment?.start ?? 0) >= today) ||
    (state === 'AWAITING_TRIAGE' && letter);
  const awaiting =
    ['NOT_BOOKED', 'AWAITING_TRIAGE', 'DEFERRED_TO_PROVIDER', 'TRIAGED_PROVIDER_TO_ACTION'].includes(state) ||
    state.startsWith('APPT_CANCELLED');
  const returned =
    ['ASSESSMENT_RESULT', 'DID_NOT_ATTEND'].includes(state) ||
    (state === 'CANCELLED_REFERRAL' && referral.cancelledByOrganisation === 'R68');
  const lists: readonly (readonly [Worklist, boolean])[] = [
    ['REFERRALS_FOR_REVIEW', toReview],
    ['APPOINTMENT_SLOT_ISSUES', state === 'DEFERRED_TO_PROVIDER'],
    ['REJECTED_TRIAGE_RESPONSE', ['REJECTED', 'TRIAGE_RESPONSE'].includes(state)],
    ['ASSESSMENT_RETURNED_CANCELLED_DNA', returned],
    ['AWAITING_BOOKING', awaiting],
    ['LETTERS_OUTSTANDING', state !== 'CANCELLED_REFERRAL' && letterIntention === 'NEED_TO_ADD_LATER' && !letter],
  ];
  return lists.filter(([, isOn]) => isOn).map(([list]) => list);
}

async function actualLists(ers: TestErs): Promise<readonly Worklist[]> {
  const on: Worklist[] = [];
  for (const list of [...PROVIDER_LISTS, ...REFERRER_LISTS]) {
    const caller = mayRead('SERVICE_PROVIDER_ADMIN', list) ? data.SPA : data.RC;
    const { resource } = await ers.request(retrieveWorklist, caller, { body: messages.listMessage(list) });
    if (JSON.stringify(resource).includes(`ReferralRequest/${UBRN}`)) on.push(list);
  }
  return on;
}

type Move = { readonly step: Step; readonly caller: Caller } | { readonly outside: ReferralEvent } | { readonly days: number };
const OUTSIDE_NAMES = TRANSITIONS.map((each) => each.event).filter((each) => each in OUTSIDE);
const move: fc.Arbitrary<Move> = fc.oneof(
  { weight: 6, arbitrary: fc.record({ step: fc.constantFrom(...STEPS), caller: fc.constantFrom(...CALLERS) }) },
  { weight: 5, arbitrary: fc.record({ outside: fc.constantFrom(...OUTSIDE_NAMES) }) },
  { weight: 1, arbitrary: fc.record({ days: fc.integer({ min: 1, max: 8 }) }) },
);

test('however events follow one another, the referral stays in the table and the worklists agree with it', async () => {
  const visited = new Set<ReferralState>();
  await fc.assert(
    fc.asyncProperty(fc.boolean(), fc.array(move, { minLength: 10, maxLength: 30 }), async (withLetter, moves) => {
      const { ers, admin } = await lifeOf(
        messages.referralIn('NOT_BOOKED', withLetter ? {} : { attachments: [], letterIntention: 'NEED_TO_ADD_LATER' }),
      );
      for (const each of moves) {
        const before = await stored(ers);
        let done: { readonly event: ReferralEvent; readonly ok: boolean } | undefined;
        if ('days' in each) ers.clock.advance(each.days * data.DAY);
        else if ('step' in each) {
          if (!mayCall(each.step.operation, each.caller.businessFunction)) continue;
          done = { event: each.step.event, ok: (await take(ers, each.step, each.caller)).startsWith('20') };
        } else {
          const payload = OUTSIDE[each.outside]?.(await freeSlot(ers));
          const { statusCode, body } = await admin.inject({
            method: 'POST',
            url: `/referrals/${UBRN}/${each.outside}`,
            ...(payload && { payload }),
          });
          assert.ok(statusCode === 200 || statusCode === 409, body);
          done = { event: each.outside, ok: statusCode === 200 };
        }
        const after = await stored(ers);
        visited.add(after.state);
        if (done?.ok === true) {
          assert.equal(after.state, leadsTo(done.event, before.state), done.event);
          assert.ok(after.version > before.version);
        } else assert.deepEqual(after, before);
        assert.deepEqual(await actualLists(ers), expectedLists(after, ers.clock.now()), `${after.state} after ${JSON.stringify(done)}`);
      }
    }),
    // A fixed seed: the sequences are the same in every run, and together they come through every state.
    { numRuns: 120, seed: 20261124 },
  );
  assert.deepEqual([...visited].sort(), [...REFERRAL_STATES].sort());
});
