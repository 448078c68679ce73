import { type Command, Option } from 'commander';
import type { Copy } from '../../environment/maintenance/levelling.ts';
import type { ChangeView } from '../../environment/maintenance/views.ts';
import { LocalRefusal } from '../../kernel/errors.ts';
import type { CommandBook, Invocation } from '../invocation.ts';
import { jsonFile } from '../json-file.ts';
import { changeLines, given, openEnvironments, short } from '../maintenance-words.ts';

/** Here and not imported: what a command line knows of itself is read at its every start. */
const CHANGE_ACTIONS = ['approve', 'start', 'complete', 'overrun', 'cancel'] as const;
type Action = (typeof CHANGE_ACTIONS)[number];
const ACTIONS: Readonly<Record<Action, string>> = {
  approve: 'approve a planned change: it will happen',
  start: 'say that work on a change has begun',
  complete: 'say that a change is done; its build is then what runs',
  overrun: 'say that work goes on past the announced end',
  cancel: 'call a change off',
};

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
  for (const action of CHANGE_ACTIONS)
    book
      .add(maintenance, `${action} <id>`, ACTIONS[action], (invocation) => act(invocation, action))
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
  const { inputOf } = await import('../../environment/maintenance/change-form.ts');
  const { bringTo } = await import('../../environment/maintenance/levelling.ts');
  const { newest, copies, environments } = await everywhere(invocation);
  const change = { ...inputOf(newest), ...fieldsGiven(invocation) };
  named(invocation, change.environments);
  let entry = newest;
  for (const { copy, found } of copies) if (found !== undefined) entry = await copy.edit(change, found.revision);
  for (const { copy, found } of copies)
    if (found === undefined) entry = await bringTo({ change: inputOf(entry), status: entry.recordedStatus }, copy);
  show(invocation, entry, environments);
}

/** Moves an entry on in every environment it names. Where that is done already nothing happens: what was broken off is finished by repeating it. */
async function act(invocation: Invocation, action: Action): Promise<void> {
  const { inputOf } = await import('../../environment/maintenance/change-form.ts');
  const { RECORDS } = await import('../../environment/maintenance/forward-change.ts');
  const { bringTo, isOver, routeTo } = await import('../../environment/maintenance/levelling.ts');
  const { newest, copies, environments } = await everywhere(invocation);
  const goal = { change: inputOf(newest), status: RECORDS[action] };
  const isOpen = copies.some(({ found }) => found?.actions.includes(action) || (found && routeTo(found, goal.status)?.length === 0));
  let entry = newest;
  for (const { copy } of copies) {
    if (isOpen) entry = await bringTo(goal, copy);
    // The environment says why it cannot be.
    if (!isOpen || (entry.recordedStatus !== goal.status && !isOver(entry))) entry = await copy.act(action, entry.revision);
  }
  show(invocation, entry, environments);
}

interface Everywhere {
  readonly newest: ChangeView;
  readonly environments: readonly string[];
  /** One for each environment the entry names, with what it has now. */
  readonly copies: readonly { readonly copy: Copy; readonly found: ChangeView | undefined }[];
}

/** The entry of a command, wherever it is. Throws LocalRefusal 404. */
async function everywhere(invocation: Invocation): Promise<Everywhere> {
  const open = openEnvironments(invocation);
  const all = await Promise.all(open.map(async (environment) => ({ environment, found: await copyIn(invocation, environment).read() })));
  const [newest] = all.flatMap(({ found }) => (found === undefined ? [] : [found])).sort((one, other) => other.revision - one.revision);
  if (newest === undefined)
    throw new LocalRefusal(
      404,
      'change_unknown',
      `There is no forward change ${invocation.argument(0)} in ${open.join(', ')}.`,
      'List them: localspine maintenance list.',
    );
  const environments = named(invocation, newest.environments);
  const copies = environments.map((environment) => ({
    copy: copyIn(invocation, environment),
    found: all.find((each) => each.environment === environment)?.found,
  }));
  return { newest, environments, copies };
}

/** The entry of a command in one environment. */
function copyIn(invocation: Invocation, environment: string): Copy {
  const client = invocation.client(environment);
  const id = invocation.argument(0);
  const path = `/maintenance/changes/${encodeURIComponent(id)}`;
  const actor = given({ actor: invocation.text('actor') });
  const hand = { ...actor, ...given({ reason: invocation.text('reason') }) };
  const write = async (method: 'POST' | 'PUT', to: string, body: object): Promise<ChangeView> => {
    const views = await import('../../environment/maintenance/views.ts');
    return client.call(views.ChangeView, method, to, body);
  };
  return {
    async read() {
      const { ChangeWithHistory } = await import('../../environment/management/maintenance.ts');
      try {
        return (await client.call(ChangeWithHistory, 'GET', path)).entry;
      } catch (error) {
        if (error instanceof LocalRefusal && error.code === 'change_unknown') return undefined;
        throw error;
      }
    },
    add: (change) => write('POST', '/maintenance/changes', { id, change, ...actor }),
    edit: (change, revision) => write('PUT', path, { change, revision, ...hand }),
    act: (action, revision) => write('POST', `${path}/${action}`, { revision, ...hand }),
  };
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
