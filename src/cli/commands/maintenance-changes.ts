import { type Command, Option } from 'commander';
import type { ChangeView } from '../../environment/maintenance/views.ts';
import { LocalRefusal } from '../../kernel/errors.ts';
import type { CommandBook, Invocation } from '../invocation.ts';
import { jsonFile } from '../json-file.ts';
import { changeLines, given, openEnvironments, short } from '../maintenance-words.ts';

const ACTIONS = {
  approve: 'approve a planned change: it will happen',
  start: 'say that work on a change has begun',
  complete: 'say that a change is done; its build is then what runs',
  overrun: 'say that work goes on past the announced end',
  cancel: 'call a change off',
} as const;

/** The fields of an entry as options; the same words in a file given with `--file`. */
const FIELDS = {
  title: 'what it is',
  summary: 'what happens, in some sentences',
  start: 'by London’s clocks, like 2026-12-02T20:00',
  end: 'likewise',
  impact: 'outage, degraded, at-risk or none',
  kind: 'build, patch, certificate, "data refresh", infrastructure, decommission or release',
  fromBuild: 'build that it replaces',
  toBuild: 'build that it brings',
  liveReleaseRef: 'live release that it belongs to',
  actionForSuppliers: 'what suppliers have to do',
  raisedBy: 'who raised it',
  contact: 'whom to ask',
  oldGeneration: 'of a certificate change: the generation that goes',
  newGeneration: 'and the one that comes',
  freezeFrom: 'of a decommissioning: from when nothing new is registered',
} as const;
const LISTS = {
  environments: 'environments, separated by commas',
  services: 'cis, spine-core, ers, api-platform, separated by commas',
} as const;

/** `localspine maintenance list|entry|add|change|approve|…`: the Forward Change Schedule. An entry is written to every environment it names. */
export function addChangeCommands(maintenance: Command, book: CommandBook): void {
  book.add(maintenance, 'list', 'list the forward changes of an environment', async (invocation) => {
    const { ScheduleView } = await import('../../environment/maintenance/views.ts');
    const { changes, environment } = await invocation.client().call(ScheduleView, 'GET', '/maintenance');
    invocation.result({ environment, changes }, () =>
      changes.length === 0 ? `No forward change is planned in ${environment}.` : changes.flatMap(changeLines).join('\n'),
    );
  });
  book.add(maintenance, 'entry <id>', 'show a forward change with its history', async (invocation) => {
    const { ChangeWithHistory } = await import('../../environment/management/maintenance.ts');
    const id = encodeURIComponent(invocation.argument(0));
    const answer = await invocation.client().call(ChangeWithHistory, 'GET', `/maintenance/changes/${id}`);
    invocation.result(answer, () =>
      [
        ...changeLines(answer.entry),
        '',
        answer.entry.summary,
        ...(answer.entry.actionForSuppliers === undefined ? [] : ['', `What to do: ${answer.entry.actionForSuppliers}`]),
        '',
        invocation.paint('bold', 'History'),
        ...answer.history.map(
          ({ revision, at, what, actor, reason }) =>
            `  ${revision}  ${short(at)}  ${what}, by ${actor}${reason === undefined ? '' : `: ${reason}`}`,
        ),
      ].join('\n'),
    );
  });
  withFields(book.add(maintenance, 'add', 'add a forward change to every environment it names', addEntry)).option(
    '--id <id>',
    'its id (default: made up)',
  );
  withFields(book.add(maintenance, 'change <id>', 'change what an entry says; what is not given stays', changeEntry)).option(
    '--reason <text>',
    'why, for the history',
  );
  for (const [action, what] of Object.entries(ACTIONS))
    book
      .add(maintenance, `${action} <id>`, what, (invocation) => act(invocation, action))
      .option('--actor <name>', 'who does it, for the history')
      .option('--reason <text>', 'why');
}

function withFields(command: Command): Command {
  for (const [name, what] of [...Object.entries(FIELDS), ...Object.entries(LISTS)])
    command.addOption(new Option(`--${dashed(name)} <value>`, what));
  return command
    .option('--file <path>', 'a JSON file with the fields; options come on top')
    .option('--actor <name>', 'who does it, for the history');
}

function dashed(name: string): string {
  return name.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`);
}

/** What was given by file and options. */
function fieldsGiven(invocation: Invocation): Record<string, unknown> {
  const file = invocation.text('file');
  const fromFile: unknown = file === undefined ? {} : jsonFile(file);
  if (typeof fromFile !== 'object' || fromFile === null || Array.isArray(fromFile))
    throw new LocalRefusal(400, 'bad_change', `${file} holds no JSON object.`);
  const texts = given(Object.fromEntries(Object.keys(FIELDS).map((name) => [name, invocation.text(name)])));
  const lists = Object.keys(LISTS).flatMap((name) => {
    const value = invocation.text(name);
    return value === undefined ? [] : [[name, value.split(',').map((each) => cased(name, each.trim()))]];
  });
  return { ...fromFile, ...texts, ...Object.fromEntries(lists) };
}

function cased(list: string, value: string): string {
  return list === 'environments' ? value.toUpperCase() : value.toLowerCase();
}

async function addEntry(invocation: Invocation): Promise<void> {
  const { ChangeView } = await import('../../environment/maintenance/views.ts');
  const fields = fieldsGiven(invocation);
  const change = { environments: [invocation.environment], ...fields };
  const environments = named(invocation, change.environments);
  let entry: ChangeView | undefined;
  for (const environment of environments)
    entry = await invocation.client(environment).call(ChangeView, 'POST', '/maintenance/changes', {
      ...given({ id: invocation.text('id') ?? entry?.id, actor: invocation.text('actor') }),
      change,
    });
  show(invocation, entry, environments);
}

async function changeEntry(invocation: Invocation): Promise<void> {
  const { ChangeView } = await import('../../environment/maintenance/views.ts');
  const { ChangeWithHistory } = await import('../../environment/management/maintenance.ts');
  const { inputOf } = await import('../../environment/maintenance/change-form.ts');
  const path = `/maintenance/changes/${encodeURIComponent(invocation.argument(0))}`;
  const { entry: before } = await invocation.client().call(ChangeWithHistory, 'GET', path);
  const change = { ...inputOf(before), ...fieldsGiven(invocation) };
  const environments = named(invocation, change.environments);
  let entry: ChangeView | undefined;
  for (const environment of environments)
    entry = await invocation.client(environment).call(ChangeView, 'PUT', path, {
      change,
      ...given({ actor: invocation.text('actor'), reason: invocation.text('reason') }),
    });
  show(invocation, entry, environments);
}

async function act(invocation: Invocation, action: string): Promise<void> {
  const { ChangeView } = await import('../../environment/maintenance/views.ts');
  const { ChangeWithHistory } = await import('../../environment/management/maintenance.ts');
  const path = `/maintenance/changes/${encodeURIComponent(invocation.argument(0))}`;
  const { entry: before } = await invocation.client().call(ChangeWithHistory, 'GET', path);
  const environments = named(invocation, before.environments);
  let entry: ChangeView | undefined;
  for (const environment of environments)
    entry = await invocation
      .client(environment)
      .call(ChangeView, 'POST', `${path}/${action}`, given({ actor: invocation.text('actor'), reason: invocation.text('reason') }));
  show(invocation, entry, environments);
}

/** The environments an entry names. Throws LocalRefusal 404 when one of them does not run: the entry would be in some only. */
function named(invocation: Invocation, environments: unknown): readonly string[] {
  const names = Array.isArray(environments) ? environments.filter((each) => typeof each === 'string') : [];
  const open = openEnvironments(invocation);
  const missing = names.filter((each) => !open.includes(each));
  if (missing.length > 0)
    throw new LocalRefusal(
      404,
      'environment_closed',
      `${missing.join(', ')} is not open; LocalSpine runs ${open.join(', ')}.`,
      'Name open environments with --environments.',
    );
  return names.length === 0 ? [invocation.environment] : names;
}

function show(invocation: Invocation, entry: ChangeView | undefined, environments: readonly string[]): void {
  if (entry === undefined) return;
  invocation.result({ ...entry, writtenTo: environments }, () => changeLines(entry).join('\n'));
}
