/** A023–A027, A043 and A044 as operations: outcomes, effects and refusals. Shapes are compared with the samples in test/conformance. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { AdviceRequest } from '../advice/model.ts';
import {
  ADVISER,
  adviceErs,
  adviceRequest,
  conversionBody,
  createAdviceBody,
  FILES,
  fileParameter,
  QUESTION,
  REFERRER,
  responseBody,
  UBRN,
} from '../advice/test-advice.ts';
import type { Caller } from '../model.ts';
import { adviceByUbrn } from '../store/advice.ts';
import { auditOf } from '../store/audit.ts';
import { saveServices } from '../store/catalogue.ts';
import { fileById } from '../store/files.ts';
import { takeLock } from '../store/locks.ts';
import { insertReferral, referralByUbrn, saveReferral } from '../store/referrals.ts';
import * as data from '../test-data.ts';
import { INSTANCE, outcomeOf, type TestErs } from '../test-world.ts';
import { retrieveReferralRequest } from './a005-retrieve-referral-request.ts';
import { retrieveAttachment } from './a006-retrieve-attachment.ts';
import { maintainReferralLetter } from './a012-maintain-referral-letter.ts';
import { retrieveAdviceWorklist } from './a023-retrieve-advice-worklist.ts';
import { retrieveAdviceRequest } from './a024-retrieve-advice-request.ts';
import { retrieveConversation } from './a025-retrieve-conversation.ts';
import { sendAdviceResponse } from './a026-send-advice-response.ts';
import { convertAdviceToReferral } from './a027-convert-advice.ts';
import { retrieveAdviceOverview } from './a043-retrieve-advice-overview.ts';
import { createAdviceRequest } from './a044-create-advice-request.ts';

const path = { params: { ubrn: UBRN } };
const NOTHING_STORED = undefined;
const otherClinician: Caller = { ...data.SPC, userId: '111111111111' };
const otherPractice: Caller = { ...data.RC, odsCode: 'R68' };

// Answers are read as a client would read them.
// biome-ignore lint/suspicious/noExplicitAny: test convenience
function read(resource: object | undefined): any {
  return JSON.parse(JSON.stringify(resource));
}

async function storedAdvice(ers: TestErs, ubrn = UBRN): Promise<AdviceRequest> {
  const advice = await adviceByUbrn(ers.store.db, INSTANCE, ubrn);
  assert.ok(advice !== undefined);
  return advice;
}

function respond(ers: TestErs, body: object, caller: Caller = data.SPC, ifMatch = 5) {
  return ers.request(sendAdviceResponse, caller, { ...path, ifMatch, body });
}

test('A044: an administrator asks for a clinician; files uploaded without a referral id come along', async () => {
  const ers = await adviceErs();
  const body = createAdviceBody({}, fileParameter('requestAttachmentFile', 'ADVICE_REQUEST', FILES.new));
  const answer = await ers.request(createAdviceRequest, data.RC, { body });
  assert.equal(answer.status, 200);
  assert.equal(answer.version, undefined, 'no ETag');
  const [request, message] = read(answer.resource).parameter.map((each: { resource: object }) => each.resource);
  assert.equal(request.meta.versionId, '1');
  assert.equal(request.category[0].coding[0].code, 'PROVIDER_RESPONSE_REQUIRED');
  assert.equal(request.payload, undefined, 'a file of the message is not one of the summary');
  assert.equal(message.payload[0].contentReference.reference, '#DocumentReference-90000');
  assert.equal(message.category[0].coding[0].code, 'REQUESTER');
  assert.equal((await fileById(ers.store.db, INSTANCE, FILES.new))?.linkedUbrn, request.id);
  assert.deepEqual(
    (await auditOf(ers.store.db, INSTANCE, request.id)).map((each) => each.operation),
    ['A044'],
  );
});

const creations: readonly (readonly [what: string, expected: string, body: object, caller?: Caller])[] = [
  ['two services', '422 TOO_MANY_ITEMS', createAdviceBody({ serviceIds: ['11014', '11000'] })],
  ['a service without advice', '422 INAPPROPRIATE_VALUE', createAdviceBody({ serviceIds: ['11000'] })],
  ['a service that is not known', '422 REFERENCE_NOT_FOUND', createAdviceBody({ serviceIds: ['99'] })],
  ['a sensitive patient', '422 PATIENT_ERROR', createAdviceBody({ patient: '9462979626' })],
  ['a patient who is not known', '422 REFERENCE_NOT_FOUND', createAdviceBody({ patient: '9990000018' })],
  ['8001 characters', '422 INVALID_VALUE', createAdviceBody({ text: 'x'.repeat(8001) })],
  ['an empty request', '422 MISSING_VALUE', createAdviceBody({ text: ' ' })],
  ['a clinician who names another', '422 FIELD_NOT_PERMITTED', createAdviceBody({ referringClinician: '921600556514' })],
  ['an administrator who names nobody', '422 VALUE_IS_REQUIRED', createAdviceBody(), data.RCA],
  [
    'a file meant for another request',
    '422 INAPPROPRIATE_VALUE',
    createAdviceBody({}, fileParameter('requestAttachmentFile', 'ADVICE_REQUEST', FILES.one)),
  ],
  [
    'a file of the provider’s type',
    '422 INAPPROPRIATE_VALUE',
    createAdviceBody({}, fileParameter('requestAttachmentFile', 'GUIDANCE_RESPONSE', FILES.new)),
  ],
  [
    'a file that is not there',
    '422 REFERENCE_NOT_FOUND',
    createAdviceBody({}, fileParameter('requestAttachmentFile', 'ADVICE_REQUEST', 'none')),
  ],
  [
    'the same file twice',
    '422 DUPLICATE_FILENAME',
    createAdviceBody(
      {},
      fileParameter('requestAttachmentFile', 'ADVICE_REQUEST', FILES.new),
      fileParameter('requestAttachmentFile', 'ADVICE_REQUEST', FILES.new),
    ),
  ],
];

for (const [what, expected, body, caller = data.RC] of creations) {
  test(`A044 refuses ${what} and stores nothing`, async () => {
    const ers = await adviceErs();
    assert.equal(await outcomeOf(ers.request(createAdviceRequest, caller, { body })), expected);
    assert.equal(await adviceByUbrn(ers.store.db, INSTANCE, UBRN), NOTHING_STORED);
    assert.equal((await fileById(ers.store.db, INSTANCE, FILES.new))?.linkedUbrn, undefined);
  });
}

test('A026: advice goes to the referrer with its file and the new priority; one version on, no ETag', async () => {
  const ers = await adviceErs(adviceRequest());
  const answer = await respond(
    ers,
    responseBody({ updatedPriority: 'URGENT' }, fileParameter('guidanceAttachmentFile', 'GUIDANCE_RESPONSE', FILES.one)),
  );
  assert.deepEqual([answer.status, answer.version], [200, undefined]);
  const advice = await storedAdvice(ers);
  assert.deepEqual([advice.version, advice.category, advice.priority], [6, 'REFERRER_TO_REVIEW_RESPONSE', 'URGENT']);
  const said = advice.messages.at(-1);
  assert.deepEqual(
    [said?.kind, said?.outcome, said?.recommendation, said?.responsible],
    ['RESPONDER', 'RETURN_TO_REFERRER_WITH_ADVICE', 'ADVICE_ONLY_NO_REFERRAL_RECOMMENDED', ADVISER],
  );
  assert.equal((await fileById(ers.store.db, INSTANCE, FILES.one))?.linkedUbrn, UBRN);
  const again = await outcomeOf(respond(ers, responseBody(), data.SPC, 6));
  assert.equal(again, '422 INVALID_REQUEST_STATE', 'it is the referrer’s turn');
});

test('A026: an administrator answers on behalf of a clinician; a question may be followed by advice', async () => {
  const ers = await adviceErs(adviceRequest());
  const question = responseBody({ guidanceOutcome: 'REQUIRE_FURTHER_INFORMATION', guidanceIntendedRecommendation: undefined });
  const answer = await respond(ers, question, data.SPCA);
  const message = read(answer.resource).parameter[1].resource;
  const roles = message.contained.map((each: { id: string }) => each.id);
  assert.deepEqual(roles, [
    'PractitionerRole.021600556111.R68.SERVICE-PROVIDER-CLINICIAN-ADMIN',
    'PractitionerRole.921600556514.R68.SERVICE-PROVIDER-CLINICIAN',
  ]);
  assert.equal(message.extension[0].valueReference.reference, '#PractitionerRole.921600556514.R68.SERVICE-PROVIDER-CLINICIAN');
  assert.equal((await storedAdvice(ers)).category, 'REFERRER_TO_SUBMIT_FURTHER_INFORMATION');
  assert.equal(await outcomeOf(respond(ers, responseBody(), data.SPC, 6)), '200');
});

const guidanceFile = (type: string, id: string) => fileParameter('guidanceAttachmentFile', type, id);
const responses: readonly (readonly [what: string, expected: string, body: object, changes?: Partial<AdviceRequest>])[] = [
  ['advice without recommendation', '422 VALUE_IS_REQUIRED', responseBody({ guidanceIntendedRecommendation: undefined })],
  ['a question with recommendation', '422 INAPPROPRIATE_VALUE', responseBody({ guidanceOutcome: 'REQUIRE_FURTHER_INFORMATION' })],
  ['an outcome that is A027’s', '422 INAPPROPRIATE_VALUE', responseBody({ guidanceOutcome: 'PROVIDER_CONVERTED' })],
  ['an unknown outcome', '422 INVALID_CODE', responseBody({ guidanceOutcome: 'MAYBE' })],
  ['no guidance', '422 MISSING_VALUE', responseBody({ guidance: undefined })],
  ['8001 characters', '422 INVALID_VALUE', responseBody({ guidance: 'x'.repeat(8001) })],
  ['markup', '422 INVALID_VALUE', responseBody({ guidance: 'Please <b>now</b>' })],
  ['a parameter that is not known', '422 UNEXPECTED_FIELD', responseBody({}, { name: 'reviewComments', valueString: 'x' })],
  ['a letter’s type of file', '422 INAPPROPRIATE_VALUE', responseBody({}, guidanceFile('REFERRER', FILES.one))],
  ['a file uploaded without referral id', '422 INAPPROPRIATE_VALUE', responseBody({}, guidanceFile('GUIDANCE_RESPONSE', FILES.new))],
  ['an unknown file', '422 REFERENCE_NOT_FOUND', responseBody({}, guidanceFile('GUIDANCE_RESPONSE', 'none'))],
  [
    'a name that the request has',
    '422 DUPLICATE_FILENAME',
    responseBody({}, guidanceFile('GUIDANCE_RESPONSE', FILES.one)),
    { attachments: [data.letter({ title: 'PLAN.pdf' })] },
  ],
  ['a conversation that has ended', '422 INVALID_REQUEST_STATE', responseBody(), { category: 'CONVERSATION_ENDED_CLOSED' }],
];

for (const [what, expected, body, changes = {}] of responses) {
  test(`A026 refuses ${what} and changes nothing`, async () => {
    const ers = await adviceErs(adviceRequest(changes));
    assert.equal(await outcomeOf(respond(ers, body)), expected);
    assert.deepEqual(await storedAdvice(ers), adviceRequest(changes));
    assert.equal((await fileById(ers.store.db, INSTANCE, FILES.one))?.linkedUbrn, undefined);
  });
}

test('A026 and A027 refuse a priority the service does not take', async () => {
  const ers = await adviceErs(adviceRequest());
  await ers.store.transaction((tx) => saveServices(tx, INSTANCE, [{ ...data.ADVICE, priorities: ['ROUTINE'] }]));
  assert.equal(await outcomeOf(respond(ers, responseBody({ updatedPriority: 'TWO_WEEK_WAIT' }))), '422 UNSUPPORTED_PRIORITY');
  const converted = ers.request(convertAdviceToReferral, data.SPC, { body: conversionBody(5, { priority: 'URGENT' }) });
  assert.equal(await outcomeOf(converted), '422 UNSUPPORTED_PRIORITY');
});

test('who is refused, in the order of the checks: unknown, patient, kind, relationship, lock, version', async () => {
  const ers = await adviceErs(adviceRequest(), adviceRequest({ ubrn: '000000080001', nhsNumber: '9462979626' }));
  await ers.store.transaction((tx) => insertReferral(tx, INSTANCE, data.referral({ ubrn: '000000080002' })));
  const at = (ubrn: string, caller: Caller = data.SPC, ifMatch = 5) =>
    outcomeOf(ers.request(sendAdviceResponse, caller, { params: { ubrn }, ifMatch, body: responseBody() }));
  assert.equal(await at('000000089999'), '404');
  assert.equal(await at('000000080001', otherClinician), '422 PATIENT_ERROR');
  assert.equal(await at('000000080002'), '422 INVALID_REQUEST_TYPE');
  assert.equal(await at(UBRN, otherClinician), '422 NO_RELATIONSHIP');
  assert.equal(await at(UBRN, data.SPC, 4), '409');
  await ers.store.transaction((tx) => takeLock(tx, INSTANCE, UBRN, 'someone', data.NOW, data.NOW + data.HOUR));
  assert.equal(await at(UBRN, data.SPC, 4), '423');
  const convert = (caller: Caller) => outcomeOf(ers.request(convertAdviceToReferral, caller, { body: conversionBody(4) }));
  assert.equal(await convert(data.SPC), '423');
  assert.equal(await convert(otherClinician), '422 NO_RELATIONSHIP');
});

test('A024 and A025: read by both sides and by the provider’s application; only the current version', async () => {
  const ers = await adviceErs(adviceRequest());
  const summary = (caller: Caller, version?: string) =>
    outcomeOf(ers.request(retrieveAdviceRequest, caller, { params: { ubrn: UBRN, ...(version !== undefined && { version }) } }));
  const conversation = (caller: Caller, basedOn = `CommunicationRequest/${UBRN}/_history/5`) =>
    outcomeOf(ers.request(retrieveConversation, caller, { query: { 'based-on': [basedOn] } }));
  for (const caller of [data.RC, data.RCA, data.SPC, data.SPCA, data.PROVIDER_APPLICATION]) {
    assert.equal(await summary(caller), '200');
    assert.equal(await conversation(caller), '200');
  }
  assert.equal(await summary(data.RC, '5'), '200');
  assert.equal(await summary(data.RC, '4'), '404');
  assert.equal(await conversation(data.RC, `CommunicationRequest/${UBRN}/_history/4`), '404');
  assert.equal(await summary(otherPractice), '422 NO_RELATIONSHIP');
  assert.equal(await conversation(otherPractice), '400 NO_RELATIONSHIP');
  assert.equal(await conversation(data.RC, `ReferralRequest/${UBRN}/_history/5`), '400 INVALID_VALUE');
  assert.equal(await outcomeOf(ers.request(retrieveConversation, data.RC)), '400 MISSING_PARAMETER');
  const include = (value: string) =>
    outcomeOf(
      ers.request(retrieveConversation, data.RC, {
        query: { 'based-on': [`CommunicationRequest/${UBRN}/_history/5`], _include: [value] },
      }),
    );
  assert.equal(await include('Communication:sender-practitionerrole:PractionerRole'), '200');
  assert.equal(await include('Communication:sender-practitionerrole:PractitionerRole'), '400 INVALID_VALUE');
});

test('the other kind of request is INVALID_REQUEST_TYPE, on both sides', async () => {
  const ers = await adviceErs(adviceRequest());
  await ers.store.transaction((tx) => insertReferral(tx, INSTANCE, data.referral({ ubrn: '000000080002' })));
  assert.equal(await outcomeOf(ers.request(retrieveReferralRequest, data.RC, path)), '422 INVALID_REQUEST_TYPE');
  const letter = {
    ...path,
    ifMatch: 5,
    body: { resourceType: 'Parameters', parameter: [fileParameter('referralLetterFile', 'REFERRER', FILES.one)] },
  };
  assert.equal(await outcomeOf(ers.request(maintainReferralLetter, data.RC, letter)), '422 INVALID_REQUEST_TYPE');
  const referral = { params: { ubrn: '000000080002' } };
  assert.equal(await outcomeOf(ers.request(retrieveAdviceRequest, data.RC, referral)), '422 INVALID_REQUEST_TYPE');
  assert.equal(await outcomeOf(ers.request(retrieveAdviceOverview, data.RC, referral)), '422 INVALID_REQUEST_TYPE');
  const conversation = { query: { 'based-on': ['CommunicationRequest/000000080002/_history/6'] } };
  assert.equal(await outcomeOf(ers.request(retrieveConversation, data.RC, conversation)), '400 INVALID_REQUEST_TYPE');
});

test('A027: the conversation is completed and a referral with the same UBRN carries all of its files and a record of it', async () => {
  const asked = data.letter({ id: '70000', type: 'ADVICE_REQUEST', title: 'ecg.pdf', fileId: FILES.new });
  const ers = await adviceErs(adviceRequest({ attachments: [asked], messages: [{ ...QUESTION, attachmentIds: ['70000'] }] }));
  const body = conversionBody(
    5,
    { priority: 'URGENT' },
    fileParameter('guidanceAttachmentFile', 'GUIDANCE_RESPONSE', FILES.one),
    fileParameter('reviewAttachmentFile', 'PROVIDER', FILES.two),
  );
  const answer = await ers.request(convertAdviceToReferral, data.SPC, { body });
  assert.deepEqual([answer.status, answer.version], [201, undefined]);
  const referral = await referralByUbrn(ers.store.db, INSTANCE, UBRN);
  const advice = await storedAdvice(ers);
  assert.deepEqual([advice.category, advice.version, advice.messages.length], ['ADVICE_CONVERTED', 6, 2]);
  assert.deepEqual([referral?.state, referral?.version, referral?.priority], ['TRIAGED_PROVIDER_TO_ACTION', 6, 'URGENT']);
  assert.deepEqual(
    referral?.attachments.map((each) => [each.type, each.title]),
    [
      ['REFERRER', `Advice and guidance conversation - ${UBRN}.pdf`],
      ['ADVICE_REQUEST', 'ecg.pdf'],
      ['GUIDANCE_RESPONSE', 'plan.pdf'],
      ['PROVIDER', 'triage.pdf'],
    ],
  );
  const [record] = referral?.attachments ?? [];
  const download = await ers.request(retrieveAttachment, data.RC, { params: { attachmentLogicalId: record?.fileId ?? '' } });
  const bytes = await content(download);
  assert.equal(bytes.subarray(0, 5).toString(), '%PDF-');
  assert.equal(bytes.length, record?.size);
  assert.equal(await outcomeOf(ers.request(retrieveReferralRequest, data.SPC, path)), '200');
  assert.equal(await outcomeOf(ers.request(retrieveAdviceRequest, data.SPC, path)), '200');
  const again = ers.request(convertAdviceToReferral, data.SPC, { body: conversionBody(6) });
  assert.equal(await outcomeOf(again), '422 INVALID_REQUEST_STATE');
});

async function content(answer: { readonly content?: { readonly body: AsyncIterable<Uint8Array> | Buffer } }): Promise<Buffer> {
  const body = answer.content?.body;
  assert.ok(body !== undefined);
  if (Buffer.isBuffer(body)) return body;
  const chunks: Uint8Array[] = [];
  for await (const chunk of body) chunks.push(chunk);
  return Buffer.concat(chunks);
}

test('A027 needs the referrer’s leave, a current version and a UBRN that is known; a refusal leaves everything as it was', async () => {
  const closed = adviceRequest({ conversionAuthorisation: 'NOT_AUTHORISED_TO_CONVERT' });
  const ers = await adviceErs(closed);
  const convert = (body: object) => outcomeOf(ers.request(convertAdviceToReferral, data.SPC, { body }));
  assert.equal(await convert(conversionBody(5)), '422 INVALID_REQUEST_STATE');
  assert.equal(await convert(conversionBody(4)), '409');
  assert.equal(await convert(JSON.parse(JSON.stringify(conversionBody(5)).replace(UBRN, '000000089999'))), '404');
  assert.equal(await convert(JSON.parse(JSON.stringify(conversionBody(5)).replace('/_history/5', ''))), '422 INVALID_VALUE');
  assert.deepEqual(await storedAdvice(ers), closed);
  assert.equal(await referralByUbrn(ers.store.db, INSTANCE, UBRN), undefined);
});

test('after a conversion the conversation stays readable to those who had it, and the referral’s own files are not', async () => {
  const ers = await adviceErs(adviceRequest());
  await respondThenConvert(ers);
  const referral = await referralByUbrn(ers.store.db, INSTANCE, UBRN);
  assert.ok(referral?.appointment !== undefined);
  // The provider's administrators send the patient to a service of another work group.
  await ers.store.transaction(async (tx) => {
    await saveServices(tx, INSTANCE, [data.service({ id: '99000', workGroup: [{ userId: '111111111111', odsCode: 'R68' }] })]);
    const appointment = { ...data.appointment(), serviceId: '99000' };
    await saveReferral(tx, INSTANCE, { ...referral, state: 'BOOKED', appointment, version: referral.version + 1 }, referral.version);
  });
  const file = (type: string) => referral.attachments.find((each) => each.type === type)?.fileId ?? '';
  const fetch = (caller: Caller, fileId: string) =>
    outcomeOf(ers.request(retrieveAttachment, caller, { params: { attachmentLogicalId: fileId } }));
  assert.equal(await outcomeOf(ers.request(retrieveReferralRequest, data.SPC, path)), '422 NO_RELATIONSHIP');
  assert.equal(await outcomeOf(ers.request(retrieveAdviceRequest, data.SPC, path)), '200');
  assert.equal(await fetch(data.SPC, file('REFERRER')), '422 NO_RELATIONSHIP');
  assert.equal(await fetch(data.SPC, file('GUIDANCE_RESPONSE')), '200');
  assert.equal(await fetch(otherClinician, file('REFERRER')), '200');
});

async function respondThenConvert(ers: TestErs): Promise<void> {
  await respond(
    ers,
    responseBody(
      { guidanceOutcome: 'REQUIRE_FURTHER_INFORMATION', guidanceIntendedRecommendation: undefined },
      guidanceFile('GUIDANCE_RESPONSE', FILES.one),
    ),
  );
  await ers.request(convertAdviceToReferral, data.SPC, { body: conversionBody(6) });
}

test('A023: what waits at the services of the caller’s work groups, oldest first; administrators see all of the provider', async () => {
  const older = adviceRequest({ ubrn: '000000080001', firstRequested: data.NOW - 3 * data.DAY });
  const answered = adviceRequest({ ubrn: '000000080002', category: 'REFERRER_TO_REVIEW_RESPONSE' });
  const asked = adviceRequest({ ubrn: '000000080003', category: 'REFERRER_TO_SUBMIT_FURTHER_INFORMATION' });
  const named = adviceRequest({ ubrn: '000000080004', criteria: { ...adviceRequest().criteria, namedClinician: '921600556514' } });
  const ers = await adviceErs(adviceRequest(), older, answered, asked, named);
  const list = async (caller: Caller, ...filters: readonly object[]): Promise<string> => {
    const system = 'https://fhir.nhs.uk/STU3/CodeSystem/eRS-CommunicationListSelector-1';
    const listType = { name: 'listType', valueCodeableConcept: { coding: [{ system, code: 'ADVICE_AND_GUIDANCE_REQUESTS' }] } };
    const body = { resourceType: 'Parameters', parameter: [listType, ...filters] };
    const answer = await ers.request(retrieveAdviceWorklist, caller, { body });
    return read(answer.resource)
      .entry.map((each: { item: { reference: string } }) => each.item.reference.slice(-1))
      .join('');
  };
  assert.equal(await list(data.SPC), '1034');
  assert.equal(await list(data.SPCA), '1034');
  assert.equal(await list(data.SPA), '1034');
  assert.equal(await list(otherClinician), '');
  const service = (value: string) => ({
    name: 'service',
    valueIdentifier: { system: 'http://fhir.nhs.net/Id/ers-service', value },
  });
  assert.equal(await list(data.SPC, service('11014')), '1034');
  assert.equal(await list(data.SPC, service('11000')), '');
  await assert.rejects(list(otherClinician, service('11014')), /no legitimate relationship/);
  const assigned = 'https://fhir.nhs.uk/STU3/CodeSystem/eRS-AssignedIndicator-1';
  const withoutClinician = {
    name: 'clinicianAssignedIndicator',
    valueCodeableConcept: { coding: [{ system: assigned, code: 'NOT_ASSIGNED' }] },
  };
  assert.equal(await list(data.SPC, withoutClinician), '103');
});

test('A043 prints the conversation', async () => {
  const ers = await adviceErs(adviceRequest({ createdBy: REFERRER }));
  const answer = await ers.request(retrieveAdviceOverview, data.SPC, path);
  assert.equal((await content(answer)).subarray(0, 5).toString(), '%PDF-');
  assert.match(answer.headers?.['content-disposition'] ?? '', /^attachment; filename="000000080000_Advice_And_Guidance_\d{14}\.pdf"$/);
});
