/**
 * What reviewers have to do on a road as it stands, and what each would decide: the work list of people, and what simulated staff do
 * of themselves (DESIGN.md D11). Pure.
 */
import { isReviewer, type Reviewer } from './actors.ts';
import { type ArtefactKind, artefact } from './artefacts.ts';
import { reasonsAgainst } from './conditions.ts';
import type { ArtefactState, RoadFacts } from './facts.ts';
import type { WaitId } from './waits.ts';

export interface Duty {
  readonly kind: ArtefactKind;
  readonly key: string;
  readonly reviewer: Reviewer;
  /** What the rules would do. */
  readonly action: string;
  readonly reasons: readonly string[];
  /** Every action open to a person in this role. */
  readonly choices: readonly string[];
  readonly wait: WaitId;
  /** Simulated staff leave it to a person. */
  readonly byPerson: boolean;
}

/** Duties of all reviewers, in the order of the road. An artefact that waits for somebody else, or for a gate, gives none. */
export function dutiesOf(facts: RoadFacts): readonly Duty[] {
  return facts.road.artefacts.flatMap((each) => dutyOn(facts, each) ?? []);
}

function dutyOn(facts: RoadFacts, { kind, key, state }: ArtefactState): Duty | undefined {
  const open = artefact(kind).transitions.filter((each) => each.from.includes(state) && isReviewer(each.who));
  const forward = open.find((each) => each.sendsBack !== true && each.onlyByPerson !== true);
  if (forward === undefined || !isReviewer(forward.who)) return undefined;
  const blockers = forward.when.flatMap((condition) => reasonsAgainst(condition, facts, key));
  const common = {
    kind,
    key,
    reviewer: forward.who,
    choices: open.map(({ action }) => action),
    wait: forward.wait ?? 'none',
    byPerson: kind === 'euo-approval' && facts.decidedByPerson.has(key),
  } as const;
  if (blockers.length === 0) return { ...common, action: forward.action, reasons: [] };
  const back = open.find((each) => each.sendsBack === true);
  const grounds = back?.ifSupplierMust === true ? blockers.filter(({ who }) => who === 'supplier') : blockers;
  if (back !== undefined && grounds.length > 0)
    return { ...common, action: back.action, reasons: [...new Set(grounds.map(({ reason, fix }) => `${reason} ${fix}`))] };
  // Nothing to send back: the work begins when what it needs is there, unless a person can see to that.
  const byHand = open.find((each) => each.onlyByPerson === true);
  return byHand === undefined ? undefined : { ...common, action: byHand.action, reasons: [], byPerson: true };
}
