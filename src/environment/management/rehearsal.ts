import Type, { type Static } from 'typebox';
import type { FaultRule } from '../../kernel/faults/faults.ts';
import type { Environment } from '../environment.ts';
import { FaultEffectShape } from '../fault-shapes.ts';
import { operation } from './operation.ts';

const closed = { additionalProperties: false };
const Nothing = Type.Object({}, closed);
const Clock = Type.Object({ now: Type.Integer(), realNow: Type.Integer(), offsetMilliseconds: Type.Integer() });
const Rule = Type.Object({
  id: Type.String(),
  service: Type.String(),
  operation: Type.String(),
  effect: FaultEffectShape,
  /** Null: until it is taken away. */
  remaining: Type.Union([Type.Integer(), Type.Null()]),
  createdAt: Type.Integer(),
});
const SnapshotName = Type.Object({ name: Type.String({ minLength: 1, maxLength: 40 }) }, closed);
/** As near as two requests to set the clock to the same place come. */
const SAME_MILLISECONDS = 1_000;

const clockOf = ({ world }: Environment): Static<typeof Clock> => ({
  now: world.now(),
  realNow: world.realNow(),
  offsetMilliseconds: world.clockOffset,
});
const ruleOf = ({ effect, ...rule }: FaultRule): Static<typeof Rule> => ({ ...rule, effect: { ...effect } });

/** Time, outages, and going back: what a rehearsal is made of. */
export const rehearsalOperations = {
  'clock.show': operation({
    summary: 'Business time, real time, and how far they are apart.',
    input: Nothing,
    output: Clock,
    run: async (environment) => {
      await environment.world.refresh();
      return clockOf(environment);
    },
  }),
  'clock.set': operation({
    summary: 'Moves business time forward until it is so far ahead of real time.',
    input: Type.Object({ offsetMilliseconds: Type.Integer({ minimum: 0, maximum: 3_155_760_000_000 }) }, closed),
    output: Clock,
    run: async (environment, { offsetMilliseconds }) => {
      const { world, outbox } = environment;
      await world.refresh();
      if (Math.abs(world.clockOffset - offsetMilliseconds) >= SAME_MILLISECONDS) await world.setClock(world.realNow() + offsetMilliseconds);
      outbox.wake();
      return clockOf(environment);
    },
  }),
  'clock.release': operation({
    summary: 'Business time is real time again.',
    input: Nothing,
    output: Clock,
    run: async (environment) => {
      if (environment.world.clockOffset !== 0) await environment.releaseClock();
      environment.outbox.wake();
      return clockOf(environment);
    },
  }),
  'faults.list': operation({
    summary: 'Fault rules that are set.',
    input: Nothing,
    output: Type.Object({ rules: Type.Array(Rule) }),
    run: async ({ faults }) => ({ rules: (await faults.list()).map(ruleOf) }),
  }),
  'faults.catalogue': operation({
    summary: 'What can be made to go wrong, service by service, with examples.',
    input: Nothing,
    output: Type.Object({
      chapters: Type.Array(
        Type.Object({
          service: Type.String(),
          title: Type.String(),
          kinds: Type.Array(Type.String()),
          operations: Type.Array(Type.Object({ id: Type.String(), title: Type.String() })),
          examples: Type.Array(
            Type.Object({
              name: Type.String(),
              title: Type.String(),
              rehearses: Type.String(),
              operation: Type.String(),
              effect: FaultEffectShape,
              count: Type.Optional(Type.Integer()),
            }),
          ),
        }),
      ),
    }),
    run: async ({ parts }) => {
      const { faultCatalogue } = await import('../fault-catalogue.ts');
      const chapters = await faultCatalogue(parts.services);
      return {
        chapters: chapters.map(({ kinds, operations, examples, ...chapter }) => ({
          ...chapter,
          kinds: [...kinds],
          operations: operations.map((each) => ({ ...each })),
          examples: examples.map(({ effect, ...example }) => ({ ...example, effect: { ...effect } })),
        })),
      };
    },
  }),
  'faults.add': operation({
    summary: 'Sets a fault rule under an id of the caller’s own; a rule of this id that is there stays as it is.',
    input: Type.Object(
      {
        id: Type.String({ pattern: '^[a-z0-9-]{4,40}$' }),
        service: Type.String({ minLength: 1, maxLength: 40 }),
        operation: Type.String({ minLength: 1, maxLength: 40 }),
        effect: FaultEffectShape,
        count: Type.Optional(Type.Integer({ minimum: 1, maximum: 1_000_000 })),
      },
      closed,
    ),
    output: Rule,
    run: async ({ faults }, { id, service, operation: named, effect, count }) => {
      const there = (await faults.list()).find((each) => each.id === id);
      return ruleOf(there ?? (await faults.add({ id, service, operation: named, effect, remaining: count ?? null })));
    },
  }),
  'faults.clear': operation({
    summary: 'Takes one fault rule away, or all.',
    input: Type.Object({ id: Type.Optional(Type.String({ maxLength: 40 })) }, closed),
    output: Type.Object({ removed: Type.Integer() }),
    run: async ({ faults }, { id }) => {
      const rules = await faults.list();
      if (id !== undefined && !rules.some((each) => each.id === id)) return { removed: 0 };
      return { removed: await faults.clear(id) };
    },
  }),
  'snapshots.list': operation({
    summary: 'Snapshots of the environment’s data.',
    input: Nothing,
    output: Type.Object({ snapshots: Type.Array(Type.Object({ name: Type.String(), savedAt: Type.Integer() })) }),
    run: async ({ store }) => ({ snapshots: [...(await store.listSnapshots())] }),
  }),
  'snapshots.save': operation({
    summary: 'Keeps the data under a name; one of the same name is replaced.',
    input: SnapshotName,
    output: Type.Object({ name: Type.String() }),
    run: async (environment, { name }) => {
      await environment.store.saveSnapshot(name, environment.snapshotTables());
      return { name };
    },
  }),
  'snapshots.load': operation({
    summary: 'Puts the data of a snapshot back; what was made since is lost.',
    input: SnapshotName,
    output: Type.Object({ name: Type.String() }),
    run: async (environment, { name }) => {
      await environment.store.loadSnapshot(name, environment.snapshotTables());
      environment.outbox.wake();
      return { name };
    },
  }),
  'environment.reset': operation({
    summary: 'Puts seed data, clock and faults back; with "all", applications, people and keys as well.',
    input: Type.Object({ all: Type.Boolean() }, closed),
    output: Type.Object({ reset: Type.Enum(['data', 'all']) }),
    run: async (environment, { all }) => {
      await (all ? environment.resetAll() : environment.reset());
      return { reset: all ? ('all' as const) : ('data' as const) };
    },
  }),
  'environment.import': operation({
    summary: 'Takes data in, all of it or none: patients, referrals, directory records.',
    input: Type.Object({ document: Type.Record(Type.String(), Type.Unknown()) }, closed),
    output: Type.Object({ imported: Type.Record(Type.String(), Type.Integer()) }),
    run: async (environment, { document }) => {
      const { importDocument } = await import('../import-document.ts');
      return { imported: { ...(await importDocument(environment, document)) } };
    },
  }),
  'environment.data': operation({
    summary: 'How many rows each table of each service has, and which of them reset puts back.',
    input: Nothing,
    output: Type.Object({
      tables: Type.Array(
        Type.Object({ service: Type.String(), table: Type.String(), reset: Type.Enum(['data', 'kept']), rows: Type.Integer() }),
      ),
      seed: Type.String(),
    }),
    run: async (environment) => {
      const { tableCounts } = await import('../table-counts.ts');
      return { tables: [...(await tableCounts(environment))], seed: environment.parts.settings.seed };
    },
  }),
};
