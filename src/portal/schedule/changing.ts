/** What operators do to slots, live releases and builds: pages, API and command line of the portal come here. */
import type { Static } from 'typebox';
import {
  type BuildInput,
  type NightInput,
  type PatternInput,
  type ReleaseInput,
  requireInstant,
} from '../../environment/maintenance/reading.ts';
import type { BuildHistoryView, ReleaseView, ScheduleView, SlotView } from '../../environment/maintenance/views.ts';
import type { ManagedEnvironment } from '../../environment/management/index.ts';
import { LocalRefusal } from '../../kernel/errors.ts';
import { require } from '../access/permissions.ts';
import type { Visitor } from '../access/visitor.ts';
import { recorded } from '../audit/recorded.ts';
import type { Portal } from '../portal.ts';
import { decide, type Last, lastDecisions, type Orders } from './deliveries.ts';

export type Night = Static<typeof NightInput>;
export type Pattern = Static<typeof PatternInput>;
export type NewBuild = Static<typeof BuildInput>;

/** An environment with what it knows of one live release; undefined when it does not answer. */
interface Knowing {
  readonly environment: ManagedEnvironment;
  readonly release: ReleaseView | undefined;
}

/**
 * Records a live release of e-RS in every environment with slots; each gets its slot. The same again under one id changes nothing.
 *
 * @throws LocalRefusal 400, 403, 409 when the id is another release's
 */
export async function addRelease(portal: Portal, visitor: Visitor, release: Static<typeof ReleaseInput>): Promise<ReleaseView> {
  require(visitor, 'schedule.change');
  const releasedAt = new Date(requireInstant(release.releasedAt)).toISOString();
  const id = release.id ?? `REL-${portal.random.text(8, '0123456789ABCDEFGHJKMNPQRSTVWXYZ')}`;
  const seen = await lastDecisions(portal, `live release ${id}`);
  const there = await releaseEverywhere(portal, id);
  if (there.some((each) => each.release !== undefined && each.release.releasedAt !== releasedAt))
    throw new LocalRefusal(409, 'release_exists', `There is a live release ${id} already.`, 'Give another id.');
  const orders = new Map(
    there
      .filter(({ environment, release: known }) => known === undefined && !isOnItsWay(seen.get(environment.id), 'release'))
      .map(({ environment }): [ManagedEnvironment, Orders] => [environment, { about: 'release', release: { ...release, releasedAt, id } }]),
  );
  if (orders.size > 0)
    await decide(portal, visitor, {
      subject: `live release ${id}`,
      seen,
      orders,
      fact: { action: 'schedule.release', subject: `live release ${id}`, environment: namesOf(orders), detail: { releasedAt } },
    });
  return requireRelease(await releaseEverywhere(portal, id));
}

/** Takes a live release back everywhere. One that is taken back already stays so. Throws LocalRefusal 403, 404. */
export async function withdrawRelease(portal: Portal, visitor: Visitor, id: string): Promise<ReleaseView> {
  require(visitor, 'schedule.change');
  const seen = await lastDecisions(portal, `live release ${id}`);
  const there = await releaseEverywhere(portal, id);
  const known = requireRelease(there);
  const orders = new Map(
    there
      // Where it never came, an earlier decision to add it must not come either.
      .filter(
        ({ environment, release }) =>
          (release !== undefined && release.withdrawnAt === undefined) ||
          (release === undefined && seen.get(environment.id)?.delivered === false),
      )
      .map(({ environment }): [ManagedEnvironment, Orders] => [environment, { about: 'withdrawal', id }]),
  );
  if ([...orders.keys()].every(({ id: name }) => isOnItsWay(seen.get(name), 'withdrawal'))) return known;
  await decide(portal, visitor, {
    subject: `live release ${id}`,
    seen,
    orders,
    fact: { action: 'schedule.withdraw-release', subject: `live release ${id}`, environment: namesOf(orders) },
  });
  return requireRelease(await releaseEverywhere(portal, id));
}

/** Whether the same was decided before, and has not arrived yet. */
function isOnItsWay(last: Last | undefined, about: Orders['about']): boolean {
  return last !== undefined && !last.delivered && last.orders.about === about;
}

function namesOf(orders: ReadonlyMap<ManagedEnvironment, Orders>): string {
  return [...orders.keys()].map((each) => each.id).join(', ');
}

async function releaseEverywhere(portal: Portal, id: string): Promise<readonly Knowing[]> {
  // The public sandbox has no slots.
  const withSlots = portal.environments.filter((each) => each.id !== 'SANDBOX');
  if (withSlots.length === 0) throw new LocalRefusal(409, 'no_environment', 'No environment with maintenance slots is open.');
  let unreachable: unknown;
  const found = await Promise.all(
    withSlots.map(async (environment): Promise<Knowing & { readonly answers: boolean }> => {
      try {
        const { releases } = await environment.call('maintenance.schedule', {});
        return { environment, answers: true, release: releases.find((each) => each.id === id) };
      } catch (error) {
        if (!(error instanceof LocalRefusal) || error.status < 500) throw error;
        unreachable = error;
        return { environment, answers: false, release: undefined };
      }
    }),
  );
  if (found.every((each) => !each.answers)) throw unreachable;
  return found;
}

/** What is known of a release, withdrawn where that is known anywhere. Throws LocalRefusal 404. */
function requireRelease(there: readonly Knowing[]): ReleaseView {
  const known = there.flatMap(({ release }) => (release === undefined ? [] : [release]));
  const found = known.find((each) => each.withdrawnAt !== undefined) ?? known[0];
  if (found === undefined) throw new LocalRefusal(404, 'release_unknown', 'There is no such live release.');
  return found;
}

/** Leaves a night of a slot out, moves it, calls it off, or puts it back. A night that is so already stays as it is. Throws LocalRefusal 400, 403, 404. */
export async function setNight(portal: Portal, visitor: Visitor, environment: string, night: Night): Promise<ScheduleView> {
  require(visitor, 'schedule.change');
  const place = portal.environment(environment);
  const before = await place.call('maintenance.schedule', {});
  if (isHeldSo(before.slots, night)) return before;
  const { service, ...detail } = night;
  return recorded(portal, visitor, { action: 'schedule.night', subject: `slot of ${service}`, environment: place.id, detail }, () =>
    place.call('maintenance.set-night', night),
  );
}

function isHeldSo(slots: readonly SlotView[], { service, night, kind, start, end, reason }: Night): boolean {
  const held = slots.find((each) => each.service === service)?.next.find((each) => each.night === night);
  if (held === undefined || held.held !== kind || (held.reason ?? '') !== (reason ?? '')) return false;
  if (start === undefined || end === undefined) return kind !== 'moved';
  return requireInstant(start) === Date.parse(held.start) && requireInstant(end) === Date.parse(held.end);
}

/** How a slot takes its service down from now on. Throws LocalRefusal 400, 403, 404. */
export async function setPattern(portal: Portal, visitor: Visitor, environment: string, pattern: Pattern): Promise<ScheduleView> {
  require(visitor, 'schedule.change');
  const place = portal.environment(environment);
  const before = await place.call('maintenance.schedule', {});
  const slot = before.slots.find((each) => each.service === pattern.service);
  if (slot?.pattern === pattern.pattern && slot.minutes === (pattern.minutes ?? 0)) return before;
  const { service, ...detail } = pattern;
  return recorded(portal, visitor, { action: 'schedule.pattern', subject: `slot of ${service}`, environment: place.id, detail }, () =>
    place.call('maintenance.set-pattern', pattern),
  );
}

/** Records a build that was put into an environment. Throws LocalRefusal 400, 403, 404. */
export async function addBuild(portal: Portal, visitor: Visitor, environment: string, build: NewBuild): Promise<BuildHistoryView> {
  require(visitor, 'schedule.change');
  const place = portal.environment(environment);
  const { application, version, ...detail } = build;
  const deployedAt = build.deployedAt === undefined ? undefined : new Date(requireInstant(build.deployedAt)).toISOString();
  const { builds } = await place.call('maintenance.builds', {});
  const known = builds.find((each) => each.application === application);
  // Without a time it is about what runs now; with one, about a line of the history.
  const isKnown =
    deployedAt === undefined
      ? known?.version === version
      : known?.history.some((each) => each.version === version && each.deployedAt === deployedAt);
  if (known !== undefined && isKnown === true) return known;
  return recorded(portal, visitor, { action: 'schedule.build', subject: `${application} ${version}`, environment: place.id, detail }, () =>
    place.call('maintenance.add-build', build),
  );
}
