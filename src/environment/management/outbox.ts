import Type, { type Static } from 'typebox';
import { isoInstant } from '../../kernel/clock.ts';
import { LocalRefusal } from '../../kernel/errors.ts';
import type { JobView } from '../../kernel/outbox/outbox.ts';
import { operation } from './operation.ts';

const closed = { additionalProperties: false };
const Job = Type.Object({
  id: Type.String(),
  kind: Type.String(),
  dueAt: Type.String(),
  state: Type.Enum(['waiting', 'due', 'failing', 'done']),
  attempts: Type.Integer(),
  lastError: Type.Optional(Type.String()),
  doneAt: Type.Optional(Type.String()),
  payload: Type.Unknown(),
});

const jobOf = ({ dueAt, doneAt, ...job }: JobView): Static<typeof Job> => ({
  ...job,
  dueAt: isoInstant(dueAt),
  ...(doneAt !== undefined && { doneAt: isoInstant(doneAt) }),
});

/** Work that waits. */
export const outboxOperations = {
  'outbox.list': operation({
    summary: 'Messages and other work waiting, by the business time they are due.',
    input: Type.Object(
      {
        kind: Type.Optional(Type.String({ maxLength: 80 })),
        done: Type.Optional(Type.Boolean()),
        failing: Type.Optional(Type.Boolean()),
        after: Type.Optional(Type.String({ maxLength: 60 })),
        limit: Type.Integer({ minimum: 1, maximum: 500 }),
      },
      closed,
    ),
    output: Type.Object({ jobs: Type.Array(Job), more: Type.Boolean() }),
    run: async ({ outbox }, { limit, ...filter }) => {
      const found = await outbox.list({ ...filter, limit: limit + 1 });
      return { jobs: found.slice(0, limit).map(jobOf), more: found.length > limit };
    },
  }),
  'outbox.retry': operation({
    summary: 'Has a waiting job done now.',
    input: Type.Object({ id: Type.String({ maxLength: 60 }) }, closed),
    output: Job,
    run: async ({ outbox }, { id }) => {
      const job = await outbox.retry(id);
      if (job === undefined)
        throw new LocalRefusal(
          404,
          'job_unknown',
          `There is no job ${id}.`,
          'It was done more than an hour ago, or the environment was reset.',
        );
      return jobOf(job);
    },
  }),
};
