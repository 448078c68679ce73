import { ERS_USES, type ErsUse } from '../applications/access-mode.ts';
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
            kind: {
              is: 'one-of' as const,
              options: [
                { value: 'executed', text: 'Executed' },
                { value: 'not-applicable', text: 'Not applicable' },
              ],
            },
          },
          { name: `${each.id}.correlation-id`, label: 'X-Correlation-ID', optional: true as const, kind: { is: 'text' as const } },
          { name: `${each.id}.justification`, label: 'Why it does not apply', optional: true as const, kind: { is: 'text' as const } },
        ]),
    })),
    together: (answers) => cases.flatMap((each) => reportFaults(each, reportOf(answers, each))),
  };
}

function reportFaults(each: WitnessCase, report: CaseReport): readonly FormFault[] {
  if (report.result === 'executed' && report.correlationId === '')
    return [{ question: `${each.id}.correlation-id`, text: `Enter the X-Correlation-ID of the exchange: ${each.requirement}` }];
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

/**
 * Why a case is not met; undefined when it is: shown by a conformance run, or by an exchange of the supplier's own application that the
 * journal of INT holds, or not applicable with a reason.
 */
export function shortcomingOf(each: WitnessCase, report: CaseReport, evidence: WitnessEvidence): string | undefined {
  if (report.result === 'not-applicable') return undefined;
  const { conformance } = evidence;
  if (
    conformance.verdict === 'passed' &&
    (each.endpoint === undefined || covers(conformance.covered, { use: each.use, endpoint: each.endpoint }))
  )
    return undefined;
  const seen = evidence.exchanges.get(report.correlationId);
  const name = `${USE_NAMES[each.use]}: ${each.requirement}`;
  if (seen === undefined) return `${name}: INT has no exchange with the correlation id "${report.correlationId.slice(0, 60)}".`;
  if (each.expects === 'unauthorised')
    return seen.status === 401 ? undefined : `${name}: the exchange was answered ${seen.status}, not 401.`;
  if (seen.operation !== each.endpoint) return `${name}: the exchange was ${seen.operation}.`;
  if (seen.status >= 300) return `${name}: the exchange was answered ${seen.status}.`;
  const application = evidence.applications.find((one) => one.appId === seen.appId);
  if (application === undefined) return `${name}: the exchange was made by another application (${seen.appId ?? 'none'}).`;
  const fits = (application.accessMode === 'user-restricted') === (each.use === 'user-restricted');
  return fits ? undefined : `${name}: the exchange was made by a ${application.accessMode} application.`;
}

/** What a certificate may list: coverage whose case was executed, not what was declared not applicable. */
export function certifiable(coverage: readonly Coverage[], answers: Answers): readonly Coverage[] {
  const notApplicable = new Set(
    witnessCases(coverage).flatMap((each) => (reportOf(answers, each).result === 'not-applicable' ? [each.id] : [])),
  );
  return coverage.filter((each) => !notApplicable.has(coverageText(each)));
}
