/**
 * The artefacts of the path to live and the life of each as one readable table (path-to-live.md §3.2, §4): which action is allowed
 * from which states, for whom, under which named conditions, and where it leads. Simulated reviewers and people obey the same table.
 */
import type { Actor } from './actors.ts';
import type { ConditionId } from './conditions.ts';
import type { WaitId } from './waits.ts';

export type ArtefactKind =
  | 'use-case'
  | 'integration-form'
  | 'scal'
  | 'witness-test'
  | 'tcc'
  | 'euo-approval'
  | 'connection-agreement'
  | 'prod-form'
  | 'smoke-test'
  | 'go-live';

export interface Transition {
  readonly action: string;
  readonly from: readonly string[];
  readonly to: string;
  readonly who: Actor;
  /** What must hold; the action is refused with every reason that does not. */
  readonly when: readonly ConditionId[];
  /** What a reviewer does instead of the action before it in the table, when its conditions do not hold: send back, with the reasons. */
  readonly sendsBack?: true;
  /** Simulated staff send back only for what the supplier has to mend, and wait for what others owe. */
  readonly ifSupplierMust?: true;
  /** What a person would have waited for the reviewer to do this. */
  readonly wait?: WaitId;
  /** Never done by simulated staff of themselves. */
  readonly onlyByPerson?: true;
}

export interface Artefact {
  readonly kind: ArtefactKind;
  readonly title: string;
  /** One for each end-user organisation, keyed by its ODS code. */
  readonly perEuo?: true;
  readonly states: Readonly<Record<string, string>>;
  readonly initial: string;
  /** States in which the supplier may change the answers. */
  readonly editable: readonly string[];
  /** States in which its part of the road is done. */
  readonly done: readonly string[];
  readonly transitions: readonly Transition[];
}

function by(who: Actor, action: string, from: string | readonly string[], to: string, when: readonly ConditionId[] = []): Transition {
  return { action, from: [from].flat(), to, who, when };
}

/** A reviewer's action, with the wait it means to a person. */
function reviewed(
  who: Actor,
  action: string,
  from: string | readonly string[],
  to: string,
  wait: WaitId,
  when: readonly ConditionId[] = [],
): Transition {
  return { ...by(who, action, from, to, when), wait };
}

/** The reviewer's other answer. */
function sentBack(who: Actor, action: string, from: string | readonly string[], to: string, wait: WaitId): Transition {
  return { ...by(who, action, from, to), wait, sendsBack: true };
}

function ifSupplierMust(transition: Transition): Transition {
  return { ...transition, ifSupplierMust: true };
}

function onlyByPerson(transition: Transition): Transition {
  return { ...transition, onlyByPerson: true };
}

/** The table: one block for each artefact, one line for each action. */
export const ARTEFACTS: readonly Artefact[] = [
  {
    kind: 'use-case',
    title: 'Use case',
    initial: 'draft',
    states: { draft: 'Draft', 'under-review': 'Under review', 'changes-requested': 'Changes requested', accepted: 'Accepted' },
    editable: ['draft', 'changes-requested'],
    done: ['accepted'],
    transitions: [
      by('supplier', 'submit', ['draft', 'changes-requested'], 'under-review', ['use-case-answered']),
      reviewed('ers-partners', 'accept', 'under-review', 'accepted', 'use-case', ['use-case-sound']),
      sentBack('ers-partners', 'request-changes', 'under-review', 'changes-requested', 'use-case'),
      by('supplier', 'amend', 'accepted', 'draft'),
    ],
  },
  {
    kind: 'integration-form',
    title: 'Integration testing form',
    initial: 'draft',
    states: {
      draft: 'Draft',
      'under-review': 'Under review',
      'changes-requested': 'Changes requested',
      reviewed: 'Reviewed, being set up',
      'data-pack-issued': 'Set up, data pack issued',
    },
    editable: ['draft', 'changes-requested'],
    done: ['data-pack-issued'],
    transitions: [
      by('supplier', 'submit', ['draft', 'changes-requested'], 'under-review', ['gate-1', 'integration-form-answered']),
      reviewed('service-desk', 'accept', 'under-review', 'reviewed', 'integration-form', [
        'integration-applications',
        'integration-organisation',
      ]),
      sentBack('service-desk', 'request-changes', 'under-review', 'changes-requested', 'integration-form'),
      reviewed('service-desk', 'issue-data-pack', 'reviewed', 'data-pack-issued', 'data-pack', [
        'integration-applications',
        'integration-organisation',
        'integration-asids',
      ]),
      ifSupplierMust(sentBack('service-desk', 'request-changes', 'reviewed', 'changes-requested', 'data-pack')),
      by('supplier', 'amend', 'data-pack-issued', 'draft'),
    ],
  },
  {
    kind: 'scal',
    title: 'Supplier Conformance Assessment List',
    initial: 'not-requested',
    states: {
      'not-requested': 'Not requested',
      requested: 'Requested',
      issued: 'Issued',
      'in-progress': 'In progress',
      submitted: 'Submitted',
      'under-review': 'Under review',
      'changes-requested': 'Changes requested',
      accepted: 'Accepted',
      'tcc-embedded': 'Certificate embedded',
      'legally-binding': 'Part of the signed agreement',
    },
    editable: ['issued', 'in-progress', 'changes-requested'],
    done: ['tcc-embedded', 'legally-binding'],
    transitions: [
      by('supplier', 'request', 'not-requested', 'requested', ['gate-1']),
      reviewed('solution-assurance', 'issue', 'requested', 'issued', 'scal-issue'),
      by('supplier', 'start', 'issued', 'in-progress'),
      by('supplier', 'submit', ['in-progress', 'changes-requested'], 'submitted', ['gate-2', 'scal-answered']),
      reviewed('solution-assurance', 'begin-review', 'submitted', 'under-review', 'none'),
      reviewed('solution-assurance', 'accept', 'under-review', 'accepted', 'scal-review', ['scal-matches-use-case']),
      sentBack('solution-assurance', 'request-changes', 'under-review', 'changes-requested', 'scal-review'),
      by('supplier', 'embed-certificate', 'accepted', 'tcc-embedded', ['certificate-issued', 'certificate-covers-use-case']),
      reviewed('live-services', 'make-binding', 'tcc-embedded', 'legally-binding', 'none', ['agreement-in-force']),
      by('supplier', 'reopen', ['accepted', 'tcc-embedded', 'legally-binding'], 'in-progress'),
    ],
  },
  {
    kind: 'witness-test',
    title: 'Witness test',
    initial: 'not-issued',
    states: {
      'not-issued': 'No pack yet',
      'pack-issued': 'Pack issued',
      executed: 'Every case executed',
      submitted: 'Submitted',
      scheduled: 'Session scheduled',
      witnessed: 'Witnessed',
      'remedial-action': 'Remedial action needed',
      passed: 'Passed',
    },
    editable: ['pack-issued', 'executed', 'remedial-action'],
    done: ['passed'],
    transitions: [
      reviewed('solution-assurance', 'issue-pack', 'not-issued', 'pack-issued', 'witness-pack', ['gate-2', 'scal-submitted']),
      by('supplier', 'execute', ['pack-issued', 'remedial-action'], 'executed', ['witness-cases-answered']),
      by('supplier', 'submit', 'executed', 'submitted', ['witness-cases-answered']),
      reviewed('solution-assurance', 'schedule', 'submitted', 'scheduled', 'witness-session'),
      reviewed('solution-assurance', 'witness', 'scheduled', 'witnessed', 'none'),
      reviewed('solution-assurance', 'pass', 'witnessed', 'passed', 'witness-result', ['witness-cases-met']),
      sentBack('solution-assurance', 'require-remedial-action', 'witnessed', 'remedial-action', 'witness-result'),
      by('supplier', 'reopen', 'passed', 'pack-issued'),
    ],
  },
  {
    kind: 'tcc',
    title: 'Technical Conformance Certificate',
    initial: 'not-issued',
    states: { 'not-issued': 'Not issued', issued: 'Issued', superseded: 'Superseded: the product has grown' },
    editable: [],
    done: ['issued'],
    transitions: [
      reviewed('solution-assurance', 'issue', ['not-issued', 'superseded'], 'issued', 'certificate', [
        'gate-1',
        'gate-4',
        'gate-5',
        'witness-cases-met',
        'scal-matches-use-case',
      ]),
      by('supplier', 'supersede', 'issued', 'superseded', ['use-case-accepted', 'certificate-outgrown']),
    ],
  },
  {
    kind: 'euo-approval',
    title: 'Approval by the end-user organisation',
    perEuo: true,
    initial: 'not-requested',
    states: {
      'not-requested': 'Not requested',
      requested: 'Requested',
      approved: 'Approved',
      declined: 'Declined',
      withdrawn: 'Withdrawn',
    },
    editable: ['not-requested', 'declined', 'withdrawn'],
    done: ['approved'],
    transitions: [
      by('supplier', 'request', ['not-requested', 'declined', 'withdrawn'], 'requested', ['euo-approval-answered']),
      reviewed('euo-cio', 'approve', 'requested', 'approved', 'euo-approval', ['responsible-person-current', 'approval-covers-writes']),
      sentBack('euo-cio', 'decline', 'requested', 'declined', 'euo-approval'),
      onlyByPerson(by('euo-cio', 'withdraw', 'approved', 'withdrawn')),
    ],
  },
  {
    kind: 'connection-agreement',
    title: 'Connection agreement',
    initial: 'not-issued',
    states: { 'not-issued': 'Not issued', issued: 'Issued', signed: 'Signed by the supplier', 'in-force': 'In force' },
    editable: ['issued'],
    done: ['in-force'],
    transitions: [
      reviewed('live-services', 'issue', 'not-issued', 'issued', 'agreement', ['certificate-embedded']),
      by('supplier', 'sign', 'issued', 'signed', ['agreement-answered', 'acceptable-use-policy-accepted']),
      reviewed('live-services', 'countersign', 'signed', 'in-force', 'countersignature', ['gate-6']),
      by('supplier', 'amend', ['signed', 'in-force'], 'not-issued'),
    ],
  },
  {
    kind: 'prod-form',
    title: 'PROD form',
    initial: 'not-issued',
    states: {
      'not-issued': 'Not issued',
      issued: 'Issued',
      completed: 'Completed',
      returned: 'Returned',
      processing: 'Being processed',
      queried: 'Queried',
      done: 'Done',
    },
    editable: ['issued', 'queried'],
    done: ['done'],
    transitions: [
      reviewed('ers-partners', 'issue', 'not-issued', 'issued', 'prod-form-issue', ['certificate-issued', 'agreement-in-force']),
      by('supplier', 'complete', ['issued', 'queried'], 'completed', ['prod-form-answered']),
      by('supplier', 'return', 'completed', 'returned'),
      reviewed('ers-partners', 'accept', 'returned', 'processing', 'prod-form-check', ['gate-1', 'gate-7']),
      sentBack('ers-partners', 'query', 'returned', 'queried', 'prod-form-check'),
      reviewed('operator', 'finish', 'processing', 'done', 'prod-set-up', ['production-set-up']),
      onlyByPerson(by('operator', 'set-up', 'processing', 'processing')),
      ifSupplierMust(sentBack('operator', 'send-back', 'processing', 'queried', 'prod-set-up')),
      by('supplier', 'reopen', 'done', 'not-issued'),
    ],
  },
  {
    kind: 'smoke-test',
    title: 'Smoke test',
    initial: 'closed',
    states: { closed: 'Not open yet', open: 'Open for reading calls', reported: 'Reported', failed: 'Failed', passed: 'Passed' },
    editable: [],
    done: ['passed'],
    transitions: [
      reviewed('operator', 'open', 'closed', 'open', 'none', ['prod-form-done']),
      by('supplier', 'report', ['open', 'failed'], 'reported'),
      reviewed('ers-partners', 'pass', 'reported', 'passed', 'smoke-test', ['smoke-test-seen']),
      sentBack('ers-partners', 'fail', 'reported', 'failed', 'smoke-test'),
      by('supplier', 'reopen', ['open', 'reported', 'failed', 'passed'], 'closed'),
    ],
  },
  {
    kind: 'go-live',
    title: 'Go-live',
    initial: 'not-ready',
    states: {
      'not-ready': 'Not ready',
      'awaiting-confirmation': 'Awaiting confirmation',
      confirmed: 'Confirmed: live',
      'business-live': 'In use',
    },
    editable: [],
    done: ['confirmed', 'business-live'],
    transitions: [
      by('supplier', 'ask', 'not-ready', 'awaiting-confirmation', ['smoke-test-passed']),
      reviewed('ers-partners', 'confirm', 'awaiting-confirmation', 'confirmed', 'go-live', ['gate-1', 'gate-7', 'gate-8']),
      sentBack('ers-partners', 'hold', 'awaiting-confirmation', 'not-ready', 'go-live'),
      by('supplier', 'record-first-use', 'confirmed', 'business-live', ['first-live-call-seen']),
      by('supplier', 'reopen', ['awaiting-confirmation', 'confirmed', 'business-live'], 'not-ready'),
    ],
  },
];

const byKind = new Map(ARTEFACTS.map((each) => [each.kind, each]));

export function artefact(kind: ArtefactKind): Artefact {
  const found = byKind.get(kind);
  if (found === undefined) throw new Error(`no artefact ${kind}`);
  return found;
}

export function isArtefactKind(text: string): text is ArtefactKind {
  return ARTEFACTS.some((each) => each.kind === text);
}
