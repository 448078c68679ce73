/** Advice requests from outside: `POST /_localspine/import`. */
import type { BlobStore } from '../../../kernel/blobs/blobs.ts';
import { LocalRefusal } from '../../../kernel/errors.ts';
import type { Random } from '../../../kernel/random.ts';
import type { Db } from '../../../kernel/store/store.ts';
import { attachmentOf, instantOf, storedFile } from '../referral/import-referrals.ts';
import { replaceAdvice } from '../store/advice.ts';
import { replaceFile } from '../store/files.ts';
import { type ImportedAdvice, importedAdvice } from './import-schema.ts';
import type { AdviceCategory, AdviceMessage, AdviceRequest, MessageKind } from './model.ts';

/**
 * Stores advice requests with their conversations as they are given, with their files; one that is there already is replaced. Sequences
 * move past the numbers used.
 *
 * @param json an array of advice requests: the model's fields, times as ISO text or milliseconds; an attachment may carry `content`
 *   (base64) and `availability`
 * @returns how many were stored
 *
 * Throws LocalRefusal 400 naming the first thing that is wrong.
 */
export async function importAdvice(
  world: { readonly blobs: BlobStore; readonly random: Random },
  tx: Db,
  instance: string,
  json: unknown,
): Promise<number> {
  if (!importedAdvice.Check(json)) throw misshapen(json);
  for (const imported of json) {
    const advice = adviceOf(world.random, imported);
    requireConsistent(advice);
    for (const each of imported.attachments ?? []) await replaceFile(tx, instance, await storedFile(world.blobs, imported, each));
    await replaceAdvice(tx, instance, advice);
  }
  return json.length;
}

function adviceOf(random: Random, imported: ImportedAdvice): AdviceRequest {
  const messages = imported.messages.map(messageOf);
  const last = Math.max(...messages.map((each) => each.sent));
  return {
    requestId: `a.${random.uuid()}`,
    createdBy: imported.referrer,
    ...imported,
    firstRequested: instantOf(imported.firstRequested),
    lastUpdated: imported.lastUpdated === undefined ? last : instantOf(imported.lastUpdated),
    messages,
    attachments: (imported.attachments ?? []).map(attachmentOf),
  };
}

function messageOf(imported: ImportedAdvice['messages'][number]): AdviceMessage {
  return { sender: imported.responsible, attachmentIds: [], ...imported, sent: instantOf(imported.sent) };
}

/** Who must have written last for a conversation to stand where it does. Ended conversations may end anywhere. */
const LAST_WORD: Readonly<Partial<Record<AdviceCategory, MessageKind>>> = {
  PROVIDER_RESPONSE_REQUIRED: 'REQUESTER',
  REFERRER_TO_SUBMIT_FURTHER_INFORMATION: 'RESPONDER',
  REFERRER_TO_REVIEW_RESPONSE: 'RESPONDER',
};

/** What the schema cannot say: the conversation fits its category. Throws LocalRefusal 400. */
function requireConsistent(advice: AdviceRequest): void {
  const spoken = advice.messages
    .filter((each) => each.kind !== 'REFERRER_CLINICAL_INFORMATION_UPDATED')
    .sort((one, other) => one.sent - other.sent);
  const lastWord = LAST_WORD[advice.category];
  const attached = new Set(advice.attachments.map((each) => each.id));
  const unknownFile = advice.messages.flatMap((each) => each.attachmentIds).find((id) => !attached.has(id));
  const ids = advice.messages.map((each) => each.id);
  const problem =
    spoken[0]?.kind !== 'REQUESTER'
      ? 'a conversation begins with a message of the referrer (REQUESTER)'
      : lastWord !== undefined && spoken.at(-1)?.kind !== lastWord
        ? `the last message of a conversation that is ${advice.category} is of kind ${lastWord}`
        : unknownFile !== undefined
          ? `a message names the attachment ${unknownFile}, which the request does not have`
          : new Set(ids).size !== ids.length
            ? 'two messages have the same id'
            : undefined;
  if (problem !== undefined)
    throw new LocalRefusal(400, 'import_advice', `Advice request ${advice.ubrn} cannot be imported: ${problem}.`, 'See docs/import.md.');
}

function misshapen(json: unknown): LocalRefusal {
  const [first] = importedAdvice.Errors(json);
  const where = first === undefined ? '' : `: ${first.instancePath === '' ? 'the list' : first.instancePath} ${first.message}`;
  return new LocalRefusal(400, 'import_advice', `The advice requests cannot be imported${where}.`, 'See docs/import.md.');
}
