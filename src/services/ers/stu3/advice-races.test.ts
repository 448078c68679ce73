/** Advice requests when several people act at once, and how they are read and brought in. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { sql } from 'kysely';
import { LocalRefusal } from '../../../kernel/errors.ts';
import { importAdvice } from '../advice/import-advice.ts';
import { adviceErs, adviceRequest, conversionBody, FILES, fileParameter, responseBody, UBRN } from '../advice/test-advice.ts';
import { adviceByUbrn } from '../store/advice.ts';
import { auditOf } from '../store/audit.ts';
import { nextNumber, nextUbrn, referralByUbrn } from '../store/referrals.ts';
import * as data from '../test-data.ts';
import { INSTANCE, outcomeOf } from '../test-world.ts';
import { sendAdviceResponse } from './a026-send-advice-response.ts';
import { convertAdviceToReferral } from './a027-convert-advice.ts';

const path = { params: { ubrn: UBRN } };

test('five answers to one version at once: one is taken, the others are 409, and one audit entry is written', async () => {
  const ers = await adviceErs(adviceRequest());
  const answers = await Promise.all(
    Array.from({ length: 5 }, () => outcomeOf(ers.request(sendAdviceResponse, data.SPC, { ...path, ifMatch: 5, body: responseBody() }))),
  );
  assert.deepEqual(answers.sort(), ['200', '409', '409', '409', '409']);
  assert.equal((await adviceByUbrn(ers.store.db, INSTANCE, UBRN))?.messages.length, 2);
  assert.equal((await auditOf(ers.store.db, INSTANCE, UBRN)).length, 1);
});

test('a conversion and an answer at once: one of them happens, whole', async () => {
  const ers = await adviceErs(adviceRequest());
  const body = conversionBody(5, {}, fileParameter('reviewAttachmentFile', 'PROVIDER', FILES.two));
  const [converted, answered] = await Promise.all([
    outcomeOf(ers.request(convertAdviceToReferral, data.SPC, { body })),
    outcomeOf(ers.request(sendAdviceResponse, data.SPC, { ...path, ifMatch: 5, body: responseBody() })),
  ]);
  assert.ok(
    (converted === '201' && answered === '409') || (converted === '409' && answered === '200'),
    `converted ${converted}, answered ${answered}`,
  );
  const referral = await referralByUbrn(ers.store.db, INSTANCE, UBRN);
  assert.equal(referral !== undefined, converted === '201');
});

test('two conversions at once make one referral', async () => {
  const ers = await adviceErs(adviceRequest());
  const convert = () => outcomeOf(ers.request(convertAdviceToReferral, data.SPC, { body: conversionBody(5) }));
  assert.deepEqual((await Promise.all([convert(), convert()])).sort(), ['201', '409']);
  assert.equal((await referralByUbrn(ers.store.db, INSTANCE, UBRN))?.attachments.length, 1);
});

test('the worklist is answered from an index, never by reading the table', async () => {
  const ers = await adviceErs();
  const { rows } = await sql<{
    detail: string;
  }>`explain query plan select document from ers_advice where instance = 'Int1' and service_id in ('1', '2') and with_provider = 1`.execute(
    ers.store.db,
  );
  assert.match(rows.map((each) => each.detail).join('; '), /USING INDEX ers_advice_worklist/);
});

test('an import moves the sequences past its numbers, and says what is wrong with the first request that does not fit', async () => {
  const ers = await adviceErs();
  const bring = (changes: object) =>
    ers.store.transaction((tx) => importAdvice(ers.world, tx, INSTANCE, [{ ...adviceRequest(), ubrn: '000000080500', ...changes }]));
  const [question] = adviceRequest().messages;
  assert.equal(await bring({ messages: [{ ...question, id: '80500' }] }), 1);
  const [ubrn, message] = await ers.store.transaction(async (tx) => [
    await nextUbrn(tx, INSTANCE),
    await nextNumber(tx, INSTANCE, 'communication'),
  ]);
  assert.deepEqual([ubrn, message], ['000000080501', 80_501]);
  const refused = async (changes: object): Promise<string> => {
    try {
      await bring(changes);
      return 'taken';
    } catch (error) {
      assert.ok(error instanceof LocalRefusal, String(error));
      return error.message;
    }
  };
  assert.match(await refused({ messages: [{ ...question, kind: 'RESPONDER' }] }), /begins with a message of the referrer/);
  assert.match(await refused({ category: 'REFERRER_TO_REVIEW_RESPONSE' }), /last message .* is of kind RESPONDER/);
  assert.match(await refused({ messages: [{ ...question, attachmentIds: ['7'] }] }), /names the attachment 7/);
  assert.match(await refused({ messages: [question, question] }), /same id/);
  assert.match(await refused({ category: 'LOST' }), /cannot be imported: \/0\/category/);
});
