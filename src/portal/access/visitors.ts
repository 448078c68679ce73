import { timingSafeEqual } from 'node:crypto';
import type { FastifyReply, FastifyRequest } from 'fastify';
import type { Instant } from '../../kernel/clock.ts';
import { LocalRefusal } from '../../kernel/errors.ts';
import type { Portal } from '../portal.ts';
import {
  type Account,
  type Credential,
  deleteCredentials,
  findAccount,
  findAccountByEmail,
  findCredential,
  holdAccount,
  insertCredential,
  membershipsOf,
  touchCredential,
} from './accounts.ts';
import { ANYONE, type Visitor } from './visitor.ts';

const COOKIE = '__Host-localspine-portal';
const SESSION_LIFE_MILLISECONDS = 12 * 3_600_000;
const SESSION_IDLE_MILLISECONDS = 2 * 3_600_000;
/** The last use of a session or token is written this often at most: reading a page is not a write. */
const TOUCH_MILLISECONDS = 60_000;
/** Account by which the operator of this machine's command line appears. */
export const LOCAL_OPERATOR = 'operator@localspine.example';

/** Tells who a request comes from: by the session cookie, an API token, or the token of this machine's operator. */
export class Visitors {
  readonly #portal: Portal;
  readonly #known = new WeakMap<object, Promise<Visitor>>();

  constructor(portal: Portal) {
    this.#portal = portal;
  }

  /** Looked up once per request. Throws LocalRefusal 401 for a bearer token that is not good. */
  of(request: FastifyRequest): Promise<Visitor> {
    let visitor = this.#known.get(request);
    if (visitor === undefined) {
      visitor = this.#find(request);
      this.#known.set(request, visitor);
    }
    return visitor;
  }

  /**
   * Begins a session of an account, ending the one before: a cookie from before signing in is worth nothing after it.
   *
   * @param account as it was when it was decided to let them in. Throws LocalRefusal 401 when it was suspended or got another password since
   */
  async signIn(
    request: FastifyRequest,
    reply: FastifyReply,
    { accountId, password }: Pick<Account, 'accountId' | 'password'>,
  ): Promise<void> {
    const { store, random, clock } = this.#portal;
    const before = sessionIn(request);
    const value = random.bytes(32).toString('base64url');
    const now = clock.realNow();
    await store.transaction(async (tx) => {
      const account = await holdAccount(tx, accountId);
      if (account?.status !== 'active' || account.password !== password)
        throw new LocalRefusal(401, 'sign_in_failed', 'The account was suspended, or its password was changed, just now.');
      if (before !== undefined) await deleteCredentials(tx, { value: before });
      await insertCredential(tx, { value, accountId, kind: 'session', label: '', now, expiresAt: now + SESSION_LIFE_MILLISECONDS });
    });
    this.#known.delete(request);
    void reply.header('set-cookie', `${COOKIE}=${value}; Path=/; HttpOnly; Secure; SameSite=Lax`);
  }

  async signOut(request: FastifyRequest, reply: FastifyReply): Promise<void> {
    const value = sessionIn(request);
    if (value !== undefined) await this.#portal.store.transaction(async (tx) => deleteCredentials(tx, { value }));
    this.#known.delete(request);
    void reply.header('set-cookie', `${COOKIE}=; Path=/; HttpOnly; Secure; SameSite=Lax; Max-Age=0`);
  }

  async #find(request: FastifyRequest): Promise<Visitor> {
    const bearer = /^Bearer (.+)$/.exec(request.headers.authorization ?? '')?.[1];
    if (bearer !== undefined) return this.#byToken(request, bearer);
    const value = sessionIn(request);
    if (value === undefined) return ANYONE;
    const { store, clock } = this.#portal;
    const now = clock.realNow();
    const session = await findCredential(store.db, value, 'session', now);
    if (session === undefined || now - session.usedAt > SESSION_IDLE_MILLISECONDS) return ANYONE;
    await this.#touch(value, session, now);
    return (await this.#visitor(await findAccount(store.db, session.accountId), 'session')) ?? ANYONE;
  }

  async #byToken(request: FastifyRequest, bearer: string): Promise<Visitor> {
    const { store, clock, operatorToken } = this.#portal;
    if (sameText(bearer, operatorToken)) return this.#byOperatorToken(request);
    const now = clock.realNow();
    const token = await findCredential(store.db, bearer, 'token', now);
    const visitor = token && (await this.#visitor(await findAccount(store.db, token.accountId), 'token'));
    if (token === undefined || visitor === undefined)
      throw new LocalRefusal(401, 'bad_token', 'This API token is not known here, or was taken back.', 'Make one on your account page.');
    await this.#touch(bearer, token, now);
    return visitor;
  }

  /** Writes when a session or token was used: the first time, and then now and again. */
  async #touch(value: string, { createdAt, usedAt }: Credential, now: Instant): Promise<void> {
    if (usedAt === createdAt || now - usedAt > TOUCH_MILLISECONDS) await touchCredential(this.#portal.store.db, value, now);
  }

  /**
   * The operator acts as themselves, or for somebody: that is recorded with everything done. Who has the token of this machine is its
   * operator, whatever became of the demonstration's operator under whose name they appear.
   */
  async #byOperatorToken(request: FastifyRequest): Promise<Visitor> {
    const email = request.headers['localspine-as'];
    const { db } = this.#portal.store;
    if (typeof email !== 'string') {
      const { accountId, name = 'Operator' } = (await findAccountByEmail(db, LOCAL_OPERATOR)) ?? {};
      const teams = accountId === undefined ? [] : await membershipsOf(db, accountId);
      return { ...ANYONE, role: 'operator', accountId, name, email: LOCAL_OPERATOR, teams, by: 'operator-token' };
    }
    const visitor = await this.#visitor(await findAccountByEmail(db, email), 'operator-token');
    if (visitor === undefined)
      throw new LocalRefusal(
        404,
        'account_unknown',
        `There is no active account ${email.slice(0, 100)}.`,
        'localspine portal account list shows them.',
      );
    return { ...visitor, actedBy: 'operator' };
  }

  async #visitor(account: Account | undefined, by: Visitor['by']): Promise<Visitor | undefined> {
    if (account === undefined || account.status !== 'active') return undefined;
    const { accountId, role, name, email, odsCode, desks } = account;
    return { role, accountId, name, email, teams: await membershipsOf(this.#portal.store.db, accountId), odsCode, desks, by };
  }
}

function sessionIn(request: FastifyRequest): string | undefined {
  return new RegExp(`(?:^|;\\s*)${COOKIE}=([A-Za-z0-9_-]{43})(?:;|$)`).exec(request.headers.cookie ?? '')?.[1];
}

function sameText(left: string, right: string): boolean {
  const [one, other] = [Buffer.from(left), Buffer.from(right)];
  return one.length === other.length && timingSafeEqual(one, other);
}
