import { secureRandom } from '../kernel/random.ts';
import { type EnvironmentFacts, offeredBy, type RunningService, type Service, type ServiceContext } from '../kernel/service.ts';
import type { World } from '../kernel/world.ts';
import type { EnvironmentParts } from './environment.ts';
import type { Kernel } from './environment-kernel.ts';

/** A service and what it became in this environment. */
export interface BuiltService {
  readonly manifest: Service<unknown>;
  readonly running: RunningService<unknown>;
}

/** Builds the services in their order, each given what it may use. */
export async function buildServices(
  parts: EnvironmentParts,
  environment: EnvironmentFacts,
  world: World,
  kernel: Kernel,
): Promise<BuiltService[]> {
  const built: BuiltService[] = [];
  for (const manifest of parts.services) {
    const context: ServiceContext = {
      environment,
      store: parts.store,
      clock: world,
      random: secureRandom,
      blobs: parts.blobs,
      faults: kernel.faults,
      outbox: kernel.outbox,
      journal: kernel.journal,
      availability: kernel.maintenance,
      sealer: parts.sealer,
      log: parts.log.child({ service: manifest.name }),
      use: <Api>(service: Service<Api>): Api => {
        const found = built.find((each) => each.manifest.name === service.name);
        if (found === undefined) throw new Error(`service ${manifest.name} uses ${service.name}, which is not built before it`);
        return found.running.api as Api;
      },
      offered: (key) => offeredBy(parts.services, key),
    };
    built.push({ manifest, running: await manifest.create(context) });
  }
  return built;
}
