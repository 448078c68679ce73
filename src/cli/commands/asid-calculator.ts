import { type Command, Option } from 'commander';
import Type, { type Static } from 'typebox';
import { type CommandBook, type Invocation, UsageError } from '../invocation.ts';
import { table } from '../output.ts';
import { PortalClient } from '../portal-client.ts';

const Text = Type.String();
const Needs = Type.Object({
  ersAsids: Type.Integer(),
  collectiveAsids: Type.Integer(),
  total: Type.Integer(),
  applications: Type.Integer(),
  keyPairs: Type.Integer(),
  callbackUrls: Type.Integer(),
  asids: Type.Array(Type.Object({ displayName: Text })),
  allowList: Type.Array(Text),
});
const Sharing = Type.Object({
  services: Type.Array(Type.Object({ id: Text, title: Text })),
  verdict: Type.Optional(Type.Object({ answer: Text, why: Text })),
  matrix: Type.Optional(Type.Array(Type.Object({ held: Text, wanted: Text, answer: Text, why: Text }))),
});

/** Words of the command line for what an organisation uses. */
const USES: Readonly<Record<string, string>> = {
  user: 'user-restricted',
  referrer: 'application-restricted-referrer',
  provider: 'application-restricted-provider',
};
const COLLECTIVE = ['pds', 'eps', 'scr'];

/** `localspine asid calculate` and `asid sharing`: how many ASIDs a product needs, and which services share one (path-to-live.md §3.5, §3.6). */
export function addAsidCalculator(program: Command, book: CommandBook): void {
  const asid =
    program.commands.find((each) => each.name() === 'asid') ??
    book.group(program, 'asid', 'ASIDs: how many are needed, which services share one');
  book
    .add(asid, 'calculate', 'how many ASIDs, applications and key pairs a product needs', calculate)
    .addOption(
      new Option('--euo <use>', 'organisation and what it uses: R69=user,referrer,provider,pds,eps,scr (may be repeated)')
        .makeOptionMandatory()
        .argParser((value: string, before: readonly string[] = []) => [...before, value]),
    )
    .option('--product <name>', 'product name', 'Product')
    .option('--supplier <name>', 'supplier name', 'Supplier')
    .addOption(
      new Option(
        '--model <policy>',
        'user-restricted ASIDs: one for each organisation, or one for the connecting party (default: the policy of the environment)',
      ).choices(['perEuo', 'perConnectingParty']),
    )
    .addOption(
      new Option('--collective <policy>', 'PDS, EPS and SCR share one ASID, or have one each')
        .choices(['shared', 'each'])
        .default('shared'),
    );
  book
    .add(asid, 'sharing', 'which services may share an ASID, and why', sharing)
    .option('--held <ids>', 'services it serves, with commas')
    .option('--wanted <id>', 'service to be added');
}

/** `R69=user,provider,pds` as a row of the plan. Throws UsageError. */
export function readEuo(text: string): {
  readonly odsCode: string;
  readonly uses: readonly string[];
  readonly collective: readonly string[];
} {
  const [, odsCode = '', list = ''] = /^([A-Za-z0-9]{3,10})=([a-z,]+)$/.exec(text) ?? [];
  const words = list.split(',').filter(Boolean);
  const unknown = words.find((word) => USES[word] === undefined && !COLLECTIVE.includes(word));
  if (odsCode === '' || unknown !== undefined)
    throw new UsageError(
      unknown === undefined
        ? `"${text}" is not like R69=user,provider`
        : `"${unknown}" is none of ${[...Object.keys(USES), ...COLLECTIVE].join(', ')}`,
    );
  return {
    odsCode: odsCode.toUpperCase(),
    uses: words.flatMap((word) => USES[word] ?? []),
    collective: words.filter((word) => COLLECTIVE.includes(word)).map((word) => word.toUpperCase()),
  };
}

async function calculate(invocation: Invocation): Promise<void> {
  const plan = {
    product: invocation.requiredText('product'),
    supplier: invocation.requiredText('supplier'),
    environment: invocation.environmentChosen ? invocation.environment : 'PROD',
    ...(invocation.text('model') === undefined ? {} : { model: invocation.text('model') }),
    collectivePolicy: invocation.text('collective'),
    euos: (invocation.texts('euo') ?? []).map(readEuo),
  };
  const needs = await PortalClient.of(invocation).call(Needs, 'POST', '/asids/calculations', { plan });
  invocation.result(needs, () => needsText(needs));
}

function needsText(needs: Static<typeof Needs>): string {
  return [
    table([
      ['ASIDs for e-RS', String(needs.ersAsids)],
      ['ASIDs for PDS, EPS, SCR', String(needs.collectiveAsids)],
      ['together', String(needs.total)],
      ['applications, AppIDs', String(needs.applications)],
      ['key pairs', String(needs.keyPairs)],
      ['callback URLs', String(needs.callbackUrls)],
    ]),
    '',
    ...needs.asids.map((each, index) => `${index + 1}. ${each.displayName}`),
    ...(needs.allowList.length === 0 ? [] : [`Allow list of the user-restricted ASID: ${needs.allowList.join(', ')}`]),
  ].join('\n');
}

async function sharing(invocation: Invocation): Promise<void> {
  const [held, wanted] = [invocation.text('held'), invocation.text('wanted')];
  if ((held === undefined) !== (wanted === undefined)) throw new UsageError('--held and --wanted go together');
  const query = wanted === undefined ? '' : `?held=${encodeURIComponent(held ?? '')}&wanted=${encodeURIComponent(wanted)}`;
  const answer = await PortalClient.of(invocation).call(Sharing, 'GET', `/asids/sharing${query}`);
  if (answer.verdict?.answer === 'no' || answer.verdict?.answer === 'ask') invocation.exitCode = 1;
  invocation.result(answer, () =>
    answer.verdict === undefined
      ? table((answer.matrix ?? []).map((each) => [each.held, each.wanted, each.answer, each.why]))
      : `${answer.verdict.answer}: ${answer.verdict.why}`,
  );
}
