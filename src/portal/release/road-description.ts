/** A road as pages, API and command line show it: what is done, what is next, why not yet, and who acts. Pure. */
import { isoInstant } from '../../kernel/clock.ts';
import type { Answers } from '../forms/form.ts';
import { ACTOR_NAMES, type Actor } from './actors.ts';
import { type ArtefactKind, artefact } from './artefacts.ts';
import { reasonsAgainst } from './conditions.ts';
import { type Duty, dutiesOf } from './duties.ts';
import type { ArtefactState, RoadFacts } from './facts.ts';
import { gateVerdicts } from './gate-verdict.ts';
import { actionsFor, words } from './life.ts';
import { STAGES, STEPS, type Step } from './steps.ts';
import type { RoadEvent } from './store.ts';
import { WAITS, type WaitId, waitInWords } from './waits.ts';

export interface DescribedAction {
  readonly action: string;
  readonly who: Actor;
  /** Why it cannot be done now; none when it can. */
  readonly blockers: readonly { readonly reason: string; readonly who: Actor; readonly fix: string }[];
}

export interface DescribedArtefact {
  readonly kind: ArtefactKind;
  readonly key: string;
  readonly title: string;
  readonly state: string;
  readonly stateText: string;
  readonly done: boolean;
  readonly editable: boolean;
  readonly since: string;
  readonly reasons: readonly string[];
  readonly answers: Answers;
  readonly supplierActions: readonly DescribedAction[];
  /** Who can move it on from here, if anybody. */
  readonly waitsFor: Actor | undefined;
}

export function describeArtefact(facts: RoadFacts, state: ArtefactState): DescribedArtefact {
  const { kind, key } = state;
  const definition = artefact(kind);
  const open = definition.transitions.filter((each) => each.from.includes(state.state) && each.onlyByPerson !== true);
  return {
    kind,
    key,
    title: key === '' ? definition.title : `${definition.title}: ${key}`,
    state: state.state,
    stateText: definition.states[state.state] ?? state.state,
    done: definition.done.includes(state.state),
    editable: definition.editable.includes(state.state),
    since: isoInstant(state.since),
    reasons: state.reasons,
    answers: state.answers,
    supplierActions: actionsFor(facts, state, 'supplier').map(({ transition, blockers }) => ({
      action: transition.action,
      who: transition.who,
      blockers: blockers.map((each) => ({ ...each })),
    })),
    waitsFor: open[0]?.who,
  };
}

export function describeArtefacts(facts: RoadFacts): readonly DescribedArtefact[] {
  return facts.road.artefacts.map((each) => describeArtefact(facts, each));
}

export interface DescribedGate {
  readonly gate: string;
  readonly title: string;
  readonly open: boolean;
  readonly decidedBy: readonly Actor[];
  readonly blockers: readonly { readonly reason: string; readonly who: Actor; readonly fix: string }[];
}

export function describeGates(facts: RoadFacts): readonly DescribedGate[] {
  return gateVerdicts(facts).map(({ gate, open, blockers }) => ({
    gate: gate.id,
    title: gate.title,
    open,
    decidedBy: gate.decidedBy,
    blockers: blockers.map((each) => ({ ...each })),
  }));
}

/** The step's place in both public numberings, e.g. `4.16 (later 4.2)`. */
export function stepNumber({ number2025, numberLater }: Step): string {
  if (number2025 === undefined) return numberLater ?? '';
  return numberLater === undefined || numberLater === number2025 ? number2025 : `${number2025} (later ${numberLater})`;
}

/** What a task on the road's task list says. */
export type TaskStatus = 'done' | 'waiting' | 'to-do' | 'not-yet' | 'sent-back';

export interface Task {
  readonly step: Step;
  readonly title: string;
  readonly kind: ArtefactKind | undefined;
  readonly key: string;
  readonly status: TaskStatus;
  /** One sentence under the task. */
  readonly hint: string;
}

/** The road as a task list, stage by stage. */
export function tasksOf(facts: RoadFacts): readonly { readonly stage: string; readonly tasks: readonly Task[] }[] {
  const described = describeArtefacts(facts);
  return STAGES.map(({ number, title }) => ({
    stage: `${number} ${title}`,
    tasks: STEPS.filter((step) => step.stage === number).flatMap((step): readonly Task[] => {
      if (step.artefact === undefined) return [guidanceTask(step, facts)];
      return described.filter(({ kind }) => kind === step.artefact).map((each) => artefactTask(facts, step, each));
    }),
  })).filter(({ tasks }) => tasks.length > 0);
}

function artefactTask(facts: RoadFacts, step: Step, each: DescribedArtefact): Task {
  const title = each.key === '' ? step.title : `${step.title}: ${each.key}`;
  const common = { step, title, kind: each.kind, key: each.key };
  if (each.done) return { ...common, status: 'done', hint: each.stateText };
  if (each.reasons.length > 0 && each.editable) return { ...common, status: 'sent-back', hint: each.reasons[0] ?? '' };
  const next = each.supplierActions.find(({ action }) => action !== 'amend' && action !== 'reopen' && action !== 'supersede');
  if (next === undefined) {
    const duty = dutiesOf(facts).find(({ kind, key }) => kind === each.kind && key === each.key);
    if (duty !== undefined) return { ...common, status: 'waiting', hint: `${each.stateText}. Next: ${ACTOR_NAMES[duty.reviewer]}` };
    const [first] = blockersOf(facts, each);
    return { ...common, status: 'not-yet', hint: first === undefined ? each.stateText : `${first.reason} (${ACTOR_NAMES[first.who]})` };
  }
  const elsewhere = next.blockers.find(({ who }) => who !== 'supplier');
  if (elsewhere !== undefined) return { ...common, status: 'not-yet', hint: `${elsewhere.reason} (${ACTOR_NAMES[elsewhere.who]})` };
  return { ...common, status: 'to-do', hint: `${each.stateText}. Next: ${words(next.action)}` };
}

/** What keeps a reviewer's next action on an artefact from being done. */
function blockersOf(facts: RoadFacts, { kind, key, state }: DescribedArtefact) {
  const next = artefact(kind).transitions.find((each) => each.from.includes(state) && each.onlyByPerson !== true);
  return (next?.when ?? []).flatMap((condition) => reasonsAgainst(condition, facts, key));
}

/** Steps that have no artefact of their own: done with the PROD form. */
function guidanceTask(step: Step, facts: RoadFacts): Task {
  const { road } = facts;
  if (step.id === 'deployment') return deploymentTask(step, facts);
  const form = road.artefacts.find(({ kind }) => kind === 'prod-form');
  const status =
    form === undefined || form.state === 'not-issued' ? 'not-yet' : form.state === 'issued' || form.state === 'queried' ? 'to-do' : 'done';
  const hint =
    status === 'not-yet'
      ? 'When e-RS Partners have sent the PROD form'
      : status === 'to-do'
        ? 'In Environment access, for each row of the form'
        : 'Done with the PROD form';
  return { step, title: step.title, kind: undefined, key: '', status, hint };
}

function deploymentTask(step: Step, { depAccess }: RoadFacts): Task {
  const hint = {
    none: 'Ask for it in Getting connected',
    'prerequisites-open': 'Prerequisites are open in Getting connected',
    granted: 'Access to DEP is granted',
    suspended: 'Access to DEP is suspended',
  }[depAccess];
  return { step, title: step.title, kind: undefined, key: '', status: depAccess === 'granted' ? 'done' : 'to-do', hint };
}

/** What reviewers have to do, and what the rules would decide. */
export function describeDuties(facts: RoadFacts): readonly Duty[] {
  return dutiesOf(facts);
}

/** Working days a person would have waited for what was done, and the published part of them. */
export function waitedDays(events: readonly RoadEvent[]): { readonly total: number; readonly documented: number } {
  const waits = events.flatMap(({ wait }) => (isWait(wait) ? [WAITS[wait]] : []));
  return {
    total: waits.reduce((sum, each) => sum + each.workingDays, 0),
    documented: waits.reduce((sum, each) => sum + (each.documented ? each.workingDays : 0), 0),
  };
}

export function isWait(text: string | undefined): text is WaitId {
  return text !== undefined && text in WAITS;
}

/** `5 working days for Solution Assurance to reply on the SCAL (published)`; undefined when nobody would have waited. */
export function waitText(wait: string | undefined): string | undefined {
  if (!isWait(wait) || WAITS[wait].workingDays === 0) return undefined;
  const { forWhat, documented } = WAITS[wait];
  return `${waitInWords(wait)} for ${forWhat}${documented ? ' (published)' : ''}`;
}
