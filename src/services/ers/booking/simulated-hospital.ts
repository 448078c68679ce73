import type { Faults } from '../../../kernel/faults/faults.ts';
import type { EnvironmentSettings } from '../../../kernel/service.ts';
import type { HospitalAnswer, HospitalSystem } from './hospital-system.ts';

/** What the simulated hospital needs of its environment. */
export interface SimulatedHospitalParts {
  readonly faults: Faults;
  readonly settings: Pick<EnvironmentSettings, 'pasTimeoutSeconds'>;
  /** Waits; tests pass one that does not. */
  readonly pause?: (milliseconds: number) => Promise<void>;
}

/** Operations that cancel: each sends the hospital the same message, so a rule set for any of them applies to the next (ers.md §14). */
const CANCELLING = ['A014', 'A022', 'A034', 'A036'] as const;

/**
 * A patient administration system that confirms everything, unless a fault rule says otherwise (ers.md §14): `refuse`, `error` or
 * `silence`. Silence costs the caller the environment's own time-out, not the two minutes of the national one.
 */
export function simulatedHospital({ faults, settings, pause = wait }: SimulatedHospitalParts): HospitalSystem {
  async function answer(operations: readonly string[]): Promise<HospitalAnswer> {
    for (const operation of operations) {
      const effect = await faults.take('ers', operation, ['partner']);
      if (effect?.kind !== 'partner') continue;
      if (effect.behaviour === 'refuse') return 'refused';
      if (effect.behaviour === 'error') return 'error';
      await pause(settings.pasTimeoutSeconds * 1000);
      return 'silence';
    }
    return 'confirmed';
  }
  return {
    book: () => answer(['A016']),
    cancel: () => answer(CANCELLING),
  };
}

function wait(milliseconds: number): Promise<void> {
  return milliseconds === 0 ? Promise.resolve() : new Promise((resolve) => setTimeout(resolve, milliseconds));
}
