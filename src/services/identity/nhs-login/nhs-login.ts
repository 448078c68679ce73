import { createHash, createHmac, timingSafeEqual } from 'node:crypto';
import type { ServiceContext } from '../../../kernel/service.ts';
import type { Db } from '../../../kernel/store/store.ts';
import { codeNotValid, signInOver, unknownClient, unknownRedirectUri } from './errors.ts';
import { makeNhsLoginKey, nhsLoginIdToken, SEAL_PURPOSE } from './id-token.ts';
import { CREDENTIALS, isLoopbackCallback, type NhsLoginInteraction, type NhsLoginLogOn, PROOFING_LEVELS } from './model.ts';
import { type NhsLoginPeople, type NhsLoginPerson, nhsLoginPeople, PUBLISHED_ACCOUNTS } from './people.ts';
import * as store from './store.ts';

/** The client under which a supplier's own application signs patients in (separate authentication, identity.md C.10). */
export const SUPPLIER_CLIENT = 'test-client-nhs-login';
const INTERACTION_LIFE = 600_000;
const CODE_LIFE = 120_000;
/** Patients shown at once. */
export const SCREEN_LIST = 20;

/** What is still to be asked of the person at the screen. */
export type NhsLoginStep =
  | { readonly ask: 'person'; readonly interaction: string; readonly problem?: string }
  | { readonly ask: 'nothing'; readonly redirect: string };

/** The simulated NHS login of one environment: patients prove who they are, at a level they choose (identity.md C.10). */
export class NhsLogin {
  readonly #context: ServiceContext;
  readonly #platformClient: string;
  readonly path: string;

  /** @param platformClient client id of the API platform */
  constructor(context: ServiceContext, platformClient: string) {
    this.#platformClient = platformClient;
    this.#context = context;
    this.path = `/realms/NHS-Login-mock-${context.environment.slug}`;
  }

  get issuer(): string {
    return `${this.#context.environment.baseUrl}${this.path}`;
  }

  get authorizePath(): string {
    return `${this.path}/protocol/openid-connect/auth`;
  }

  /** The secret of {@link SUPPLIER_CLIENT}: the same for one environment, different in every other. */
  async supplierSecret(): Promise<string> {
    const { sealedKey } = await this.#key();
    return createHmac('sha256', this.#context.sealer.open(SEAL_PURPOSE, sealedKey)).update(SUPPLIER_CLIENT).digest('hex').slice(0, 32);
  }

  /** Throws SignInRefusal for an unknown client or redirect URI; other faults go back to the client by redirect. */
  async begin(query: Readonly<Record<string, string>>): Promise<NhsLoginStep> {
    const { client_id: clientId, redirect_uri: redirectUri, state, nonce } = query;
    if (clientId !== this.#platformClient && clientId !== SUPPLIER_CLIENT) throw unknownClient(clientId, SUPPLIER_CLIENT);
    if (redirectUri === undefined || !this.#mayBeSentTo(clientId, redirectUri)) throw unknownRedirectUri();
    const back = (error: string, text: string): NhsLoginStep => ({
      ask: 'nothing',
      redirect: withQuery(redirectUri, { error, error_description: text, state }),
    });
    if (query['response_type'] !== 'code') return back('unsupported_response_type', 'Response type is not supported.');
    if (!(query['scope'] ?? '').split(' ').includes('openid')) return back('invalid_scope', 'Unknown/invalid scope(s)');
    const { random, clock, store: database } = this.#context;
    const id = random.text(32);
    const now = clock.now();
    const interaction: NhsLoginInteraction = {
      clientId,
      redirectUri,
      ...(state === undefined ? {} : { state }),
      ...(nonce === undefined ? {} : { nonce }),
    };
    await store.saveInteraction(database.db, hash(id), interaction, now + INTERACTION_LIFE, now);
    return { ask: 'person', interaction: id };
  }

  /** Takes what the page (or a script) posted. A post of `username` alone, the NHS number, finishes the sign-in. Throws SignInRefusal. */
  async advance(id: string, form: Readonly<Record<string, string>>): Promise<NhsLoginStep> {
    const { random, clock, store: database } = this.#context;
    const interaction = await store.interactionOf(database.db, hash(id), clock.now());
    if (interaction === undefined) throw signInOver();
    const { redirectUri, state } = interaction;
    if (form['cancel'] !== undefined) {
      await store.endInteraction(database.db, hash(id));
      return {
        ask: 'nothing',
        redirect: withQuery(redirectUri, { error: 'access_denied', error_description: 'The user did not complete the sign-in.', state }),
      };
    }
    const nhsNumber = (form['username'] ?? '').replaceAll(' ', '').slice(0, 20);
    const person = nhsNumber === '' ? undefined : await this.#person(database.db, nhsNumber);
    if (person === undefined)
      return { ask: 'person', interaction: id, problem: nhsNumber === '' ? 'Enter an NHS number' : 'No patient has that NHS number' };
    if (person.sensitivity !== 'U' || person.deathDate !== undefined)
      return { ask: 'person', interaction: id, problem: 'This patient cannot use NHS login' };
    const logOn: NhsLoginLogOn = {
      ...interaction,
      nhsNumber,
      proofing: PROOFING_LEVELS.find((each) => each === form['proofing']) ?? ownLevel(nhsNumber),
      credential: (CREDENTIALS.find((each) => each.id === form['credential']) ?? CREDENTIALS[0]).id,
    };
    const code = random.text(32);
    const now = clock.now();
    const ended = await database.transaction(async (tx) => {
      if (!(await store.endInteraction(tx, hash(id)))) return false;
      await store.saveCode(tx, hash(code), logOn, now + CODE_LIFE, now);
      return true;
    });
    if (!ended) throw signInOver();
    return { ask: 'nothing', redirect: withQuery(redirectUri, { code, state }) };
  }

  /** Patients to choose from: the published accounts first. */
  async candidates(text: string | undefined): Promise<readonly NhsLoginPerson[]> {
    const { db } = this.#context.store;
    const wanted = text?.trim();
    const lists = await Promise.all(
      this.#people().map((each) =>
        each.list(db, { limit: 2 * SCREEN_LIST, ...(wanted === undefined || wanted === '' ? {} : { text: wanted }) }),
      ),
    );
    const accounts = wanted === undefined || wanted === '' ? PUBLISHED_ACCOUNTS : [];
    return [...accounts, ...lists.flat().filter((each) => each.sensitivity === 'U' && each.deathDate === undefined)].slice(0, SCREEN_LIST);
  }

  /** The level at which somebody signs in who chooses none. */
  ownLevel(nhsNumber: string) {
    return ownLevel(nhsNumber);
  }

  /** The ID token behind a code, once, for the client and redirect URI it was made for. Throws SignInRefusal. */
  async redeem(clientId: string, code: string, redirectUri: string): Promise<string> {
    const { store: database, clock, sealer, random } = this.#context;
    const logOn = await store.takeCode(database.db, hash(code), clock.now());
    if (logOn === undefined || logOn.clientId !== clientId || logOn.redirectUri !== redirectUri) throw codeNotValid();
    const person = await this.#person(database.db, logOn.nhsNumber);
    if (person === undefined) throw codeNotValid();
    return nhsLoginIdToken({ logOn, person, issuer: this.issuer, key: await this.#key(), sealer, random, now: clock.realNow() });
  }

  /** Whether a client is the suppliers' and its secret right; compared in constant time. */
  async isSupplier(clientId: string, secret: string): Promise<boolean> {
    const digest = (text: string): Buffer => createHash('sha256').update(text).digest();
    return clientId === SUPPLIER_CLIENT && timingSafeEqual(digest(secret), digest(await this.supplierSecret()));
  }

  async jwks(): Promise<{ readonly keys: readonly object[] }> {
    return { keys: [(await this.#key()).publicJwk] };
  }

  /** Made when it is first needed: most environments never sign a patient in. Of two makers the first one's is kept. */
  async #key(): Promise<store.NhsLoginKey> {
    const { store: database, sealer } = this.#context;
    const kept = await store.signingKey(database.db);
    if (kept !== undefined) return kept;
    const made = await makeNhsLoginKey(sealer);
    await store.insertKey(database.db, made);
    return (await store.signingKey(database.db)) ?? made;
  }

  #people(): readonly NhsLoginPeople[] {
    return this.#context.offered(nhsLoginPeople);
  }

  async #person(db: Db, nhsNumber: string): Promise<NhsLoginPerson | undefined> {
    for (const each of this.#people()) {
      const found = await each.find(db, nhsNumber);
      if (found !== undefined) return found;
    }
    return PUBLISHED_ACCOUNTS.find((each) => each.nhsNumber === nhsNumber);
  }

  /** The platform's own callbacks for the platform; loopback for suppliers. */
  #mayBeSentTo(clientId: string, redirectUri: string): boolean {
    if (clientId === SUPPLIER_CLIENT) return isLoopbackCallback(redirectUri);
    const { origins, tokenServers } = this.#context.environment;
    return tokenServers.some(
      ({ path }) => redirectUri.endsWith(`${path}/callback`) && origins.has(redirectUri.slice(0, -`${path}/callback`.length)),
    );
  }
}

function ownLevel(nhsNumber: string) {
  return PUBLISHED_ACCOUNTS.find((each) => each.nhsNumber === nhsNumber)?.proofing ?? 'P9';
}

function hash(text: string): string {
  return createHash('sha256').update(text).digest('hex');
}

function withQuery(url: string, values: Readonly<Record<string, string | undefined>>): string {
  const target = new URL(url);
  for (const [name, value] of Object.entries(values)) if (value !== undefined) target.searchParams.set(name, value);
  return target.href;
}
