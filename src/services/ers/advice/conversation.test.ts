/** Whole conversations by the rules themselves, in random order: what holds whatever people do. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { ErsRefusal } from '../errors.ts';
import * as data from '../test-data.ts';
import { type ConvertedAdvice, convertByProvider, convertByReferrer } from './convert.ts';
import type { AdviceRequest, MessageKind } from './model.ts';
import { addClinicalInformation, endConversation, reply } from './referrer.ts';
import { sendResponse } from './respond.ts';
import { ADVICE_STATUS, ADVICE_TRANSITIONS, type AdviceEvent } from './states.ts';
import { adviceRequest } from './test-advice.ts';

interface Step {
  readonly advice: AdviceRequest;
  readonly referral?: ConvertedAdvice['referral'];
}

/** Does one thing. Each step has numbers and a file of its own. */
function step(advice: AdviceRequest, event: AdviceEvent, number: number): Step {
  const fileId = `file-${number}`;
  const files = new Map([[fileId, data.file({ id: fileId, name: `file ${number}.pdf` })]]);
  const facts = {
    now: data.NOW + number,
    files,
    messageId: String(number),
    nextAttachmentId: () => String(number),
    service: data.ADVICE,
    requestId: `r.${number}`,
    appointmentId: String(number),
    record: { fileId: `record-${number}`, size: 1 },
    services: [data.DIRECT],
  };
  const provider = { ...facts, caller: data.SPC };
  const referrer = { ...facts, caller: data.RC };
  const guidance = { guidance: 'Rest', priority: 'ROUTINE' } as const;
  const guidanceFiles = [{ type: 'GUIDANCE_RESPONSE', fileId }] as const;
  switch (event) {
    case 'give-advice':
      return sendResponse(
        advice,
        { ...guidance, outcome: 'RETURN_TO_REFERRER_WITH_ADVICE', recommendation: 'OTHER', files: guidanceFiles },
        provider,
      );
    case 'ask-for-information':
      return sendResponse(advice, { ...guidance, outcome: 'REQUIRE_FURTHER_INFORMATION', files: [] }, provider);
    case 'convert':
      return convertByProvider(advice, { ...guidance, reviewComments: 'Refer', guidanceFiles, reviewFiles: [] }, provider);
    case 'reply':
      return reply(advice, { text: 'More', files: [{ type: 'ADVICE_REQUEST', fileId }] }, referrer);
    case 'add-clinical-information':
      return addClinicalInformation(advice, [{ type: 'REFERRER', fileId }], referrer);
    case 'close':
    case 'cancel':
      return { advice: endConversation(advice, event, referrer) };
    case 'convert-by-referrer':
      return convertByReferrer(
        advice,
        { criteria: advice.criteria, letterIntention: 'NOT_INTENDING_TO_ADD', firstReminderLetterFollowUpDays: 0 },
        referrer,
      );
  }
}

const TURN: Readonly<Record<string, MessageKind>> = {
  PROVIDER_RESPONSE_REQUIRED: 'REQUESTER',
  REFERRER_TO_SUBMIT_FURTHER_INFORMATION: 'RESPONDER',
  REFERRER_TO_REVIEW_RESPONSE: 'RESPONDER',
};

function requireInvariants(advice: AdviceRequest, accepted: number): void {
  assert.equal(advice.version, adviceRequest().version + accepted, 'one version for each thing that was done');
  const spoken = advice.messages.filter((each) => each.kind !== 'REFERRER_CLINICAL_INFORMATION_UPDATED');
  const turn = TURN[advice.category];
  if (turn !== undefined) assert.equal(spoken.at(-1)?.kind, turn, `${advice.category} follows from who wrote last`);
  const ids = advice.attachments.map((each) => each.id);
  assert.equal(new Set(ids).size, ids.length);
  for (const id of advice.messages.flatMap((each) => each.attachmentIds)) assert.ok(ids.includes(id), 'messages name files that are there');
}

test('whatever people do: versions, turns and files stay true, refusals change nothing, a referral comes with everything', () => {
  const authorisation = fc.constantFrom('AUTHORISED_TO_CONVERT' as const, 'NOT_AUTHORISED_TO_CONVERT' as const);
  const events = fc.array(fc.constantFrom(...new Set(ADVICE_TRANSITIONS.map((each) => each.event))), { maxLength: 25 });
  fc.assert(
    fc.property(authorisation, events, (conversionAuthorisation, sequence) => {
      let advice = adviceRequest({ conversionAuthorisation });
      let accepted = 0;
      for (const [index, event] of sequence.entries()) {
        const before = JSON.stringify(advice);
        try {
          const { advice: after, referral } = step(advice, event, 90_000 + index);
          accepted += 1;
          assert.equal(JSON.stringify(advice), before, 'rules give new values');
          if (referral !== undefined) {
            assert.deepEqual([referral.ubrn, referral.version, after.category], [advice.ubrn, after.version, 'ADVICE_CONVERTED']);
            for (const file of after.attachments) assert.ok(referral.attachments.includes(file), `${file.title} goes with the referral`);
          }
          advice = after;
        } catch (error) {
          if (!(error instanceof ErsRefusal)) throw error;
          assert.equal(error.issues[0]?.code, 'INVALID_REQUEST_STATE');
        }
        requireInvariants(advice, accepted);
      }
      if (ADVICE_STATUS[advice.category] !== 'active') {
        for (const { event } of ADVICE_TRANSITIONS) assert.throws(() => step(advice, event, 99_000), ErsRefusal);
      }
    }),
    { numRuns: 500, seed: 20_261_125 },
  );
});
