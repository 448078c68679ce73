/** A small world in a portal open to other machines: a team with everything a team can have, and everybody who could ask for it. */
import assert from 'node:assert/strict';
import type { LocalSpine, Reply } from './localspine.ts';
import { PortalUser, portalOf } from './portal.ts';

export const OPERATOR_TOKEN = 'a-long-operator-token-of-the-tests';
/** In the name of everything the team has, and nowhere else. */
export const MARK = 'Zephyrline';
export const PASSWORD = 'correct horse battery';

/** Who asks. The letter stands for them in tables of expectations. */
export const PEOPLE = {
  a: { name: 'Anybody' },
  s: { name: 'Stella Stranger', role: 'supplier' },
  m: { name: 'Mia Member', role: 'supplier' },
  t: { name: 'Tess Team Administrator', role: 'supplier' },
  e: { name: 'Elsa of another organisation', role: 'euo', odsCode: 'RCD' },
  c: { name: 'Casey CIO', role: 'euo', odsCode: 'R69' },
  r: { name: 'Rory Reviewer', role: 'reviewer', desks: ['ers-partners'] },
  d: { name: 'Dana Desk', role: 'reviewer', desks: ['service-desk'] },
  o: { name: 'Oona Operator', role: 'operator' },
} as const;
export type Letter = keyof typeof PEOPLE;
export const LETTERS = Object.keys(PEOPLE) as readonly Letter[];

export interface PortalWorld {
  readonly base: string;
  /** Signed in by password for pages, with an API token for the API. */
  readonly people: Readonly<Record<Letter, PortalUser>>;
  readonly accountIds: Readonly<Record<Letter, string>>;
  readonly teamId: string;
  readonly planId: string;
  readonly appId: string;
  /** Another application of the team, without an ASID. */
  readonly plainAppId: string;
  readonly apiKey: string;
  readonly asid: string;
  readonly otherAsid: string;
  readonly requestId: string;
  readonly runId: string;
  readonly otherRunId: string;
  readonly roadId: string;
  readonly changeId: string;
  readonly releaseId: string;
  readonly mailId: string;
  /** Of a call of the team's application, with the mark in its address. */
  readonly exchangeId: string;
}

function good(reply: Reply): Reply {
  assert.ok(reply.status < 300, `${reply.status} ${reply.text}`);
  return reply;
}

async function makePerson(base: string, letter: Letter): Promise<{ readonly user: PortalUser; readonly accountId: string }> {
  const user = new PortalUser(base);
  if (letter === 'a') return { user, accountId: '' };
  const { name, ...part } = PEOPLE[letter];
  const email = emailOf(letter);
  const operator = new PortalUser(base).use(OPERATOR_TOKEN);
  good(await operator.api('POST', '/accounts', { name, email, password: PASSWORD }));
  const { accounts } = good(await operator.api('GET', '/accounts')).json;
  const { accountId } = accounts.find((each: { email: string }) => each.email === email);
  good(await operator.api('PATCH', `/accounts/${accountId}`, { status: 'active', ...part }));
  good(await user.submit('/sign-in', { email, password: PASSWORD, next: '/account' }));
  const { token } = good(await operator.api('POST', '/account/tokens', { label: 'matrix' }, { 'localspine-as': email })).json;
  return { user: user.use(token), accountId };
}

export function emailOf(letter: Letter): string {
  return `${letter}.of.the.matrix@example.com`;
}

/** Builds it over the API, as its people would. */
export async function buildPortalWorld(spine: LocalSpine): Promise<PortalWorld> {
  const base = portalOf(spine);
  const made = await Promise.all(LETTERS.map(async (letter) => [letter, await makePerson(base, letter)] as const));
  const people = Object.fromEntries(made.map(([letter, { user }]) => [letter, user])) as Record<Letter, PortalUser>;
  const accountIds = Object.fromEntries(made.map(([letter, { accountId }]) => [letter, accountId])) as Record<Letter, string>;
  const { t: lead, o: operator } = people;
  const { teamId } = good(await lead.api('POST', '/teams', { name: `${MARK} Software` })).json;
  good(await lead.api('PUT', `/teams/${teamId}/members`, { email: emailOf('m') }));
  const product = { product: `${MARK} Link`, version: '1.0', teamId };
  const { planId } = good(await lead.api('POST', '/connecting', { environment: 'INT', services: ['ers-user'], ...product })).json;
  const register = (app: string): Promise<Reply> =>
    lead.api('POST', '/applications', { environment: 'INT', teamId, accessMode: 'user-restricted', supplier: MARK, app });
  const { appId, apiKey } = good(await register('Link')).json;
  const { appId: plainAppId } = good(await register('Plain')).json;
  const requestOf = async (of: string) =>
    good(await lead.api('POST', `/applications/${of}/asid-requests`, { odsCode: 'R69', product: `${MARK} Link` })).json;
  const [asked, { asid: otherAsid }] = [await requestOf(appId), await requestOf(plainAppId)];
  const order = { ...product, kind: 'acceptance', odsCode: 'R69', applications: [appId], endpoints: ['A005'] };
  const { runId } = good(await lead.api('POST', '/conformance/runs', order)).json;
  const { runId: otherRunId } = good(await lead.api('POST', '/conformance/runs', { ...order, applications: [plainAppId] })).json;
  const { roadId } = good(await lead.api('POST', '/roads', { ...product, supplierOds: 'X26' })).json;
  const answers = { 'organisations.application-restricted-referrer': 'R69' };
  good(await lead.api('PUT', `/roads/${roadId}/use-case/answers`, { answers }));
  const change = {
    title: 'Certificates',
    kind: 'infrastructure',
    impact: 'none',
    environments: ['INT'],
    services: ['ers'],
    start: '2030-01-01T10:00:00Z',
    end: '2030-01-01T11:00:00Z',
    raisedBy: 'Operations',
    contact: 'desk@example.com',
  };
  const { id: changeId } = good(await operator.api('POST', '/schedule/changes', { change })).json;
  const { id: releaseId } = good(await operator.api('POST', '/schedule/releases', { releasedAt: '2030-01-01T10:00:00Z' })).json;
  const { mails } = good(await lead.api('GET', `/mail?to=${emailOf('m')}`)).json;
  const found = good(await people.m.api('GET', '/mail')).json.mails;
  const mailId = found.find((each: { subject: string }) => each.subject.includes(MARK))?.mailId;
  assert.deepEqual(
    mails.filter((each: { to: string }) => each.to !== emailOf('t')),
    [],
    'nobody reads the mail of another',
  );
  const exchangeId = await recordedCall(spine, operator, appId, apiKey);
  return {
    base,
    people,
    accountIds,
    teamId,
    planId,
    appId,
    plainAppId,
    apiKey,
    runId,
    otherRunId,
    roadId,
    mailId,
    exchangeId,
    asid: asked.asid,
    otherAsid,
    requestId: asked.requestId,
    changeId,
    releaseId,
  };
}

/** Calls INT with the team's API key; its journal is written in batches, so it is asked until the call is there. */
async function recordedCall(spine: LocalSpine, operator: PortalUser, appId: string, apiKey: string): Promise<string> {
  const query = new URLSearchParams({ client_id: apiKey, response_type: 'code', redirect_uri: 'https://x.example/', state: MARK });
  await spine.call('INT', `/oauth2/authorize?${query}`);
  for (let tries = 0; tries < 2_000; tries += 1) {
    const { exchanges } = good(await operator.api('GET', `/inspect/INT/exchanges?app=${appId}`)).json;
    if (exchanges.length > 0) return exchanges[0].id;
  }
  throw new Error('the call is not in the journal');
}
