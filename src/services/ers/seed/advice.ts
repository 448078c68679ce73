/**
 * Advice requests: those the published examples name (000000070000 to 000000070002, and 000000070004, which became the referral of the
 * same UBRN), and one in every other state to try things on (000000070020 and on). Where the examples contradict each other, see README.md
 * here.
 */
import type { Instant } from '../../../kernel/clock.ts';
import type { AdviceMessage, AdviceRequest, Author } from '../advice/model.ts';
import { attachmentOf, type Example, fileOf, type Mover, mover, type PublishedFile } from './referrals.ts';

const RC_R69: Author = { userId: '021600556514', odsCode: 'R69', businessFunction: 'REFERRING_CLINICIAN' };
const RC_R68: Author = { userId: '921600556514', odsCode: 'R68', businessFunction: 'REFERRING_CLINICIAN' };
/** Shown as a referring clinician in one example, though an administrator in all others. */
const ADMIN_AS_RC: Author = { userId: '103264992985', odsCode: 'R69', businessFunction: 'REFERRING_CLINICIAN' };
const SPC_R69: Author = { userId: '103264994981', odsCode: 'R69', businessFunction: 'SERVICE_PROVIDER_CLINICIAN' };

const ASKED = 'Please advise me on this patient who ...(information about patient)';
const QUESTION = 'Please perform xxx test and send me the results';
const ADVICE = 'No evidence of serious problem: patient can be advised to xxx';
const CLOSED_TEXT = 'Please advise whether this patient should stay on the present dose.';

type Said = readonly [
  from: Author,
  kind: AdviceMessage['kind'],
  at: string,
  text: string,
  more?: Pick<AdviceMessage, 'outcome' | 'recommendation'> & { readonly attachmentIds?: readonly string[] },
];

/** A conversation in short. */
interface Row {
  readonly ubrn: string;
  readonly version: number;
  readonly category: AdviceRequest['category'];
  readonly referrer: Author;
  readonly said: readonly Said[];
  /** Number of the first message. */
  readonly firstMessage: number;
  /** Last two digits of the request id. */
  readonly requestId: string;
  readonly files?: readonly Example[];
  readonly but?: Partial<AdviceRequest>;
}

const information = { outcome: 'REQUIRE_FURTHER_INFORMATION' } as const;
const adviceOnly = { outcome: 'RETURN_TO_REFERRER_WITH_ADVICE', recommendation: 'ADVICE_ONLY_NO_REFERRAL_RECOMMENDED' } as const;
const ask = (from: Author, at: string, text = ASKED): Said => [from, 'REQUESTER', at, text];

function example(attachment: Example['attachment'], at: string, status: Example['status'] = 'AVAILABLE'): Example {
  return { attachment, indexed: at, status };
}

const UPLOADED: Example = example(
  {
    id: '70002',
    type: 'REFERRER',
    fileId: '719f6045-e791-4029-8e0f-1201c02b0a58',
    title: 'upload.png',
    contentType: 'image/png',
    size: 18_592,
    description: 'upload.png',
    attachedBy: '103264992985',
    attachedOnBehalfOf: '021600556514',
  },
  '2021-06-11T12:20:00.742Z',
);

/** Files in each state in which they cannot be fetched. */
const UNAVAILABLE: readonly Example[] = [
  example(
    {
      id: '70010',
      type: 'ADVICE_REQUEST',
      fileId: '3816ca48-897a-4be0-907d-a4e830b4e213',
      title: 'testResultsA.pdf',
      contentType: 'application/pdf',
      size: 6,
      description: 'test results A',
      attachedBy: '921600556514',
      attachedByOrganisation: 'R68',
    },
    '2021-06-11T14:43:49.565Z',
    'PENDING',
  ),
  example(
    {
      id: '70011',
      type: 'GUIDANCE_RESPONSE',
      fileId: '719f6045-e791-4029-8e0f-1201c02b0a59',
      title: 'testXXXInfo.pdf',
      contentType: 'application/pdf',
      size: 11,
      description: 'test xxx info',
      attachedBy: '103264994981',
    },
    '2021-06-11T14:51:00.000Z',
    'THREATS_FOUND',
  ),
  example(
    {
      id: '70012',
      type: 'GUIDANCE_RESPONSE',
      fileId: '874ef853-131a-48e9-8a0a-1417eaa79d8d',
      title: 'moreTestXXXInfo.pdf',
      contentType: 'application/pdf',
      size: 11,
      description: 'test xxx info',
      attachedBy: '103264994981',
    },
    '2021-06-11T14:51:00.000Z',
    'VALIDATION_FAILED',
  ),
];

/** What became of them is seeded with the referral 000000070004, which has the same files under the same numbers. */
const CONVERTED_FILES: readonly Example[] = [
  example(
    {
      id: '80000',
      type: 'ADVICE_REQUEST',
      fileId: '80245c92-d28a-4d1f-9b8d-c31f8ab9e322',
      title: 'advice.png',
      contentType: 'image/png',
      size: 6,
      description: 'advice png',
      attachedBy: '921600556514',
      attachedByOrganisation: 'R68',
    },
    '2021-06-11T14:04:48.987Z',
  ),
  example(
    {
      id: '80001',
      type: 'GUIDANCE_RESPONSE',
      fileId: '19eb7224-dff3-4730-a5cb-67eac811f1a6',
      title: 'provider.png',
      contentType: 'image/png',
      size: 6,
      description: 'provider png',
    },
    '2021-06-11T14:04:48.987Z',
  ),
];

const ROWS: readonly Row[] = [
  {
    ubrn: '000000070000',
    version: 5,
    category: 'PROVIDER_RESPONSE_REQUIRED',
    referrer: RC_R68,
    firstMessage: 70_000,
    requestId: 'b0',
    said: [
      ask(RC_R68, '2021-06-11T11:21:11.740Z'),
      [SPC_R69, 'RESPONDER', '2021-06-11T13:49:09.947Z', QUESTION, information],
      [RC_R68, 'REQUESTER', '2021-06-11T15:02:31.018Z', 'The xxx test was normal.'],
    ],
  },
  {
    ubrn: '000000070001',
    version: 5,
    category: 'PROVIDER_RESPONSE_REQUIRED',
    referrer: ADMIN_AS_RC,
    firstMessage: 70_003,
    requestId: 'b1',
    files: [UPLOADED],
    said: [ask(ADMIN_AS_RC, '2021-06-11T12:20:00.000Z')],
  },
  {
    ubrn: '000000070002',
    version: 5,
    category: 'REFERRER_TO_SUBMIT_FURTHER_INFORMATION',
    referrer: RC_R68,
    firstMessage: 70_004,
    requestId: 'b2',
    files: UNAVAILABLE,
    but: { nhsNumber: '9462979626', priority: 'TWO_WEEK_WAIT' },
    said: [
      [RC_R68, 'REQUESTER', '2021-06-11T14:43:45.869Z', ASKED, { attachmentIds: ['70010'] }],
      [SPC_R69, 'RESPONDER', '2021-06-11T14:51:00.000Z', QUESTION, { ...information, attachmentIds: ['70011', '70012'] }],
    ],
  },
  {
    ubrn: '000000070004',
    version: 3,
    category: 'ADVICE_CONVERTED',
    referrer: RC_R69,
    firstMessage: 70_006,
    requestId: 'b4',
    files: CONVERTED_FILES,
    but: { priority: 'TWO_WEEK_WAIT' },
    said: [
      [RC_R69, 'REQUESTER', '2021-06-11T13:30:00.000Z', ASKED, { attachmentIds: ['80000'] }],
      [
        { ...SPC_R69, userId: '021600556514' },
        'RESPONDER',
        '2021-06-11T14:04:48.172Z',
        'I have converted this to send the patient to one of our services',
        { outcome: 'PROVIDER_CONVERTED', attachmentIds: ['80001'] },
      ],
    ],
  },
  {
    ubrn: '000000070020',
    version: 1,
    category: 'PROVIDER_RESPONSE_REQUIRED',
    referrer: RC_R69,
    firstMessage: 70_020,
    requestId: 'c0',
    said: [ask(RC_R69, '2021-06-11T08:05:00.000Z')],
  },
  {
    ubrn: '000000070021',
    version: 2,
    category: 'REFERRER_TO_SUBMIT_FURTHER_INFORMATION',
    referrer: RC_R69,
    firstMessage: 70_021,
    requestId: 'c1',
    but: { nhsNumber: '1000000001' },
    said: [ask(RC_R69, '2021-06-11T08:15:00.000Z'), [SPC_R69, 'RESPONDER', '2021-06-11T10:15:00.000Z', QUESTION, information]],
  },
  {
    ubrn: '000000070022',
    version: 2,
    category: 'REFERRER_TO_REVIEW_RESPONSE',
    referrer: RC_R69,
    firstMessage: 70_023,
    requestId: 'c2',
    but: { conversionAuthorisation: 'NOT_AUTHORISED_TO_CONVERT' },
    said: [ask(RC_R69, '2021-06-11T08:25:00.000Z'), [SPC_R69, 'RESPONDER', '2021-06-11T10:25:00.000Z', ADVICE, adviceOnly]],
  },
  {
    ubrn: '000000070023',
    version: 2,
    category: 'CONVERSATION_ENDED_CANCELLED',
    referrer: RC_R69,
    firstMessage: 70_025,
    requestId: 'c3',
    but: { nhsNumber: '1000000001' },
    said: [ask(RC_R69, '2021-06-11T08:35:00.000Z')],
  },
  {
    ubrn: '000000070024',
    version: 3,
    category: 'CONVERSATION_ENDED_CLOSED',
    referrer: RC_R69,
    firstMessage: 70_026,
    requestId: 'c4',
    said: [ask(RC_R69, '2021-06-11T08:45:00.000Z', CLOSED_TEXT), [SPC_R69, 'RESPONDER', '2021-06-11T10:45:00.000Z', ADVICE, adviceOnly]],
  },
];

/** The advice requests and the files that are theirs alone, for an environment whose clock shows `now`. */
export function seededAdvice(now: Instant): { readonly requests: readonly AdviceRequest[]; readonly files: readonly PublishedFile[] } {
  const moved = mover(now);
  return {
    requests: ROWS.map((row) => requestOf(row, moved)),
    files: ROWS.filter((row) => row.category !== 'ADVICE_CONVERTED').flatMap(({ ubrn, files = [] }) =>
      files.map((each) => fileOf(each, ubrn, moved)),
    ),
  };
}

function requestOf(row: Row, moved: Mover): AdviceRequest {
  const messages = row.said.map(
    ([from, kind, at, text, more], index): AdviceMessage => ({
      id: String(row.firstMessage + index),
      kind,
      responsible: from,
      sender: from,
      sent: moved(at),
      text,
      attachmentIds: [],
      ...more,
    }),
  );
  const priority = row.but?.priority ?? 'ROUTINE';
  return {
    ubrn: row.ubrn,
    version: row.version,
    requestId: `a.c18c4ec4-7d0a-480e-8506-347e0ec228${row.requestId}`,
    category: row.category,
    nhsNumber: '9912003888',
    priority,
    criteria: {
      priority,
      specialty: 'CARDIOLOGY',
      clinicType: 'HEART_FAILURE',
      ageAndGenderAppropriate: true,
      commissioningProvisioning: 'ALL_AVAILABLE_FOR_BOOKING',
    },
    service: { serviceId: '11014', serviceName: 'Advice Only' },
    specialty: 'CARDIOLOGY',
    conversionAuthorisation: 'AUTHORISED_TO_CONVERT',
    referringOrganisation: row.referrer.odsCode,
    referrer: row.referrer,
    createdBy: row.referrer,
    firstRequested: messages[0]?.sent ?? 0,
    lastUpdated: messages.at(-1)?.sent ?? 0,
    messages,
    attachments: (row.files ?? []).map((each) => attachmentOf(each, moved)),
    ...row.but,
  };
}
