import { LocalRefusal } from '../../kernel/errors.ts';
import type { Db } from '../../kernel/store/store.ts';
import type { Portal } from '../portal.ts';
import {
  type Account,
  deleteCredentials,
  findAccountByEmail,
  findCredential,
  holdAccount,
  insertAccount,
  insertCredential,
  normalEmail,
  type PendingRegistration,
  updateAccount,
} from './accounts.ts';
import { hashPassword, isPassword, passwordFault } from './passwords.ts';
import { countTry, forgetTries } from './sign-in-tries.ts';
import type { Visitor } from './visitor.ts';

const LINK_LIFE_MILLISECONDS = 24 * 3_600_000;
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
 * Registers a developer account (PTL-100) and mails a link that confirms the address; once more to an address that was never confirmed. An
 * address that has an account gets a mail that says so, and the answer is the same: who has an account here is nobody's business.
 */
export async function register(portal: Portal, registration: Registration): Promise<void> {
  const { store, random, clock, audit } = portal;
  if (Object.keys(registrationProblems(registration)).length > 0 || normalEmail(registration.email).endsWith(RESERVED))
    throw new LocalRefusal(400, 'bad_registration', 'Give a name, an email address and a password of at least 12 characters.');
  const password = await hashPassword(registration.password, random);
  const { name, email } = registration;
  const account = newAccount({ accountId: random.uuid(), email, name, password, createdAt: clock.realNow() });
  await store.transaction(async (tx) => {
    if (await insertAccount(tx, account)) {
      await mailConfirmation(portal, tx, account.accountId, { name, email, password });
      await audit.record(
        tx,
        { automatic: account.email },
        { action: 'account.register', subject: `account ${account.email}`, about: account },
      );
      return;
    }
    const known = await findAccountByEmail(tx, email);
    const held = known && (await holdAccount(tx, known.accountId));
    if (held?.status !== 'unverified') return mailKnown(portal, tx, email);
    // Nobody has confirmed what was registered before: the newest counts, and each link confirms its own.
    await updateAccount(tx, held.accountId, { name, password });
    await mailConfirmation(portal, tx, held.accountId, { name, email, password });
  });
  portal.outbox.wake();
}

async function mailConfirmation(
  portal: Portal,
  tx: Db,
  accountId: string,
  { name, email, password }: PendingRegistration & { readonly email: string },
): Promise<void> {
  const [link, now] = [portal.random.bytes(32).toString('base64url'), portal.clock.realNow()];
  const expiresAt = now + LINK_LIFE_MILLISECONDS;
  await insertCredential(tx, { value: link, accountId, kind: 'verification', label: '', now, expiresAt, registration: { name, password } });
  await portal.mail.send(tx, {
    from: 'Developer accounts',
    to: email,
    subject: 'Confirm your email address',
    text: `Hello ${name},\n\nconfirm your address within 24 hours:\n${portal.baseUrl}/verify?link=${link}\n`,
  });
}

async function mailKnown(portal: Portal, tx: Db, email: string): Promise<void> {
  await portal.mail.send(tx, {
    from: 'Developer accounts',
    to: email,
    subject: 'You already have a developer account',
    text: `Somebody, perhaps you, tried to register with this address.\n\nSign in: ${portal.baseUrl}/sign-in\nSet a new password: ${portal.baseUrl}/forgotten-password\n`,
  });
}

/** A supplier's account that cannot do anything yet. */
export function newAccount(given: Pick<Account, 'accountId' | 'email' | 'name' | 'password' | 'createdAt'> & Partial<Account>): Account {
  return {
    role: 'supplier',
    odsCode: undefined,
    desks: [],
    status: 'unverified',
    confirmed: false,
    demonstration: false,
    ...given,
  };
}

/** Confirms an address by the mailed link, and gives the account that may now sign in. Throws LocalRefusal 410 for a link that is not good any more. */
export async function verify(portal: Portal, link: string): Promise<Account> {
  const { store, clock, audit } = portal;
  return store.transaction(async (tx) => {
    const found = await findCredential(tx, link, 'verification', clock.realNow());
    const account = found && (await holdAccount(tx, found.accountId));
    if (found === undefined || account?.status !== 'unverified')
      throw new LocalRefusal(410, 'link_spent', 'This link is not good any more.', 'Sign in; or register again if that does not work.');
    await deleteCredentials(tx, { accountId: account.accountId, kind: 'verification' });
    const change = { ...found.registration, status: 'active', confirmed: true } as const;
    await updateAccount(tx, account.accountId, change);
    await audit.record(tx, { automatic: account.email }, { action: 'account.verify', subject: `account ${account.email}`, about: account });
    return { ...account, ...change };
  });
}

/** Who signs in with this address and password. Throws LocalRefusal 401, 403 for an unconfirmed address, 429 after too many tries. */
export async function authenticate(portal: Portal, email: string, password: string): Promise<Account> {
  const { store, clock } = portal;
  if (!(await countTry(store.db, email, clock.realNow())))
    throw new LocalRefusal(429, 'wait', 'There were too many wrong passwords. Wait a minute and try again.');
  const failed = new LocalRefusal(401, 'sign_in_failed', 'The email address or password is not right.');
  const account = await findAccountByEmail(store.db, email);
  if (!(await isPassword(password, account?.password)) || account === undefined) throw failed;
  const held = await store.transaction(async (tx) => {
    // Looking at a password takes its time: the account may have been suspended, or given another password, meanwhile.
    const now = await holdAccount(tx, account.accountId);
    if (now === undefined || now.password !== account.password || now.status === 'suspended') throw failed;
    await forgetTries(tx, email);
    return now;
  });
  if (held.status === 'unverified')
    throw new LocalRefusal(403, 'unverified', 'Confirm your email address first, with the link that was mailed to you.');
  return held;
}

/** Mails a link to choose a new password; says nothing of whether there is such an account. */
export async function forgetPassword(portal: Portal, email: string): Promise<void> {
  const { store, random, clock, mail } = portal;
  const account = await findAccountByEmail(store.db, email);
  if (account === undefined) return;
  const { accountId } = account;
  const [link, now] = [random.bytes(32).toString('base64url'), clock.realNow()];
  await store.transaction(async (tx) => {
    const held = await holdAccount(tx, accountId);
    if (held === undefined || held.status === 'suspended') return;
    await deleteCredentials(tx, { accountId, kind: 'password-reset' });
    await insertCredential(tx, { value: link, accountId, kind: 'password-reset', label: '', now, expiresAt: now + LINK_LIFE_MILLISECONDS });
    await mail.send(tx, {
      from: 'Developer accounts',
      to: held.email,
      subject: 'Choose a new password',
      text: `Hello ${held.name},\n\nchoose a new password within 24 hours:\n${portal.baseUrl}/new-password?link=${link}\n`,
    });
  });
  portal.outbox.wake();
}

/** Sets the password by a mailed link; every session, API token and other link of the account ends. Throws LocalRefusal 400, 410. */
export async function resetPassword(portal: Portal, link: string, password: string): Promise<void> {
  const fault = passwordFault(password);
  if (fault !== undefined) throw new LocalRefusal(400, 'bad_password', `${fault}.`);
  const hashed = await hashPassword(password, portal.random);
  await portal.store.transaction(async (tx) => {
    const found = await findCredential(tx, link, 'password-reset', portal.clock.realNow());
    const account = found && (await holdAccount(tx, found.accountId));
    // Who came first with the same link has deleted it by now.
    if (account === undefined || account.status === 'suspended' || (await deleteCredentials(tx, { value: link })) === 0)
      throw new LocalRefusal(410, 'link_spent', 'This link is not good any more.', 'Ask for another.');
    await endCredentials(tx, account.accountId);
    // Who reads the mail of the address has confirmed it.
    await updateAccount(tx, account.accountId, { password: hashed, status: 'active', confirmed: true });
    await forgetTries(tx, account.email);
    await portal.audit.record(
      tx,
      { automatic: account.email },
      { action: 'account.password', subject: `account ${account.email}`, about: account },
    );
  });
}

/** Ends every session, API token and mailed link of an account. */
export async function endCredentials(tx: Db, accountId: string): Promise<void> {
  for (const kind of ['session', 'token', 'verification', 'password-reset'] as const) await deleteCredentials(tx, { accountId, kind });
}

const TOKEN_LIFE_MILLISECONDS = 365 * 24 * 3_600_000;

/** Makes an API token of the visitor's account; its value is told this once. Throws LocalRefusal 401, 404 for an account that is not active. */
export async function createToken(portal: Portal, visitor: Visitor, label: string): Promise<{ readonly token: string }> {
  const { accountId } = visitor;
  if (accountId === undefined) throw new LocalRefusal(401, 'sign_in', 'Sign in first.');
  const token = `lsp_${portal.random.text(40)}`;
  const now = portal.clock.realNow();
  await portal.store.transaction(async (tx) => {
    const account = await holdAccount(tx, accountId);
    if (account?.status !== 'active')
      throw new LocalRefusal(404, 'account_unknown', `There is no active account ${account?.email ?? accountId}.`);
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
