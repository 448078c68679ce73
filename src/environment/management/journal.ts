import Type from 'typebox';
import type { JournalEntry, JournalFilter, JournalSummary } from '../../kernel/journal/journal.ts';
import { operation } from './operation.ts';

const Text = Type.String({ maxLength: 200 });
const closed = { additionalProperties: false };
const Reason = Type.Object({ check: Type.String(), why: Type.String(), fix: Type.Optional(Type.String()) });
const summary = {
  id: Type.String(),
  at: Type.String(),
  service: Type.String(),
  operation: Type.String(),
  method: Type.String(),
  url: Type.String(),
  status: Type.Integer(),
  verdict: Type.Enum(['ok', 'refused', 'failed']),
  milliseconds: Type.Number(),
  appId: Type.Optional(Type.String()),
  userId: Type.Optional(Type.String()),
  odsCode: Type.Optional(Type.String()),
  businessFunction: Type.Optional(Type.String()),
  nhsNumber: Type.Optional(Type.String()),
  ubrn: Type.Optional(Type.String()),
  correlationId: Type.Optional(Type.String()),
  requestId: Type.Optional(Type.String()),
  refusal: Type.Optional(Reason),
  advice: Type.Optional(Reason),
};
const Message = Type.Object({
  headers: Type.Record(Type.String(), Type.String()),
  body: Type.Optional(Type.String()),
  bodyBytes: Type.Optional(Type.Integer()),
  bodySha256: Type.Optional(Type.String()),
});

/** An exchange as lists show it. */
export const ExchangeSummary = Type.Object(summary);
/** All that the journal keeps of an exchange. Secrets were masked before it was written. */
export const ExchangeEntry = Type.Object({
  ...summary,
  checks: Type.Array(Type.Object({ check: Type.String(), passed: Type.Boolean(), detail: Type.Optional(Type.String()) })),
  request: Message,
  response: Message,
});
/** Only exchanges of these applications are given, and those of which no application is known; all when absent. */
const VisibleTo = Type.Optional(Type.Array(Text, { maxItems: 500 }));

/** What an environment was asked and answered. */
export const journalOperations = {
  'journal.query': operation({
    summary: 'Exchanges that fit a filter: newest first, or with "after" oldest first.',
    input: Type.Object(
      {
        service: Type.Optional(Text),
        operation: Type.Optional(Text),
        verdict: Type.Optional(Type.Enum(['ok', 'refused', 'failed'])),
        status: Type.Optional(Type.Integer()),
        statusClass: Type.Optional(Type.Integer({ minimum: 1, maximum: 5 })),
        appId: Type.Optional(Text),
        visibleTo: VisibleTo,
        nhsNumber: Type.Optional(Text),
        correlationId: Type.Optional(Text),
        from: Type.Optional(Type.Integer()),
        to: Type.Optional(Type.Integer()),
        after: Type.Optional(Text),
        before: Type.Optional(Text),
        limit: Type.Integer({ minimum: 1, maximum: 500 }),
      },
      closed,
    ),
    output: Type.Object({ exchanges: Type.Array(ExchangeSummary), more: Type.Boolean() }),
    run: async ({ journal }, input) => {
      const found = await journal.list({ ...(input as JournalFilter), limit: input.limit + 1 });
      return { exchanges: found.slice(0, input.limit).map(plainSummary), more: found.length > input.limit };
    },
  }),
  'journal.entry': operation({
    summary: 'One exchange with headers, bodies and checks, by its id, X-Request-ID or X-Correlation-ID.',
    input: Type.Object({ id: Text, visibleTo: VisibleTo }, closed),
    output: Type.Object({ entry: Type.Optional(ExchangeEntry) }),
    run: async ({ journal }, { id, visibleTo }) => {
      const entry = await journal.show(id);
      const hidden = entry?.appId !== undefined && visibleTo !== undefined && !visibleTo.includes(entry.appId);
      return entry === undefined || hidden ? {} : { entry: plainEntry(entry) };
    },
  }),
};

/** Without what says that it is read only: the schema's types know no such thing. */
function plainSummary({ refusal, advice, ...rest }: JournalSummary) {
  return { ...rest, ...(refusal !== undefined && { refusal: { ...refusal } }), ...(advice !== undefined && { advice: { ...advice } }) };
}

function plainEntry({ checks, request, response, ...summaryPart }: JournalEntry) {
  const message = ({ headers, ...body }: JournalEntry['request']) => ({ headers: { ...headers }, ...body });
  return {
    ...plainSummary(summaryPart),
    checks: checks.map((each) => ({ ...each })),
    request: message(request),
    response: message(response),
  };
}
