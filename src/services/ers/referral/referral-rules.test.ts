import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { addWorkingDays } from '../../../kernel/calendar/working-days.ts';
import { applyBooking, type BookingCommand, checkBooking } from '../booking/booking.ts';
import { type ErsCode, ErsRefusal } from '../errors.ts';
import type { Referral } from '../model.ts';
import { acceptReferral, rejectReferral } from '../review/review.ts';
import * as data from '../test-data.ts';
import { type CreateReferral, createReferral, requireShortlistedServices } from './create.ts';
import { letterDueDate } from './letter-due-date.ts';
import { maintainLetters } from './letters.ts';
import { relationshipTest } from './relationship.ts';
import { isAllowed, REFERRAL_EVENTS, requireTransition, TRANSITIONS } from './states.ts';

/** Runs `body` and gives the code of its refusal, or `allowed`. */
function outcome(body: () => unknown): ErsCode | 'allowed' {
  try {
    body();
    return 'allowed';
  } catch (error) {
    assert.ok(error instanceof ErsRefusal, String(error));
    return error.issues[0]?.code ?? 'allowed';
  }
}

const input: CreateReferral = {
  nhsNumber: '9912003888',
  criteria: { priority: 'URGENT', specialty: 'CARDIOLOGY', ageAndGenderAppropriate: false, organisation: 'R68' },
  serviceIds: ['11000'],
  letterIntention: 'NOT_INTENDING_TO_ADD',
  firstReminderLetterFollowUpDays: 0,
};
const create = (changes: Partial<CreateReferral> = {}, caller = data.RC, services = [data.DIRECT]): Referral =>
  createReferral(
    { ...input, ...changes },
    { caller, now: data.NOW, ubrn: '000000080000', requestId: 'r.1', commissioningRuleOrganisation: 'R69', services },
  );

test('a new referral is active, not booked, at version 3, and stores its criteria without the organisation', () => {
  const made = create({ letterIntention: 'NEED_TO_ADD_LATER' });
  assert.equal(made.version, 3);
  assert.equal(made.state, 'NOT_BOOKED');
  assert.equal(made.status, 'active');
  assert.equal(made.priority, 'URGENT');
  assert.equal(made.letterDue, '2026-11-27');
  assert.equal(made.pathwayStart, undefined);
  assert.equal(made.appointment, undefined);
  assert.equal(made.specialty, undefined);
  assert.deepEqual(made.shortlist, [{ serviceId: '11000', serviceName: 'Forthright Cardiology Business Service' }]);
  assert.deepEqual(made.criteria, {
    priority: 'URGENT',
    specialty: 'CARDIOLOGY',
    ageAndGenderAppropriate: false,
    commissioningProvisioning: 'ALL_AVAILABLE_FOR_BOOKING',
  });
});

test('an administrator refers in the name of a clinician, a clinician in their own', () => {
  assert.equal(create({ referringClinician: '021600556514' }, data.RCA).referrer, '021600556514');
  assert.equal(create().referrer, data.RC.userId);
  assert.equal(
    outcome(() => create({}, data.RCA)),
    'VALUE_IS_REQUIRED',
  );
  assert.equal(
    outcome(() => create({ referringClinician: '021600556514' })),
    'FIELD_NOT_PERMITTED',
  );
});

const many = Array.from({ length: 21 }, (_, index) => String(12_000 + index));
const refusedCreations: readonly (readonly [string, () => unknown, ErsCode])[] = [
  ['an empty shortlist', () => create({ serviceIds: [] }), 'MISSING_VALUE'],
  ['21 services', () => create({ serviceIds: many }), 'TOO_MANY_ITEMS'],
  ['the same service twice', () => create({ serviceIds: ['11002', '11002'] }), 'DUPLICATE_SERVICE'],
  ['no letter for a triage service', () => create({}, data.RC, [data.TRIAGE]), 'INAPPROPRIATE_VALUE'],
  ['no letter where one is required', () => create({}, data.RC, [data.service({ referralLetterRequired: true })]), 'INAPPROPRIATE_VALUE'],
  ['a reminder after 181 days', () => create({ firstReminderLetterFollowUpDays: 181 }), 'INVALID_VALUE'],
  ['a pathway that starts tomorrow', () => create({ pathwayStart: data.NOW + data.DAY }), 'INVALID_VALUE'],
  ['a pathway that started 366 days ago', () => create({ pathwayStart: data.NOW - 366 * data.DAY }), 'INVALID_VALUE'],
  ['an advice-only service', () => requireShortlistedServices([data.ADVICE], new Set()), 'INAPPROPRIATE_VALUE'],
  [
    'a service the search does not find',
    () => requireShortlistedServices([data.DIRECT], new Set(['1'])),
    'SHORTLISTED_SERVICE_NOT_IN_RESULTS',
  ],
];
for (const [what, attempt, code] of refusedCreations) test(`no referral with ${what}`, () => assert.equal(outcome(attempt), code));

test('the diagnostics of a service named twice are those of the samples', () => {
  assert.throws(
    () => create({ serviceIds: ['11002', '11002'] }),
    /^ErsRefusal: 'Shortlist\/Service Id' \(11002\) cannot be added to a shortlist more than once\.$/,
  );
});

test('a supplied pathway start up to 365 days back is kept', () => {
  assert.equal(create({ pathwayStart: data.NOW - 365 * data.DAY }).pathwayStart, data.NOW - 365 * data.DAY);
});

test('working days skip the weekend; urgent suspected cancer has one day for the letter, others three', () => {
  const friday = Date.parse('2026-11-27T23:30:00Z');
  assert.equal(addWorkingDays(friday, 0), '2026-11-27');
  assert.equal(addWorkingDays(friday, 1), '2026-11-30');
  assert.equal(addWorkingDays(Date.parse('2026-12-24T10:00:00Z'), 1), '2026-12-29');
  assert.equal(letterDueDate(friday, 'TWO_WEEK_WAIT'), '2026-11-30');
  assert.equal(letterDueDate(friday, 'ROUTINE'), '2026-12-02');
});

const named = { type: 'REFERRER', fileId: data.file().id, description: 'Blood test results' } as const;
const letters = (
  subject: Referral,
  files: readonly Parameters<typeof maintainLetters>[1][number][] = [named],
  stored = data.file(),
  freezeDays?: number,
) => {
  let next = 90_000;
  return maintainLetters(subject, files, {
    caller: data.RC,
    now: data.NOW,
    files: new Map([[stored.id, stored]]),
    nextAttachmentId: () => String(next++),
    ...(freezeDays !== undefined && { freezeDays }),
  });
};

test('the first letters are submitted, later ones are updates; the letter is owed no more', () => {
  const owing = data.referral({ letterIntention: 'NEED_TO_ADD_LATER', letterDue: '2026-11-25' });
  const first = letters(owing);
  assert.equal(first.referral.version, owing.version + 1);
  assert.equal(first.referral.clinicalInfoFirstSubmitted, data.NOW);
  assert.equal(first.referral.clinicalInfoLastUpdated, undefined);
  assert.equal(first.referral.letterIntention, 'NOT_INTENDING_TO_ADD');
  assert.equal(first.referral.letterDue, undefined);
  assert.deepEqual(first.linked, [data.file().id]);
  const later = letters(first.referral, [{ ...named, description: 'Other words' }]);
  assert.equal(later.referral.clinicalInfoLastUpdated, data.NOW);
  assert.equal(later.referral.attachments[0]?.description, 'Other words');
  assert.equal(later.referral.attachments[0]?.id, '90000', 'a kept file keeps its attachment');
  assert.deepEqual([later.linked, later.unlinked], [[], []]);
});

test('files left out are unlinked', () => {
  const change = letters(data.referral({ attachments: [data.letter()] }));
  assert.deepEqual(change.unlinked, [data.letter().fileId]);
  assert.deepEqual(
    change.referral.attachments.map((each) => each.title),
    ['bloods.pdf'],
  );
});

test('a changed letter puts an accepted booking back for review', () => {
  const { referral } = letters(data.bookedReferral({ reviewed: true, attachments: [data.letter()] }));
  assert.equal(referral.reviewed, false);
  assert.equal(referral.contextStatus, 'LETTER_CHANGED');
});

const withLetter = data.referral({ attachments: [data.letter()] });
const same = { type: 'REFERRER', fileId: data.letter().fileId, description: 'referralletter pdf' } as const;
const refusedLetters: readonly (readonly [string, () => unknown, ErsCode])[] = [
  ['an empty set', () => letters(data.referral(), []), 'MISSING_VALUE'],
  ['the set there already is', () => letters(withLetter, [same]), 'NO_CHANGES_DETECTED'],
  ['a provider file', () => letters(data.referral(), [{ ...named, type: 'PROVIDER' }]), 'INAPPROPRIATE_VALUE'],
  ['a description of 201 characters', () => letters(data.referral(), [{ ...named, description: 'x'.repeat(201) }]), 'INVALID_VALUE'],
  ['a file that does not exist', () => letters(data.referral(), [{ ...named, fileId: 'x' }]), 'REFERENCE_NOT_FOUND'],
  [
    'a file for another request',
    () => letters(data.referral(), [named], data.file({ intendedUbrn: '000000080001' })),
    'INAPPROPRIATE_VALUE',
  ],
  ['a file already linked', () => letters(data.referral(), [named], data.file({ linkedUbrn: '000000080000' })), 'INVALID_STATE'],
  ['the same file twice', () => letters(data.referral(), [named, named]), 'DUPLICATE_FILENAME'],
  [
    'a name the provider uses',
    () => letters(data.referral({ attachments: [data.letter({ type: 'PROVIDER', title: 'BLOODS.pdf' })] })),
    'DUPLICATE_FILENAME',
  ],
  [
    'a letter of another organisation',
    () => letters(data.referral({ attachments: [data.letter({ attachedByOrganisation: 'R68' })] })),
    'INVALID_STATE',
  ],
  ['a cancelled referral', () => letters(data.referral({ status: 'cancelled', state: 'CANCELLED_REFERRAL' })), 'INVALID_REQUEST_STATE'],
  ['an onward referral', () => letters(data.referral({ onwardReferral: true })), 'INVALID_REQUEST_STATE'],
  [
    'a past appointment',
    () => letters(data.bookedReferral({ appointment: data.appointment({ start: data.NOW - 1 }) })),
    'INVALID_REQUEST_STATE',
  ],
  [
    'the freeze period',
    () => letters(data.bookedReferral({ attachments: [data.letter()] }), [named], data.file(), 8),
    'INVALID_REQUEST_STATE',
  ],
];
for (const [what, attempt, code] of refusedLetters) test(`letters are refused for ${what}`, () => assert.equal(outcome(attempt), code));

test('before the freeze period, and for a first letter, the letters may change', () => {
  assert.equal(
    outcome(() => letters(data.bookedReferral({ attachments: [data.letter()] }), [named], data.file(), 6)),
    'allowed',
  );
  assert.equal(
    outcome(() => letters(data.bookedReferral(), [named], data.file(), 8)),
    'allowed',
  );
});

test('a referrer is related by organisation, a clinician by the service of the current appointment, nobody by a shortlist', () => {
  const booked = data.bookedReferral();
  assert.equal(relation(data.RC, booked), 'holds');
  assert.equal(relation(data.userIn('REFERRING_CLINICIAN', 'R68'), booked), 'none');
  assert.equal(relation(data.SPC, booked), 'work-group of 11000 for 921600556514');
  assert.equal(
    relation(data.SPCA, booked),
    'work-group of 11000 for 921600556514',
    'an administrator has the relationship of the clinician',
  );
  assert.equal(relation(data.PROVIDER_APPLICATION, booked), 'provider of 11000');
  assert.equal(relation(data.SPC, data.referral()), 'none');
  assert.equal(relation(data.userIn('COMMISSIONER'), booked), 'none');
});

test('a service that rejected a referral may still read it, but change nothing', () => {
  const rejected = data.referral({ state: 'REJECTED', appointment: data.appointment({ status: 'cancelled' }), formerServices: ['11000'] });
  assert.equal(relation(data.SPC, rejected), 'work-group of 11000 for 921600556514');
  assert.equal(relation(data.SPC, rejected, 'change'), 'none');
});

function relation(caller: typeof data.RC, referral: Referral, purpose: 'read' | 'change' = 'read'): string {
  const result = relationshipTest(caller, referral, purpose);
  if (result.decided) return result.holds ? 'holds' : 'none';
  return `${result.by} of ${result.serviceIds.join()}${result.by === 'work-group' ? ` for ${result.userId}` : ''}`;
}

const bookCommand: BookingCommand = {
  kind: 'BOOK',
  ubrn: '000000080000',
  nhsNumber: '9912003888',
  serviceId: '11000',
  slotId: data.SLOT.id,
  start: data.SLOT.start,
  end: data.SLOT.end,
};
const commands: Readonly<Record<string, (referral: Referral, now: number) => Referral>> = {
  book: (referral, now) => go(referral, { ...bookCommand, start: now + data.DAY, end: now + data.DAY + data.HOUR }, data.DIRECT, now),
  defer: (referral, now) => go(referral, { ...bookCommand, kind: 'NO_SLOTS_AT_SERVICE' }, data.DIRECT, now),
  'send-for-triage': (referral, now) => go(referral, { ...bookCommand, kind: 'TRIAGE', serviceId: data.TRIAGE.id }, data.TRIAGE, now),
  'maintain-letter': (referral, now) => {
    const file = data.file({ id: String(now), name: `${now}.pdf` });
    return maintainLetters(referral, [{ type: 'REFERRER', fileId: file.id }], {
      caller: data.RC,
      now,
      files: new Map([[file.id, file]]),
      nextAttachmentId: () => String(now),
    }).referral;
  },
  accept: (referral, now) => acceptReferral(referral, { now }),
  reject: (referral, now) => {
    const reason = {
      code: 'OTHER',
      display: 'Other reason',
      type: 'PROVIDER_REJECT',
      commentIsMandatory: false,
      effectiveFrom: '2004-06-01',
    };
    return rejectReferral(referral, { reasonCode: 'OTHER' }, { now, reason, service: data.DIRECT });
  },
};

function go(referral: Referral, command: BookingCommand, service: typeof data.DIRECT, now: number): Referral {
  const slot = { ...data.SLOT, start: command.start ?? 0, end: command.end ?? 0 };
  const checked = checkBooking(referral, command, { now, service, slot, slotsOnOffer: false, failure: undefined });
  return applyBooking(referral, command, checked, { now, appointmentId: '80000' });
}

test('any sequence of events stays inside the table of states; what the table refuses is INVALID_REQUEST_STATE', () => {
  const step = fc.record({ event: fc.constantFrom(...Object.keys(commands)), hours: fc.integer({ min: 1, max: 36 }) });
  fc.assert(
    fc.property(fc.array(step, { maxLength: 12 }), fc.boolean(), (steps, owesLetter) => {
      let referral = data.referral({ letterIntention: owesLetter ? 'NEED_TO_ADD_LATER' : 'NOT_INTENDING_TO_ADD' });
      let now = data.NOW;
      for (const { event, hours } of steps) {
        now += hours * data.HOUR;
        const before = referral;
        const known = REFERRAL_EVENTS.find((each) => each === event);
        assert.ok(known !== undefined);
        const expected = outcome(() => requireTransition(before, known, now));
        const actual = outcome(() => {
          referral = commands[event]?.(before, now) ?? before;
        });
        assert.equal(actual, expected, `${event} from ${before.state}`);
        if (actual !== 'allowed') continue;
        assert.ok(
          TRANSITIONS.some(
            (each) =>
              each.event === event && each.from.includes(before.state) && (each.to === 'same' ? before.state : each.to) === referral.state,
          ),
        );
        assert.ok(referral.version > before.version, 'every change moves the version on');
        assert.equal(referral.state === 'NOT_BOOKED', referral.appointment === undefined);
        assert.equal(referral.state === 'BOOKED', referral.appointment?.status === 'booked');
      }
    }),
  );
});

test('a cancelled referral allows nothing to anybody', () => {
  const cancelled = data.referral({ state: 'CANCELLED_REFERRAL', status: 'cancelled' });
  for (const event of REFERRAL_EVENTS) {
    assert.equal(
      outcome(() => requireTransition(cancelled, event, data.NOW)),
      'INVALID_REQUEST_STATE',
    );
    assert.equal(isAllowed(cancelled, event, 'REFERRING_CLINICIAN', data.NOW), false);
  }
});
