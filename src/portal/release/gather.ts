import type { ManagedEnvironment, OutputOf } from '../../environment/management/index.ts';
import type { Instant } from '../../kernel/clock.ts';
import { LocalRefusal } from '../../kernel/errors.ts';
import type { Capability } from '../applications/access-mode.ts';
import { asidModelIn } from '../asids/policy.ts';
import { choicesOf, textOf } from '../forms/form.ts';
import type { ArtefactKind } from './artefacts.ts';
import type { ConformanceVerdicts } from './conformance.ts';
import { type ApplicationFacts, artefactOf, type RoadFacts, type SeenCalls } from './facts.ts';
import { integrationNeeds, type ProductionNeed } from './needs.ts';
import { decidedByPerson } from './person-decisions.ts';
import { type ProdFormRow, rowsIssued, rowsOf } from './prod-form.ts';
import type { RoadEvent, StoredRoad } from './store.ts';

/** What the portal knows of an application and its environment does not: whose it is, and what an unattended one is for. */
export interface RegisteredApplication {
  readonly environment: string;
  readonly owner: { readonly accountId?: string | undefined; readonly teamId?: string | undefined };
  readonly capability: Capability | undefined;
}

/** Where the facts of a road come from. */
export interface Sources {
  /** Undefined when it is not open here. */
  readonly environment: (id: 'INT' | 'PROD') => ManagedEnvironment | undefined;
  /** Real time, where an environment is not open. */
  readonly realNow: () => Instant;
  readonly conformance: ConformanceVerdicts;
  readonly depAccess: (road: StoredRoad) => Promise<RoadFacts['depAccess']>;
  /** Undefined when it was not registered through the portal. */
  readonly registered: (appId: string) => Promise<RegisteredApplication | undefined>;
}

/** What a road is judged by, and the time on each environment's clock. */
export interface Gathered {
  readonly facts: RoadFacts;
  readonly nowFor: (kind: ArtefactKind) => Instant;
}

const IN_PROD: readonly ArtefactKind[] = ['prod-form', 'smoke-test', 'go-live'];

/** The environment whose clock an artefact's deadlines run on. */
export function environmentOf(kind: ArtefactKind): 'INT' | 'PROD' {
  return IN_PROD.includes(kind) ? 'PROD' : 'INT';
}

/** Business time of each environment; real time for one that is not open. */
export async function clocksOf({ environment, realNow }: Pick<Sources, 'environment' | 'realNow'>): Promise<Gathered['nowFor']> {
  const [INT = 0, PROD = 0] = await Promise.all((['INT', 'PROD'] as const).map((id) => nowOf(environment(id), realNow())));
  const clocks = { INT, PROD };
  return (kind) => clocks[environmentOf(kind)];
}

/** Asks the environments for all the rules look at. An environment that is not open knows nothing, which keeps its gates shut. */
export async function gather(sources: Sources, road: StoredRoad, events: readonly RoadEvent[]): Promise<Gathered> {
  const [int, prod] = [sources.environment('INT'), sources.environment('PROD')];
  const rows = rowsOf(rowsIssued(artefactOf(road, 'prod-form').answers), artefactOf(road, 'prod-form').answers);
  const production = rows.map(({ appId }) => appId);
  const [
    asidModel,
    applications,
    unknownInIntegration,
    unknownInProduction,
    asids,
    exchanges,
    people,
    smokeCalls,
    liveCalls,
    conformance,
    depAccess,
    nowFor,
  ] = await Promise.all([
    asidModelIn(prod),
    applicationsOf({ INT: int, PROD: prod }, sources.registered, road, production),
    unknownOrganisations(int, integrationNeeds(road, await asidModelIn(int))),
    unknownOrganisations(prod, rows),
    asidsOf(prod, rows),
    exchangesOf(int, road),
    peopleOf(prod, road),
    callsSince(prod, production, lastOf(events, 'smoke-test', 'open')),
    callsSince(prod, production, lastOf(events, 'go-live', 'confirm')),
    sources.conformance({ owner: road, product: road.product, version: road.version, environment: 'INT' }),
    sources.depAccess(road),
    clocksOf(sources),
  ]);
  return {
    facts: {
      now: nowFor('use-case'),
      asidModel,
      road,
      applications,
      unknownOrganisations: { INT: unknownInIntegration, PROD: unknownInProduction },
      asids,
      decidedByPerson: decidedByPerson(events),
      exchanges,
      people,
      smokeCalls,
      liveCalls,
      conformance,
      depAccess,
    },
    nowFor,
  };
}

async function nowOf(environment: ManagedEnvironment | undefined, otherwise: Instant): Promise<Instant> {
  return environment === undefined ? otherwise : (await environment.call('environment.now', {})).now;
}

function lastOf(events: readonly RoadEvent[], kind: ArtefactKind, action: string): Instant | undefined {
  return events.findLast((each) => each.kind === kind && each.action === action)?.realAt;
}

type ManagedApplication = OutputOf<'applications.view'>;

const APP_ID = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/u;

/** Applications that the road names, as their environments have them. */
async function applicationsOf(
  environments: Readonly<Record<'INT' | 'PROD', ManagedEnvironment | undefined>>,
  registered: Sources['registered'],
  road: StoredRoad,
  production: readonly string[],
): Promise<readonly ApplicationFacts[]> {
  const named = {
    INT: Object.entries(artefactOf(road, 'integration-form').answers).flatMap(([name, value]) =>
      name.startsWith('app.') && typeof value === 'string' ? [value] : [],
    ),
    PROD: production,
  };
  const found: ApplicationFacts[] = [];
  for (const id of ['INT', 'PROD'] as const) {
    const environment = environments[id];
    const appIds = [...new Set(named[id])].filter((each) => APP_ID.test(each));
    if (environment === undefined || appIds.length === 0) continue;
    const [{ applications }, { applications: stages }] = await Promise.all([
      environment.call('applications.list', { appIds }),
      environment.call('release.stages', { appIds }),
    ]);
    for (const each of applications) {
      const stage = stages.find(({ appId }) => appId === each.appId);
      const record = await registered(each.appId);
      found.push(
        factsOf(id, each, {
          owned: record !== undefined && record.environment === id && isOwnerOf(record.owner, road),
          capability: record?.capability,
          stage: stage?.stage ?? 'not-live',
          override: stage?.override === true,
        }),
      );
    }
  }
  return found;
}

function isOwnerOf({ accountId, teamId }: RegisteredApplication['owner'], road: StoredRoad): boolean {
  return road.teamId === undefined ? accountId !== undefined && accountId === road.accountId : teamId === road.teamId;
}

function factsOf(
  environment: 'INT' | 'PROD',
  { appId, name, status, accessMode, subscriptions, kids, jwksUrl, callbackUrl, asid, attributes }: ManagedApplication,
  more: Pick<ApplicationFacts, 'owned' | 'capability' | 'stage' | 'override'>,
): ApplicationFacts {
  const [product] = subscriptions;
  return {
    environment,
    appId,
    name,
    revoked: status !== 'approved',
    accessMode,
    product: product && { name: product.product, approved: product.status === 'approved' },
    kids: kids.length === 0 && jwksUrl !== undefined ? [jwksUrl] : kids,
    callbackUrl,
    asid,
    attributes,
    ...more,
  };
}

/** Organisations of rows that the directory of the environment does not know; none where the environment is not open. */
async function unknownOrganisations(
  environment: ManagedEnvironment | undefined,
  needs: readonly ProductionNeed[],
): Promise<readonly string[]> {
  const named = [...new Set(needs.flatMap(({ ods, allowList = [] }) => [ods, ...allowList]))].filter((each) => each !== '');
  const odsCodes = named.filter((each) => /^[A-Z0-9]{1,12}$/u.test(each));
  if (environment === undefined || odsCodes.length === 0) return [];
  const { organisations } = await environment.call('release.organisations', { odsCodes: odsCodes.slice(0, 500) });
  return named.filter((each) => !organisations.some(({ odsCode }) => odsCode === each));
}

/** Systems in use in PROD under the ASIDs that rows name. */
async function asidsOf(prod: ManagedEnvironment | undefined, rows: readonly ProdFormRow[]): Promise<RoadFacts['asids']> {
  const named = [...new Set(rows.map(({ asid }) => asid))].filter((each) => /^\d{12}$/u.test(each));
  if (prod === undefined || named.length === 0) return new Map();
  const { asids } = await prod.call('asids.list', { asids: named });
  const found = asids.map(async ({ asid, odsCode, boundTo, services }) => {
    const { wanted } = services.includes('ers') ? {} : await prod.call('asids.sharing', { held: services, wanted: 'ers' });
    const notForErs = wanted?.answer === 'no' || wanted?.answer === 'ask' ? wanted.why : undefined;
    return [asid, { odsCode, boundTo: boundTo?.appId, notForErs }] as const;
  });
  return new Map(await Promise.all(found));
}

async function exchangesOf(int: ManagedEnvironment | undefined, road: StoredRoad): Promise<RoadFacts['exchanges']> {
  const { answers } = artefactOf(road, 'witness-test');
  const correlationIds = Object.keys(answers)
    .filter((name) => name.endsWith('.correlation-id'))
    .map((name) => textOf(answers, name))
    .filter((each) => each !== '' && each.length <= 200);
  if (int === undefined || correlationIds.length === 0) return new Map();
  const { exchanges } = await int.call('release.exchanges', { correlationIds: [...new Set(correlationIds)].slice(0, 500) });
  return new Map(exchanges.map(({ correlationId, appId, operation, status }) => [correlationId, { appId, operation, status }]));
}

async function peopleOf(prod: ManagedEnvironment | undefined, road: StoredRoad): Promise<RoadFacts['people']> {
  const userIds = road.artefacts
    .filter(({ kind }) => kind === 'euo-approval')
    .flatMap(({ answers }) => choicesOf(answers, 'responsible-person'))
    .filter((each) => /^\d{12}$/u.test(each));
  if (prod === undefined || userIds.length === 0) return new Map();
  const { people } = await prod.call('release.people', { userIds: [...new Set(userIds)] });
  return new Map(people.map(({ userId, organisations }) => [userId, { organisations }]));
}

async function callsSince(
  prod: ManagedEnvironment | undefined,
  named: readonly string[],
  since: Instant | undefined,
): Promise<ReadonlyMap<string, SeenCalls>> {
  const appIds = [...new Set(named)].filter((each) => APP_ID.test(each));
  if (prod === undefined || since === undefined || appIds.length === 0) return new Map();
  const { calls } = await prod.call('release.calls', { appIds, since });
  return new Map(calls.map(({ appId, ...each }) => [appId, each]));
}

/** The environment of an artefact. Throws LocalRefusal 409 when it is not open: what has to be done there cannot be done. */
export function openEnvironment(sources: Pick<Sources, 'environment'>, id: 'INT' | 'PROD'): ManagedEnvironment {
  const environment = sources.environment(id);
  if (environment === undefined)
    throw new LocalRefusal(409, 'environment_closed', `${id} is not open here.`, `Start with LOCALSPINE_ENVIRONMENTS that includes ${id}.`);
  return environment;
}
