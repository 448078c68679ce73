/** An environment's certificate authority for tests: on a memory store, with a clock that moves when told. */
import assert from 'node:assert/strict';
import fastify, { type FastifyInstance } from 'fastify';
import { testContext, testEnvironment } from '../../../test/helpers/context.ts';
import { ManualClock } from '../../kernel/clock.ts';
import { LocalRefusal } from '../../kernel/errors.ts';
import { Exchange } from '../../kernel/http/exchange.ts';
import { renderLocal } from '../../kernel/http/web-app.ts';
import { createSealer } from '../../kernel/sealer.ts';
import { offer, type RunningService } from '../../kernel/service.ts';
import { openMemoryStore } from '../../kernel/store/memory.ts';
import {
  createPki,
  createRootAuthority,
  type FqdnRegister,
  fqdnRegister,
  type PkiApi,
  type RootAuthority,
  rootMigrations,
} from './index.ts';

export interface PkiWorld {
  readonly context: Awaited<ReturnType<typeof testContext>>;
  readonly pki: RunningService<PkiApi>;
  readonly app: FastifyInstance;
}

/** The root of the path-to-live environments, made on a clock of its own. */
export async function testRoot(start: string): Promise<RootAuthority> {
  const platform = await openMemoryStore({ pki: rootMigrations });
  return createRootAuthority(platform, createSealer('platform seal key'), new ManualClock(start), 'path-to-live');
}

/**
 * An environment after first boot.
 *
 * @param register FQDN → ODS codes, as dns and directory would know; without it every name is registered, to nobody in particular
 */
export async function pkiWorld(
  root: RootAuthority,
  options: {
    readonly start: string;
    readonly id?: string;
    readonly register?: Readonly<Record<string, readonly string[]>>;
    readonly approval?: 'person';
  },
): Promise<PkiWorld> {
  const service = createPki(root);
  const { register } = options;
  const known: FqdnRegister = { ownersOf: async (_db, fqdn) => (register === undefined ? [] : register[fqdn]) };
  const context = await testContext({
    migrations: { pki: service.migrations },
    environment: {
      id: options.id ?? 'INT',
      slug: (options.id ?? 'INT').toLowerCase(),
      settings: { ...testEnvironment.settings, ...(options.approval === undefined ? {} : { registrationApproval: options.approval }) },
    },
    clock: new ManualClock(options.start),
    offers: [offer(fqdnRegister, known)],
  });
  const pki = await service.create(context);
  const store = await pki.prepare?.();
  assert.ok(store);
  await context.store.transaction(store);
  return { context, pki, app: await appOf(pki) };
}

/** National paths at their place, the admin API below `/_localspine/pki`, refusals as the environment renders them. */
async function appOf(pki: RunningService<PkiApi>): Promise<FastifyInstance> {
  const app = fastify();
  app.decorateRequest('exchange');
  app.addHook('onRequest', async (request) => {
    request.exchange = new Exchange({ name: 'https', port: 0, baseUrl: 'https://localhost', ersInstance: 'Int1' }, 0);
  });
  app.setErrorHandler((error: unknown, _request, reply) => {
    const status = error instanceof LocalRefusal ? error.status : 500;
    void reply.code(status).send(status === 500 ? { error: String(error) } : renderLocal(error, status));
  });
  await app.register(async (scope) => pki.routes?.(scope));
  await app.register(async (scope) => pki.admin?.(scope), { prefix: '/_localspine/pki' });
  await app.ready();
  return app;
}
