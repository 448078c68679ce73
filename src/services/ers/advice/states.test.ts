import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { BUSINESS_FUNCTIONS, type BusinessFunction } from '../codes.ts';
import { ErsRefusal } from '../errors.ts';
import { ADVICE_CATEGORIES, type AdviceCategory, CONVERSION_AUTHORISATIONS } from './model.ts';
import { ADVICE_EVENTS, ADVICE_STATUS, ADVICE_TRANSITIONS, type AdviceEvent, FIRST_CATEGORY, requireAdviceTransition } from './states.ts';

type Conversation = Parameters<typeof requireAdviceTransition>[0];

/** The category an event leads to, or the status and code it is refused with. */
function outcome(conversation: Conversation, event: AdviceEvent, who: BusinessFunction): string {
  try {
    return requireAdviceTransition(conversation, event, who);
  } catch (error) {
    assert.ok(error instanceof ErsRefusal, String(error));
    return `${error.status} ${error.issues[0]?.code}`;
  }
}

function isCategory(text: string): text is AdviceCategory {
  return ADVICE_CATEGORIES.some((each) => each === text);
}

/** What ers.md §11.3 says of each category, written down apart from the table under test. */
const DOCUMENTED = {
  'give-advice': ['PROVIDER_RESPONSE_REQUIRED', 'REFERRER_TO_SUBMIT_FURTHER_INFORMATION'],
  'ask-for-information': ['PROVIDER_RESPONSE_REQUIRED', 'REFERRER_TO_SUBMIT_FURTHER_INFORMATION'],
  convert: ['PROVIDER_RESPONSE_REQUIRED', 'REFERRER_TO_SUBMIT_FURTHER_INFORMATION'],
  reply: ['REFERRER_TO_SUBMIT_FURTHER_INFORMATION', 'REFERRER_TO_REVIEW_RESPONSE'],
  'add-clinical-information': ['PROVIDER_RESPONSE_REQUIRED', 'REFERRER_TO_SUBMIT_FURTHER_INFORMATION', 'REFERRER_TO_REVIEW_RESPONSE'],
  close: ['REFERRER_TO_SUBMIT_FURTHER_INFORMATION', 'REFERRER_TO_REVIEW_RESPONSE'],
  cancel: ['PROVIDER_RESPONSE_REQUIRED', 'REFERRER_TO_SUBMIT_FURTHER_INFORMATION', 'REFERRER_TO_REVIEW_RESPONSE'],
  'convert-by-referrer': ['PROVIDER_RESPONSE_REQUIRED', 'REFERRER_TO_SUBMIT_FURTHER_INFORMATION', 'REFERRER_TO_REVIEW_RESPONSE'],
} as const satisfies Readonly<Record<AdviceEvent, readonly AdviceCategory[]>>;
const PROVIDER_EVENTS: readonly AdviceEvent[] = ['give-advice', 'ask-for-information', 'convert'];
const PROVIDERS: readonly BusinessFunction[] = ['SERVICE_PROVIDER_CLINICIAN', 'SERVICE_PROVIDER_CLINICIAN_ADMIN'];
const REFERRERS: readonly BusinessFunction[] = ['REFERRING_CLINICIAN', 'REFERRING_CLINICIAN_ADMIN'];

test('every event, category, function and authorisation: allowed exactly where it is documented, refused as documented elsewhere', () => {
  for (const event of ADVICE_EVENTS) {
    for (const category of ADVICE_CATEGORIES) {
      for (const who of BUSINESS_FUNCTIONS) {
        for (const conversionAuthorisation of CONVERSION_AUTHORISATIONS) {
          const actors = PROVIDER_EVENTS.includes(event) ? PROVIDERS : REFERRERS;
          const open = DOCUMENTED[event].some((each) => each === category);
          const permitted = event !== 'convert' || conversionAuthorisation === 'AUTHORISED_TO_CONVERT';
          const expected = !actors.includes(who) ? '403 FORBIDDEN' : open && permitted ? 'allowed' : '422 INVALID_REQUEST_STATE';
          const actual = outcome({ ubrn: '000000080000', category, conversionAuthorisation }, event, who);
          assert.equal(isCategory(actual) ? 'allowed' : actual, expected, `${event} by ${who} while ${category}`);
        }
      }
    }
  }
});

test('no sequence of events leaves the table; an ended conversation stays as it ended', () => {
  const step = fc.tuple(fc.constantFrom(...ADVICE_EVENTS), fc.constantFrom(...BUSINESS_FUNCTIONS));
  fc.assert(
    fc.property(fc.constantFrom(...CONVERSION_AUTHORISATIONS), fc.array(step, { maxLength: 40 }), (conversionAuthorisation, steps) => {
      let category: AdviceCategory = FIRST_CATEGORY;
      for (const [event, who] of steps) {
        const next = outcome({ ubrn: '000000080000', category, conversionAuthorisation }, event, who);
        if (!isCategory(next)) continue;
        assert.equal(ADVICE_STATUS[category], 'active', `${event} moved a conversation that was ${category}`);
        const documented = ADVICE_TRANSITIONS.some(
          (each) => each.event === event && each.from.includes(category) && (each.to === next || (each.to === 'same' && next === category)),
        );
        assert.ok(documented, `${category} --${event}--> ${next}`);
        category = next;
      }
    }),
    { numRuns: 1000, seed: 20_261_125 },
  );
});

test('every transition can be reached from a new conversation', () => {
  const reached = new Set<AdviceCategory>([FIRST_CATEGORY]);
  const taken = new Set<string>();
  for (let before = -1; before !== reached.size; ) {
    before = reached.size;
    for (const category of [...reached]) {
      for (const { event, from, who, to } of ADVICE_TRANSITIONS) {
        const [actor] = who;
        if (!from.includes(category) || actor === undefined) continue;
        const next = outcome({ ubrn: '000000080000', category, conversionAuthorisation: 'AUTHORISED_TO_CONVERT' }, event, actor);
        assert.equal(next, to === 'same' ? category : to);
        if (isCategory(next)) reached.add(next);
        taken.add(`${event} ${category}`);
      }
    }
  }
  assert.deepEqual([...reached].sort(), [...ADVICE_CATEGORIES].sort());
  const all = ADVICE_TRANSITIONS.flatMap(({ event, from }) => from.map((category) => `${event} ${category}`));
  assert.deepEqual([...taken].sort(), all.sort());
});
