import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { isoInstant } from '../../kernel/clock.ts';
import { LocalRefusal } from '../../kernel/errors.ts';
import type { Portal } from '../portal.ts';
import type { Problems } from '../web/site.ts';
import { allAccounts, tokensOf } from './accounts.ts';
import { createToken, revokeToken } from './registration.ts';
import { changeAccount, createTeam, listTeams, removeMember, setMember, viewTeam } from './teams.ts';
import type { Visitor } from './visitor.ts';

/** The account's own page, teams, and the accounts as an operator sees them. */
export function registerAccountPages(app: FastifyInstance, portal: Portal): void {
  registerOwnAccount(app, portal);
  registerTeamPages(app, portal);
  registerAccountList(app, portal);
}

async function signedIn(portal: Portal, request: FastifyRequest): Promise<Visitor & { readonly accountId: string }> {
  const visitor = await portal.site.visitor(request);
  if (visitor.accountId === undefined) throw new LocalRefusal(401, 'sign_in', 'Sign in first.');
  return { ...visitor, accountId: visitor.accountId };
}

function registerOwnAccount(app: FastifyInstance, portal: Portal): void {
  const { site } = portal;
  const page = async (request: FastifyRequest, reply: FastifyReply, values: object = {}) => {
    const visitor = await signedIn(portal, request);
    return site.page(request, reply, 'access/pages/account.njk', {
      title: 'Your account',
      tokens: (await tokensOf(portal.store.db, visitor.accountId)).map((each) => ({ ...each, created: isoInstant(each.createdAt) })),
      ...values,
    });
  };
  app.get('/account', (request, reply) => page(request, reply));
  app.post('/account/tokens', async (request, reply) => {
    const form = site.form(request);
    const visitor = await signedIn(portal, request);
    const label = form('label').slice(0, 100);
    if (label === '') return page(request, reply, { problems: { label: 'Enter what the token is for' } });
    const { token } = await createToken(portal, visitor, label);
    return page(request, reply, { token });
  });
  app.post('/account/tokens/revoke', async (request, reply) => {
    const form = site.form(request);
    await revokeToken(portal, await signedIn(portal, request), form('fingerprint'));
    return site.redirect(reply, '/account');
  });
}

function registerTeamPages(app: FastifyInstance, portal: Portal): void {
  const { site } = portal;
  app.get('/teams', async (request, reply) => {
    const teams = await listTeams(portal, await site.visitor(request));
    return site.page(request, reply, 'access/pages/teams.njk', { title: 'Teams', teams });
  });
  app.get('/teams/new', async (request, reply) => {
    await site.permitted(request, 'team.create');
    return site.page(request, reply, 'access/pages/new-team.njk', { title: 'Create a team' });
  });
  app.post('/teams/new', async (request, reply) => {
    const form = site.form(request);
    const visitor = await site.permitted(request, 'team.create');
    const [name, odsCode] = [form('name'), form('odsCode').toUpperCase()];
    try {
      const team = await createTeam(portal, visitor, { name, ...(odsCode !== '' && { odsCode }) });
      return site.redirect(reply, `/teams/${team.teamId}`);
    } catch (error) {
      if (!(error instanceof LocalRefusal)) throw error;
      const problems: Problems = { [error.code === 'bad_ods_code' ? 'odsCode' : 'name']: error.message };
      return site.page(request, reply, 'access/pages/new-team.njk', { title: 'Create a team', name, odsCode, problems }, error.status);
    }
  });
  const teamPage = async (request: FastifyRequest, reply: FastifyReply, teamId: string, values: object = {}, status = 200) => {
    const visitor = await site.visitor(request);
    const team = await viewTeam(portal, visitor, teamId);
    return site.page(request, reply, 'access/pages/team.njk', { title: team.name, team, ...values }, status);
  };
  app.get<{ Params: { teamId: string } }>('/teams/:teamId', (request, reply) => teamPage(request, reply, request.params.teamId));
  app.post<{ Params: { teamId: string } }>('/teams/:teamId/members', async (request, reply) => {
    const form = site.form(request);
    const { teamId } = request.params;
    try {
      await setMember(portal, await site.visitor(request), teamId, {
        email: form('email'),
        administrator: form('administrator') === 'yes',
      });
    } catch (error) {
      if (!(error instanceof LocalRefusal) || error.status === 403) throw error;
      return teamPage(request, reply, teamId, { email: form('email'), problems: { email: error.message } }, error.status);
    }
    return site.redirect(reply, `/teams/${teamId}`);
  });
  app.post<{ Params: { teamId: string } }>('/teams/:teamId/members/remove', async (request, reply) => {
    const form = site.form(request);
    const { teamId } = request.params;
    const visitor = await site.visitor(request);
    await removeMember(portal, visitor, teamId, form('accountId'));
    return site.redirect(reply, visitor.accountId === form('accountId') ? '/teams' : `/teams/${teamId}`);
  });
}

function registerAccountList(app: FastifyInstance, portal: Portal): void {
  const { site } = portal;
  app.get('/accounts', async (request, reply) => {
    await site.permitted(request, 'account.list');
    return site.page(request, reply, 'access/pages/accounts.njk', { title: 'Accounts', accounts: await allAccounts(portal.store.db) });
  });
  app.post<{ Params: { accountId: string } }>('/accounts/:accountId/status', async (request, reply) => {
    const form = site.form(request);
    const status = form('status') === 'suspended' ? 'suspended' : 'active';
    await changeAccount(portal, await site.visitor(request), request.params.accountId, { status });
    return site.redirect(reply, '/accounts');
  });
}
