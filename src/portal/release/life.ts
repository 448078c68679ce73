/** What may be done to an artefact, and what comes of it. The only way to a new state leads through {@link act}. Pure. */
import { LocalRefusal } from '../../kernel/errors.ts';
import { type Answers, answersFor, questionsOf } from '../forms/form.ts';
import { ACTOR_NAMES, type Actor } from './actors.ts';
import { type Artefact, type ArtefactKind, artefact, type Transition } from './artefacts.ts';
import type { Blocker } from './blocker.ts';
import { reasonsAgainst } from './conditions.ts';
import { contentsOf } from './contents.ts';
import { type ArtefactState, artefactOf, type RoadFacts } from './facts.ts';
import { formOf } from './forms.ts';

/** The road refuses an action: every reason, who must act next, and what they can do. */
export class RoadRefusal extends LocalRefusal {
  readonly blockers: readonly Blocker[];

  constructor(code: string, text: string, blockers: readonly Blocker[] = []) {
    const [first] = blockers;
    super(409, code, text, first === undefined ? undefined : `${first.fix} (${ACTOR_NAMES[first.who]})`);
    this.blockers = blockers;
  }
}

export interface Act {
  readonly kind: ArtefactKind;
  readonly key: string;
  readonly action: string;
  readonly actor: Actor;
  /** Why a reviewer sends something back. */
  readonly reasons?: readonly string[];
}

/** What an action came to. */
export interface Moved {
  readonly transition: Transition;
  readonly before: ArtefactState;
  readonly after: ArtefactState;
}

/**
 * Carries out an action of the table.
 *
 * @throws RoadRefusal 409: not in this state, not this actor, or a condition does not hold (with every reason)
 */
export function act(facts: RoadFacts, { kind, key, action, actor, reasons = [] }: Act): Moved {
  const definition = artefact(kind);
  const before = artefactOf(facts.road, kind, key);
  const transition = transitionFor(definition, before, action);
  if (transition.who !== actor)
    throw new RoadRefusal('not_yours', `${definition.title}: only the ${ACTOR_NAMES[transition.who]} may ${words(action)}.`);
  if (transition.sendsBack === true && reasons.length === 0)
    throw new RoadRefusal('reasons_missing', `${definition.title}: to ${words(action)}, say why.`);
  const blockers = transition.when.flatMap((condition) => reasonsAgainst(condition, facts, key));
  if (blockers.length > 0)
    throw new RoadRefusal(
      'blocked',
      `${definition.title}: cannot ${words(action)}: ${blockers.map(({ reason }) => reason).join(' ')}`,
      blockers,
    );
  const answers = { ...before.answers, ...contentsOf(facts, kind, action) };
  const after = { ...before, answers, state: transition.to, since: facts.now, reasons: transition.sendsBack === true ? reasons : [] };
  return { transition, before, after };
}

function transitionFor(definition: Artefact, before: ArtefactState, action: string): Transition {
  const named = definition.transitions.filter((each) => each.action === action);
  if (named.length === 0) throw new RoadRefusal('action_unknown', `${definition.title}: there is no action "${action.slice(0, 40)}".`);
  const transition = named.find(({ from }) => from.includes(before.state));
  if (transition !== undefined) return transition;
  const state = (definition.states[before.state] ?? before.state).toLowerCase();
  throw new RoadRefusal('wrong_state', `${definition.title}: cannot ${words(action)} while it is "${state}".`);
}

/** `request-changes` as `request changes`. */
export function words(action: string): string {
  return action.replaceAll('-', ' ');
}

/**
 * Keeps answers that a supplier gives to some of an artefact's questions; answers to other questions stay.
 *
 * @throws RoadRefusal 409 when it has no form or may not be changed now
 */
export function answer(facts: RoadFacts, kind: ArtefactKind, key: string, given: Answers): ArtefactState {
  const definition = artefact(kind);
  const before = artefactOf(facts.road, kind, key);
  const form = formOf(facts.road, kind, key);
  if (form === undefined) throw new RoadRefusal('no_form', `${definition.title}: there is nothing to fill in.`);
  if (!definition.editable.includes(before.state)) {
    const state = (definition.states[before.state] ?? before.state).toLowerCase();
    throw new RoadRefusal('not_editable', `${definition.title}: cannot be changed while it is "${state}".`);
  }
  return { ...before, answers: { ...before.answers, ...answersFor(questionsOf(form), given) } };
}

/** Actions open to an actor on an artefact as it stands, each with what keeps it from being done. */
export function actionsFor(
  facts: RoadFacts,
  { kind, key, state }: ArtefactState,
  actor: Actor,
): readonly { readonly transition: Transition; readonly blockers: readonly Blocker[] }[] {
  return artefact(kind)
    .transitions.filter((each) => each.who === actor && each.from.includes(state))
    .map((transition) => ({ transition, blockers: transition.when.flatMap((condition) => reasonsAgainst(condition, facts, key)) }));
}
