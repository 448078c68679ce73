import { LocalRefusal } from '../../kernel/errors.ts';
import type { Db } from '../../kernel/store/store.ts';
import type { Portal } from '../portal.ts';
import {
  type Account,
  allTeams,
  deleteMembership,
  findAccount,
  findAccountByEmail,
  findTeam,
  holdAccount,
  holdActiveOperators,
  holdTeam,
  insertTeam,
  type Member,
  membersOf,
  setMembership,
  type Team,
  updateAccount,
} from './accounts.ts';
import { require } from './permissions.ts';
import { endCredentials } from './registration.ts';
import type { Visitor } from './visitor.ts';

const ODS_CODE = /^[A-Z0-9]{3,10}$/;

/** Makes a team: an application owner (PTL-102). Who makes it administers it. Throws LocalRefusal 400, 409. */
export async function createTeam(
  portal: Portal,
  visitor: Visitor,
  { name, odsCode }: { readonly name: string; readonly odsCode?: string | undefined },
): Promise<Team> {
  require(visitor, 'team.create');
  const trimmed = name.trim();
  if (trimmed === '' || trimmed.length > 100)
    throw new LocalRefusal(400, 'bad_team', 'Enter a name for the team, of 100 characters or fewer.');
  if (odsCode !== undefined && !ODS_CODE.test(odsCode))
    throw new LocalRefusal(400, 'bad_ods_code', 'An ODS code has 3 to 10 capital letters and digits.');
  const team: Team = { teamId: portal.random.uuid(), name: trimmed, odsCode, createdAt: portal.clock.realNow() };
  await portal.store.transaction(async (tx) => {
    if (!(await insertTeam(tx, team)))
      throw new LocalRefusal(
        409,
        'team_taken',
        `There is a team called ${trimmed} already.`,
        'Choose another name, or ask its administrator to invite you.',
      );
    if (visitor.accountId !== undefined) await setMembership(tx, team.teamId, visitor.accountId, true);
    await portal.audit.record(tx, visitor, { action: 'team.create', subject: `team ${trimmed}`, about: { teamId: team.teamId } });
  });
  return team;
}

/** A team with its members. Throws LocalRefusal 404, or 403 for who is not in it. */
export async function viewTeam(portal: Portal, visitor: Visitor, teamId: string): Promise<Team & { readonly members: readonly Member[] }> {
  const team = required(await findTeam(portal.store.db, teamId));
  require(visitor, 'team.see', { teamId });
  return { ...team, members: await membersOf(portal.store.db, teamId) };
}

/** Teams the visitor may see. */
export async function listTeams(portal: Portal, visitor: Visitor): Promise<readonly Team[]> {
  require(visitor, 'team.see');
  const teams = await allTeams(portal.store.db);
  return visitor.role === 'supplier' ? teams.filter((team) => visitor.teams.some((each) => each.teamId === team.teamId)) : teams;
}

/** Takes somebody into a team, or changes what they are there. Throws LocalRefusal 403, 404. */
export async function setMember(
  portal: Portal,
  visitor: Visitor,
  teamId: string,
  member: { readonly email: string; readonly administrator: boolean },
): Promise<void> {
  await portal.store.transaction(async (tx) => {
    const team = required(await holdTeam(tx, teamId));
    require(visitor, 'team.change', { teamId });
    const account = await findAccountByEmail(tx, member.email);
    if (account === undefined || account.role !== 'supplier')
      throw new LocalRefusal(404, 'account_unknown', 'No developer has registered with this address.', 'Ask them to register first.');
    if (!member.administrator) await keepAnAdministrator(tx, teamId, account.accountId);
    await setMembership(tx, teamId, account.accountId, member.administrator);
    const detail = { member: account.email, administrator: member.administrator };
    await portal.audit.record(tx, visitor, { action: 'team.member', subject: `team ${team.name}`, about: { teamId }, detail });
    await portal.mail.send(tx, {
      from: 'Developer accounts',
      to: account.email,
      subject: `You are in the team ${team.name}`,
      text: `${visitor.name} has put you in the team ${team.name}.\n\n${portal.baseUrl}/teams/${teamId}\n`,
    });
  });
  portal.outbox.wake();
}

/** Takes somebody out of a team. Throws LocalRefusal 403, 404, 409 for its last administrator. */
export async function removeMember(portal: Portal, visitor: Visitor, teamId: string, accountId: string): Promise<void> {
  await portal.store.transaction(async (tx) => {
    const team = required(await holdTeam(tx, teamId));
    if (visitor.accountId !== accountId) require(visitor, 'team.change', { teamId });
    await keepAnAdministrator(tx, teamId, accountId);
    if (!(await membersOf(tx, teamId)).some((each) => each.accountId === accountId))
      throw new LocalRefusal(404, 'member_unknown', 'They are not in this team.');
    await deleteMembership(tx, teamId, accountId);
    const account = await findAccount(tx, accountId);
    await portal.audit.record(tx, visitor, {
      action: 'team.member',
      subject: `team ${team.name}`,
      about: { teamId },
      detail: { member: account?.email, removed: true },
    });
  });
}

async function keepAnAdministrator(db: Db, teamId: string, leaving: string): Promise<void> {
  const members = await membersOf(db, teamId);
  const isMember = members.some((each) => each.accountId === leaving);
  if (isMember && !members.some((each) => each.administrator && each.accountId !== leaving))
    throw new LocalRefusal(409, 'last_administrator', 'A team needs an administrator.', 'Make another member administrator first.');
}

function required(team: Team | undefined): Team {
  if (team === undefined) throw new LocalRefusal(404, 'team_unknown', 'There is no such team.');
  return team;
}

/**
 * What an operator may change of an account; its sessions end when it is suspended. Let in again, it is what it was: unverified when its
 * address was never confirmed. Throws LocalRefusal 403, 404, 409 for the last operator.
 */
export async function changeAccount(
  portal: Portal,
  visitor: Visitor,
  accountId: string,
  change: {
    readonly status?: 'active' | 'suspended';
    readonly role?: Account['role'];
    readonly odsCode?: string | null;
    readonly desks?: readonly string[];
  },
): Promise<Account> {
  require(visitor, 'account.change');
  return portal.store.transaction(async (tx) => {
    if (change.status === 'suspended' || (change.role !== undefined && change.role !== 'operator'))
      await keepAnOperator(portal, tx, accountId);
    const account = await holdAccount(tx, accountId);
    if (account === undefined) throw new LocalRefusal(404, 'account_unknown', 'There is no such account.');
    const status = change.status === 'active' && account.status === 'suspended' && !account.confirmed ? 'unverified' : change.status;
    await updateAccount(tx, accountId, {
      ...change,
      ...(status !== undefined && { status }),
      ...(status === 'active' && { confirmed: true }),
    });
    if (status === 'suspended') await endCredentials(tx, accountId);
    await portal.audit.record(tx, visitor, {
      action: 'account.change',
      subject: `account ${account.email}`,
      about: { accountId },
      detail: { ...change, ...(status !== undefined && { status }) },
    });
    return (await findAccount(tx, accountId)) ?? account;
  });
}

/** Somebody must be left who can sign in and let people in. Beyond this machine that is nobody of the demonstration. */
async function keepAnOperator(portal: Portal, tx: Db, leaving: string): Promise<void> {
  const operators = await holdActiveOperators(tx);
  const last = operators.find((each) => each.accountId === leaving);
  const others = operators.filter((each) => each.accountId !== leaving && (each.password !== null || portal.thisMachineOnly));
  if (last !== undefined && others.length === 0)
    throw new LocalRefusal(
      409,
      'last_operator',
      `${last.name} (${last.email}) is the last operator who can sign in.`,
      'Make somebody else an operator first.',
    );
}
