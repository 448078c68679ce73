import type { FastifyInstance } from 'fastify';
import { LocalRefusal } from '../../kernel/errors.ts';
import { pkiOf } from '../authorities.ts';
import { ManifestSchema } from '../connection/manifest-schema.ts';
import type { Environment } from '../environment.ts';
import { checkHealth } from '../health.ts';
import { registerClock } from './clock.ts';
import { registerErrors } from './errors.ts';
import { registerExports } from './exports.ts';
import { registerFaults } from './faults.ts';
import { adminGuard, hostName } from './guard.ts';
import { registerImport } from './import.ts';
import { registerJournal } from './journal.ts';
import { registerMaintenance } from './maintenance.ts';
import { registerManagement } from './management.ts';
import { manifestOf } from './manifest.ts';
import { registerOutbox } from './outbox.ts';
import { registerSnapshots } from './snapshots.ts';

/** The admin API of an environment, mounted at `/_localspine` on its HTTPS and HTTP ports (DESIGN.md, fixed points). */
export async function registerAdmin(app: FastifyInstance, environment: Environment): Promise<void> {
  const hosts = new Set([...environment.facts.origins].map((origin) => hostName(new URL(origin).host)));
  const guard = adminGuard(hosts, environment.parts.adminToken);
  app.addHook('onRequest', async (request) => guard(request));
  acceptJsonOnly(app);

  app.get('/health', async () => {
    await checkHealth(environment);
    return { status: 'ready', environment: environment.facts.id };
  });
  app.get('/ca.pem', async (_request, reply) => {
    const { root, subordinate } = await pkiOf(environment).authorities(environment.store.db);
    return reply.type('application/x-pem-file').send(`${subordinate.pem.trim()}\n${root.pem.trim()}\n`);
  });
  app.get('/manifest', async () => manifestOf(environment));
  app.get('/manifest.schema.json', async (_request, reply) => reply.type('application/schema+json').send(JSON.stringify(ManifestSchema)));
  app.get('/metrics', async (_request, reply) => {
    const waiting = await environment.outbox.waiting();
    const text = await environment.metrics.text({
      outbox_jobs_waiting: { help: 'Outbox jobs not done yet', value: waiting },
      clock_offset_seconds: { help: 'How far business time is ahead of real time', value: environment.world.clockOffset / 1_000 },
    });
    return reply.type('text/plain; version=0.0.4; charset=utf-8').send(text);
  });
  app.post('/reset', async (request) => {
    const all = typeof request.body === 'object' && request.body !== null && 'all' in request.body && request.body.all === true;
    await (all ? environment.resetAll() : environment.reset());
    return { environment: environment.facts.id, reset: all ? 'all' : 'data' };
  });
  registerClock(app, environment);
  registerFaults(app, environment);
  registerJournal(app, environment);
  registerSnapshots(app, environment);
  registerImport(app, environment);
  registerMaintenance(app, environment);
  registerExports(app, environment);
  registerManagement(app, environment);
  registerErrors(app, environment);
  registerOutbox(app, environment);
  for (const { manifest, running } of environment.services) {
    const { admin } = running;
    if (admin !== undefined) await app.register(async (scope) => admin(scope), { prefix: `/${manifest.name}` });
  }
}

/** A form of another site can post anything but `application/json` without asking first: so that is all that is taken. */
function acceptJsonOnly(app: FastifyInstance): void {
  app.removeAllContentTypeParsers();
  app.addContentTypeParser('application/json', { parseAs: 'string', bodyLimit: 64 * 1024 * 1024 }, (_request, body, done) => {
    try {
      done(null, body === '' ? undefined : JSON.parse(String(body)));
    } catch {
      done(new LocalRefusal(400, 'bad_json', 'The body is not JSON.'));
    }
  });
  app.addContentTypeParser('*', (_request, _payload, done) => {
    done(new LocalRefusal(415, 'json_only', 'The admin API takes JSON.', 'Send "Content-Type: application/json".'));
  });
}
