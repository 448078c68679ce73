import Type from 'typebox';
import { directoryOf, gatewayOf } from '../authorities.ts';
import type { Environment } from '../environment.ts';
import { operation } from './operation.ts';

const Text = Type.String();
const closed = { additionalProperties: false } as const;
const AppId = Type.String({ pattern: '^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$' });
const Stage = Type.Union([Type.Literal('not-live'), Type.Literal('smoke-test'), Type.Literal('live')]);
const MOST = 500;

/** What the road to production asks of an environment beside the register of applications. */
export const releaseOperations = {
  'release.setStage': operation({
    summary: 'Says how far an application of production may go: not at all, calls that only read, or live.',
    input: Type.Object({ appId: AppId, stage: Stage }, closed),
    output: Type.Object({ appId: Text, stage: Stage }),
    run: async (environment, { appId, stage }) => {
      await environment.store.transaction((tx) => gatewayOf(environment).setStage(tx, appId, stage));
      return { appId, stage };
    },
  }),
  'release.stages': operation({
    summary: 'How far applications may go, and whether an operator let them in past the reviewers; those that do not exist are left out.',
    input: Type.Object({ appIds: Type.Array(AppId, { maxItems: MOST }) }, closed),
    output: Type.Object({ applications: Type.Array(Type.Object({ appId: Text, stage: Stage, override: Type.Boolean() })) }),
    run: async (environment, { appIds }) => {
      const all = await gatewayOf(environment).listApplications(environment.store.db);
      const applications = all
        .filter((each) => appIds.includes(each.appId))
        .map(({ appId, stage, subscriptions }) => ({ appId, stage, override: subscriptions.some((each) => each.override === true) }));
      return { applications };
    },
  }),
  'release.exchanges': operation({
    summary: 'What the journal holds under correlation ids: the operation, its answer, and the application that called.',
    input: Type.Object({ correlationIds: Type.Array(Type.String({ minLength: 1, maxLength: 200 }), { maxItems: MOST }) }, closed),
    output: Type.Object({
      exchanges: Type.Array(Type.Object({ correlationId: Text, appId: Type.Optional(Text), operation: Text, status: Type.Integer() })),
    }),
    run: async ({ journal }, { correlationIds }) => {
      const exchanges = [];
      for (const correlationId of new Set(correlationIds))
        for (const { appId, operation: name, status } of await journal.list({ correlationId, limit: 1 }))
          exchanges.push({ correlationId, operation: name, status, ...(appId === undefined ? {} : { appId }) });
      return { exchanges };
    },
  }),
  'release.calls': operation({
    summary: 'What applications have done since an instant of real time: tokens they got, and operations that were answered with success.',
    input: Type.Object({ appIds: Type.Array(AppId, { maxItems: MOST }), since: Type.Integer() }, closed),
    output: Type.Object({
      calls: Type.Array(Type.Object({ appId: Text, tokens: Type.Integer(), succeeded: Type.Array(Text) })),
    }),
    run: async (environment, { appIds, since }) => {
      const calls = [];
      for (const appId of appIds) calls.push({ appId, ...(await callsOf(environment, appId, since)) });
      return { calls };
    },
  }),
  'release.people': operation({
    summary: 'Where people have an active role; people the directory does not know are left out.',
    input: Type.Object({ userIds: Type.Array(Type.String({ pattern: '^[0-9]{12}$' }), { maxItems: MOST }) }, closed),
    output: Type.Object({ people: Type.Array(Type.Object({ userId: Text, organisations: Type.Array(Text) })) }),
    run: async (environment, { userIds }) => {
      const directory = directoryOf(environment);
      const { db } = environment.store;
      const people = [];
      for (const userId of new Set(userIds)) {
        const person = await directory.person(db, userId);
        if (person?.active !== true) continue;
        const organisations = [...new Set((await directory.roleProfiles(db, userId)).map(({ odsCode }) => odsCode))];
        people.push({ userId, organisations });
      }
      return { people };
    },
  }),
  'release.organisations': operation({
    summary: 'Names of organisations; those the directory does not know are left out.',
    input: Type.Object({ odsCodes: Type.Array(Type.String({ pattern: '^[A-Z0-9]{1,12}$' }), { maxItems: MOST }) }, closed),
    output: Type.Object({ organisations: Type.Array(Type.Object({ odsCode: Text, name: Text })) }),
    run: async (environment, { odsCodes }) => ({
      organisations: (await directoryOf(environment).organisations(environment.store.db, odsCodes)).map(({ odsCode, name }) => ({
        odsCode,
        name,
      })),
    }),
  }),
};

async function callsOf({ journal }: Environment, appId: string, since: number): Promise<{ tokens: number; succeeded: string[] }> {
  const seen = (await journal.outcomesOf(appId)).filter(({ lastAt, status }) => lastAt >= since && status < 300);
  return {
    tokens: seen.filter(({ service, operation: name }) => service === 'gateway' && name === 'token').length,
    succeeded: [...new Set(seen.filter(({ service }) => service === 'ers').map((each) => each.operation))],
  };
}
