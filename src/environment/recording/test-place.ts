/** A web application that is recorded, with a route for each thing that an exchange can be: for tests. */
import assert from 'node:assert/strict';
import { once } from 'node:events';
import { Readable } from 'node:stream';
import type { FastifyInstance, InjectOptions } from 'fastify';
import { pino } from 'pino';
import { LocalRefusal } from '../../kernel/errors.ts';
import { createWebApp } from '../../kernel/http/web-app.ts';
import { Journal, journalMigrations } from '../../kernel/journal/journal.ts';
import { RequestMetrics } from '../../kernel/metrics.ts';
import { secureRandom } from '../../kernel/random.ts';
import { openMemoryStore } from '../../kernel/store/memory.ts';
import type { Store } from '../../kernel/store/store.ts';
import { World } from '../../kernel/world.ts';
import { BODY_CAP } from './messages.ts';
import { recordingMigrations } from './migrations.ts';
import { Recordings } from './recordings.ts';

export const TOKEN = 'a-token-that-is-long-and-drawn-at-random';
export const APP = 'app-1';

export interface Place {
  readonly app: FastifyInstance;
  readonly recordings: Recordings;
  readonly store: Store;
  readonly failures: string[];
  /** What `/late-file` answers with, once its connection has ended. */
  readonly lateFile: Readable;
  ask(url: string, options?: InjectOptions): Promise<{ status: number; body: string }>;
  /** Exchanges of a recording, read. */
  exchanges(id?: string): Promise<readonly ReturnType<typeof JSON.parse>[]>;
}

/** @param given a store with the kernel's and the recordings' tables; one in memory when absent */
export async function place(given?: Store): Promise<Place> {
  const store = given ?? (await openMemoryStore({ recording: recordingMigrations }));
  const world = await World.open(store);
  const failures: string[] = [];
  const recordings = new Recordings({
    store,
    world,
    environment: 'INT',
    nameOf: async (_db, appId) => {
      if (!appId.startsWith('app-')) throw new LocalRefusal(404, 'application_unknown', 'No such application.');
      return `Name of ${appId}`;
    },
    fingerprint: async () => ({ environment: 'INT', seed: 'test' }),
    sealKey: async () => assert.fail('nothing is sealed here'),
    failed: (text) => failures.push(text),
  });
  const app = createWebApp({
    log: pino({ level: 'silent' }),
    clock: world,
    world,
    journal: new Journal({
      store: await openMemoryStore({ journal: journalMigrations }),
      clock: world,
      random: secureRandom,
      keep: 100,
      onError: assert.fail,
    }),
    metrics: new RequestMetrics(),
    witness: recordings,
    listenerOf: () => ({ name: 'https', port: 8143, baseUrl: 'https://localhost:8143', ersInstance: 'Int1' }),
  });
  register(app);
  const lateFile = Readable.from([Buffer.from('%PDF-')]);
  app.get('/late-file', async (request, reply) => {
    await once(request.raw.socket, 'close');
    return reply.type('application/pdf').send(lateFile);
  });
  return {
    app,
    recordings,
    store,
    failures,
    lateFile,
    async ask(url, options) {
      const reply = await app.inject({ url, headers: { authorization: `Bearer ${TOKEN}` }, ...options });
      return { status: reply.statusCode, body: reply.body };
    },
    exchanges: async (id = 'run') => (await recordings.lines(id)).map((line) => JSON.parse(line)),
  };
}

function register(app: FastifyInstance): void {
  app.addHook('onRequest', async (request) => {
    request.exchange.service = 'ers';
    request.exchange.operation = 'A005';
    const { app: appId } = request.headers;
    if (typeof appId === 'string') request.exchange.appId = appId;
  });
  app.get('/file', async (_request, reply) =>
    reply.type('application/pdf').send(Readable.from([Buffer.from('%PDF-'), Buffer.from([0xff, 0xfe]), Buffer.from('end')])),
  );
  app.get('/broken-file', async (_request, reply) =>
    reply.type('application/pdf').send(
      Readable.from(
        (async function* () {
          yield Buffer.from('%PDF-');
          throw new Error('the disk is gone');
        })(),
      ),
    ),
  );
  app.get('/long', async () => `{"text":"${'é'.repeat(BODY_CAP)}"}`);
  app.get('/refused', async (request, reply) => {
    request.exchange.refused({ check: 'gateway.token.expired', why: 'It is old.' });
    return reply.code(401).send();
  });
  app.post('/echo', async (request, reply) => {
    request.exchange.requestBody = JSON.stringify(request.body);
    return reply.code(201).send({ access_token: 'secret-secret-secret', answer: true });
  });
}

export const as = (appId: string): InjectOptions => ({
  headers: { authorization: `Bearer ${TOKEN}`, app: appId, 'x-correlation-id': 'c-1' },
});
export const order = (id: string, ...applications: string[]) => ({ id, purpose: 'Conformance run', applications });
