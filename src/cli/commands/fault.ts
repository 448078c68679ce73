import { type Command, Option } from 'commander';
import Type from 'typebox';
import { LocalRefusal } from '../../kernel/errors.ts';
import { PARTNER_BEHAVIOURS } from '../../kernel/faults/faults.ts';
import { FaultAnswer, FaultsAnswer, type FaultView, RemovedAnswer } from '../answers.ts';
import { type CommandBook, type Invocation, UsageError, wholeNumber } from '../invocation.ts';
import { table } from '../output.ts';

/** `localspine fault …`: rehearse outages (DESIGN.md D9). */
export function addFaultCommands(program: Command, book: CommandBook): void {
  const fault = book.group(program, 'fault', 'rehearse outages: errors, delays, cut connections, hospitals that refuse');
  book
    .add(fault, 'add', 'make requests of a service fail', async (invocation) => {
      const rule = await ruleOf(invocation);
      const added = await invocation.client().call(FaultAnswer, 'POST', '/faults', rule);
      invocation.result(
        { environment: invocation.environment, ...added },
        `Fault ${added.id}: ${describe(added)}. Take it away with: npx localspine fault clear ${added.id}`,
      );
    })
    .option('--example <name>', 'an example of the catalogue, instead of a rule')
    .option('--service <name>', 'service, like ers or gateway; "*" for all')
    .option('--operation <id>', 'operation, like A016 (default: all)')
    .addOption(new Option('--partner <behaviour>', 'how a hospital system answers').choices(PARTNER_BEHAVIOURS))
    .option('--status <code>', 'answer with this HTTP status', wholeNumber(400, 599))
    .option('--retry-after <seconds>', 'with --status: the Retry-After header', wholeNumber(0, 86_400))
    .option('--delay <milliseconds>', 'wait before answering', wholeNumber(0, 180_000))
    .option('--disconnect', 'close the connection without an answer')
    .option('--count <number>', 'how often (default: until cleared)', wholeNumber(1, 1_000_000));
  book.add(fault, 'catalogue', 'list what can be made to go wrong, with examples', async (invocation) => {
    const catalogue = await invocation.client().call(CatalogueAnswer, 'GET', '/faults/catalogue');
    invocation.result({ environment: invocation.environment, ...catalogue }, () =>
      catalogue.chapters
        .map(
          ({ title, examples }) => `${invocation.paint('bold', title)}\n${table(examples.map((each) => [`  ${each.name}`, each.title]))}`,
        )
        .join('\n\n'),
    );
  });
  book.add(fault, 'list', 'list the faults that are set', async (invocation) => {
    const { faults } = await invocation.client().call(FaultsAnswer, 'GET', '/faults');
    invocation.result({ environment: invocation.environment, faults }, () =>
      faults.length === 0 ? `No faults are set in ${invocation.environment}.` : table(faults.map((each) => [each.id, describe(each)])),
    );
  });
  book.add(fault, 'clear [id]', 'take one fault away, or all', async (invocation) => {
    const id = invocation.optionalArgument(0);
    const { removed } = await invocation
      .client()
      .call(RemovedAnswer, 'DELETE', id === undefined ? '/faults' : `/faults/${encodeURIComponent(id)}`);
    invocation.result({ environment: invocation.environment, removed }, `${removed} ${removed === 1 ? 'fault' : 'faults'} taken away.`);
  });
}

const CatalogueAnswer = Type.Object({
  chapters: Type.Array(
    Type.Object({
      service: Type.String(),
      title: Type.String(),
      examples: Type.Array(
        Type.Object({
          name: Type.String(),
          title: Type.String(),
          operation: Type.String(),
          effect: Type.Unknown(),
          count: Type.Optional(Type.Integer()),
        }),
      ),
    }),
  ),
});

/** The rule that is asked for: an example of the catalogue, or the options'. Throws LocalRefusal 404 for an example there is not. */
async function ruleOf(invocation: Invocation): Promise<object> {
  const name = invocation.text('example');
  if (name === undefined) return faultRule(invocation);
  const { chapters } = await invocation.client().call(CatalogueAnswer, 'GET', '/faults/catalogue');
  for (const { service, examples } of chapters) {
    const example = examples.find((each) => each.name === name);
    if (example !== undefined) {
      const { operation, effect, count } = example;
      return { service, operation, effect, ...(count !== undefined && { count }) };
    }
  }
  throw new LocalRefusal(404, 'example_unknown', `The catalogue has no example "${name}".`, 'List them with: localspine fault catalogue');
}

/** The rule as the admin API takes it. Throws UsageError unless exactly one effect is named. */
export function faultRule(options: Pick<Invocation, 'text' | 'requiredText' | 'number' | 'flag'>): object {
  const [partner, status, delay, retryAfter] = [
    options.text('partner'),
    options.number('status'),
    options.number('delay'),
    options.number('retryAfter'),
  ];
  const effects: object[] = [];
  if (partner !== undefined) effects.push({ kind: 'partner', behaviour: partner });
  if (status !== undefined)
    effects.push({ kind: 'status', status, ...(retryAfter === undefined ? {} : { retryAfterSeconds: retryAfter }) });
  if (delay !== undefined) effects.push({ kind: 'delay', milliseconds: delay });
  if (options.flag('disconnect')) effects.push({ kind: 'disconnect' });
  const [effect, ...others] = effects;
  if (effect === undefined || others.length > 0) throw new UsageError('say one effect: --partner, --status, --delay or --disconnect');
  if (retryAfter !== undefined && status === undefined) throw new UsageError('--retry-after goes with --status');
  const [operation, count] = [options.text('operation'), options.number('count')];
  return {
    service: options.requiredText('service'),
    ...(operation === undefined ? {} : { operation }),
    effect,
    ...(count === undefined ? {} : { count }),
  };
}

function describe({ service, operation, effect, remaining }: FaultView): string {
  const target = [service === '*' ? 'every service' : service, operation === '*' ? 'every operation' : operation].join(', ');
  const facts = Object.entries(effect)
    .filter(([name]) => name !== 'kind')
    .map(([name, value]) => `${name} ${String(value)}`);
  return `${target}: ${[effect.kind, ...facts].join(' ')}, ${remaining === null ? 'until cleared' : `${remaining} more`}`;
}
