/**
 * Advice and guidance over the wire, both ways: a question with a file, further information asked and sent, advice, and at last a referral
 * with the same UBRN. After each step both sides look: the provider at A023, the referrer at the list of active requests. What the
 * referrer does after asking has no API nationally and goes through the admin API.
 */
import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { adviceBody, adviceWorklistBody, conversionBody, guidanceBody } from '../helpers/advice-messages.ts';
import { LocalSpine, type Reply } from '../helpers/localspine.ts';
import { worklistBody } from '../helpers/messages.ts';
import { type Application, makeKeyPair, type Role, Supplier } from '../helpers/supplier.ts';

const referrer: Role = { businessFunction: 'REFERRING_CLINICIAN', odsCode: 'R69' };
const provider: Role = { businessFunction: 'SERVICE_PROVIDER_CLINICIAN', odsCode: 'R69' };
const PDF = Buffer.from('%PDF-1.4\n1 0 obj\n<<>>\nendobj\ntrailer\n<<>>\n%%EOF\n');

const spine = new LocalSpine({ LOCALSPINE_ENVIRONMENTS: 'INT' });
const supplier = new Supplier(spine);
const keys = makeKeyPair();
let userApp: Application;
let token: string;

before(async () => {
  await spine.start();
  userApp = await supplier.register({ accessMode: 'user-restricted', jwks: keys.jwks });
  token = (await supplier.userToken(userApp, '021600556514')).json.access_token;
});
after(async () => {
  await spine.remove();
});

async function upload(role: Role, name: string, ubrn?: string): Promise<string> {
  const reply = await supplier.ers(token, role, '/STU3/Binary', {
    body: PDF,
    headers: {
      'content-type': 'application/pdf',
      'nhsd-ers-file-name': name,
      ...(ubrn === undefined ? {} : { 'nhsd-ers-referral-id': ubrn }),
    },
  });
  assert.equal(reply.status, 201, reply.text);
  return reply.headers['location'] ?? '';
}

async function ask(options: Parameters<typeof adviceBody>[0] = {}): Promise<string> {
  const reply = await supplier.ers(token, referrer, '/STU3/CommunicationRequest/$ers.createAdviceAndGuidance', {
    body: adviceBody(options),
  });
  assert.equal(reply.status, 200, reply.text);
  assert.equal(reply.headers['etag'], undefined);
  return reply.json.parameter[0].resource.id;
}

/** A024, as one side sees it. */
async function summary(ubrn: string, role = provider): Promise<{ version: string; category: string; status: string }> {
  const reply = await supplier.ers(token, role, `/STU3/CommunicationRequest/${ubrn}`);
  assert.equal(reply.status, 200, reply.text);
  assert.equal(reply.headers['etag'], `W/"${reply.json.meta.versionId}"`);
  return { version: reply.json.meta.versionId, category: reply.json.category[0].coding[0].code, status: reply.json.status };
}

async function respond(ubrn: string, body: string): Promise<Reply> {
  const { version } = await summary(ubrn);
  return supplier.ers(token, provider, `/STU3/CommunicationRequest/${ubrn}/$ers.sendCommunicationToRequester`, {
    headers: { 'if-match': `W/"${version}"` },
    body,
  });
}

/** What the referrer does outside the API. */
function control(ubrn: string, action: string, body: object = {}): Promise<Reply> {
  return spine.admin('INT', `/ers/advice/${ubrn}/${action}`, { method: 'POST', body });
}

/** The category under which each side sees the request on its list; undefined when it is not on it. */
async function lists(ubrn: string): Promise<{ provider: string | undefined; referrer: string | undefined }> {
  const waiting = await supplier.ers(token, provider, '/STU3/CommunicationRequest/$ers.fetchworklist', {
    body: adviceWorklistBody('11014'),
  });
  assert.equal(waiting.status, 200, waiting.text);
  const entry = waiting.json.entry.find((each: { item: { reference: string } }) => each.item.reference === `CommunicationRequest/${ubrn}`);
  const column = entry?.extension[0].extension.find((each: { url: string }) => each.url === 'category');
  const active = await spine.admin('INT', '/ers/advice?organisation=R69');
  assert.equal(active.status, 200, active.text);
  return {
    provider: column?.valueCodeableConcept.coding[0].code,
    referrer: active.json.active.find((each: { ubrn: string }) => each.ubrn === ubrn)?.category,
  };
}

async function conversation(ubrn: string, role = provider): Promise<Reply> {
  const { version } = await summary(ubrn, role);
  const reply = await supplier.ers(token, role, `/STU3/Communication?based-on=CommunicationRequest/${ubrn}/_history/${version}`);
  assert.equal(reply.status, 200, reply.text);
  return reply;
}

/** Sender and files of each message, oldest first. */
function said(reply: Reply): string[] {
  const names = new Map<string, string>(
    reply.json.entry
      .map((each: { resource: object }) => each.resource)
      .filter((each: { resourceType: string }) => each.resourceType === 'DocumentReference')
      .map((each: { id: string; content: { attachment: { title: string } }[] }) => [each.id, each.content[0]?.attachment.title]),
  );
  return reply.json.entry
    .map((each: { resource: object }) => each.resource)
    .filter((each: { resourceType: string }) => each.resourceType === 'Communication')
    .sort((one: { sent: string }, other: { sent: string }) => one.sent.localeCompare(other.sent))
    .map((each: { category: { coding: { code: string }[] }[]; payload?: { contentReference: { reference: string } }[] }) =>
      [
        each.category[0]?.coding[0]?.code,
        ...(each.payload ?? []).map((file) => names.get(file.contentReference.reference.split('/')[1] ?? '')),
      ].join(' '),
    );
}

function codeOf(reply: Reply): string {
  return reply.json?.issue?.[0]?.details?.coding?.[0]?.code;
}

describe('a conversation that becomes a referral', { concurrency: false }, () => {
  let ubrn: string;

  test('the referrer asks, with a file; both sides see it', async () => {
    ubrn = await ask({ files: [await upload(referrer, 'ecg.pdf')] });
    assert.deepEqual(await summary(ubrn, referrer), { version: '1', category: 'PROVIDER_RESPONSE_REQUIRED', status: 'active' });
    assert.deepEqual(await lists(ubrn), { provider: 'PROVIDER_RESPONSE_REQUIRED', referrer: 'PROVIDER_RESPONSE_REQUIRED' });
    assert.deepEqual(said(await conversation(ubrn)), ['REQUESTER ecg.pdf']);
  });

  test('the provider asks for more; it stays on the provider’s list', async () => {
    const reply = await respond(ubrn, guidanceBody('Please send the bloods', { files: [await upload(provider, 'form.pdf', ubrn)] }));
    assert.equal(reply.status, 200, reply.text);
    assert.equal(reply.json.parameter[0].resource.meta.versionId, '2');
    assert.equal(reply.json.parameter[1].resource.basedOn[0].reference, `CommunicationRequest/${ubrn}/_history/2`);
    const expected = 'REFERRER_TO_SUBMIT_FURTHER_INFORMATION';
    assert.deepEqual(await lists(ubrn), { provider: expected, referrer: expected });
  });

  test('the referrer sends it', async () => {
    const bloods = (await upload(referrer, 'bloods.pdf', ubrn)).replace('Binary/', '');
    const replied = await control(ubrn, 'reply', { text: 'Here they are', files: [{ fileId: bloods }] });
    assert.equal(replied.status, 200, replied.text);
    assert.deepEqual(await lists(ubrn), { provider: 'PROVIDER_RESPONSE_REQUIRED', referrer: 'PROVIDER_RESPONSE_REQUIRED' });
    assert.deepEqual(said(await conversation(ubrn, referrer)), ['REQUESTER ecg.pdf', 'RESPONDER form.pdf', 'REQUESTER bloods.pdf']);
  });

  test('the provider advises; it has left the provider’s list, and a second answer is refused', async () => {
    const link = 'See <a href="https://www.nice.org.uk/" target="_blank">NICE</a>';
    const reply = await respond(
      ubrn,
      guidanceBody(link, { recommendation: 'ADVICE_FOLLOWED_BY_REFERRAL_IF_REQUIRED', priority: 'URGENT' }),
    );
    assert.equal(reply.status, 200, reply.text);
    assert.deepEqual(await lists(ubrn), { provider: undefined, referrer: 'REFERRER_TO_REVIEW_RESPONSE' });
    const again = await respond(ubrn, guidanceBody('Once more'));
    assert.equal(again.status, 422);
    assert.equal(codeOf(again), 'INVALID_REQUEST_STATE');
  });

  test('files added outside the conversation appear in the summary, with a note in the conversation', async () => {
    const scan = (await upload(referrer, 'scan.pdf', ubrn)).replace('Binary/', '');
    const added = await control(ubrn, 'clinical-information', { files: [{ fileId: scan, description: 'Scan' }] });
    assert.equal(added.status, 200, added.text);
    const reply = await supplier.ers(token, provider, `/STU3/CommunicationRequest/${ubrn}`);
    assert.equal(reply.json.payload.length, 1);
    const notes = (await conversation(ubrn)).json.entry.filter(
      (each: { resource: { category?: { coding: { code: string }[] }[] } }) =>
        each.resource.category?.[0]?.coding[0]?.code === 'REFERRER_CLINICAL_INFORMATION_UPDATED',
    );
    assert.equal(notes[0].resource.note[0].text, 'NOTE: Clinical Information has been added/amended');
  });

  test('after one more question the provider converts it: one UBRN names both, and nobody’s list has the conversation', async () => {
    assert.equal((await control(ubrn, 'reply', { text: 'It got worse' })).status, 200);
    const { version } = await summary(ubrn);
    const review = await upload(provider, 'plan.pdf', ubrn);
    const convert = (from: string | number) =>
      supplier.ers(token, provider, '/STU3/ReferralRequest/$ers.createFromCommunicationRequestActionLater', {
        body: conversionBody({ ubrn, version: from, priority: 'URGENT', reviewFiles: [review] }),
      });
    assert.equal((await convert(Number(version) - 1)).status, 409);
    const converted = await convert(version);
    assert.equal(converted.status, 201, converted.text);
    assert.equal(converted.headers['etag'], undefined);
    assert.deepEqual(await lists(ubrn), { provider: undefined, referrer: undefined });
    assert.deepEqual(await summary(ubrn), { version: String(Number(version) + 1), category: 'ADVICE_CONVERTED', status: 'completed' });
    const referral = await supplier.ers(token, referrer, `/STU3/ReferralRequest/${ubrn}`);
    assert.equal(referral.status, 200, referral.text);
    assert.ok(referral.json.supportingInfo.some((each: { reference: string }) => each.reference === `CommunicationRequest/${ubrn}`));
    const files = referral.json.contained.filter((each: { resourceType: string }) => each.resourceType === 'DocumentReference');
    const titles = files.map((each: { content: { attachment: { title: string } }[] }) => each.content[0]?.attachment.title);
    const record = `Advice and guidance conversation - ${ubrn}.pdf`;
    assert.deepEqual(titles, [record, 'ecg.pdf', 'form.pdf', 'bloods.pdf', 'scan.pdf', 'plan.pdf']);
    const printed = await supplier.ers(token, provider, `/STU3/${files[0].content[0].attachment.url}`, { headers: { accept: '*/*' } });
    assert.equal(printed.status, 200, printed.text);
    assert.equal(printed.bytes.subarray(0, 5).toString(), '%PDF-');
    assert.equal(printed.bytes.length, files[0].content[0].attachment.size);
    assert.ok(await awaitsBooking(ubrn), 'the referrer finds the referral on their list');
  });

  test('what was converted survives a restart', async () => {
    assert.equal(await spine.stop(), 0);
    await spine.start();
    assert.equal((await summary(ubrn)).category, 'ADVICE_CONVERTED');
  });
});

async function awaitsBooking(ubrn: string): Promise<boolean> {
  const list = await supplier.ers(token, referrer, '/STU3/ReferralRequest/$ers.fetchworklist', { body: worklistBody('AWAITING_BOOKING') });
  return list.json.entry.some((entry: { item: { reference: string } }) => entry.item.reference === `ReferralRequest/${ubrn}`);
}

describe('other ends of a conversation', () => {
  test('closed after advice, cancelled before it: both sides lose it, and nothing more can be done', async () => {
    const closed = await ask();
    await respond(closed, guidanceBody('Nothing needed', { recommendation: 'ADVICE_ONLY_NO_REFERRAL_RECOMMENDED' }));
    assert.equal((await control(closed, 'close')).status, 200);
    assert.deepEqual(await summary(closed), { version: '3', category: 'CONVERSATION_ENDED_CLOSED', status: 'completed' });
    const cancelled = await ask();
    assert.equal((await control(cancelled, 'cancel')).status, 200);
    assert.deepEqual(await summary(cancelled), { version: '2', category: 'CONVERSATION_ENDED_CANCELLED', status: 'cancelled' });
    for (const ubrn of [closed, cancelled]) {
      assert.deepEqual(await lists(ubrn), { provider: undefined, referrer: undefined });
      const late = await control(ubrn, 'reply', { text: 'One more thing' });
      assert.deepEqual([late.status, late.json.error], [409, 'invalid_request_state']);
      assert.equal(codeOf(await respond(ubrn, guidanceBody('Too late'))), 'INVALID_REQUEST_STATE');
    }
  });

  test('the referrer refers after all, with a shortlist of their own', async () => {
    const ubrn = await ask();
    const converted = await control(ubrn, 'convert', { serviceIds: ['11002'], letterIntention: 'NEED_TO_ADD_LATER' });
    assert.equal(converted.status, 200, converted.text);
    assert.equal((await summary(ubrn)).category, 'ADVICE_CONVERTED');
    const referral = await supplier.ers(token, referrer, `/STU3/ReferralRequest/${ubrn}`);
    const state = referral.json.extension.find((each: { url: string }) => each.url.endsWith('ReferralState-1'));
    assert.equal(state.extension[0].valueCoding.code, 'NOT_BOOKED');
    assert.ok(await awaitsBooking(ubrn));
    assert.deepEqual(
      converted.json.audit.map((each: { operation: string }) => each.operation),
      ['A044', 'advice.convert'],
    );
  });

  test('a provider may not convert without the referrer’s leave', async () => {
    const ubrn = await ask({ mayConvert: false });
    const reply = await supplier.ers(token, provider, '/STU3/ReferralRequest/$ers.createFromCommunicationRequestActionLater', {
      body: conversionBody({ ubrn, version: 1 }),
    });
    assert.equal(reply.status, 422);
    assert.equal(codeOf(reply), 'INVALID_REQUEST_STATE');
    assert.equal((await supplier.ers(token, referrer, `/STU3/ReferralRequest/${ubrn}`)).status, 422, 'an advice request is no referral');
  });

  test('somebody has it open in the professional application: 423 to changes, reads go on', async () => {
    const ubrn = await ask();
    const path = `/ers/advice/${ubrn}/lock`;
    assert.equal((await spine.admin('INT', path, { method: 'PUT', body: { seconds: 60 } })).status, 200);
    const held = await respond(ubrn, guidanceBody('Is it free?'));
    assert.deepEqual([held.status, held.text], [423, '']);
    assert.equal((await spine.admin('INT', path, { method: 'DELETE' })).status, 204);
    assert.equal((await respond(ubrn, guidanceBody('Is it free?'))).status, 200);
  });

  test('If-Match: missing is 412, stale is 409', async () => {
    const ubrn = await ask();
    const send = (headers: Record<string, string>) =>
      supplier.ers(token, provider, `/STU3/CommunicationRequest/${ubrn}/$ers.sendCommunicationToRequester`, {
        headers,
        body: guidanceBody('Which?'),
      });
    assert.equal((await send({})).status, 412);
    assert.equal((await send({ 'if-match': 'W/"7"' })).status, 409);
  });

  test('administrators act for clinicians: both are named, the clinician as responsible', async () => {
    const admin = (await supplier.userToken(userApp, '103264992985')).json.access_token;
    const body = adviceBody({ referringClinician: '021600556514' });
    const asked = await supplier.ers(
      admin,
      { businessFunction: 'REFERRING_CLINICIAN_ADMIN', odsCode: 'R69' },
      '/STU3/CommunicationRequest/$ers.createAdviceAndGuidance',
      { body },
    );
    assert.equal(asked.status, 200, asked.text);
    const request = asked.json.parameter[0].resource;
    const roleOf = (part: { extension: { valueReference: { reference: string } }[] }) => part.extension[0]?.valueReference.reference;
    assert.equal(roleOf(request.sender), '#PractitionerRole.103264992985.R69.REFERRING-CLINICIAN-ADMIN');
    assert.equal(roleOf(request.requester.agent), '#PractitionerRole.021600556514.R69.REFERRING-CLINICIAN');
    const answered = await supplier.ers(
      admin,
      { businessFunction: 'SERVICE_PROVIDER_CLINICIAN_ADMIN', odsCode: 'R69', onBehalfOf: '921600556514' },
      `/STU3/CommunicationRequest/${request.id}/$ers.sendCommunicationToRequester`,
      { headers: { 'if-match': 'W/"1"' }, body: guidanceBody('Rest', { recommendation: 'OTHER' }) },
    );
    assert.equal(answered.status, 200, answered.text);
    const message = answered.json.parameter[1].resource;
    assert.equal(roleOf(message.sender), '#PractitionerRole.103264992985.R69.SERVICE-PROVIDER-CLINICIAN-ADMIN');
    assert.equal(roleOf(message), '#PractitionerRole.921600556514.R69.SERVICE-PROVIDER-CLINICIAN');
  });

  test('an application of the provider reads the conversation but sees no worklist', async () => {
    const app = await supplier.register({ accessMode: 'application-restricted', capability: 'provider', odsCode: 'R69', jwks: keys.jwks });
    const unattended = (await supplier.clientCredentials(app, keys)).json.access_token;
    const ubrn = await ask();
    const read = await supplier.ers(unattended, undefined, `/STU3/Communication?based-on=CommunicationRequest/${ubrn}/_history/1`);
    assert.equal(read.status, 200, read.text);
    assert.equal(read.json.total, 1);
    const list = await supplier.ers(unattended, undefined, '/STU3/CommunicationRequest/$ers.fetchworklist', {
      body: adviceWorklistBody('11014'),
    });
    assert.equal(list.status, 403);
  });

  test('the conversations of the published examples answer', async () => {
    assert.deepEqual(await summary('000000070000'), { version: '5', category: 'PROVIDER_RESPONSE_REQUIRED', status: 'active' });
    assert.deepEqual(await summary('000000070001'), { version: '5', category: 'PROVIDER_RESPONSE_REQUIRED', status: 'active' });
    assert.deepEqual(await summary('000000070004'), { version: '3', category: 'ADVICE_CONVERTED', status: 'completed' });
    assert.deepEqual(said(await conversation('000000070002')), [
      'REQUESTER testResultsA.pdf',
      'RESPONDER testXXXInfo.pdf moreTestXXXInfo.pdf',
    ]);
  });

  test('a conversation is imported in the state it is given in, and refused when it does not fit together', async () => {
    const { json } = await spine.admin('INT', '/ers/advice/000000070021');
    const { advice } = json;
    const bring = (changes: object) =>
      spine.admin('INT', '/import', { method: 'POST', body: { ers: { advice: [{ ...advice, ubrn: '000000990001', ...changes }] } } });
    assert.deepEqual((await bring({})).json, { imported: { ers: 1 } });
    assert.equal((await summary('000000990001')).category, 'REFERRER_TO_SUBMIT_FURTHER_INFORMATION');
    for (const changes of [{ category: 'PROVIDER_RESPONSE_REQUIRED' }, { messages: [] }, { category: 'LOST' }, { stray: 1 }]) {
      const refused = await bring({ ...changes, version: 99 });
      assert.deepEqual([refused.status, refused.json.error], [400, 'import_advice'], JSON.stringify(changes));
    }
    assert.equal((await summary('000000990001')).version, '2');
  });
});
