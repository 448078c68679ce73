import { fileURLToPath } from 'node:url';
import { type Logger, pino } from 'pino';
import { environmentMigrations } from '../environment/all-migrations.ts';
import { ENVIRONMENTS, type EnvironmentId } from '../environment/definitions.ts';
import { Environment } from '../environment/environment.ts';
import { doorPorts } from '../environment/ports.ts';
import { environmentServices } from '../environment/services.ts';
import type { BlobStore } from '../kernel/blobs/blobs.ts';
import { FileBlobs } from '../kernel/blobs/file-blobs.ts';
import { isoInstant, systemTime } from '../kernel/clock.ts';
import { journalMigrations } from '../kernel/journal/journal.ts';
import { machineNames } from '../kernel/machine-names.ts';
import { secureRandom } from '../kernel/random.ts';
import { createSealer, type Sealer } from '../kernel/sealer.ts';
import { kernelMigrations } from '../kernel/store/kernel-migrations.ts';
import type { OwnedMigrations } from '../kernel/store/migrate.ts';
import type { Store } from '../kernel/store/store.ts';
import { portalMigrations } from '../portal/index.ts';
import type { Configuration } from './configuration.ts';
import { Home } from './home.ts';
import { operatorToken } from './operator-token.ts';
import { PortalDoor } from './portal-door.ts';
import { Roots, rootMigrations } from './roots.ts';

/** A running LocalSpine. */
export interface Platform {
  readonly configuration: Configuration;
  readonly home: Home;
  readonly environments: readonly Environment[];
  readonly portalUrl: string;
  /** True when this start made the data. */
  readonly firstBoot: boolean;
  /** Stops taking requests, finishes those under way, closes everything. */
  stop(): Promise<void>;
}

export interface BootOptions {
  readonly configuration: Configuration;
  /** Told as slow work begins, with the environment it is for. */
  readonly progress: (step: string) => void;
}

/**
 * Opens the environments and the portal. Throws LocalRefusal with one clear sentence when it cannot: port in use, corrupt or newer
 * database, folder not writable. What was opened by then is closed again.
 */
export async function boot({ configuration, progress }: BootOptions): Promise<Platform> {
  const home = new Home(configuration.home);
  const log = pino({ level: configuration.logLevel, base: null }, pino.destination({ dest: 2, sync: false }));
  const sealer = createSealer(configuration.sealKey ?? home.sealKey(secureRandom));
  const closers: (() => Promise<void>)[] = [];
  try {
    const roots = await Roots.open(
      await openStore(configuration, home, { schema: 'platform', file: 'platform.sqlite' }, rootMigrations),
      sealer,
    );
    closers.push(() => roots.close());
    const environments = await allOrNone(
      configuration.environments.map((id) => openEnvironment({ id, configuration, home, log, sealer, roots, progress })),
      (each) => closers.push(() => each.close()),
    );
    const firstBoot = environments.some((each) => each.bornNow);
    await allOrNone(environments.map((each) => each.open()));
    const portal = await PortalDoor.open({
      configuration,
      environments,
      roots,
      store: await openStore(
        configuration,
        home,
        { schema: 'portal', file: 'portal.sqlite' },
        { kernel: kernelMigrations, ...portalMigrations },
      ),
      operatorToken: operatorToken(configuration, sealer),
      log: log.child({ portal: true }),
    });
    closers.push(() => portal.close());
    for (const each of environments) each.portalUrl = portal.url;
    await announce(home, environments, portal.url);
    return {
      configuration,
      home,
      environments,
      portalUrl: portal.url,
      firstBoot,
      async stop() {
        home.withdraw();
        for (const close of closers.reverse()) await close();
      },
    };
  } catch (error) {
    for (const close of closers.reverse()) await close().catch(() => undefined);
    throw error;
  }
}

/** Waits for all, the failed ones too: what is still opening cannot be closed. Throws the first failure. */
async function allOrNone<Value>(attempts: readonly Promise<Value>[], opened?: (value: Value) => void): Promise<readonly Value[]> {
  const results = await Promise.allSettled(attempts);
  for (const result of results) if (result.status === 'fulfilled') opened?.(result.value);
  return results.map((result) => {
    if (result.status === 'rejected') throw result.reason;
    return result.value;
  });
}

interface EnvironmentOptions {
  readonly id: EnvironmentId;
  readonly configuration: Configuration;
  readonly home: Home;
  readonly log: Logger;
  readonly sealer: Sealer;
  readonly roots: Roots;
  readonly progress: (step: string) => void;
}

async function openEnvironment({ id, configuration, home, log, sealer, roots, progress }: EnvironmentOptions): Promise<Environment> {
  const definition = ENVIRONMENTS[id];
  const [quotaPerMinute, spikeArrestPerMinute] = [configuration.quotaPerMinute[id], configuration.spikeArrestPerMinute[id]];
  const services = environmentServices(await roots.authority(definition.root));
  const store = await openStore(
    configuration,
    home,
    { schema: definition.slug, file: `${definition.slug}/${definition.slug}.sqlite` },
    environmentMigrations(services, kernelMigrations),
  );
  const journalStore = await openStore(
    configuration,
    home,
    { schema: `${definition.slug}_journal`, file: `${definition.slug}/journal.sqlite`, relaxed: true },
    { journal: journalMigrations },
  );
  try {
    return await Environment.build({
      definition,
      services,
      store,
      journalStore,
      blobs: openBlobs(configuration, definition.slug),
      sealer,
      settings: {
        seed: configuration.seed,
        quota: configuration.quota,
        scanSeconds: configuration.scanSeconds,
        uploadDays: configuration.uploadDays,
        pasTimeoutSeconds: configuration.pasTimeoutSeconds,
        registrationApproval: configuration.registrationApproval,
        directoryCacheSeconds: configuration.directoryCacheSeconds,
        fetchPrivate: configuration.fetchPrivate,
        cis2Issuer: configuration.cis2Issuer,
        nameAddress: configuration.nameAddress,
        rotateAddresses: configuration.rotateAddresses,
        sandboxRefusals: configuration.sandboxRefusals,
        ldap: configuration.ldap,
        pasPollSeconds: configuration.pasPollSeconds,
        ...(quotaPerMinute !== undefined && { quotaPerMinute }),
        ...(spikeArrestPerMinute !== undefined && { spikeArrestPerMinute }),
        spineIdleMinutes: configuration.spineIdleMinutes,
        maintenance: configuration.maintenance,
        asidModel: configuration.asidModel,
      },
      ports: await doorPorts(
        configuration.portBase,
        definition,
        services.flatMap((each) => each.doors ?? []),
      ),
      host: configuration.host,
      publicHost: configuration.publicUrl?.hostname ?? 'localhost',
      machineNames: machineNames(),
      adminToken: configuration.adminToken,
      journalKeep: configuration.journalKeep,
      log: log.child({ environment: id }),
      async registerAdmin(app, environment) {
        const { registerAdmin } = await import('../environment/admin/admin.ts');
        await registerAdmin(app, environment);
      },
      progress: (step) => progress(`${id}: ${step}`),
    });
  } catch (error) {
    await journalStore.close();
    await store.close();
    throw error;
  }
}

/** Where a database is: its file below the data folder, or its schema on PostgreSQL. */
interface DatabasePlace {
  readonly schema: string;
  readonly file: string;
  readonly relaxed?: boolean;
}

async function openStore(configuration: Configuration, home: Home, place: DatabasePlace, migrations: OwnedMigrations): Promise<Store> {
  if (configuration.databaseUrl !== undefined) {
    const { openPostgresStore } = await import('../kernel/store/postgres.ts');
    return openPostgresStore({ url: configuration.databaseUrl, schema: `localspine_${place.schema}`, migrations });
  }
  const { openSqliteStore } = await import('../kernel/store/sqlite.ts');
  return openSqliteStore({ file: home.file(...place.file.split('/')), migrations, relaxed: place.relaxed ?? false });
}

function openBlobs(configuration: Configuration, slug: string): BlobStore {
  const url = configuration.blobsUrl;
  const folder = url.startsWith('file://') ? fileURLToPath(url) : url.slice('file:'.length);
  return new FileBlobs(`${folder}/${slug}`, secureRandom);
}

async function announce(home: Home, environments: readonly Environment[], portal: string): Promise<void> {
  const [{ pkiOf }, { GENERATIONS }] = await Promise.all([import('../environment/authorities.ts'), import('../services/pki/index.ts')]);
  const entries: { id: string; baseUrl: string; httpUrl: string; caPath: string }[] = [];
  const bundle = new Set<string>();
  for (const environment of environments) {
    // Both generations: what the older has signed, certificates and evidence, is to be checked as well.
    const newestFirst = GENERATIONS.toReversed().map((each) => pkiOf(environment).authorities(environment.store.db, each));
    const own = (await Promise.all(newestFirst)).flatMap(({ subordinate, root }) => [subordinate.pem.trim(), root.pem.trim()]);
    const caPath = home.write(`${environment.facts.slug}/ca.pem`, `${own.join('\n')}\n`);
    for (const each of own) bundle.add(each);
    const http = environment.doors.listeners.find((each) => each.name === 'http');
    entries.push({ id: environment.facts.id, baseUrl: environment.facts.baseUrl, httpUrl: `http://127.0.0.1:${http?.port ?? 0}`, caPath });
  }
  home.write('ca.pem', `${[...bundle].join('\n')}\n`);
  home.announce({ pid: process.pid, startedAt: isoInstant(systemTime.now()), portal, environments: entries });
}
