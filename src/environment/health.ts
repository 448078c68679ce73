import { LocalRefusal } from '../kernel/errors.ts';
import type { Environment } from './environment.ts';

/** Throws LocalRefusal 503 while a service cannot do its work. */
export async function checkHealth(environment: Environment): Promise<void> {
  if (!environment.ready) throw new LocalRefusal(503, 'starting', `${environment.facts.id} is starting.`);
  for (const { manifest, running } of environment.services) {
    try {
      await running.health?.();
    } catch {
      throw new LocalRefusal(503, 'unhealthy', `The service ${manifest.name} of ${environment.facts.id} cannot do its work.`);
    }
  }
}
