/** What the pages of runs show, made ready: plain data in, plain data out. */
import { isoInstant } from '../../kernel/clock.ts';
import type { RecordedExchange, RecordedMessage } from '../../kernel/evidence/recorded-exchange.ts';
import { ACCESS_TITLES, type Access } from './endpoints.ts';
import type { CaseResult, CaseState, Verdict } from './evaluation.ts';
import { GAPS } from './gap.ts';
import { justifiedIn, RUN_KINDS, type Run, type RunState } from './run.ts';
import type { RunView } from './runs.ts';
import type { Product } from './store.ts';

/** A tag of the design system. */
interface Tag {
  readonly text: string;
  readonly classes: string;
}

const CASE_TAGS: Readonly<Record<CaseState, Tag>> = {
  met: { text: 'Met', classes: 'nhsuk-tag--green' },
  failed: { text: 'Failed', classes: 'nhsuk-tag--red' },
  'not-seen': { text: 'Not yet seen', classes: 'nhsuk-tag--grey' },
  'not-applicable': { text: 'Not applicable', classes: 'nhsuk-tag--blue' },
};
const VERDICT_TAGS: Readonly<Record<Verdict, Tag>> = {
  passed: { text: 'Passed', classes: 'nhsuk-tag--green' },
  failed: { text: 'Failed', classes: 'nhsuk-tag--red' },
  open: { text: 'Not complete', classes: 'nhsuk-tag--grey' },
};
const STATE_TAGS: Readonly<Record<RunState, Tag>> = {
  starting: { text: 'Starting', classes: 'nhsuk-tag--grey' },
  recording: { text: 'Recording', classes: 'nhsuk-tag--yellow' },
  finished: { text: 'Finished', classes: 'nhsuk-tag--blue' },
  'signed-off': { text: 'Signed off', classes: 'nhsuk-tag--green' },
  declined: { text: 'Declined', classes: 'nhsuk-tag--red' },
};

/** A pass says how much of it the supplier has argued away. */
function verdictTag(verdict: Verdict, justified: number): Tag {
  const { text, classes } = VERDICT_TAGS[verdict];
  return { text: verdict === 'passed' && justified > 0 ? `${text} with ${justified} justified` : text, classes };
}

export function runListValues(runs: readonly { readonly run: Run; readonly product: Product }[]): readonly object[] {
  return runs.map(({ run, product }) => ({
    href: `/conformance/runs/${run.runId}`,
    name: `${product.name} ${run.version}`,
    kind: RUN_KINDS[run.kind].title,
    environment: run.environment,
    started: minute(run.startedAt),
    state: STATE_TAGS[run.state],
    verdict: run.verdict === undefined ? undefined : verdictTag(run.verdict, justifiedIn(run.results ?? [])),
  }));
}

/**
 * The page of a run: what it is, where it stands, and its cases by access and endpoint.
 *
 * @param openOnly leaves out what is met or does not apply
 */
export function runValues(view: RunView, openOnly: boolean): { readonly title: string } & Readonly<Record<string, unknown>> {
  const { run, product, evaluation } = view;
  const { counts, results, verdict, gap } = evaluation;
  const shown = openOnly ? results.filter((each) => each.state === 'failed' || each.state === 'not-seen') : results;
  return {
    title: `${product.name} ${run.version}`,
    run,
    kind: RUN_KINDS[run.kind].title,
    state: STATE_TAGS[run.state],
    verdict: verdictTag(verdict, counts['not-applicable']),
    gap: gap === undefined ? undefined : GAPS[gap],
    counts: {
      met: counts.met,
      failed: counts.failed,
      notSeen: counts['not-seen'],
      notApplicable: counts['not-applicable'],
      all: results.length,
    },
    rows: summaryRows(view),
    exchanges: view.exchanges,
    missed: view.missed,
    ended: view.ended,
    openOnly,
    passed: run.verdict === 'passed',
    groups: groupsOf(shown, run),
  };
}

function summaryRows({ run, exchanges }: RunView): readonly object[] {
  const row = (key: string, text: string): object => ({ key: { text: key }, value: { text } });
  return [
    row('Run', run.runId),
    row('Environment', run.environment),
    ...(run.odsCode === undefined ? [] : [row('NHS organisation', run.odsCode)]),
    ...run.applications.map((each) => row('Application', `${each.name} (${each.appId}), ${ACCESS_TITLES[each.access].toLowerCase()}`)),
    row('Started', `${minute(run.startedAt)} by ${run.startedBy}`),
    ...(run.finishedAt === undefined ? [] : [row('Finished', minute(run.finishedAt))]),
    ...(run.signOff === undefined
      ? []
      : [
          row(
            run.state === 'declined' ? 'Declined' : 'Signed off',
            `${minute(run.signOff.at)} by ${run.signOff.by}${run.signOff.comment === '' ? '' : `: ${run.signOff.comment}`}`,
          ),
        ]),
    row('Exchanges', String(exchanges)),
  ];
}

function groupsOf(results: readonly CaseResult[], run: Run): readonly object[] {
  const groups = Map.groupBy(results, (each) => `${each.case.access}/${each.case.endpoint.id}`);
  return [...groups.values()].flatMap((group) => {
    const [first] = group;
    if (first === undefined) return [];
    const { access, endpoint } = first.case;
    return [
      {
        id: `${access}-${endpoint.id}`,
        heading: endpoint.id === 'token' ? endpoint.title : `${endpoint.id} ${endpoint.title}`,
        version: endpoint.version,
        access: ACCESS_TITLES[access satisfies Access],
        cases: group.map((each) => caseValues(each, run)),
      },
    ];
  });
}

function caseValues(result: CaseResult, run: Run): object {
  const { id, endpoint, kind } = result.case;
  const settled = result.state === 'met' || result.state === 'not-applicable';
  return {
    id,
    title: kind.title,
    requirement: kind.requirement,
    source: kind.source,
    tag: CASE_TAGS[result.state],
    shows: result.decisive?.what,
    begun: result.begun,
    justification: result.state === 'not-applicable' ? result.justification : undefined,
    exchanges: result.exchanges.map((number) => ({ number, href: `/conformance/runs/${run.runId}/exchanges/${number}` })),
    todo: settled || run.state !== 'recording' ? undefined : kind.provoke(endpoint, run.environment.toLowerCase()),
  };
}

/** The page of one exchange. */
export function exchangeValues(
  run: Run,
  exchange: RecordedExchange,
  count: number,
): { readonly title: string } & Readonly<Record<string, unknown>> {
  const page = (number: number): string => `/conformance/runs/${run.runId}/exchanges/${number}`;
  const { number } = exchange;
  return {
    title: `Exchange ${number}: ${exchange.operation}`,
    back: { href: `/conformance/runs/${run.runId}`, text: 'The run' },
    exchange,
    facts: exchangeRows(exchange),
    request: messageValues(exchange.request),
    response: messageValues(exchange.response),
    previous: number > 1 ? page(number - 1) : undefined,
    next: number < count ? page(number + 1) : undefined,
  };
}

function exchangeRows(exchange: RecordedExchange): readonly object[] {
  const { at, businessAt, milliseconds, appId, tls } = exchange;
  const facts: readonly (readonly [string, string | undefined])[] = [
    ['Answered', `${exchange.status} in ${milliseconds} ms`],
    ['When', businessAt === at ? at : `${at}; ${businessAt} by the environment's clock`],
    ['Application', appId],
    ['User', exchange.userId],
    ['Organisation', exchange.odsCode],
    ['Business function', exchange.businessFunction],
    ['UBRN', exchange.ubrn],
    ['Correlation id', exchange.correlationId],
    ['Request id', exchange.requestId],
    ['Access token', exchange.token],
    ['Token issued', exchange.issuedToken],
    ['TLS', tls && [tls.version, tls.cipher, tls.serverName, tls.clientSubject].filter((each) => each !== undefined).join(', ')],
  ];
  return facts.flatMap(([key, text]) => (text === undefined ? [] : [{ key: { text: key }, value: { text } }]));
}

function messageValues({ headers, body, bytes, sha256, masked, cut, unfinished, encoding }: RecordedMessage): object {
  const notes = [
    bytes === undefined ? undefined : `${bytes} bytes, SHA-256 ${sha256 ?? ''}`,
    encoding === undefined ? undefined : 'shown in base64',
    masked === true ? 'secrets are masked' : undefined,
    cut === true ? 'cut here' : undefined,
    unfinished === true ? 'the connection ended before all was sent' : undefined,
  ];
  return {
    headers: Object.entries(headers),
    body: body === undefined ? undefined : indented(body),
    note: notes.filter((each) => each !== undefined).join('; '),
  };
}

function indented(body: string): string {
  try {
    return JSON.stringify(JSON.parse(body), null, 2);
  } catch {
    return body;
  }
}

function minute(instant: number): string {
  return isoInstant(instant).slice(0, 16).replace('T', ' ');
}
