import type { Blocker } from './blocker.ts';
import { reasonsAgainst } from './conditions.ts';
import type { RoadFacts } from './facts.ts';
import { GATES, type Gate } from './gates.ts';

/** A gate as it stands: open, or shut for every reason listed. */
export interface GateVerdict {
  readonly gate: Gate;
  readonly open: boolean;
  readonly blockers: readonly Blocker[];
}

export function gateVerdict(gate: Gate, facts: RoadFacts): GateVerdict {
  const seen = new Set<string>();
  const blockers = reasonsAgainst(gate.condition, facts).filter(({ reason }) => !seen.has(reason) && seen.add(reason));
  return { gate, open: blockers.length === 0, blockers };
}

/** Every gate of a road as it stands. */
export function gateVerdicts(facts: RoadFacts): readonly GateVerdict[] {
  return GATES.map((gate) => gateVerdict(gate, facts));
}
