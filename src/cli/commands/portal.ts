import type { Command } from 'commander';
import Type from 'typebox';
import type { CommandBook } from '../invocation.ts';
import { table } from '../output.ts';
import { PortalClient } from '../portal-client.ts';
import { addPortalApplicationCommands } from './portal-applications.ts';
import { addConnectingCommands } from './portal-connecting.ts';
import { addRoadCommands } from './road.ts';

const Text = Type.String();
const Done = Type.Object({ done: Type.Literal(true) });
const AccountAnswer = Type.Object({ accountId: Text, email: Text, name: Text, role: Text, status: Text });
const TeamAnswer = Type.Object({ teamId: Text, name: Text, odsCode: Type.Optional(Text) });

/** `localspine portal …`: the portal for scripts. Every command takes `--as EMAIL`. */
export function addPortalCommands(program: Command, book: CommandBook): void {
  const portal = book.group(program, 'portal', 'the path to live: accounts, teams, applications, audit trail, mail');
  portal.option('--as <email>', 'act for this person of the portal; the audit trail says so');
  addAccountCommands(portal, book);
  addTeamCommands(portal, book);
  addPortalApplicationCommands(portal, book);
  addRecordCommands(portal, book);
  addConnectingCommands(portal, book);
  addRoadCommands(portal, book);
}

function addAccountCommands(portal: Command, book: CommandBook): void {
  const account = book.group(portal, 'account', 'people who can sign in');
  book.add(account, 'list', 'list the accounts', async (invocation) => {
    const answer = await PortalClient.of(invocation).call(Type.Object({ accounts: Type.Array(AccountAnswer) }), 'GET', '/accounts');
    invocation.result(answer, () =>
      table([['email', 'name', 'role', 'status'], ...answer.accounts.map((each) => [each.email, each.name, each.role, each.status])]),
    );
  });
  for (const [verb, status] of [
    ['suspend', 'suspended'],
    ['restore', 'active'],
  ] as const)
    book.add(
      account,
      `${verb} <email>`,
      verb === 'suspend' ? 'suspend an account and end its sessions' : 'let an account in again',
      async (invocation) => {
        const client = PortalClient.of(invocation);
        const { accounts } = await client.call(Type.Object({ accounts: Type.Array(AccountAnswer) }), 'GET', '/accounts');
        const found = accounts.find((each) => each.email === invocation.argument(0).toLowerCase());
        const changed = await client.call(AccountAnswer, 'PATCH', `/accounts/${found?.accountId ?? invocation.argument(0)}`, { status });
        invocation.result(changed, `${changed.email} is ${changed.status}.`);
      },
    );
  book.add(account, 'token <label>', 'make an API token of the person you act for; it is shown once', async (invocation) => {
    const answer = await PortalClient.of(invocation).call(Type.Object({ token: Text }), 'POST', '/account/tokens', {
      label: invocation.argument(0),
    });
    invocation.result(answer, answer.token);
  });
}

function addTeamCommands(portal: Command, book: CommandBook): void {
  const team = book.group(portal, 'team', 'teams, which own applications');
  book.add(team, 'list', 'list the teams', async (invocation) => {
    const answer = await PortalClient.of(invocation).call(Type.Object({ teams: Type.Array(TeamAnswer) }), 'GET', '/teams');
    invocation.result(answer, () =>
      table([['team', 'name', 'ODS'], ...answer.teams.map((each) => [each.teamId, each.name, each.odsCode ?? ''])]),
    );
  });
  book
    .add(team, 'create <name>', 'create a team', async (invocation) => {
      const odsCode = invocation.text('ods');
      const answer = await PortalClient.of(invocation).call(TeamAnswer, 'POST', '/teams', {
        name: invocation.argument(0),
        ...(odsCode !== undefined && { odsCode }),
      });
      invocation.result(answer, `The team ${answer.name} is ${answer.teamId}.`);
    })
    .option('--ods <code>', 'ODS code of the supplier');
  book
    .add(team, 'add <team> <email>', 'take somebody into a team', async (invocation) => {
      await PortalClient.of(invocation).call(Done, 'PUT', `/teams/${encodeURIComponent(invocation.argument(0))}/members`, {
        email: invocation.argument(1),
        administrator: invocation.flag('administrator'),
      });
      invocation.result({ done: true }, `${invocation.argument(1)} is in the team.`);
    })
    .option('--administrator', 'they may change the team');
}

function addRecordCommands(portal: Command, book: CommandBook): void {
  const Entry = Type.Object({
    at: Text,
    who: Text,
    actedBy: Type.Optional(Text),
    action: Text,
    subject: Text,
    environment: Type.Optional(Text),
  });
  book
    .add(portal, 'audit', 'show the audit trail, newest first', async (invocation) => {
      const query = new URLSearchParams();
      for (const name of ['action', 'who', 'subject', 'from', 'to']) {
        const value = invocation.text(name);
        if (value !== undefined) query.set(name, value);
      }
      const answer = await PortalClient.of(invocation).call(Type.Object({ entries: Type.Array(Entry) }), 'GET', `/audit?${query}`);
      invocation.result(answer, () =>
        table([
          ['when', 'who', 'what', 'to what'],
          ...answer.entries.map((each) => [
            each.at,
            each.actedBy === undefined ? each.who : `${each.who} (by the ${each.actedBy})`,
            each.action,
            each.subject,
          ]),
        ]),
      );
    })
    .option('--action <beginning>', 'only actions that begin so')
    .option('--who <part>', 'only of people whose address has this')
    .option('--subject <part>', 'only what was done to this')
    .option('--from <date>', 'from this date on')
    .option('--to <date>', 'until this date');
  const Mail = Type.Object({ at: Text, from: Text, to: Text, subject: Text, text: Text });
  book
    .add(portal, 'mail', 'show mail that was sent, newest first', async (invocation) => {
      const to = invocation.text('to');
      const answer = await PortalClient.of(invocation).call(
        Type.Object({ mails: Type.Array(Mail) }),
        'GET',
        `/mail${to === undefined ? '' : `?to=${encodeURIComponent(to)}`}`,
      );
      invocation.result(answer, () =>
        answer.mails.map((each) => `${each.at}  ${each.from} → ${each.to}\n${each.subject}\n\n${each.text}`).join('\n---\n'),
      );
    })
    .option('--to <email>', 'only to this address');
}
