import { LocalRefusal } from '../../kernel/errors.ts';
import type { Portal } from '../portal.ts';
import {
  type Account,
  deleteCredentials,
  findAccount,
  findAccountByEmail,
  findCredential,
  insertAccount,
  insertCredential,
  normalEmail,
  saveAccount,
} from './accounts.ts';
import { hashPassword, isPassword, passwordFault } from './passwords.ts';
import type { Visitor } from './visitor.ts';

const LINK_LIFE_MILLISECONDS = 24 * 3_600_000;
const FAILURES_BEFORE_WAITING = 5;
const WAIT_MILLISECONDS = 60_000;
const EMAIL = /^[^\s@<>"]+@[^\s@<>"]+\.[^\s@<>"]+$/;

export interface Registration {
  readonly name: string;
  readonly email: string;
  readonly password: string;
}

/** What is wrong with a registration, by field. */
export function registrationProblems({ name, email, password }: Registration): Readonly<Record<string, string>> {
  const fault = passwordFault(password);
  return {
    ...(name === '' && { name: 'Enter your name' }),
    ...(name.length > 100 && { name: 'Name must be 100 characters or fewer' }),
    ...(!(EMAIL.test(email) && email.length <= 200) && { email: 'Enter an email address in the correct format, like name@example.com' }),
    ...(fault !== undefined && { password: password === '' ? 'Enter a password' : fault }),
  };
}

/** The demonstration's own addresses are not for registering. */
const RESERVED = '@localspine.example';

/**
 * Registers a developer account (PTL-100) and mails a link that confirms the address. An address that is known gets a mail that says so, and
 * the answer is the same: who has an account here is nobody's business.
 */
export async function register(portal: Portal, registration: Registration): Promise<void> {
  const { store, random, clock, mail, audit } = portal;
  if (Object.keys(registrationProblems(registration)).length > 0 || normalEmail(registration.email).endsWith(RESERVED))
    throw new LocalRefusal(400, 'bad_registration', 'Give a name, an email address and a password of at least 12 characters.');
  const password = await hashPassword(registration.password, random);
  const [accountId, link, now] = [random.uuid(), random.bytes(32).toString('base64url'), clock.realNow()];
  const account = newAccount({ accountId, email: registration.email, name: registration.name, password, createdAt: now });
  await store.transaction(async (tx) => {
    if (!(await insertAccount(tx, account))) {
      await mail.send(tx, {
        from: 'Developer accounts',
        to: registration.email,
        subject: 'You already have a developer account',
        text: `Somebody, perhaps you, tried to register with this address.\n\nSign in: ${portal.baseUrl}/sign-in\nSet a new password: ${portal.baseUrl}/forgotten-password\n`,
      });
      return;
    }
    await insertCredential(tx, { value: link, accountId, kind: 'verification', label: '', now, expiresAt: now + LINK_LIFE_MILLISECONDS });
    await mail.send(tx, {
      from: 'Developer accounts',
      to: registration.email,
      subject: 'Confirm your email address',
      text: `Hello ${registration.name},\n\nconfirm your address within 24 hours:\n${portal.baseUrl}/verify?link=${link}\n`,
    });
    await audit.record(
      tx,
      { automatic: account.email },
      { action: 'account.register', subject: `account ${account.email}`, about: { accountId } },
    );
  });
  portal.outbox.wake();
}

/** A supplier's account that cannot do anything yet. */
export function newAccount(given: Pick<Account, 'accountId' | 'email' | 'name' | 'password' | 'createdAt'> & Partial<Account>): Account {
  return {
    role: 'supplier',
    odsCode: undefined,
    desks: [],
    status: 'unverified',
    failures: 0,
    lockedUntil: 0,
    demonstration: false,
    ...given,
  };
}

/** Confirms an address by the mailed link, and gives the account that may now sign in. Throws LocalRefusal 410 for a link that is not good any more. */
export async function verify(portal: Portal, link: string): Promise<Account> {
  const { store, clock, audit } = portal;
  return store.transaction(async (tx) => {
    const found = await findCredential(tx, link, 'verification', clock.realNow());
    const account = found && (await findAccount(tx, found.accountId));
    if (account === undefined || account.status === 'suspended')
      throw new LocalRefusal(410, 'link_spent', 'This link is not good any more.', 'Sign in; or register again if that does not work.');
    await deleteCredentials(tx, { value: link });
    const active: Account = { ...account, status: 'active' };
    await saveAccount(tx, active);
    await audit.record(tx, { automatic: account.email }, { action: 'account.verify', subject: `account ${account.email}`, about: account });
    return active;
  });
}

/**
 * The account that an address and a password belong to. Five wrong passwords make everybody wait a minute for that account.
 *
 * @throws LocalRefusal 401 with the same words whatever was wrong, 403 for an address not confirmed yet, 429
 */
export async function authenticate(portal: Portal, email: string, password: string): Promise<Account> {
  const { store, clock } = portal;
  const account = await findAccountByEmail(store.db, email);
  const now = clock.realNow();
  if (account !== undefined && account.lockedUntil > now)
    throw new LocalRefusal(429, 'wait', 'There were too many wrong passwords. Wait a minute and try again.');
  const good = await isPassword(password, account?.password);
  if (account === undefined || !good || account.status === 'suspended') {
    if (account !== undefined) await countFailure(portal, account.accountId);
    throw new LocalRefusal(401, 'sign_in_failed', 'The email address or password is not right.');
  }
  if (account.status === 'unverified')
    throw new LocalRefusal(403, 'unverified', 'Confirm your email address first, with the link that was mailed to you.');
  if (account.failures > 0) await store.transaction((tx) => saveAccount(tx, { ...account, failures: 0, lockedUntil: 0 }));
  return account;
}

async function countFailure({ store, clock }: Portal, accountId: string): Promise<void> {
  await store.transaction(async (tx) => {
    const account = await findAccount(tx, accountId);
    if (account === undefined) return;
    const failures = account.failures + 1;
    const waits = failures >= FAILURES_BEFORE_WAITING;
    await saveAccount(tx, { ...account, failures: waits ? 0 : failures, lockedUntil: waits ? clock.realNow() + WAIT_MILLISECONDS : 0 });
  });
}

/** Mails a link to choose a new password; says nothing of whether there is such an account. */
export async function forgetPassword(portal: Portal, email: string): Promise<void> {
  const { store, random, clock, mail } = portal;
  const account = await findAccountByEmail(store.db, email);
  if (account === undefined || account.status === 'suspended') return;
  const [link, now] = [random.bytes(32).toString('base64url'), clock.realNow()];
  await store.transaction(async (tx) => {
    await deleteCredentials(tx, { accountId: account.accountId, kind: 'password-reset' });
    await insertCredential(tx, {
      value: link,
      accountId: account.accountId,
      kind: 'password-reset',
      label: '',
      now,
      expiresAt: now + LINK_LIFE_MILLISECONDS,
    });
    await mail.send(tx, {
      from: 'Developer accounts',
      to: account.email,
      subject: 'Choose a new password',
      text: `Hello ${account.name},\n\nchoose a new password within 24 hours:\n${portal.baseUrl}/new-password?link=${link}\n`,
    });
  });
  portal.outbox.wake();
}

/** Sets the password by a mailed link; every session and API token of the account ends. Throws LocalRefusal 400, 410. */
export async function resetPassword(portal: Portal, link: string, password: string): Promise<void> {
  const fault = passwordFault(password);
  if (fault !== undefined) throw new LocalRefusal(400, 'bad_password', `${fault}.`);
  const hashed = await hashPassword(password, portal.random);
  await portal.store.transaction(async (tx) => {
    const found = await findCredential(tx, link, 'password-reset', portal.clock.realNow());
    const account = found && (await findAccount(tx, found.accountId));
    if (account === undefined || account.status === 'suspended')
      throw new LocalRefusal(410, 'link_spent', 'This link is not good any more.', 'Ask for another.');
    for (const kind of ['password-reset', 'session', 'token'] as const) await deleteCredentials(tx, { accountId: account.accountId, kind });
    // Who reads the mail of the address has confirmed it.
    await saveAccount(tx, { ...account, password: hashed, status: 'active', failures: 0, lockedUntil: 0 });
    await portal.audit.record(
      tx,
      { automatic: account.email },
      { action: 'account.password', subject: `account ${account.email}`, about: account },
    );
  });
}

const TOKEN_LIFE_MILLISECONDS = 365 * 24 * 3_600_000;

/** Makes an API token of the visitor's account; its value is told this once. */
export async function createToken(portal: Portal, visitor: Visitor, label: string): Promise<{ readonly token: string }> {
  const { accountId } = visitor;
  if (accountId === undefined) throw new LocalRefusal(401, 'sign_in', 'Sign in first.');
  const token = `lsp_${portal.random.text(40)}`;
  const now = portal.clock.realNow();
  await portal.store.transaction(async (tx) => {
    await insertCredential(tx, { value: token, accountId, kind: 'token', label, now, expiresAt: now + TOKEN_LIFE_MILLISECONDS });
    await portal.audit.record(tx, visitor, { action: 'token.create', subject: `API token ${label}`, about: { accountId } });
  });
  return { token };
}

/** Takes an API token back. Throws LocalRefusal 404. */
export async function revokeToken(portal: Portal, visitor: Visitor, fingerprint: string): Promise<void> {
  const { accountId = '' } = visitor;
  await portal.store.transaction(async (tx) => {
    if ((await deleteCredentials(tx, { fingerprint, accountId })) === 0)
      throw new LocalRefusal(404, 'token_unknown', 'You have no such API token.');
    await portal.audit.record(tx, visitor, { action: 'token.revoke', subject: 'API token', about: { accountId } });
  });
}
