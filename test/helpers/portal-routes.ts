/** Every route of the portal's web application, as the server itself knows them: built here over an empty database, never listening. */

import { subscribe, unsubscribe } from 'node:diagnostics_channel';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { FastifyInstance } from 'fastify';
import { ManualClock } from '../../src/kernel/clock.ts';
import { kernelMigrations } from '../../src/kernel/store/kernel-migrations.ts';
import { openSqliteStore } from '../../src/kernel/store/sqlite.ts';
import { buildPortal, createPortalApp } from '../../src/portal/app.ts';
import { portalMigrations } from '../../src/portal/index.ts';
import { foundationOver } from './portal-parts.ts';

/** `GET /teams/:teamId` and so on, in the order of their registration; without HEAD, which goes with each GET. */
export async function portalRoutes(): Promise<readonly string[]> {
  const folder = mkdtempSync(join(tmpdir(), 'localspine-routes-'));
  const routes: string[] = [];
  const watch = (message: unknown): void => {
    const { fastify } = message as { readonly fastify: FastifyInstance };
    fastify.addHook('onRoute', ({ method, url }) => {
      for (const each of [method].flat()) if (each !== 'HEAD') routes.push(`${each} ${url}`);
    });
  };
  subscribe('fastify.initialization', watch);
  const store = await openSqliteStore({
    file: join(folder, 'portal.sqlite'),
    migrations: { kernel: kernelMigrations, ...portalMigrations },
  });
  try {
    const portal = buildPortal(foundationOver(store, new ManualClock(1_800_000_000_000)));
    const app = await createPortalApp(portal, { environments: () => [], examining: () => [] });
    await app.ready();
    await app.close();
  } finally {
    unsubscribe('fastify.initialization', watch);
    await store.close();
    rmSync(folder, { recursive: true, force: true });
  }
  return routes;
}
