/** What a person would print, over the wire: clinical information, the patient's letter in each state, by every role that may ask. */
import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { inflateSync } from 'node:zlib';
import { LocalSpine, type Reply } from '../helpers/localspine.ts';
import { createReferralBody } from '../helpers/messages.ts';
import { type Application, makeKeyPair, type Role, Supplier } from '../helpers/supplier.ts';

const referrer: Role = { businessFunction: 'REFERRING_CLINICIAN', odsCode: 'R69' };
const provider: Role = { businessFunction: 'SERVICE_PROVIDER_CLINICIAN', odsCode: 'R69' };
const BOOKED = '000000070001';
const PATIENT = '9912003888';

const spine = new LocalSpine({ LOCALSPINE_ENVIRONMENTS: 'INT' });
const supplier = new Supplier(spine);
const keys = makeKeyPair();
let app: Application;
let token: string;

before(async () => {
  await spine.start();
  app = await supplier.register({ accessMode: 'user-restricted', jwks: keys.jwks });
  token = (await supplier.userToken(app, '021600556514')).json.access_token;
});
after(async () => {
  await spine.remove();
});

const clinicalInformation = (ubrn: string, role: Role = referrer, as = token): Promise<Reply> =>
  supplier.ers(as, role, `/STU3/ReferralRequest/${ubrn}/$ers.generateCRI`, { method: 'POST' });
const letter = (ubrn: string, role: Role = referrer): Promise<Reply> =>
  supplier.ers(token, role, `/STU3/ReferralRequest/${ubrn}/$ers.generatePatientLetter`, { method: 'POST' });

function codeOf(reply: Reply): string {
  return reply.json?.issue?.[0]?.details?.coding?.[0]?.code;
}

/** Checks that an answer is a PDF of the name that is expected; gives its pages' contents, unpacked. */
function pdfNamed(reply: Reply, name: RegExp): string {
  assert.equal(reply.status, 200, reply.text.slice(0, 300));
  assert.equal(reply.headers['content-type'], 'application/pdf');
  assert.equal(reply.headers['content-length'], String(reply.bytes.length));
  assert.match(reply.headers['content-disposition'] ?? '', name);
  assert.equal(reply.bytes.subarray(0, 8).toString(), '%PDF-1.7');
  const raw = reply.bytes.toString('latin1');
  assert.match(raw, /\/Lang \(en-GB\)/);
  assert.match(raw, /\/Marked true/);
  return [...raw.matchAll(/stream\n([\s\S]*?)\nendstream/g)]
    .map(([, body = '']) => {
      try {
        return inflateSync(Buffer.from(body, 'latin1')).toString('latin1');
      } catch {
        return '';
      }
    })
    .join('\n');
}

describe('A007, clinical information', { concurrency: false }, () => {
  const name = new RegExp(`^attachment; filename="${BOOKED}_Clinical_Information_Summary_\\d{14}\\.pdf"$`);

  test('is printed for the referrer, the provider and the provider’s application', async () => {
    pdfNamed(await clinicalInformation(BOOKED), name);
    pdfNamed(await clinicalInformation(BOOKED, provider), name);
    const unattended = await supplier.register({
      accessMode: 'application-restricted',
      capability: 'provider',
      odsCode: 'R69',
      jwks: keys.jwks,
    });
    const appToken = (await supplier.clientCredentials(unattended, keys)).json.access_token;
    pdfNamed(
      await spine.call('INT', `/referrals/FHIR/STU3/ReferralRequest/${BOOKED}/$ers.generateCRI`, {
        method: 'POST',
        headers: { authorization: `Bearer ${appToken}` },
      }),
      name,
    );
  });

  test('is refused to those without a relationship, and for what does not exist', async () => {
    const unbooked = await clinicalInformation('000000070000', provider);
    assert.deepEqual([unbooked.status, codeOf(unbooked)], [422, 'NO_RELATIONSHIP']);
    assert.equal((await clinicalInformation('999999999999')).status, 404);
    const analyst = await clinicalInformation(BOOKED, { businessFunction: 'INFORMATION_ANALYST', odsCode: 'R69' });
    assert.deepEqual([analyst.status, codeOf(analyst)], [403, 'FORBIDDEN']);
    const json = await supplier.ers(token, referrer, `/STU3/ReferralRequest/${BOOKED}/$ers.generateCRI`, {
      method: 'POST',
      headers: { accept: 'application/fhir+json' },
    });
    assert.equal(json.status, 406);
  });
});

describe('A043, the overview of an advice request', { concurrency: false }, () => {
  const ADVICE = '000000070020';
  const overview = (ubrn: string, role: Role = referrer): Promise<Reply> =>
    supplier.ers(token, role, `/STU3/CommunicationRequest/${ubrn}/$ers.generateCRI`, { method: 'POST' });

  test('is printed for the referrer and for the service that was asked', async () => {
    const name = new RegExp(`^attachment; filename="${ADVICE}_Advice_And_Guidance_\\d{14}\\.pdf"$`);
    pdfNamed(await overview(ADVICE), name);
    pdfNamed(await overview(ADVICE, provider), name);
  });

  test('a referral is not an advice request, nor the other way round', async () => {
    const referral = await supplier.ers(token, referrer, '/STU3/ReferralRequest/$ers.createReferral', { body: createReferralBody() });
    for (const reply of [await overview(referral.json.id), await clinicalInformation(ADVICE)])
      assert.deepEqual([reply.status, codeOf(reply)], [422, 'INVALID_REQUEST_TYPE']);
    assert.equal((await overview('999999999999')).status, 404);
  });

  test('clinical information of a converted request holds the conversation: it is longer for it', async () => {
    const converted = pdfNamed(await clinicalInformation('000000070004'), /000000070004_Clinical_Information_Summary/);
    assert.ok(converted.includes('/H3'), 'messages have headings of their own');
    assert.ok(!pdfNamed(await clinicalInformation(BOOKED), /Summary/).includes('/H3'));
  });

  test('the file that came with a conversation is handed out through A042', async () => {
    const reply = await supplier.ers(token, provider, '/R4/Binary/80245c92-d28a-4d1f-9b8d-c31f8ab9e322');
    assert.equal(reply.status, 307, reply.text);
    const file = await spine.call('INT', reply.headers['location'] ?? '');
    assert.equal(file.headers['content-disposition'], 'attachment; filename="advice.png"');
  });
});

describe('A019, the patient’s letter', { concurrency: false }, () => {
  const letters: readonly (readonly [state: string, ubrn: string, part: string])[] = [
    ['booked', BOOKED, 'Appointment_Confirmation_Summary'],
    ['booked by telephone', '000000070002', 'Appointment_Confirmation_Summary'],
    ['not booked', '000000070000', 'Appointment_Request_Summary'],
    ['triaged', '000000070004', 'Triage_Summary'],
  ];
  for (const [state, ubrn, part] of letters) {
    test(`${state}: ${part}`, async () => {
      pdfNamed(await letter(ubrn), new RegExp(`^attachment; filename="${ubrn}_${part}_\\d{14}\\.pdf"$`));
    });
  }

  test('gives the patient one access code, which an operator may read, withdraw and give back', async () => {
    const codes = `/ers/access-codes/${PATIENT}`;
    const { code } = (await spine.admin('INT', codes)).json;
    assert.match(code, /^[a-z]+ [a-z]+$/);
    assert.equal((await letter(BOOKED)).status, 200);
    assert.equal((await spine.admin('INT', codes)).json.code, code);
    assert.equal((await spine.admin('INT', codes, { method: 'PUT', body: { code: null } })).status, 200);
    const refused = await letter(BOOKED);
    assert.deepEqual([refused.status, codeOf(refused)], [422, 'NO_ACCESS_CODE']);
    assert.equal((await spine.admin('INT', codes, { method: 'PUT', body: { code: 'not-two-words' } })).status, 400);
    assert.equal((await spine.admin('INT', codes, { method: 'PUT', body: { code: 'Wer qwerty' } })).status, 200);
    assert.equal((await letter(BOOKED)).status, 200);
  });

  test('the journal keeps no letter', async () => {
    await letter(BOOKED);
    let printed: { id: string } | undefined;
    while (printed === undefined) {
      const { exchanges } = (await spine.admin('INT', '/journal?operation=A019&verdict=ok&limit=1')).json;
      [printed] = exchanges;
    }
    const { response } = (await spine.admin('INT', `/journal/${printed.id}`)).json;
    assert.match(response.headers['content-disposition'], /Appointment_/);
    assert.equal(response.body, undefined);
  });

  test('is for referrers, in states that have one', async () => {
    const byProvider = await letter(BOOKED, provider);
    assert.deepEqual([byProvider.status, codeOf(byProvider)], [403, 'FORBIDDEN']);
    const created = await supplier.ers(token, referrer, '/STU3/ReferralRequest/$ers.createReferral', { body: createReferralBody() });
    assert.equal((await letter(created.json.id)).status, 200);
  });
});
