import Type from 'typebox';
import { isoInstant } from '../../kernel/clock.ts';
import { gatewayOf } from '../authorities.ts';
import type { Environment } from '../environment.ts';
import type { Recording } from '../recording/store.ts';
import { operation } from './operation.ts';

const Id = Type.String({ pattern: '^[A-Za-z0-9-]{1,64}$' });
const One = Type.Object({ id: Id }, { additionalProperties: false });
const RecordingAnswer = Type.Object({
  id: Type.String(),
  purpose: Type.String(),
  applications: Type.Array(Type.String()),
  startedAt: Type.String(),
  stoppedAt: Type.Optional(Type.String()),
  stopReason: Type.Optional(Type.Union([Type.Literal('stopped'), Type.Literal('full'), Type.Literal('reset')])),
  exchanges: Type.Integer(),
  bytes: Type.Integer(),
  /** Exchanges that could not be written. */
  missed: Type.Integer(),
  /** Hash of the last line. */
  head: Type.String(),
  /** First and last line, as they are in a bundle. */
  opening: Type.String(),
  closing: Type.Optional(Type.String()),
});

/** Evidence: what chosen applications sent and were told (path-to-live.md §4.3, PTL-002). */
export const recordingOperations = {
  'recordings.applications': operation({
    summary: 'Applications by AppID or API key, with what they are for; those that are not there are left out.',
    input: Type.Object({ ids: Type.Array(Type.String({ maxLength: 100 }), { maxItems: 50 }) }, { additionalProperties: false }),
    output: Type.Object({
      applications: Type.Array(
        Type.Object({
          /** As it was asked for. */
          id: Type.String(),
          appId: Type.String(),
          name: Type.String(),
          accessMode: Type.String(),
          capability: Type.Union([Type.Literal('provider'), Type.Literal('referrer'), Type.Null()]),
          asid: Type.Union([Type.String(), Type.Null()]),
        }),
      ),
    }),
    run: async (environment, { ids }) => ({ applications: await applications(environment, ids) }),
  }),
  'recordings.start': operation({
    summary: 'Record every exchange of some applications from now on; the same id begins one recording.',
    input: Type.Object(
      {
        id: Id,
        purpose: Type.String({ minLength: 1, maxLength: 200 }),
        applications: Type.Array(Type.String({ minLength: 1, maxLength: 100 }), { minItems: 1, maxItems: 50 }),
        mostExchanges: Type.Optional(Type.Integer({ minimum: 1, maximum: 100_000 })),
        mostBytes: Type.Optional(Type.Integer({ minimum: 1_024, maximum: 1_073_741_824 })),
      },
      { additionalProperties: false },
    ),
    output: RecordingAnswer,
    run: async ({ recordings }, order) => answerOf(await recordings.start(order)),
  }),
  'recordings.stop': operation({
    summary: 'End a recording; one that has ended is left as it is.',
    input: One,
    output: RecordingAnswer,
    run: async ({ recordings }, { id }) => answerOf(await recordings.stop(id)),
  }),
  'recordings.list': operation({
    summary: 'All recordings, newest first.',
    input: Type.Object({}, { additionalProperties: false }),
    output: Type.Object({ recordings: Type.Array(RecordingAnswer) }),
    run: async ({ recordings }) => ({ recordings: (await recordings.list()).map(answerOf) }),
  }),
  'recordings.show': operation({
    summary: 'One recording.',
    input: One,
    output: RecordingAnswer,
    run: async ({ recordings }, { id }) => answerOf(await recordings.show(id)),
  }),
  'recordings.exchanges': operation({
    summary:
      'Exchanges of a recording after a number, in order, each as its line of JSON; fewer where they are long, none when there are no more.',
    input: Type.Object(
      { id: Id, after: Type.Integer({ minimum: 0 }), limit: Type.Integer({ minimum: 1, maximum: 1_000 }) },
      { additionalProperties: false },
    ),
    output: Type.Object({ lines: Type.Array(Type.String()) }),
    run: async ({ recordings }, { id, after, limit }) => ({ lines: [...(await recordings.lines(id, after, limit))] }),
  }),
  'recordings.delete': operation({
    summary: 'Remove a recording that has ended; gone already is as good.',
    input: One,
    output: Type.Object({ deleted: Type.Boolean() }),
    run: ({ recordings }, { id }) => recordings.delete(id),
  }),
  'recordings.seal': operation({
    summary: 'Sign a bundle of a recording that has ended with the key of the environment.',
    input: Type.Object(
      { id: Id, head: Type.String({ pattern: '^[0-9a-f]{64}$' }), lines: Type.Integer({ minimum: 1 }) },
      { additionalProperties: false },
    ),
    output: Type.Object({ jws: Type.String() }),
    run: ({ recordings }, { id, head, lines }) => recordings.seal(id, { head, lines }),
  }),
  'recordings.fingerprint': operation({
    summary: 'What the environment is now: version, seed, settings, authorities.',
    input: Type.Object({}, { additionalProperties: false }),
    output: Type.Record(Type.String(), Type.Unknown()),
    run: async ({ recordings }) => ({ ...(await recordings.fingerprint()) }),
  }),
};

function answerOf({ startedAt, stoppedAt, stopReason, closing, ...recording }: Recording) {
  const { id, purpose, applications, exchanges, bytes, missed, head, opening } = recording;
  return {
    id,
    purpose,
    applications: [...applications],
    startedAt: isoInstant(startedAt),
    exchanges,
    bytes,
    missed,
    head,
    opening,
    ...(stoppedAt !== undefined && { stoppedAt: isoInstant(stoppedAt) }),
    ...(stopReason !== undefined && { stopReason }),
    ...(closing !== undefined && { closing }),
  };
}

const CAPABILITIES: Readonly<Record<string, 'provider' | 'referrer'>> = {
  PROVIDER_AUTHORISED_APPLICATION: 'provider',
  REFERRER_AUTHORISED_APPLICATION: 'referrer',
};

async function applications(environment: Environment, ids: readonly string[]) {
  const all = await gatewayOf(environment).listApplications(environment.store.db);
  return ids.flatMap((id) => {
    const found = all.find((each) => each.appId === id.toLowerCase() || each.keys.some((key) => key.apiKey === id));
    if (found === undefined) return [];
    const { appId, name, accessMode, asid, attributes } = found;
    const capability =
      accessMode === 'application-restricted'
        ? (CAPABILITIES[attributes['app-restricted-business-function'] ?? 'PROVIDER_AUTHORISED_APPLICATION'] ?? null)
        : null;
    return [{ id, appId, name, accessMode, capability, asid: asid ?? null }];
  });
}
