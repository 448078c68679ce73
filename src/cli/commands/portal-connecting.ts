import type { Command } from 'commander';
import Type, { type Static } from 'typebox';
import { type CommandBook, type Invocation, UsageError } from '../invocation.ts';
import { table } from '../output.ts';
import { PortalClient } from '../portal-client.ts';

const Text = Type.String();
const PlanAnswer = Type.Object({
  planId: Text,
  environment: Text,
  product: Text,
  version: Text,
  owner: Text,
  access: Text,
  prerequisites: Type.Array(
    Type.Object({
      kind: Text,
      title: Text,
      needed: Type.Boolean(),
      state: Text,
      why: Text,
      reason: Type.Optional(Text),
      result: Type.Record(Text, Type.Unknown()),
    }),
  ),
});
const FormAnswer = Type.Object({
  title: Text,
  intro: Text,
  questions: Type.Array(
    Type.Object({
      name: Text,
      label: Text,
      hint: Type.Optional(Text),
      optional: Type.Boolean(),
      several: Type.Boolean(),
      options: Type.Optional(Type.Array(Type.Object({ value: Text, text: Text, hint: Type.Optional(Text) }))),
    }),
  ),
});

/** `localspine portal connect …`: the eight prerequisites of connecting a product (PTL-005…013). */
export function addConnectingCommands(portal: Command, book: CommandBook): void {
  const connect = book.group(portal, 'connect', 'getting connected: what a product needs of an environment, and asking for it');
  book.add(connect, 'list', 'list the products and how far each is connected', async (invocation) => {
    const answer = await PortalClient.of(invocation).call(Type.Object({ plans: Type.Array(PlanAnswer) }), 'GET', '/connecting');
    invocation.result(answer, () =>
      table([
        ['plan', 'product', 'environment', 'owner', 'access'],
        ...answer.plans.map((each) => [each.planId, `${each.product} ${each.version}`, each.environment, each.owner, each.access]),
      ]),
    );
  });
  book
    .add(connect, 'begin <product> <version>', 'begin to connect a product version to an environment', begin)
    .requiredOption('--service <id...>', 'what it uses: ers-user, ers-application, spine-messaging, mesh, … (may be repeated)')
    .option('--team <id>', 'team that owns it; you personally when left out');
  book.add(connect, 'show <plan>', 'show the checklist of a plan', async (invocation) =>
    showPlan(invocation, await plan(invocation, 'GET', '')),
  );
  book.add(connect, 'form <prerequisite>', 'show what a prerequisite asks', async (invocation) => {
    const form = await PortalClient.of(invocation).call(
      FormAnswer,
      'GET',
      `/connecting/forms/${encodeURIComponent(invocation.argument(0))}`,
    );
    invocation.result(form, () => [form.title, form.intro, ...form.questions.flatMap(questionLines)].join('\n'));
  });
  book
    .add(connect, 'ask <plan> <prerequisite>', 'ask for a prerequisite', async (invocation) =>
      showPlan(invocation, await plan(invocation, 'POST', `/${encodeURIComponent(invocation.argument(1))}`, answers(invocation))),
    )
    .option('--answer <name=value...>', 'answer to a question of its form (may be repeated)');
  book.add(connect, 'give-back <plan> <prerequisite>', 'give back what was granted', async (invocation) =>
    showPlan(invocation, await plan(invocation, 'POST', `/${encodeURIComponent(invocation.argument(1))}/give-back`, {})),
  );
  book
    .add(connect, 'decide <plan> <prerequisite>', 'decide on a request, as the service desk', async (invocation) => {
      const reason = invocation.text('refuse');
      const verdict = { grant: reason === undefined, ...(reason !== undefined && { reason }) };
      showPlan(invocation, await plan(invocation, 'POST', `/${encodeURIComponent(invocation.argument(1))}/decision`, verdict));
    })
    .option('--refuse <reason>', 'refuse it, for this reason; granted when left out');
  book
    .add(connect, 'suspend <plan>', 'suspend access of the product version to the environment, as the service desk', async (invocation) =>
      showPlan(invocation, await plan(invocation, 'POST', '/suspend', { suspended: !invocation.flag('restore') })),
    )
    .option('--restore', 'give access back instead');
}

/** A question, with what may be answered below it. */
function questionLines({ name, label, hint, optional, options = [] }: Static<typeof FormAnswer>['questions'][number]): readonly string[] {
  return [
    `  ${name}: ${label}${optional ? ' (optional)' : ''}${hint === undefined ? '' : `. ${hint}`}`,
    ...options.map((each) => `    ${each.value}: ${each.text}`),
  ];
}

async function begin(invocation: Invocation): Promise<void> {
  const teamId = invocation.text('team');
  const answer = await PortalClient.of(invocation).call(PlanAnswer, 'POST', '/connecting', {
    environment: invocation.environment,
    product: invocation.argument(0),
    version: invocation.argument(1),
    services: [...(invocation.texts('service') ?? [])],
    ...(teamId !== undefined && { teamId }),
  });
  showPlan(invocation, answer);
}

function plan(invocation: Invocation, method: 'GET' | 'POST', path: string, body?: object): Promise<Static<typeof PlanAnswer>> {
  return PortalClient.of(invocation).call(PlanAnswer, method, `/connecting/${encodeURIComponent(invocation.argument(0))}${path}`, body);
}

/** `name=value` of each answer. Throws UsageError. */
function answers(invocation: Invocation): Readonly<Record<string, string>> {
  return Object.fromEntries(
    (invocation.texts('answer') ?? []).map((each) => {
      const at = each.indexOf('=');
      if (at < 1) throw new UsageError(`--answer "${each.slice(0, 40)}" must be name=value`);
      return [each.slice(0, at), each.slice(at + 1)];
    }),
  );
}

function showPlan(invocation: Invocation, answer: Static<typeof PlanAnswer>): void {
  invocation.result(answer, () =>
    [
      `${answer.product} ${answer.version} in ${answer.environment} (${answer.planId}): ${answer.access}`,
      table(
        answer.prerequisites
          .filter((each) => each.needed)
          .map(({ kind, title, state, reason }) => [kind, title, reason === undefined ? state : `${state}: ${reason}`]),
      ),
    ].join('\n'),
  );
}
