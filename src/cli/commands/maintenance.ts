import { type Command, Option } from 'commander';
import type { Static } from 'typebox';
import type { SlotView } from '../../environment/maintenance/views.ts';
import { LocalRefusal } from '../../kernel/errors.ts';
import { type CommandBook, type Invocation, UsageError, wholeNumber } from '../invocation.ts';
import { given, oneOf, openEnvironments, short } from '../maintenance-words.ts';
import { table } from '../output.ts';
import { addChangeCommands } from './maintenance-changes.ts';

const SERVICES = ['cis', 'spine-core', 'ers', 'api-platform'] as const;
const SLOTS = ['cis', 'spine-core', 'ers'] as const;

/** The public sandbox is always there. */
const WITHOUT_SLOTS = 'SANDBOX';

/** Exit code of `maintenance availability --service` while the service is down or degraded: neither done nor failed. */
export const EXIT_IN_MAINTENANCE = 3;

/** `localspine maintenance …`: slots, the Forward Change Schedule, live releases, and when what is available (path-to-live.md §5). */
export function addMaintenanceCommands(program: Command, book: CommandBook): void {
  const maintenance = book.group(program, 'maintenance', 'maintenance slots, forward changes, and when what is available');
  addReading(maintenance, book);
  addChangeCommands(maintenance, book);
  addReleases(maintenance, book);
  addSlots(maintenance, book);
}

function addReading(maintenance: Command, book: CommandBook): void {
  book.add(maintenance, 'show', 'show the slots of an environment and how they stand', async (invocation) => {
    const { ScheduleView } = await import('../../environment/maintenance/views.ts');
    const schedule = await invocation.client().call(ScheduleView, 'GET', '/maintenance');
    invocation.result(schedule, () =>
      schedule.slots.length === 0
        ? `${schedule.environment} has no maintenance slots.`
        : [
            `Maintenance of ${schedule.environment} is ${schedule.mode}.`,
            '',
            table([
              ['SERVICE', 'STATE', 'TAKES IT DOWN', 'NEXT NIGHT, LONDON'].map((each) => invocation.paint('dim', each)),
              ...schedule.slots.map((slot) => [slot.title, slot.state, patternText(slot), nightText(slot)]),
            ]),
          ].join('\n'),
    );
  });
  book
    .add(maintenance, 'availability', 'when which service is affected; with --service, the exit code tells whether it is', availability)
    .addOption(
      new Option(
        '--service <name>',
        'one service: exit code 0 when it is available (with --from or --to: all the time), 3 when it is not',
      ).choices(SERVICES),
    )
    .option('--at <time>', 'the instant to ask about, with --service (default: now)')
    .option('--from <time>', 'begin of the time to list (default: now)')
    .option('--to <time>', 'its end (default: a week later)');
  book
    .add(maintenance, 'digest', 'what a week brings, for all open environments', async (invocation) => {
      const { DigestView, digestText } = await import('../../environment/maintenance/digest.ts');
      const week = invocation.text('week');
      const query = week === undefined ? '' : `?week=${encodeURIComponent(week)}`;
      const digests: Static<typeof DigestView>[] = [];
      for (const id of openEnvironments(invocation))
        digests.push(await invocation.client(id).call(DigestView, 'GET', `/maintenance/digest${query}`));
      invocation.result({ digests }, () => digestText(digests).trimEnd());
    })
    .option('--week <day>', 'any day of the week, like 2026-12-02 (default: this week)');
  book
    .add(maintenance, 'ical', 'print the schedule as an iCalendar feed', async (invocation) => {
      const path = `/maintenance/calendar.ics${invocation.flag('alarm') ? '?alarm=on' : ''}`;
      const client = invocation.client();
      const text = await client.text(path);
      const address = `${client.place.httpUrl}/_localspine${path}`;
      invocation.result({ environment: invocation.environment, address, calendar: text }, text.trimEnd());
    })
    .option('--alarm', 'with a reminder a day before each outage');
}

async function availability(invocation: Invocation): Promise<void> {
  const [service, at] = [invocation.text('service'), invocation.text('at')];
  const span = query({ from: invocation.text('from'), to: invocation.text('to') });
  if (service !== undefined && span === '') return availableAt(invocation, service, at);
  if (at !== undefined) throw new UsageError('--at goes with --service, and not with --from and --to');
  const { AvailabilityView } = await import('../../environment/maintenance/views.ts');
  const answer = await invocation.client().call(AvailabilityView, 'GET', `/availability${span}`);
  const intervals = answer.intervals.filter((each) => service === undefined || each.service === service);
  const troubled = intervals.some(({ impact }) => impact === 'outage' || impact === 'degraded');
  if (service !== undefined && troubled) invocation.exitCode = EXIT_IN_MAINTENANCE;
  invocation.result({ ...answer, intervals }, () =>
    intervals.length === 0
      ? `Nothing affects ${answer.environment} from ${answer.from} to ${answer.to}.`
      : table([
          ['SERVICE', 'IMPACT', 'FROM, LONDON', 'TO, LONDON', 'BECAUSE OF'].map((each) => invocation.paint('dim', each)),
          ...intervals.map((each) => [
            each.service,
            each.impact,
            short(each.startLondon),
            short(each.endLondon),
            each.causes.map((cause) => `${cause.title}${cause.tentative ? ' (planned)' : ''}`).join('; '),
          ]),
        ]),
  );
}

async function availableAt(invocation: Invocation, service: string, at: string | undefined): Promise<void> {
  const { AtView } = await import('../../environment/management/maintenance.ts');
  const answer = await invocation.client().call(AtView, 'GET', `/maintenance/at${query({ service, at })}`);
  if (!answer.available) invocation.exitCode = EXIT_IN_MAINTENANCE;
  const { interval } = answer;
  invocation.result({ environment: invocation.environment, ...answer }, () =>
    interval === undefined
      ? `${service} is available at ${answer.at}.`
      : `${service}: ${interval.impact} until ${answer.until ?? interval.end} (${interval.causes.map((each) => each.title).join('; ')})`,
  );
}

function addReleases(maintenance: Command, book: CommandBook): void {
  const release = book.group(maintenance, 'release', 'live releases of e-RS, each of which brings it a slot');
  book
    .add(release, 'add', 'record a live release in every open environment that has slots', async (invocation) => {
      const { ReleaseView } = await import('../../environment/maintenance/views.ts');
      const [build, note] = [invocation.text('build'), invocation.text('note')];
      const releases: (Static<typeof ReleaseView> & { readonly environment: string })[] = [];
      const withSlots = openEnvironments(invocation).filter((each) => each !== WITHOUT_SLOTS);
      if (withSlots.length === 0)
        throw new LocalRefusal(409, 'no_environment', 'No environment with maintenance slots is open.', 'Open INT, DEP or PROD.');
      for (const environment of withSlots) {
        const client = invocation.client(environment);
        const id = invocation.text('id') ?? releases[0]?.id;
        const at = invocation.text('at') ?? releases[0]?.releasedAt ?? new Date(await businessTime(invocation, environment)).toISOString();
        const body = { releasedAt: at, ...given({ id, build, note }) };
        releases.push({ environment, ...(await client.call(ReleaseView, 'POST', '/maintenance/releases', body)) });
      }
      invocation.result({ releases }, () =>
        releases
          .map((each) => `${each.environment}: live release ${each.id}; its slot begins on ${each.slotNight} at 20:00 in London.`)
          .join('\n'),
      );
    })
    .option('--at <time>', 'when it went live (default: now)')
    .option('--build <version>', 'its build')
    .option('--note <text>', 'a note')
    .option('--id <id>', 'its id (default: made up)');
  book.add(release, 'list', 'list the live releases an environment knows', async (invocation) => {
    const { ScheduleView } = await import('../../environment/maintenance/views.ts');
    const { releases } = await invocation.client().call(ScheduleView, 'GET', '/maintenance');
    invocation.result({ environment: invocation.environment, releases }, () =>
      releases.length === 0
        ? `${invocation.environment} knows of no live release, so e-RS has no slot.`
        : table([
            ['ID', 'LIVE AT, LONDON', 'BUILD', 'SLOT OF', ''].map((each) => invocation.paint('dim', each)),
            ...releases.map((each) => [
              each.id,
              short(each.releasedAtLondon),
              each.build ?? '',
              each.slotNight,
              each.withdrawnAt === undefined ? '' : 'withdrawn',
            ]),
          ]),
    );
  });
  book.add(release, 'withdraw <id>', 'take a live release back in every open environment that knows it', async (invocation) => {
    const { ReleaseView, ScheduleView } = await import('../../environment/maintenance/views.ts');
    const id = invocation.argument(0);
    const withdrawn: string[] = [];
    for (const environment of openEnvironments(invocation)) {
      const client = invocation.client(environment);
      const { releases } = await client.call(ScheduleView, 'GET', '/maintenance');
      if (!releases.some((each) => each.id === id)) continue;
      await client.call(ReleaseView, 'POST', `/maintenance/releases/${encodeURIComponent(id)}/withdraw`);
      withdrawn.push(environment);
    }
    // Nobody knew it: let the environment say so.
    if (withdrawn.length === 0)
      await invocation.client().call(ReleaseView, 'POST', `/maintenance/releases/${encodeURIComponent(id)}/withdraw`);
    invocation.result({ id, withdrawn }, `${id} is withdrawn in ${withdrawn.join(', ')}.`);
  });
}

function addSlots(maintenance: Command, book: CommandBook): void {
  const night = book.group(maintenance, 'night', 'one night of a slot: skip, move or withdraw it');
  const verbs = { skip: 'skipped', move: 'moved', withdraw: 'withdrawn', restore: 'as-usual' } as const;
  const words = {
    skip: 'leave a night out',
    move: 'hold a night at another time',
    withdraw: 'call off a night that was announced',
    restore: 'put a night back to its usual time',
  };
  for (const verb of ['skip', 'move', 'withdraw', 'restore'] as const) {
    const command = book
      .add(night, `${verb} <service> <day>`, words[verb], async (invocation) => {
        const { ScheduleView } = await import('../../environment/maintenance/views.ts');
        const body = {
          service: oneOf(SLOTS, invocation.argument(0)),
          night: invocation.argument(1),
          kind: verbs[verb],
          ...given({ start: invocation.text('start'), end: invocation.text('end'), reason: invocation.text('reason') }),
        };
        const schedule = await invocation.client().call(ScheduleView, 'PUT', '/maintenance/nights', body);
        invocation.result({ environment: invocation.environment, ...body, schedule }, `${body.service}, ${body.night}: ${verbs[verb]}.`);
      })
      .option('--reason <text>', 'why, for those who read the calendar');
    if (verb === 'move')
      command
        .requiredOption('--start <time>', 'its new start, by London’s clocks, like 2026-12-03T20:00')
        .requiredOption('--end <time>', 'its new end');
  }
  book
    .add(
      maintenance,
      'simulate <service> <pattern>',
      'how a slot takes its service down: whole, none, partial or flap',
      async (invocation) => {
        const { ScheduleView } = await import('../../environment/maintenance/views.ts');
        const minutes = invocation.number('minutes');
        const body = {
          service: oneOf(SLOTS, invocation.argument(0)),
          pattern: oneOf(['whole', 'none', 'partial', 'flap'], invocation.argument(1)),
          ...(minutes !== undefined && { minutes }),
        };
        const { slots } = await invocation.client().call(ScheduleView, 'PUT', '/maintenance/patterns', body);
        invocation.result({ environment: invocation.environment, slots }, `The slot of ${body.service}: ${body.pattern}.`);
      },
    )
    .option('--minutes <number>', 'of partial: how long it is down; of flap: how long down, and then up', wholeNumber(1, 600));
}

async function businessTime(invocation: Invocation, environment: string): Promise<number> {
  const { ClockAnswer } = await import('../answers.ts');
  return Date.parse((await invocation.client(environment).call(ClockAnswer, 'GET', '/clock')).now);
}

function query(values: Readonly<Record<string, string | undefined>>): string {
  const text = new URLSearchParams(given(values)).toString();
  return text === '' ? '' : `?${text}`;
}

function patternText({ pattern, minutes }: SlotView): string {
  return pattern === 'partial' || pattern === 'flap' ? `${pattern}, ${minutes} min` : pattern;
}

function nightText({ next, recurrence }: SlotView): string {
  const [night] = next;
  if (night === undefined) return recurrence === 'weekly' ? 'none in sight' : 'none: no live release';
  return `${short(night.startLondon)} to ${short(night.endLondon)}${night.held === 'as-usual' ? '' : ` (${night.held})`}`;
}
