import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { ReferralState } from '../codes.ts';
import { ErsRefusal } from '../errors.ts';
import type { Referral } from '../model.ts';
import * as data from '../test-data.ts';
import { adviceConversation, adviceOverview } from './advice-documents.ts';
import type { AdviceSource } from './advice-source.ts';
import { clinicalInformation } from './clinical-information.ts';
import type { PrintedPatient } from './patient-banner.ts';
import { letterKind, patientLetter } from './patient-letter.ts';
import type { PeopleAndPlaces } from './people-and-places.ts';
import type { Block, PrintedDocument } from './printed-document.ts';
import { renderPdf } from './render-pdf.ts';
import { ageAt, bookingReference, dateAndTime, dayInWords, fileStamp, nhsNumber, withoutMarkup } from './words.ts';

const WINTER = Date.parse('2026-11-24T09:05:07Z');
const SUMMER = Date.parse('2026-07-01T23:30:00Z');

const patient: PrintedPatient = {
  nhsNumber: '9912003888',
  record: {
    nhsNumber: '9912003888',
    title: 'Ms',
    givenNames: ['Zoë', 'Αθηνά'],
    familyName: 'Łukasiewicz',
    birthDate: '1980-11-25',
    gender: 'female',
    addressLines: ['1 High Street', 'Leeds'],
    postcode: 'LS1 2TW',
    gpPractice: 'R69',
    sensitivity: 'U',
  },
};
const known: PeopleAndPlaces = {
  people: new Map([
    ['021600556514', 'Dr Ada Example'],
    ['921600556514', 'Dr Bo Sample'],
  ]),
  jobTitles: new Map([['921600556514@R68', 'Consultant']]),
  organisations: new Map(),
};

/** All that a document says, one line for each piece. */
function wordsOf(document: PrintedDocument): string {
  const say = (block: Block): string => {
    switch (block.kind) {
      case 'heading':
      case 'paragraph':
        return block.text;
      case 'lines':
        return block.lines.join('\n');
      case 'list':
        return block.items.join('\n');
      case 'facts':
      case 'banner':
        return block.facts.map(([name, value]) => `${name}: ${value}`).join('\n');
      case 'table':
        return block.rows.map((row) => row.join(' | ')).join('\n');
    }
  };
  return document.blocks.map(say).join('\n');
}

test('numbers, dates and times as people read them, in London', () => {
  assert.equal(nhsNumber('9912003888'), '991 200 3888');
  assert.equal(bookingReference('000000070000'), '0000 0007 0000');
  assert.equal(fileStamp(WINTER), '20261124090507');
  assert.equal(fileStamp(SUMMER), '20260702003000', 'British Summer Time is an hour ahead');
  assert.equal(dayInWords(WINTER), 'Tuesday 24 November 2026');
  assert.equal(dateAndTime(SUMMER), '02-Jul-2026 00:30');
  assert.equal(ageAt('1980-11-25', WINTER), 45);
  assert.equal(ageAt('1980-11-24', WINTER), 46);
});

test('links in guidance become words and address', () => {
  assert.equal(withoutMarkup('See <a href="https://example.org/x" target="_blank">the page</a>.'), 'See the page (https://example.org/x).');
  assert.equal(withoutMarkup('<a href="https://a.uk" target="_blank">https://a.uk</a> & HbA1c < 48'), 'https://a.uk & HbA1c < 48');
});

const proposed = { appointment: data.appointment({ status: 'proposed', serviceId: data.TRIAGE.id, serviceName: data.TRIAGE.name }) };

function letterFor(referral: Referral): PrintedDocument {
  const services = new Map([data.DIRECT, { ...data.INDIRECT, telephone: '0113 496 0000' }, data.TRIAGE].map((each) => [each.id, each]));
  return patientLetter({ referral, patient, accessCode: 'wer qwerty', services, known, printedAt: WINTER });
}

const letters: readonly (readonly [Referral, fileName: string, says: readonly string[]])[] = [
  [
    data.bookedReferral(),
    '000000080000_Appointment_Confirmation_Summary_20261124090507.pdf',
    [
      'Your appointment is booked',
      'Date: Tuesday 1 December 2026',
      'Time: 09:00',
      'Clinic: Forthright Cardiology Business Service',
      'Where: Test Hospital',
    ],
  ],
  [
    data.referral(),
    '000000080000_Appointment_Request_Summary_20261124090507.pdf',
    [
      'Please book',
      'Forthright Cardiology Business Service | Test Hospital | Online',
      'Leeds Neuro Business Service | Test Hospital | Telephone the clinic: 0113 496 0000',
    ],
  ],
  [
    data.referral({ state: 'DEFERRED_TO_PROVIDER', ...proposed, priority: 'URGENT' }),
    '000000080000_Appointment_Deferral_Summary_20261124090507.pdf',
    ['No appointment could be booked', 'Service: Cardiology Triage Service', 'You will hear by: Monday 7 December 2026'],
  ],
  [
    data.referral({ state: 'AWAITING_TRIAGE', ...proposed, priority: 'TWO_WEEK_WAIT' }),
    '000000080000_Triage_Summary_20261124090507.pdf',
    ['A specialist reads it first', 'You will hear by: Wednesday 25 November 2026'],
  ],
  [
    data.referral({ state: 'TRIAGED_PROVIDER_TO_ACTION', ...proposed }),
    '000000080000_Triage_Summary_20261124090507.pdf',
    ['A specialist has read your referral'],
  ],
];
for (const [referral, fileName, says] of letters) {
  test(`the letter for ${referral.state}`, () => {
    const letter = letterFor(referral);
    assert.equal(letter.fileName, fileName);
    const words = wordsOf(letter);
    const always = [
      'Ms Zoë Αθηνά ŁUKASIEWICZ',
      '991 200 3888',
      'Booking reference: 0000 0008 0000',
      'Access code: wer qwerty',
      '0345 608 8888',
      'www.nhs.uk/referrals',
    ];
    for (const each of [...always, ...says]) assert.ok(words.includes(each), `${each} is missing in:\n${words}`);
  });
}

const withoutLetter: readonly ReferralState[] = [
  'REJECTED',
  'TRIAGE_RESPONSE',
  'DID_NOT_ATTEND',
  'ASSESSMENT_RESULT',
  'CANCELLED_REFERRAL',
];
for (const state of withoutLetter) {
  test(`${state} has no letter`, () => {
    assert.throws(
      () => letterKind({ ubrn: '000000080000', state, status: 'active' }),
      (error) => error instanceof ErsRefusal && error.issues[0]?.code === 'INVALID_REQUEST_STATE',
    );
  });
}
test('a cancelled referral has no letter in any state', () => {
  assert.throws(() => letterKind({ ubrn: '000000080000', state: 'BOOKED', status: 'cancelled' }), ErsRefusal);
});

const advice: AdviceSource = {
  ubrn: '000000080000',
  nhsNumber: '9912003888',
  priority: 'TWO_WEEK_WAIT',
  service: { serviceId: '11014', serviceName: 'Advice Only' },
  specialty: 'CARDIOLOGY',
  referrer: { userId: '021600556514', odsCode: 'R69' },
  category: 'REFERRER_TO_REVIEW_RESPONSE',
  conversionAuthorisation: 'AUTHORISED_TO_CONVERT',
  firstRequested: WINTER - data.DAY,
  lastUpdated: WINTER,
  attachments: [data.letter({ id: '1', type: 'ADVICE_REQUEST', title: 'ecg.png' }), data.letter({ id: '2', title: 'later.pdf' })],
  messages: [
    {
      sent: WINTER,
      kind: 'RESPONDER',
      sender: { userId: '021600556111', odsCode: 'R68', businessFunction: 'SERVICE_PROVIDER_CLINICIAN_ADMIN' },
      responsible: { userId: '921600556514', odsCode: 'R68' },
      text: 'Continue.\nSee <a href="https://example.org" target="_blank">this</a>.',
      attachmentIds: [],
      recommendation: 'REFERRAL_RECOMMENDED',
    },
    {
      sent: WINTER - data.DAY,
      kind: 'REQUESTER',
      sender: { userId: '021600556514', odsCode: 'R69', businessFunction: 'REFERRING_CLINICIAN' },
      responsible: { userId: '021600556514', odsCode: 'R69' },
      text: 'What do you advise?',
      attachmentIds: ['1'],
    },
  ],
};

test('the advice overview tells the conversation from the beginning', () => {
  const overview = adviceOverview({ advice, patient, known, printedAt: WINTER });
  assert.equal(overview.fileName, '000000080000_Advice_And_Guidance_20261124090507.pdf');
  const words = wordsOf(overview);
  assert.ok(words.indexOf('What do you advise?') < words.indexOf('Continue.'));
  for (const each of [
    'Attached: ecg.png',
    'On behalf of: Dr Bo Sample',
    'Recommendation: Referral recommended',
    'this (https://example.org)',
    'later.pdf',
    'Priority: 2 Week Wait',
    'Age: 45 years',
  ])
    assert.ok(words.includes(each), `${each} is missing in:\n${words}`);
});

test('the conversation that a conversion attaches has the name of the national one', () => {
  const conversation = adviceConversation({ advice, patient, known, printedAt: WINTER });
  assert.equal(conversation.fileName, 'Advice and guidance conversation - 000000080000.pdf');
  assert.ok(wordsOf(conversation).includes('What do you advise?'));
});

test('clinical information: the referral, its files, what the provider did, the conversation it came from', () => {
  const referral = data.bookedReferral({
    attachments: [data.letter(), data.letter({ id: '90001', type: 'PROVIDER', title: 'triage.pdf' })],
    stateComments: 'Please repeat the ECG',
  });
  const entry = { id: '1', at: WINTER - data.HOUR, userId: '921600556514', odsCode: 'R68', businessFunction: 'SERVICE_PROVIDER_CLINICIAN' };
  const trail = [
    { ...entry, operation: 'A013' },
    { ...entry, operation: 'A012', businessFunction: 'REFERRING_CLINICIAN' },
  ];
  const document = clinicalInformation({ referral, patient, service: data.DIRECT, trail, advice, known, printedAt: WINTER });
  assert.equal(document.fileName, '000000080000_Clinical_Information_Summary_20261124090507.pdf');
  const words = wordsOf(document);
  for (const each of [
    'referralletter.pdf',
    'Comments: Please repeat the ECG',
    'Files: triage.pdf',
    'Dr Bo Sample, Consultant, R68 | Accepted the referral',
    'What do you advise?',
    'Clinical context: Cardiology',
  ])
    assert.ok(words.includes(each), `${each} is missing in:\n${words}`);
});

test('the same document gives the same bytes; long and strange text breaks nothing', async () => {
  const hostile = 'Zoë \u0000\u0007\uD800 <script> \u202E العربية 漢字 '.repeat(400);
  const document = adviceOverview({
    advice: { ...advice, messages: advice.messages.map((each) => ({ ...each, text: hostile })) },
    patient,
    known,
    printedAt: WINTER,
  });
  const [one, other] = await Promise.all([renderPdf(document), renderPdf(document)]);
  assert.ok(one.equals(other));
  assert.equal(one.subarray(0, 8).toString(), '%PDF-1.7');
  assert.ok((one.toString('latin1').match(/\/Type \/Page\b/g) ?? []).length > 2);
});
