import { readFileSync } from 'node:fs';
import type { Command } from 'commander';
import Type from 'typebox';
import { fits } from '../answers.ts';
import { type CommandBook, type Invocation, UsageError } from '../invocation.ts';
import { table } from '../output.ts';
import { PortalClient } from '../portal-client.ts';
import { HistoryAnswer, RoadAnswer, RoadClient, RoadsAnswer, type RoadView } from '../rehearsal/road-client.ts';

const Text = Type.String();
const DutiesAnswer = Type.Object({
  duties: Type.Array(
    Type.Object({
      roadId: Text,
      product: Text,
      version: Text,
      kind: Text,
      key: Text,
      title: Text,
      reviewer: Text,
      action: Text,
      due: Text,
    }),
  ),
});
const AdviceAnswer = Type.Object({
  sufficient: Type.Array(Text),
  endpoints: Type.Array(Type.Object({ id: Text, uses: Type.Array(Text), reviewed: Type.Boolean() })),
});
const AnswersFile = Type.Record(Text, Type.Union([Text, Type.Array(Text)]));
const MODES = ['at-once', 'realistic', 'person'];

/** `localspine portal road …`: roads to production. */
export function addRoadCommands(portal: Command, book: CommandBook): void {
  const road = book.group(portal, 'road', 'roads to production: use case to go-live');
  book.add(road, 'list', 'list the roads', async (invocation) => {
    const answer = await PortalClient.of(invocation).call(RoadsAnswer, 'GET', '/roads');
    invocation.result(answer, () =>
      table([
        ['road', 'product', 'version', 'supplier'],
        ...answer.roads.map((each) => [each.roadId, each.product, each.version, each.supplier]),
      ]),
    );
  });
  book
    .add(road, 'begin <product> <version>', 'begin the road of a product version', async (invocation) => {
      const [team, reviewers] = [invocation.text('team'), reviewersIn(invocation)];
      const client = await RoadClient.begin(PortalClient.of(invocation), {
        product: invocation.argument(0),
        version: invocation.argument(1),
        supplierOds: invocation.requiredText('ods'),
        ...(team === undefined ? {} : { teamId: team }),
        ...(reviewers === undefined ? {} : { reviewers }),
      });
      invocation.result({ roadId: client.roadId }, `The road is ${client.roadId}.`);
    })
    .requiredOption('--ods <code>', 'ODS code of the supplier')
    .option('--team <id>', 'team that owns it (default: you)')
    .option('--reviewers <how>', `how reviewers act: ${MODES.join(', ')}`);
  book.add(road, 'show <road>', 'show a road: tasks, gates, and why it waits', async (invocation) => {
    const view = await new RoadClient(PortalClient.of(invocation), invocation.argument(0)).view();
    invocation.result(view, () => describe(view));
  });
  book.add(road, 'history <road>', 'show what was done, and what people would have waited for', async (invocation) => {
    const answer = await PortalClient.of(invocation).call(
      HistoryAnswer,
      'GET',
      `/roads/${encodeURIComponent(invocation.argument(0))}/history`,
    );
    invocation.result(answer, () =>
      [
        table(
          answer.events.map((each) => [
            each.at,
            each.who,
            `${each.kind} ${each.key}`.trim(),
            each.action,
            each.state,
            each.wouldHaveWaited ?? '',
          ]),
        ),
        `With people: ${answer.workingDays} working days.`,
      ].join('\n'),
    );
  });
  addWork(road, book);
  addGuidance(road, book);
}

function addWork(road: Command, book: CommandBook): void {
  book
    .add(road, 'answer <road> <artefact> [file]', 'keep answers to a form, from a file of JSON or with --set', async (invocation) => {
      const file = invocation.optionalArgument(2);
      const answers = { ...(file === undefined ? {} : answersIn(file)), ...setIn(invocation) };
      if (Object.keys(answers).length === 0) throw new UsageError('give a file of answers, or --set NAME=VALUE');
      const client = new RoadClient(PortalClient.of(invocation), invocation.argument(0));
      const view = await client.answer(invocation.argument(1), answers, invocation.text('key'));
      invocation.result(view, `Kept ${Object.keys(answers).length} answers.`);
    })
    .option('--key <ods>', 'organisation, where there is one form for each')
    .option('--set <answer...>', 'an answer, NAME=VALUE; several values with | between them');
  book
    .add(road, 'do <road> <artefact> <action>', 'do something: submit, accept, return …', async (invocation) => {
      const reasons = invocation.texts('reason');
      const view = await new RoadClient(PortalClient.of(invocation), invocation.argument(0)).act(
        invocation.argument(1),
        invocation.argument(2),
        {
          ...(invocation.text('key') === undefined ? {} : { key: invocation.requiredText('key') }),
          ...(reasons === undefined ? {} : { reasons }),
        },
      );
      invocation.result(view, () => describe(view));
    })
    .option('--key <ods>', 'organisation, where there is one for each')
    .option('--reason <text...>', 'why a reviewer sends it back');
  book.add(
    road,
    'reviewers <road> [how]',
    `choose how reviewers act: ${MODES.join(', ')}; as set for LocalSpine when left out`,
    async (invocation) => {
      const reviewers = invocation.optionalArgument(1) ?? null;
      const path = `/roads/${encodeURIComponent(invocation.argument(0))}/reviewers`;
      const view = await PortalClient.of(invocation).call(RoadAnswer, 'PUT', path, { reviewers });
      invocation.result(view, `Reviewers: ${view.road.reviewers}.`);
    },
  );
  book.add(road, 'duties', 'what waits for the reviewer you act for', async (invocation) => {
    const answer = await PortalClient.of(invocation).call(DutiesAnswer, 'GET', '/duties');
    invocation.result(answer, () =>
      answer.duties.length === 0
        ? 'Nothing waits.'
        : table([
            ['road', 'product', 'what', 'desk', 'the rules would', 'due'],
            ...answer.duties.map((each) => [
              each.roadId,
              `${each.product} ${each.version}`,
              each.title,
              each.reviewer,
              each.action,
              each.due,
            ]),
          ]),
    );
  });
}

function addGuidance(road: Command, book: CommandBook): void {
  book.add(road, 'advise <endpoints...>', 'which access modes allow a list of endpoints', async (invocation) => {
    const endpoints = encodeURIComponent(invocation.argumentList(0).join(','));
    const answer = await PortalClient.of(invocation).call(AdviceAnswer, 'GET', `/access-advice?endpoints=${endpoints}`);
    invocation.result(answer, () =>
      [
        table(answer.endpoints.map(({ id, uses, reviewed }) => [id, uses.join(', '), reviewed ? 'reviewed for unattended changes' : ''])),
        `All of them: ${answer.sufficient.join(', ') || 'no single way of use'}`,
      ].join('\n'),
    );
  });
}

function describe(view: RoadView): string {
  return [
    `${view.road.product} ${view.road.version}, ${view.road.supplier}`,
    table(view.tasks.map(({ number, title, status, hint }) => [number, title, status, hint])),
    '',
    ...view.gates.flatMap(({ gate, title, open, blockers }) => [
      `${gate} ${title}: ${open ? 'open' : 'blocked'}`,
      ...blockers.map(({ reason, who, fix }) => `   ${reason} ${fix} (${who})`),
    ]),
  ].join('\n');
}

function reviewersIn(invocation: Invocation): string | undefined {
  const how = invocation.text('reviewers');
  if (how !== undefined && !MODES.includes(how)) throw new UsageError(`--reviewers is one of ${MODES.join(', ')}`);
  return how;
}

function answersIn(path: string): Readonly<Record<string, string | readonly string[]>> {
  let content: unknown;
  try {
    content = JSON.parse(readFileSync(path, 'utf8'));
  } catch {
    throw new UsageError(`${path} is no readable file of JSON`);
  }
  if (!fits(AnswersFile, content)) throw new UsageError(`${path} must hold an object of texts and lists of texts`);
  return content;
}

function setIn(invocation: Invocation): Readonly<Record<string, string | readonly string[]>> {
  return Object.fromEntries(
    (invocation.texts('set') ?? []).map((each) => {
      const [name = '', value] = each.split(/=(.*)/su);
      if (value === undefined) throw new UsageError(`--set wants NAME=VALUE, not "${each.slice(0, 60)}"`);
      return [name, value.includes('|') ? value.split('|') : value];
    }),
  );
}
