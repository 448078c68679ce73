import type { FastifyInstance } from 'fastify';
import Type from 'typebox';
import { RecordedExchange } from '../../kernel/evidence/recorded-exchange.ts';
import { require } from '../access/permissions.ts';
import type { Portal } from '../portal.ts';
import { RunAnswer, RunViewAnswer, runAnswer, viewAnswer } from './answers.ts';
import { CASE_KINDS } from './cases.ts';
import { ACCESSES, ENDPOINTS } from './endpoints.ts';
import { readExchange } from './exchanges.ts';
import type { Runs } from './runs.ts';
import { verdictFor } from './verdict.ts';

const Text = Type.String();
const Word = Type.String({ minLength: 1, maxLength: 200 });
const OneRun = Type.Object({ runId: Word });
const tag = 'conformance';
const Done = Type.Object({ done: Type.Literal(true) });

/** Runs for scripts and the command line: what the pages do. */
export function registerConformanceApi(app: FastifyInstance, portal: Portal, runs: Runs): void {
  registerRuns(app, portal, runs);
  registerOneRun(app, portal, runs);
  registerJudgement(app, portal, runs);
  registerFacts(app, portal);
}

function registerRuns(app: FastifyInstance, { api }: Portal, runs: Runs): void {
  api.endpoint(app, {
    method: 'POST',
    path: '/conformance/runs',
    tag,
    summary: 'Begin a run: from now on the environment records every exchange of the applications.',
    body: Type.Object(
      {
        kind: Type.Optional(Type.Union([Type.Literal('conformance'), Type.Literal('acceptance')])),
        environment: Type.Optional(Word),
        product: Word,
        version: Word,
        teamId: Type.Optional(Word),
        manufacturer: Type.Optional(Word),
        applications: Type.Array(Word, { minItems: 1, maxItems: 50 }),
        endpoints: Type.Array(Word, { minItems: 1, maxItems: 60 }),
        odsCode: Type.Optional(Word),
      },
      { additionalProperties: false },
    ),
    answer: RunViewAnswer,
    status: 201,
    handle: async ({ visitor, body }) => {
      const run = await runs.start(visitor, { kind: 'conformance', environment: 'INT', ...body });
      return viewAnswer(await runs.view(visitor, run.runId));
    },
  });
  api.endpoint(app, {
    method: 'GET',
    path: '/conformance/runs',
    tag,
    summary: 'Runs that you may see, newest first.',
    answer: Type.Object({ runs: Type.Array(RunAnswer) }),
    handle: async ({ visitor }) => ({ runs: (await runs.list(visitor)).map(({ run, product }) => runAnswer(run, product)) }),
  });
}

function registerOneRun(app: FastifyInstance, { api }: Portal, runs: Runs): void {
  api.endpoint(app, {
    method: 'GET',
    path: '/conformance/runs/:runId',
    tag,
    summary: 'A run with the state of each case, and what to do for those that are not met.',
    params: OneRun,
    answer: RunViewAnswer,
    handle: async ({ visitor, params }) => viewAnswer(await runs.view(visitor, params.runId)),
  });
  api.endpoint(app, {
    method: 'DELETE',
    path: '/conformance/runs/:runId',
    tag,
    summary: 'Remove a run with its recording; one that has passed is kept.',
    params: OneRun,
    answer: Done,
    handle: async ({ visitor, params }) => {
      await runs.delete(visitor, params.runId);
      return { done: true } as const;
    },
  });
  api.endpoint(app, {
    method: 'GET',
    path: '/conformance/runs/:runId/exchanges',
    tag,
    summary: 'Recorded exchanges after a number, in order, whole.',
    params: OneRun,
    query: Type.Object({
      after: Type.Optional(Type.String({ pattern: '^\\d{1,9}$' })),
      limit: Type.Optional(Type.String({ pattern: '^\\d{1,3}$' })),
    }),
    answer: Type.Object({ exchanges: Type.Array(RecordedExchange) }),
    handle: async ({ visitor, params, query }) => {
      const { run } = await runs.look(visitor, params.runId);
      const lines = await runs.exchanges.lines(run, Number(query.after ?? 0), Math.max(1, Number(query.limit ?? 100)));
      return { exchanges: lines.map(readExchange) };
    },
  });
  api.endpoint(app, {
    method: 'GET',
    path: '/conformance/runs/:runId/evidence',
    tag,
    summary: 'The evidence bundle of a finished run: lines of JSON, the last of which is the signature of the environment.',
    params: OneRun,
    answer: Type.Unknown(),
    handle: async ({ visitor, params, reply }) => {
      const { name, bytes } = await runs.evidence(visitor, params.runId);
      void reply.type('application/jsonl').header('content-disposition', `attachment; filename="${name}"`);
      return bytes;
    },
  });
}

function registerJudgement(app: FastifyInstance, { api }: Portal, runs: Runs): void {
  api.endpoint(app, {
    method: 'PUT',
    path: '/conformance/runs/:runId/not-applicable',
    tag,
    summary: 'Say why cases do not apply to the product; an empty reason takes it back.',
    params: OneRun,
    body: Type.Object(
      { cases: Type.Array(Word, { minItems: 1, maxItems: 1_000 }), reason: Type.String({ maxLength: 1_000 }) },
      { additionalProperties: false },
    ),
    answer: RunViewAnswer,
    handle: async ({ visitor, params, body }) => {
      await runs.justify(visitor, params.runId, body.cases, body.reason);
      return viewAnswer(await runs.view(visitor, params.runId));
    },
  });
  api.endpoint(app, {
    method: 'POST',
    path: '/conformance/runs/:runId/finish',
    tag,
    summary: 'End the recording and give the verdict.',
    params: OneRun,
    answer: RunViewAnswer,
    handle: async ({ visitor, params }) => {
      await runs.finish(visitor, params.runId);
      return viewAnswer(await runs.view(visitor, params.runId));
    },
  });
  api.endpoint(app, {
    method: 'POST',
    path: '/conformance/runs/:runId/sign-off',
    tag,
    summary: 'The NHS organisation accepts what was tested with it, or says what has to change.',
    params: OneRun,
    body: Type.Object(
      { accepted: Type.Boolean(), comment: Type.Optional(Type.String({ maxLength: 1_000 })) },
      { additionalProperties: false },
    ),
    answer: RunViewAnswer,
    handle: async ({ visitor, params, body }) => {
      await runs.signOff(visitor, params.runId, body.accepted, body.comment ?? '');
      return viewAnswer(await runs.view(visitor, params.runId));
    },
  });
}

function registerFacts(app: FastifyInstance, { api, store }: Portal): void {
  api.endpoint(app, {
    method: 'GET',
    path: '/conformance/cases',
    tag,
    summary: 'The table of witness cases: which there are at each endpoint, in each access.',
    answer: Type.Object({
      cases: Type.Array(Type.Object({ endpoint: Text, title: Text, access: Text, kind: Text, requirement: Text, source: Text })),
    }),
    handle: async ({ visitor }) => {
      require(visitor, 'conformance.see');
      return {
        cases: ACCESSES.flatMap((access) =>
          ENDPOINTS.filter((each) => each.open[access] !== undefined).flatMap((endpoint) =>
            CASE_KINDS.filter((each) => each.applies(endpoint, access)).map(({ kind, title, requirement, source }) => ({
              endpoint: endpoint.id,
              title,
              access,
              kind,
              requirement,
              source,
            })),
          ),
        ),
      };
    },
  });
  api.endpoint(app, {
    method: 'GET',
    path: '/conformance/verdict',
    tag,
    summary: 'What conformance runs of one of your product versions have shown; reviewers and operators ask for any.',
    query: Type.Object({ product: Word, version: Word, environment: Type.Optional(Word), teamId: Type.Optional(Word) }),
    answer: Type.Object({
      verdict: Text,
      runId: Type.Optional(Text),
      covered: Type.Array(Type.Object({ use: Text, endpoint: Text })),
      /** Newest first, each with how many cases the supplier said do not apply. */
      passedRuns: Type.Array(Type.Object({ runId: Text, justified: Type.Integer() })),
    }),
    handle: async ({ visitor, query: { product, version, environment = 'INT', teamId } }) => {
      require(visitor, 'conformance.see', { teamId, accountId: visitor.accountId });
      const owner = teamId !== undefined ? { teamId } : visitor.role === 'supplier' ? { accountId: visitor.accountId } : {};
      const { covered, passedRuns, ...verdict } = await verdictFor(store.db, {
        product,
        version,
        environment: environment.toUpperCase(),
        ...owner,
      });
      return { ...verdict, covered: covered.map((each) => ({ ...each })), passedRuns: passedRuns.map((each) => ({ ...each })) };
    },
  });
}
