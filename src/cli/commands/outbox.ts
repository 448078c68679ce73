import type { Command } from 'commander';
import Type from 'typebox';
import { type CommandBook, wholeNumber } from '../invocation.ts';
import { table } from '../output.ts';

const Job = Type.Object({
  id: Type.String(),
  kind: Type.String(),
  dueAt: Type.String(),
  state: Type.String(),
  attempts: Type.Integer(),
  lastError: Type.Optional(Type.String()),
});

/** `localspine outbox …`: messages and other work that waits for its time. */
export function addOutboxCommands(program: Command, book: CommandBook): void {
  const outbox = book.group(program, 'outbox', 'messages and other work that waits for its business time');
  book
    .add(outbox, 'list', 'list what waits, soonest first', async (invocation) => {
      const query = new URLSearchParams({ limit: String(invocation.number('limit') ?? 50), failing: String(invocation.flag('failing')) });
      const answer = await invocation
        .client()
        .call(Type.Object({ jobs: Type.Array(Job), more: Type.Boolean() }), 'GET', `/outbox?${query}`);
      invocation.result({ environment: invocation.environment, ...answer }, () =>
        answer.jobs.length === 0
          ? 'Nothing waits.'
          : table([
              ['job', 'what', 'due', 'state', 'tries', 'last error'],
              ...answer.jobs.map(({ id, kind, dueAt, state, attempts, lastError }) => [
                id,
                kind,
                dueAt,
                state,
                String(attempts),
                lastError ?? '',
              ]),
            ]),
      );
    })
    .option('--failing', 'only what was tried and failed')
    .option('--limit <number>', 'how many', wholeNumber(1, 500), 50);
  book.add(outbox, 'retry <job>', 'have a waiting job done now', async (invocation) => {
    const job = await invocation.client().call(Job, 'POST', `/outbox/${encodeURIComponent(invocation.argument(0))}/retry`, {});
    invocation.result({ environment: invocation.environment, ...job }, `${job.kind} is being done now.`);
  });
}
