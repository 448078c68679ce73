import { accessModeOf, capabilityOf, ERS_USES, type ErsUse } from '../applications/access-mode.ts';
import { type Answers, type Form, type FormFault, textOf } from '../forms/form.ts';
import { type Coverage, coverageText, covers } from './coverage.ts';
import { endpoint } from './endpoints.ts';
import type { ApplicationFacts, ConformanceFacts, SeenExchange } from './facts.ts';
import { USE_NAMES } from './use-case.ts';

/** A case of the witness-test pack (path-to-live.md §4.3): an exchange that must have taken place in INT. */
export interface WitnessCase {
  readonly id: string;
  readonly use: ErsUse;
  /** Undefined for a case that any endpoint shows. */
  readonly endpoint: string | undefined;
  readonly requirement: string;
  /** Statuses by which the environment's journal shows it. */
  readonly expects: 'success' | 'unauthorised';
}

/** The pack: every endpoint answers in each use, and each use copes with a token that is refused. */
export function witnessCases(coverage: readonly Coverage[]): readonly WitnessCase[] {
  return ERS_USES.filter((use) => coverage.some((each) => each.use === use)).flatMap((use): readonly WitnessCase[] => [
    ...coverage
      .filter((each) => each.use === use)
      .map(
        (each): WitnessCase => ({
          id: `${coverageText(each)}`,
          use,
          endpoint: each.endpoint,
          requirement: `${each.endpoint} ${endpoint(each.endpoint)?.title ?? ''} succeeds`,
          expects: 'success',
        }),
      ),
    {
      id: `${use}/refused-token`,
      use,
      endpoint: undefined,
      requirement: 'A call with an expired or unknown token is refused, and the product says so',
      expects: 'unauthorised',
    },
  ]);
}

/** What the supplier reports of a case. */
export interface CaseReport {
  readonly result: 'executed' | 'not-applicable' | '';
  readonly correlationId: string;
  readonly justification: string;
}

export function reportOf(answers: Answers, { id }: WitnessCase): CaseReport {
  const result = textOf(answers, `${id}.result`);
  return {
    result: result === 'executed' || result === 'not-applicable' ? result : '',
    correlationId: textOf(answers, `${id}.correlation-id`),
    justification: textOf(answers, `${id}.justification`),
  };
}

const EXECUTED = { value: 'executed', text: 'Executed' };
const NOT_APPLICABLE = { value: 'not-applicable', text: 'Not applicable' };

/** The form by which a supplier reports the pack: a page for each use, three questions for each case. */
export function witnessForm(coverage: readonly Coverage[]): Form {
  const cases = witnessCases(coverage);
  return {
    title: 'Witness-test pack',
    intro: 'Execute every case at least once in INT and give the correlation id of the exchange, or say why the case does not apply.',
    pages: ERS_USES.filter((use) => cases.some((each) => each.use === use)).map((use) => ({
      id: use,
      title: USE_NAMES[use],
      questions: cases
        .filter((each) => each.use === use)
        .flatMap((each) => [
          {
            name: `${each.id}.result`,
            label: each.requirement,
            kind: { is: 'one-of' as const, options: each.endpoint === undefined ? [EXECUTED] : [EXECUTED, NOT_APPLICABLE] },
          },
          { name: `${each.id}.correlation-id`, label: 'X-Correlation-ID', optional: true as const, kind: { is: 'text' as const } },
          { name: `${each.id}.justification`, label: 'Why it does not apply', optional: true as const, kind: { is: 'text' as const } },
        ]),
    })),
    together: (answers) => [
      ...cases.flatMap((each) => reportFaults(each, reportOf(answers, each))),
      ...usesNotExecuted(cases, answers),
      ...exchangesReportedTwice(cases, answers),
    ],
  };
}

/** A use of which nothing has been executed is not a use of the product. */
function usesNotExecuted(cases: readonly WitnessCase[], answers: Answers): readonly FormFault[] {
  const executed = new Set(
    cases.filter((each) => each.endpoint !== undefined && reportOf(answers, each).result !== 'not-applicable').map(({ use }) => use),
  );
  return ERS_USES.flatMap((use) => {
    const first = executed.has(use) ? undefined : cases.find((each) => each.use === use);
    return first === undefined
      ? []
      : [{ question: `${first.id}.result`, text: `Execute at least one endpoint: ${USE_NAMES[use].toLowerCase()}` }];
  });
}

/** One exchange shows one case. */
function exchangesReportedTwice(cases: readonly WitnessCase[], answers: Answers): readonly FormFault[] {
  const seen = new Set<string>();
  return cases.flatMap((each) => {
    const { result, correlationId } = reportOf(answers, each);
    if (result !== 'executed' || correlationId === '') return [];
    if (!seen.has(correlationId)) {
      seen.add(correlationId);
      return [];
    }
    return [
      { question: `${each.id}.correlation-id`, text: `"${correlationId.slice(0, 60)}" shows another case already: ${each.requirement}` },
    ];
  });
}

function reportFaults(each: WitnessCase, report: CaseReport): readonly FormFault[] {
  if (report.result === 'executed' && report.correlationId === '')
    return [{ question: `${each.id}.correlation-id`, text: `Enter the X-Correlation-ID of the exchange: ${each.requirement}` }];
  if (report.result === 'not-applicable' && each.endpoint === undefined)
    return [{ question: `${each.id}.result`, text: `Every product has to show it: ${each.requirement}` }];
  if (report.result === 'not-applicable' && report.justification.length < 10)
    return [{ question: `${each.id}.justification`, text: `Say in a sentence why the case does not apply: ${each.requirement}` }];
  return [];
}

/** What the rules ask about a case besides its report. */
export interface WitnessEvidence {
  readonly conformance: ConformanceFacts;
  readonly exchanges: ReadonlyMap<string, SeenExchange>;
  /** Applications of the supplier in INT. */
  readonly applications: readonly ApplicationFacts[];
}

interface CaseEvidence extends WitnessEvidence {
  readonly coverage: readonly Coverage[];
}

/** Why a report does not pass: every fault of it as a form, and every case that is not met. None when the witness test may be passed. */
export function shortcomingsOf(coverage: readonly Coverage[], answers: Answers, evidence: WitnessEvidence): readonly string[] {
  const cases = witnessCases(coverage);
  return [
    ...cases.flatMap((each) => shortcomingOf(each, reportOf(answers, each), { ...evidence, coverage }) ?? []),
    ...[...usesNotExecuted(cases, answers), ...exchangesReportedTwice(cases, answers)].map(({ text }) => `${text}.`),
  ];
}

/**
 * Why a case is not met; undefined when it is: shown by a conformance run, or by an exchange of the supplier's own application that the
 * journal of INT holds, or not applicable with a reason.
 */
function shortcomingOf(each: WitnessCase, report: CaseReport, evidence: CaseEvidence): string | undefined {
  const [fault] = reportFaults(each, report);
  if (report.result === 'not-applicable') return fault === undefined ? undefined : `${USE_NAMES[each.use]}: ${fault.text}.`;
  if (shownByRun(each, evidence.conformance)) return undefined;
  const seen = evidence.exchanges.get(report.correlationId);
  const why =
    seen === undefined
      ? `INT has no exchange with the correlation id "${report.correlationId.slice(0, 60)}"`
      : ((each.expects === 'success' ? notServed(each, seen) : notRefused(each, seen, evidence)) ?? madeElsewhere(each, seen, evidence));
  return why === undefined ? undefined : `${USE_NAMES[each.use]}: ${each.requirement}: ${why}.`;
}

function notServed(each: WitnessCase, seen: SeenExchange): string | undefined {
  if (seen.operation !== each.endpoint) return `the exchange was ${seen.operation}`;
  return seen.status < 300 ? undefined : `the exchange was answered ${seen.status}`;
}

/** Any endpoint of the use shows that a token was refused; another service of the environment does not. */
function notRefused({ use }: WitnessCase, seen: SeenExchange, { coverage }: CaseEvidence): string | undefined {
  if (!covers(coverage, { use, endpoint: seen.operation })) return `the exchange was ${seen.operation}, not an endpoint of this use`;
  return seen.status === 401 ? undefined : `the exchange was answered ${seen.status}, not 401`;
}

/** Only a token that was never issued says nothing of who called. */
function madeElsewhere(each: WitnessCase, { appId }: SeenExchange, { applications }: CaseEvidence): string | undefined {
  if (appId === undefined && each.expects === 'unauthorised') return undefined;
  const application = applications.find((one) => one.appId === appId);
  if (application === undefined) return `the exchange was made by another application (${appId ?? 'none'})`;
  const { accessMode, capability } = application;
  if (accessMode === accessModeOf(each.use) && capability === capabilityOf(each.use)) return undefined;
  return `the exchange was made by an application that is ${[accessMode, capability ?? []].flat().join(', ')}`;
}

function shownByRun({ use, endpoint: id }: WitnessCase, { verdict, covered }: ConformanceFacts): boolean {
  return verdict === 'passed' && (id === undefined ? covered.some((each) => each.use === use) : covers(covered, { use, endpoint: id }));
}

/** What a certificate may list: coverage whose case was executed, not what was declared not applicable. */
export function certifiable(coverage: readonly Coverage[], answers: Answers): readonly Coverage[] {
  const notApplicable = new Set(
    witnessCases(coverage).flatMap((each) => (reportOf(answers, each).result === 'not-applicable' ? [each.id] : [])),
  );
  return coverage.filter((each) => !notApplicable.has(coverageText(each)));
}
