import type { Command } from 'commander';
import Type, { type Static } from 'typebox';
import { LocalRefusal } from '../../kernel/errors.ts';
import type { CommandBook, Invocation } from '../invocation.ts';
import { table } from '../output.ts';
import { PortalClient } from '../portal-client.ts';

const Text = Type.String();
const RunAnswer = Type.Object({
  runId: Text,
  kind: Text,
  product: Text,
  version: Text,
  environment: Text,
  state: Text,
  verdict: Type.Optional(Text),
  startedAt: Text,
});
const RunsAnswer = Type.Object({ runs: Type.Array(RunAnswer) });
const CaseAnswer = Type.Object({
  id: Text,
  title: Text,
  state: Text,
  exchanges: Type.Array(Type.Integer()),
  shows: Type.Optional(Text),
  begun: Type.Optional(Type.Object({ exchange: Type.Integer(), awaits: Text })),
  justification: Type.Optional(Text),
  todo: Type.Object({ text: Text, commands: Type.Array(Text) }),
});
const ViewAnswer = Type.Intersect([
  RunAnswer,
  Type.Object({
    exchanges: Type.Integer(),
    missed: Type.Integer(),
    gap: Type.Optional(Text),
    standing: Type.Object({
      verdict: Text,
      met: Type.Integer(),
      failed: Type.Integer(),
      notSeen: Type.Integer(),
      notApplicable: Type.Integer(),
    }),
    cases: Type.Array(CaseAnswer),
  }),
]);
type RunView = Static<typeof ViewAnswer>;
type CaseView = Static<typeof CaseAnswer>;

const STATE_STYLES: Readonly<Record<string, 'green' | 'red' | 'yellow' | 'dim'>> = {
  met: 'green',
  failed: 'red',
  'not-seen': 'yellow',
  'not-applicable': 'dim',
};

/** `localspine conformance …`: runs that record a product's own traffic (path-to-live.md §4.3). */
export function addConformanceCommands(program: Command, book: CommandBook): void {
  const conformance = book
    .group(program, 'conformance', "record a product's traffic and see which witness cases it meets")
    .option('--as <email>', 'act for this person of the portal; the audit trail says so');
  addStart(conformance, book);
  addReading(conformance, book);
  addDecisions(conformance, book);
}

function addStart(conformance: Command, book: CommandBook): void {
  book
    .add(conformance, 'start', 'begin a run: record what the applications send from now on', async (invocation) => {
      const [teamId, odsCode, manufacturer] = [invocation.text('team'), invocation.text('organisation'), invocation.text('manufacturer')];
      const view = await PortalClient.of(invocation).call(ViewAnswer, 'POST', '/conformance/runs', {
        kind: invocation.flag('acceptance') ? 'acceptance' : 'conformance',
        environment: invocation.environment,
        product: invocation.requiredText('product'),
        version: invocation.requiredText('productVersion'),
        applications: listOf(invocation, 'app'),
        endpoints: listOf(invocation, 'endpoint'),
        ...(teamId !== undefined && { teamId }),
        ...(odsCode !== undefined && { odsCode }),
        ...(manufacturer !== undefined && { manufacturer }),
      });
      invocation.result(
        view,
        `Recording ${view.product} ${view.version} in ${view.environment}: ${view.cases.length} cases. See how it stands with: npx localspine conformance status ${view.runId}`,
      );
    })
    .requiredOption('--product <name>', 'product that is tested')
    .requiredOption('--product-version <version>', 'version of it')
    .requiredOption('--app <id...>', 'AppID or API key of an application that is recorded; may be repeated')
    .requiredOption('--endpoint <ids...>', 'endpoints the product calls, like A005,A008; may be repeated')
    .option('--team <id>', 'team that owns the product (default: the person personally)')
    .option('--manufacturer <ods>', 'ODS code of the manufacturer')
    .option('--acceptance', 'user acceptance with an NHS organisation, which signs it off')
    .option('--organisation <ods>', 'with --acceptance: ODS code of the NHS organisation');
}

function listOf(invocation: Invocation, name: string): readonly string[] {
  return (invocation.texts(name) ?? []).flatMap((each) => each.split(',')).filter((each) => each !== '');
}

function addReading(conformance: Command, book: CommandBook): void {
  book.add(conformance, 'list', 'list the runs, newest first', async (invocation) => {
    const answer = await PortalClient.of(invocation).call(RunsAnswer, 'GET', '/conformance/runs');
    invocation.result(answer, () =>
      answer.runs.length === 0
        ? 'There are no runs yet.'
        : table([
            ['run', 'product', 'environment', 'kind', 'state', 'verdict'],
            ...answer.runs.map((each) => [
              each.runId,
              `${each.product} ${each.version}`,
              each.environment,
              each.kind,
              each.state,
              each.verdict ?? '',
            ]),
          ]),
    );
  });
  book.add(conformance, 'status [run]', 'how a run stands, and what is still to be shown (default: the newest)', async (invocation) => {
    const view = await viewed(invocation);
    invocation.result(view, () => renderRun(invocation, view, (each) => each.state === 'failed' || each.state === 'not-seen', true));
    if (view.standing.verdict !== 'passed') invocation.exitCode = 1;
  });
  book.add(conformance, 'show [run]', 'every case of a run with the exchanges that show it (default: the newest)', async (invocation) => {
    const view = await viewed(invocation);
    invocation.result(view, () => renderRun(invocation, view, () => true, false));
  });
}

function addDecisions(conformance: Command, book: CommandBook): void {
  book.add(conformance, 'stop [run]', 'end the recording and give the verdict; exit code 0 when it has passed', async (invocation) => {
    const runId = await runOf(invocation, 0);
    const view = await PortalClient.of(invocation).call(ViewAnswer, 'POST', `/conformance/runs/${encodeURIComponent(runId)}/finish`);
    invocation.result(view, () => renderRun(invocation, view, (each) => each.state === 'failed' || each.state === 'not-seen', false));
    if (view.verdict !== 'passed') invocation.exitCode = 1;
  });
  book
    .add(conformance, 'not-applicable <run> <case...>', 'say why cases do not apply to the product', async (invocation) => {
      const view = await PortalClient.of(invocation).call(
        ViewAnswer,
        'PUT',
        `/conformance/runs/${encodeURIComponent(invocation.argument(0))}/not-applicable`,
        { cases: invocation.argumentList(1), reason: invocation.text('because') ?? '' },
      );
      invocation.result(view, () => summaryLine(view));
    })
    .option('--because <reason>', 'why; leave it out to take it back');
  book
    .add(conformance, 'sign-off <run>', 'accept a user acceptance run for the NHS organisation', async (invocation) => {
      const view = await PortalClient.of(invocation).call(
        ViewAnswer,
        'POST',
        `/conformance/runs/${encodeURIComponent(invocation.argument(0))}/sign-off`,
        { accepted: !invocation.flag('decline'), comment: invocation.text('comment') ?? '' },
      );
      invocation.result(view, `${view.product} ${view.version} is ${view.state}.`);
    })
    .option('--decline', 'do not accept it; say why with --comment')
    .option('--comment <text>', 'what is to be said about it');
  book
    .add(conformance, 'delete <run>', 'remove a run with its recording; one that has passed is kept', async (invocation) => {
      await invocation.agree('Remove the run and everything it recorded?');
      const Done = Type.Object({ done: Type.Literal(true) });
      await PortalClient.of(invocation).call(Done, 'DELETE', `/conformance/runs/${encodeURIComponent(invocation.argument(0))}`);
      invocation.result({ done: true }, 'The run is removed.');
    })
    .option('--yes', 'do not ask');
}

async function viewed(invocation: Invocation): Promise<RunView> {
  return PortalClient.of(invocation).call(ViewAnswer, 'GET', `/conformance/runs/${encodeURIComponent(await runOf(invocation, 0))}`);
}

/** The run that is named, or the newest. Throws LocalRefusal 404 when there is none. */
export async function runOf(invocation: Invocation, index: number): Promise<string> {
  const named = invocation.optionalArgument(index);
  if (named !== undefined) return named;
  const { runs } = await PortalClient.of(invocation).call(RunsAnswer, 'GET', '/conformance/runs');
  const [newest] = runs;
  if (newest === undefined)
    throw new LocalRefusal(404, 'run_unknown', 'There are no runs yet.', 'Begin one with: npx localspine conformance start');
  return newest.runId;
}

function summaryLine({ product, version, environment, state, standing, exchanges, cases }: RunView): string {
  const { met, failed, notSeen, notApplicable, verdict } = standing;
  const passing = verdict === 'passed' && notApplicable > 0 ? `${verdict} with ${notApplicable} justified` : verdict;
  return `${product} ${version} in ${environment}, ${state}: ${passing}. ${met} of ${cases.length} met, ${failed} failed, ${notSeen} not yet seen, ${notApplicable} not applicable; ${exchanges} exchanges.`;
}

function renderRun(invocation: Invocation, view: RunView, shown: (each: CaseView) => boolean, todo: boolean): string {
  const lines = [summaryLine(view)];
  if (view.gap !== undefined) lines.push(invocation.paint('red', `A run with a gap in its recording does not pass: ${view.gap}`));
  if (view.missed > 0) lines.push(invocation.paint('red', `The environment could not write ${view.missed} exchanges.`));
  for (const each of view.cases.filter(shown)) {
    const numbers = each.exchanges.length === 0 ? '' : `  exchanges ${each.exchanges.join(', ')}`;
    lines.push('', `${invocation.paint(STATE_STYLES[each.state] ?? 'dim', each.state)}  ${each.id}  ${each.title}${numbers}`);
    if (each.shows !== undefined) lines.push(`  ${each.shows}`);
    if (each.justification !== undefined && each.state === 'not-applicable') lines.push(`  Does not apply: ${each.justification}`);
    if (each.begun !== undefined) lines.push(`  Begun in exchange ${each.begun.exchange}; still to come: ${each.begun.awaits}.`);
    if (todo) lines.push(`  ${each.todo.text}`, ...each.todo.commands.map((command) => `    npx ${command}`));
  }
  return lines.join('\n');
}
