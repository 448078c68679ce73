import type { FastifyInstance, FastifyReply } from 'fastify';
import Type from 'typebox';
import { CALENDAR_TYPE } from '../../environment/maintenance/calendar-type.ts';
import { digestText } from '../../environment/maintenance/digest.ts';
import { addDays, dayInWords, londonDay, weekCommencing } from '../../environment/maintenance/london.ts';
import { LocalRefusal } from '../../kernel/errors.ts';
import type { Portal } from '../portal.ts';
import { shaped } from '../web/site.ts';
import { signedIn } from './api-routes.ts';
import { addRelease, withdrawRelease } from './changing.ts';
import { monthOf, monthSpan, type Night } from './month.ts';
import { allSchedules, calendarFeed, comparedBuilds, entriesOf } from './schedule.ts';
import type { Subscriptions } from './subscriptions.ts';
import { buildWords, entryWords, slotWords } from './words.ts';

const ScheduleQuery = Type.Object({
  environment: Type.Optional(Type.String({ maxLength: 20 })),
  past: Type.Optional(Type.String({ maxLength: 5 })),
});
const MonthQuery = Type.Object({ month: Type.Optional(Type.String({ pattern: '^[0-9]{4}-(0[1-9]|1[0-2])$' })) });
const WeekQuery = Type.Object({ week: Type.Optional(Type.String({ pattern: '^[0-9]{4}-[0-9]{2}-[0-9]{2}$' })) });
const FeedQuery = Type.Object({ alarm: Type.Optional(Type.String({ maxLength: 5 })) });

/** The schedule of all environments, its calendar and feeds, the digest, builds and live releases. */
export function registerSchedulePages(app: FastifyInstance, portal: Portal, subscriptions: Subscriptions): void {
  registerSchedule(app, portal);
  registerFeeds(app, portal);
  registerDigest(app, portal, subscriptions);
  registerBuildsAndReleases(app, portal);
}

function registerSchedule(app: FastifyInstance, portal: Portal): void {
  const { site } = portal;
  app.get('/schedule', async (request, reply) => {
    await site.permitted(request, 'schedule.see');
    const { environment = '', past } = shaped(ScheduleQuery, request.query, 'query');
    const all = await allSchedules(portal);
    const shown = environment === '' ? all : all.filter((each) => each.environment === portal.environment(environment).id);
    const entries = entriesOf(shown, all).filter(({ status }) => past === 'yes' || (status !== 'complete' && status !== 'cancelled'));
    return site.page(request, reply, 'schedule/pages/schedule.njk', {
      title: 'Maintenance and changes',
      environment: environment.toUpperCase(),
      past: past === 'yes',
      environments: portal.environments.map((each) => each.id),
      schedules: shown.map((each) => ({ environment: each.environment, mode: each.mode, slots: slotWords(each) })),
      entries: entries.map(entryWords),
    });
  });
  app.get('/schedule/calendar', async (request, reply) => {
    await site.permitted(request, 'schedule.see');
    const schedules = await allSchedules(portal);
    const month = shaped(MonthQuery, request.query, 'query').month ?? londonDay(Date.parse(schedules[0]?.now ?? '')).slice(0, 7);
    return site.page(request, reply, 'schedule/pages/calendar.njk', {
      title: 'Calendar',
      month: monthOf(month, await nightsIn(portal, month), entriesOf(schedules)),
      back: { href: '/schedule', text: 'Maintenance and changes' },
    });
  });
}

/** The nights of all environments that a month's table shows. */
async function nightsIn(portal: Portal, month: string): Promise<readonly Night[]> {
  const { first, last } = monthSpan(month);
  const all = await Promise.all(
    portal.environments.map(async (environment) => {
      const { id } = environment;
      const { intervals } = await environment.call('maintenance.availability', { from: first, to: addDays(last, 2) });
      const nights = new Map<string, Night>();
      for (const { service, startLondon, causes } of intervals)
        for (const cause of causes)
          if (cause.kind === 'slot' && service !== 'api-platform' && !nights.has(cause.id))
            nights.set(cause.id, { environment: id, service, startLondon });
      return [...nights.values()];
    }),
  );
  return all.flat();
}

function registerFeeds(app: FastifyInstance, portal: Portal): void {
  const send = async (reply: FastifyReply, name: string, environment: string | undefined, query: unknown): Promise<FastifyReply> => {
    const text = await calendarFeed(portal, environment, shaped(FeedQuery, query, 'query').alarm === 'on');
    return reply
      .type(CALENDAR_TYPE)
      .header('content-disposition', `inline; filename="${name}.ics"`)
      .header('x-content-type-options', 'nosniff')
      .send(text);
  };
  app.get('/calendar.ics', ({ query }, reply) => send(reply, 'localspine', undefined, query));
  app.get<{ Params: { file: string } }>('/calendar/:file', ({ params: { file }, query }, reply) => {
    const id = /^([a-z]+)\.ics$/.exec(file)?.[1];
    if (id === undefined)
      throw new LocalRefusal(
        404,
        'feed_unknown',
        'There is no such calendar.',
        'There is one for each environment, like /calendar/int.ics.',
      );
    return send(reply, portal.environment(id).id.toLowerCase(), id, query);
  });
}

function registerDigest(app: FastifyInstance, portal: Portal, subscriptions: Subscriptions): void {
  const { site } = portal;
  const digestsOf = (query: unknown) => {
    const { week } = shaped(WeekQuery, query, 'query');
    return Promise.all(portal.environments.map((each) => each.call('maintenance.digest', week === undefined ? {} : { week })));
  };
  app.get('/schedule/digest', async (request, reply) => {
    const visitor = await site.permitted(request, 'schedule.see');
    const digests = await digestsOf(request.query);
    const monday = digests[0]?.weekCommencing ?? weekCommencing(londonDay(portal.clock.realNow()));
    return site.page(request, reply, 'schedule/pages/digest.njk', {
      title: `Week commencing ${dayInWords(monday)}`,
      week: monday,
      previous: addDays(monday, -7),
      next: addDays(monday, 7),
      digests: digests.map((each) => ({ ...each, changes: each.changes.map(entryWords), news: each.news.map(entryWords) })),
      subscribed: visitor.accountId === undefined ? undefined : await subscriptions.of(visitor.accountId),
      environments: portal.environments.map((each) => each.id),
      notice: noticeOf(request.query),
      back: { href: '/schedule', text: 'Maintenance and changes' },
    });
  });
  app.get('/schedule/digest.txt', async ({ query }, reply) =>
    reply.type('text/plain; charset=utf-8').send(digestText(await digestsOf(query))),
  );
  app.post('/schedule/subscription', async (request, reply) => {
    const form = site.form(request);
    const visitor = signedIn(await site.visitor(request));
    await subscriptions.set(visitor, [...new Set(form.all('environments').map((each) => portal.environment(each).id))]);
    return site.redirect(reply, '/schedule/digest?done=subscribed');
  });
}

/** What the banner says after something was done. */
function noticeOf(query: unknown): string | undefined {
  const done = typeof query === 'object' && query !== null && 'done' in query ? query.done : undefined;
  return done === 'subscribed'
    ? 'Your subscription is changed'
    : done === 'release'
      ? 'The live release is recorded'
      : done === 'withdrawn'
        ? 'The live release is withdrawn'
        : done === 'build'
          ? 'The build is recorded'
          : undefined;
}

function registerBuildsAndReleases(app: FastifyInstance, portal: Portal): void {
  const { site } = portal;
  app.get('/schedule/builds', async (request, reply) => {
    await site.permitted(request, 'schedule.see');
    const builds = await comparedBuilds(portal);
    return site.page(request, reply, 'schedule/pages/builds.njk', {
      title: 'Build versions',
      environments: portal.environments.map(({ id, title, production }) => ({
        id,
        title,
        production,
        builds: builds.filter((each) => each.environment === id).map(buildWords),
      })),
      notice: noticeOf(request.query),
      back: { href: '/schedule', text: 'Maintenance and changes' },
    });
  });
  const releases = async () => {
    const known = new Map((await allSchedules(portal)).flatMap((each) => each.releases).map((each) => [each.id, each]));
    return [...known.values()].map((each) => ({ ...each, slotText: dayInWords(each.slotNight) }));
  };
  app.get('/schedule/releases', async (request, reply) => {
    await site.permitted(request, 'schedule.see');
    return site.page(request, reply, 'schedule/pages/releases.njk', {
      title: 'Live releases of e-RS',
      releases: await releases(),
      notice: noticeOf(request.query),
      back: { href: '/schedule', text: 'Maintenance and changes' },
    });
  });
  app.post('/schedule/releases', async (request, reply) => {
    const form = site.form(request);
    const visitor = await site.permitted(request, 'schedule.change');
    const [releasedAt, build] = [form('releasedAt'), form('build')];
    try {
      await addRelease(portal, visitor, { releasedAt, ...(build !== '' && { build }) });
    } catch (error) {
      if (!(error instanceof LocalRefusal) || error.status !== 400) throw error;
      const problems = { releasedAt: 'Enter when it went live, like 2026-12-01T10:00' };
      const values = {
        title: 'Live releases of e-RS',
        releases: await releases(),
        releasedAt,
        build,
        problems,
        back: { href: '/schedule', text: 'Maintenance and changes' },
      };
      return site.page(request, reply, 'schedule/pages/releases.njk', values, 400);
    }
    return site.redirect(reply, '/schedule/releases?done=release');
  });
  app.post('/schedule/releases/withdraw', async (request, reply) => {
    const form = site.form(request);
    await withdrawRelease(portal, await site.permitted(request, 'schedule.change'), form('id'));
    return site.redirect(reply, '/schedule/releases?done=withdrawn');
  });
}
