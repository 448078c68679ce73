import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import pino from 'pino';
import { ALWAYS_OPEN, type Availability } from '../../src/kernel/availability.ts';
import { FileBlobs } from '../../src/kernel/blobs/file-blobs.ts';
import { ManualClock } from '../../src/kernel/clock.ts';
import { secureRandom } from '../../src/kernel/random.ts';
import { createSealer } from '../../src/kernel/sealer.ts';
import type { EnvironmentFacts, Offer, Service, ServiceContext } from '../../src/kernel/service.ts';
import { openMemoryStore } from '../../src/kernel/store/memory.ts';
import type { Db, Migrations } from '../../src/kernel/store/store.ts';

export const TEST_NOW = '2026-11-24T09:00:00.000Z';

export const testEnvironment: EnvironmentFacts = {
  id: 'INT',
  slug: 'int',
  title: 'Integration',
  baseUrl: 'https://localhost:8143',
  httpUrl: 'http://localhost:8180',
  mutualTlsUrl: 'https://localhost:8144',
  origins: new Set(['https://localhost:8143', 'https://127.0.0.1:8143']),
  ersInstances: ['Int1'],
  ersBaseUrls: ['https://localhost:8143'],
  ersPaths: ['/referrals'],
  tokenServers: [
    { path: '/oauth2', signIn: 'cis2' },
    { path: '/oauth2-mock', signIn: 'mock' },
  ],
  access: 'token',
  production: false,
  publishedNames: [],
  settings: {
    seed: 'test',
    quota: false,
    scanSeconds: 0,
    uploadDays: 14,
    pasTimeoutSeconds: 0,
    pasPollSeconds: 60,
    fetchPrivate: true,
    cis2Issuer: 'local',
    nameAddress: '127.0.0.1',
    rotateAddresses: false,
  },
};

/** A service context on a memory store with a clock that only moves when told; apis of other services are given by hand. */
export async function testContext(options: {
  readonly migrations: Readonly<Record<string, Migrations>>;
  readonly apis?: Readonly<Record<string, unknown>>;
  readonly environment?: Partial<EnvironmentFacts>;
  readonly offers?: readonly Offer[];
  readonly clock?: ManualClock;
  readonly availability?: Availability;
}): Promise<
  ServiceContext & {
    readonly clock: ManualClock;
    readonly jobs: { kind: string; payload: Readonly<Record<string, unknown>>; dueAt: number }[];
  }
> {
  const jobs: { kind: string; payload: Readonly<Record<string, unknown>>; dueAt: number }[] = [];
  return {
    environment: { ...testEnvironment, ...options.environment },
    store: await openMemoryStore(options.migrations),
    clock: options.clock ?? new ManualClock(TEST_NOW),
    random: secureRandom,
    blobs: new FileBlobs(mkdtempSync(join(tmpdir(), 'localspine-blobs-')), secureRandom),
    faults: { take: async () => undefined },
    outbox: {
      enqueue: async (_tx: Db, kind, payload, dueAt) => {
        jobs.push({ kind, payload, dueAt });
      },
      wake: () => undefined,
    },
    journal: { show: async () => undefined },
    availability: options.availability ?? ALWAYS_OPEN,
    sealer: createSealer('test seal key'),
    log: pino({ level: 'silent' }),
    use<Api>(service: Service<Api>): Api {
      const api = options.apis?.[service.name];
      if (api === undefined) throw new Error(`the test gave no api for ${service.name}`);
      return api as Api;
    },
    offered: (key) => (options.offers ?? []).filter((each) => each.key === key.name).map((each) => each.value as never),
    jobs,
  };
}
