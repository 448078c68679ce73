import type { FastifyInstance } from 'fastify';
import Type from 'typebox';
import { LocalRefusal } from '../../kernel/errors.ts';
import type { Portal } from '../portal.ts';
import { type Account, allAccounts, tokensOf } from './accounts.ts';
import { require } from './permissions.ts';
import { createToken, register, registrationProblems, revokeToken } from './registration.ts';
import { changeAccount, createTeam, listTeams, removeMember, setMember, viewTeam } from './teams.ts';

const Text = Type.String();
const Word = Type.String({ minLength: 1, maxLength: 200 });
const Done = Type.Object({ done: Type.Literal(true) });
const done = { done: true } as const;
const TeamAnswer = Type.Object({ teamId: Text, name: Text, odsCode: Type.Optional(Text) });
const MemberAnswer = Type.Object({ accountId: Text, name: Text, email: Text, administrator: Type.Boolean() });
const AccountAnswer = Type.Object({
  accountId: Text,
  email: Text,
  name: Text,
  role: Text,
  status: Text,
  odsCode: Type.Optional(Text),
  desks: Type.Array(Text),
});

/** Accounts and teams for scripts. */
export function registerAccessApi(app: FastifyInstance, portal: Portal): void {
  registerAccounts(app, portal);
  registerTeams(app, portal);
}

function registerAccounts(app: FastifyInstance, portal: Portal): void {
  const { api } = portal;
  api.endpoint(app, {
    method: 'POST',
    path: '/accounts',
    tag: 'accounts',
    summary: 'Register a developer account; a link to confirm the address is mailed.',
    body: Type.Object(
      { name: Word, email: Word, password: Type.String({ minLength: 1, maxLength: 1_000 }) },
      { additionalProperties: false },
    ),
    answer: Done,
    status: 202,
    handle: async ({ body }) => {
      const [problem] = Object.values(registrationProblems(body));
      if (problem !== undefined) throw new LocalRefusal(400, 'bad_registration', `${problem}.`);
      await register(portal, body);
      return done;
    },
  });
  api.endpoint(app, {
    method: 'GET',
    path: '/account',
    tag: 'accounts',
    summary: 'Who you are here, and your teams.',
    answer: Type.Object({
      name: Text,
      email: Type.Optional(Text),
      role: Text,
      odsCode: Type.Optional(Text),
      desks: Type.Array(Text),
      teams: Type.Array(Type.Object({ teamId: Text, name: Text, administrator: Type.Boolean() })),
    }),
    handle: async ({ visitor: { name, email, role, odsCode, desks, teams } }) => ({
      name,
      role,
      desks: [...desks],
      teams: [...teams],
      ...(email !== undefined && { email }),
      ...(odsCode !== undefined && { odsCode }),
    }),
  });
  api.endpoint(app, {
    method: 'GET',
    path: '/accounts',
    tag: 'accounts',
    summary: 'All accounts (operators).',
    answer: Type.Object({ accounts: Type.Array(AccountAnswer) }),
    handle: async ({ visitor }) => {
      require(visitor, 'account.list');
      return { accounts: (await allAccounts(portal.store.db)).map(answerOf) };
    },
  });
  api.endpoint(app, {
    method: 'PATCH',
    path: '/accounts/:accountId',
    tag: 'accounts',
    summary: 'Suspend an account, or change its role (operators).',
    params: Type.Object({ accountId: Word }),
    body: Type.Object(
      {
        status: Type.Optional(Type.Enum(['active', 'suspended'])),
        role: Type.Optional(Type.Enum(['supplier', 'euo', 'reviewer', 'operator'])),
        odsCode: Type.Optional(Type.Union([Type.String({ pattern: '^[A-Z0-9]{3,10}$' }), Type.Null()])),
        desks: Type.Optional(Type.Array(Type.Enum(['ers-partners', 'solution-assurance', 'live-services', 'service-desk']))),
      },
      { additionalProperties: false },
    ),
    answer: AccountAnswer,
    handle: async ({ visitor, params, body }) => answerOf(await changeAccount(portal, visitor, params.accountId, body)),
  });
  api.endpoint(app, {
    method: 'GET',
    path: '/account/tokens',
    tag: 'accounts',
    summary: 'Your API tokens, without their values.',
    answer: Type.Object({
      tokens: Type.Array(Type.Object({ fingerprint: Text, label: Text, createdAt: Type.Integer(), usedAt: Type.Integer() })),
    }),
    handle: async ({ visitor }) => {
      if (visitor.accountId === undefined) throw new LocalRefusal(401, 'sign_in', 'Sign in first.');
      return { tokens: [...(await tokensOf(portal.store.db, visitor.accountId))] };
    },
  });
  api.endpoint(app, {
    method: 'POST',
    path: '/account/tokens',
    tag: 'accounts',
    summary: 'Make an API token; its value is told this once.',
    body: Type.Object({ label: Word }, { additionalProperties: false }),
    answer: Type.Object({ token: Text }),
    status: 201,
    handle: ({ visitor, body }) => createToken(portal, visitor, body.label),
  });
  api.endpoint(app, {
    method: 'DELETE',
    path: '/account/tokens/:fingerprint',
    tag: 'accounts',
    summary: 'Take an API token back.',
    params: Type.Object({ fingerprint: Word }),
    answer: Done,
    handle: async ({ visitor, params }) => {
      await revokeToken(portal, visitor, params.fingerprint);
      return done;
    },
  });
}

function answerOf({ accountId, email, name, role, status, odsCode, desks }: Account) {
  return { accountId, email, name, role, status, desks: [...desks], ...(odsCode !== undefined && { odsCode }) };
}

function registerTeams(app: FastifyInstance, portal: Portal): void {
  const { api } = portal;
  const TeamId = Type.Object({ teamId: Word });
  api.endpoint(app, {
    method: 'GET',
    path: '/teams',
    tag: 'teams',
    summary: 'Teams you may see.',
    answer: Type.Object({ teams: Type.Array(TeamAnswer) }),
    handle: async ({ visitor }) => ({ teams: (await listTeams(portal, visitor)).map(teamAnswer) }),
  });
  api.endpoint(app, {
    method: 'POST',
    path: '/teams',
    tag: 'teams',
    summary: 'Create a team, which can own applications (PTL-102).',
    body: Type.Object({ name: Word, odsCode: Type.Optional(Word) }, { additionalProperties: false }),
    answer: TeamAnswer,
    status: 201,
    handle: async ({ visitor, body }) => teamAnswer(await createTeam(portal, visitor, body)),
  });
  api.endpoint(app, {
    method: 'GET',
    path: '/teams/:teamId',
    tag: 'teams',
    summary: 'A team with its members.',
    params: TeamId,
    answer: Type.Object({ ...TeamAnswer.properties, members: Type.Array(MemberAnswer) }),
    handle: async ({ visitor, params }) => {
      const team = await viewTeam(portal, visitor, params.teamId);
      return { ...teamAnswer(team), members: [...team.members] };
    },
  });
  api.endpoint(app, {
    method: 'PUT',
    path: '/teams/:teamId/members',
    tag: 'teams',
    summary: 'Take somebody into the team, or change what they are there.',
    params: TeamId,
    body: Type.Object({ email: Word, administrator: Type.Optional(Type.Boolean()) }, { additionalProperties: false }),
    answer: Done,
    handle: async ({ visitor, params, body }) => {
      await setMember(portal, visitor, params.teamId, { email: body.email, administrator: body.administrator ?? false });
      return done;
    },
  });
  api.endpoint(app, {
    method: 'DELETE',
    path: '/teams/:teamId/members/:accountId',
    tag: 'teams',
    summary: 'Take somebody out of the team.',
    params: Type.Object({ teamId: Word, accountId: Word }),
    answer: Done,
    handle: async ({ visitor, params }) => {
      await removeMember(portal, visitor, params.teamId, params.accountId);
      return done;
    },
  });
}

function teamAnswer({ teamId, name, odsCode }: { readonly teamId: string; readonly name: string; readonly odsCode?: string | undefined }) {
  return { teamId, name, ...(odsCode !== undefined && { odsCode }) };
}
