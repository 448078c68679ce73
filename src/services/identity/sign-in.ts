import type { Db } from '../../kernel/store/store.ts';
import type { Person, RoleProfile } from '../directory/index.ts';
import type { Verdict } from './cards/port.ts';
import { PLATFORM_CLIENT } from './clients/register.ts';
import { interactionGone, notThisBrowser, ReturnRefusal } from './errors.ts';
import { fingerprint } from './fingerprint.ts';
import { acceptedMethods, METHODS, type Method, methodOf, usualMethod } from './methods.ts';
import { hasScope, type Interaction, type LogOn, type Proof, type Provider, type Session } from './model.ts';
import { type CheckedRequest, checkRequest, checkReturnAddress, type Parameters } from './oidc/authorization-request.ts';
import { authorizingClient, type IdentityWorld } from './provider.ts';
import { END_SESSION_JOB, endSession } from './sessions/ending.ts';
import { SESSION_LIFE, sessionFault } from './sessions/rules.ts';
import * as store from './store.ts';

const INTERACTION_LIFE = 600_000;
const CODE_LIFE = 120_000;
const CODE_LENGTH = 27;
/** People shown at once: the published test users come first. */
export const SCREEN_LIST = 30;

/** The browser as far as it shows itself: its cookies, and whether its request comes from a page at all. */
export interface Browser {
  /** Single-sign-on cookie. */
  readonly session: string | undefined;
  /** Cookie of the sign-in under way. */
  readonly binding: string | undefined;
  /** Browsers say where a request comes from; scripts say nothing. */
  readonly site: 'script' | 'same-origin' | 'elsewhere';
}

/** What is still to be asked of the person at the screen. */
export type Question =
  | { readonly ask: 'method'; readonly interaction: Interaction; readonly problem?: string }
  | { readonly ask: 'person'; readonly interaction: Interaction; readonly userId?: string; readonly problem?: string }
  | { readonly ask: 'role'; readonly interaction: Interaction; readonly roles: readonly RoleProfile[]; readonly problem?: string };
export type Step = Question | { readonly ask: 'nothing'; readonly redirect: string; readonly session?: string };

/** A step, and the cookie that binds a new sign-in to its browser. */
export interface Begun {
  readonly step: Step;
  readonly binding?: string;
}

/** How a role comes to be chosen. */
interface Circumstances {
  readonly posted: string | undefined;
  /** The role chosen earlier in the session, not asked for again (identity.md B.3). */
  readonly earlier: string | undefined;
  readonly browser: Browser;
  /** Nothing was asked: the session answers, and no sign-in was kept. */
  readonly silent: boolean;
}
const NOT_SILENT = { earlier: undefined, silent: false } as const;

/** The conversation of a sign-in, the same for both providers (identity.md §B, C.10). */
export class SignIn {
  readonly #world: IdentityWorld;

  constructor(world: IdentityWorld) {
    this.#world = world;
  }

  /** Begins a sign-in. Throws SignInRefusal for an unknown client or redirect URI; other faults go back to the client by redirect. */
  async begin(provider: Provider, parameters: Parameters, browser: Browser, refused: (error: ReturnRefusal) => void): Promise<Begun> {
    const { db } = this.#world.store;
    const known = await authorizingClient(this.#world, db, parameters['client_id']);
    const { client, redirectUri } = checkReturnAddress(parameters, known);
    try {
      return await this.#answer(provider, checkRequest(parameters, client, redirectUri), browser);
    } catch (error) {
      if (!(error instanceof ReturnRefusal)) throw error;
      refused(error);
      return { step: back(redirectUri, parameters['state'], error) };
    }
  }

  async #answer(provider: Provider, checked: CheckedRequest, browser: Browser): Promise<Begun> {
    const { store: database, clock, random } = this.#world;
    const session = provider === 'cis2' ? await this.#session(database.db, browser) : undefined;
    const fault = sessionFault(session, checked, Math.floor(clock.realNow() / 1_000));
    if (fault !== undefined && checked.prompt === 'none') throw loginRequired(fault);
    const binding = random.text(32);
    const interaction: Interaction = {
      ...checked.request,
      id: random.text(32),
      provider,
      browser: fingerprint(binding),
      ...(session === undefined || fault !== undefined ? {} : { proof: proofOf(session) }),
    };
    if (interaction.proof !== undefined && session !== undefined) {
      const step = await this.#chooseRole(interaction, interaction.proof, {
        posted: undefined,
        earlier: session.selectedRoleId,
        browser,
        silent: true,
      });
      if (step.ask !== 'nothing' && checked.prompt === 'none') throw interactionRequired();
      return { step, binding };
    }
    await this.#keep(interaction);
    return { step: provider === 'mock' ? { ask: 'person', interaction } : { ask: 'method', interaction }, binding };
  }

  /** The sign-in under way, if this browser may go on with it. Throws SignInRefusal. */
  async resume(id: string, browser: Browser): Promise<Interaction> {
    const found = await store.findInteraction(this.#world.store.db, id, this.#world.clock.now());
    if (found === undefined) throw interactionGone();
    if (browser.site === 'elsewhere') throw notThisBrowser('The form was posted by a page of another site.');
    if (browser.site === 'same-origin' && fingerprint(browser.binding ?? '') !== found.browser)
      throw notThisBrowser('The browser does not have the cookie of the sign-in.');
    return found;
  }

  /**
   * Takes what a page (or a script) posted and says what comes next. A post of `username` alone finishes the simulated log-on; on the
   * CIS2 pages the usual method for the level asked is taken when none was chosen.
   */
  async advance(id: string, form: Parameters, browser: Browser): Promise<Step> {
    const interaction = await this.resume(id, browser);
    if (form['cancel'] !== undefined) return this.#cancel(interaction);
    if (interaction.proof !== undefined)
      return this.#chooseRole(interaction, interaction.proof, { ...NOT_SILENT, posted: form['role'], browser });
    return this.#authenticate(interaction, form, browser);
  }

  /** What to show again, with nothing posted: the person searched, or came back. */
  async current(interaction: Interaction): Promise<Question> {
    if (interaction.proof !== undefined)
      return { ask: 'role', interaction, roles: await this.#world.directory.roleProfiles(this.#world.store.db, interaction.proof.userId) };
    return interaction.method === undefined && interaction.provider === 'cis2'
      ? { ask: 'method', interaction }
      : { ask: 'person', interaction };
  }

  /** People to choose from, with their roles. */
  async candidates(text: string | undefined): Promise<readonly { person: Person; roles: readonly RoleProfile[] }[]> {
    const { directory, store: database } = this.#world;
    const people = await directory.people(database.db, { limit: SCREEN_LIST, ...(text === undefined ? {} : { text }) });
    return Promise.all(people.map(async (person) => ({ person, roles: await directory.roleProfiles(database.db, person.userId) })));
  }

  async #authenticate(interaction: Interaction, form: Parameters, browser: Browser): Promise<Step> {
    const { directory, store: database, clock, cards } = this.#world;
    const accepted = acceptedMethods(interaction.acrValues);
    const chosen = METHODS.find((each) => each.id === form['method']);
    if (interaction.provider === 'cis2' && chosen !== undefined && !accepted.some((each) => each.id === chosen.id))
      return { ask: 'method', interaction, problem: 'Choose one of these: the application asks for a higher level' };
    const userId = form['username']?.trim().slice(0, 60) ?? '';
    if (userId === '' && interaction.provider === 'cis2' && chosen !== undefined) {
      const next = { ...interaction, method: chosen.id };
      await this.#keep(next);
      return { ask: 'person', interaction: next };
    }
    const person = userId === '' ? undefined : await directory.person(database.db, userId);
    if (person === undefined || !person.active)
      return { ask: 'person', interaction, userId, problem: userId === '' ? 'Enter a user id' : 'No active user has that id' };
    const method = chosen ?? methodFor(interaction, accepted, person);
    let cardNumber: string | undefined;
    if (interaction.provider === 'cis2') {
      const attempt = { userId: person.userId, method: method.id, secret: form['passcode'] };
      const verdict = await database.transaction((tx) => cards.attempt(tx, attempt));
      if (verdict.outcome === 'accepted') cardNumber = verdict.cardNumber;
      const problem = problemOf(verdict, method);
      if (problem !== undefined) {
        const next = { ...interaction, method: method.id };
        await this.#keep(next);
        return { ask: 'person', interaction: next, userId, problem };
      }
    }
    const ial = /^[0-3]$/.test(form['ial'] ?? '') ? Number(form['ial']) : person.identityAssuranceLevel;
    const proof: Proof = {
      userId: person.userId,
      method: method.id,
      ...(cardNumber === undefined ? {} : { cardNumber }),
      identityAssuranceLevel: ial,
      authTime: Math.floor(clock.realNow() / 1_000),
    };
    return this.#chooseRole({ ...interaction, proof }, proof, { ...NOT_SILENT, posted: form['role'], browser });
  }

  async #chooseRole(interaction: Interaction, proof: Proof, circumstances: Circumstances): Promise<Step> {
    const { posted, earlier } = circumstances;
    const { directory, store: database } = this.#world;
    const person = await directory.person(database.db, proof.userId);
    if (person === undefined || !person.active) throw interactionGone();
    const wish = roleWish(interaction);
    const roles = wish === 'no' ? [] : await directory.roleProfiles(database.db, proof.userId);
    const wanted = posted ?? (wish === 'always' ? undefined : earlier);
    const role = roles.find((each) => each.roleProfileId === wanted) ?? (roles.length === 1 ? roles[0] : undefined);
    if (role === undefined && roles.length > 1 && wish !== 'only-one') {
      await this.#keep(interaction);
      const problem = posted === undefined ? {} : { problem: 'Choose one of your roles' };
      return { ask: 'role', interaction, roles, ...problem };
    }
    return this.#finish(interaction, proof, role, circumstances);
  }

  async #finish(interaction: Interaction, proof: Proof, role: RoleProfile | undefined, { browser, silent }: Circumstances): Promise<Step> {
    const { random, clock, store: database } = this.#world;
    const method = methodOf(proof.method);
    // Whoever has just shown who they are gets a new cookie, so that one known from before is worth nothing.
    const fresh = !silent || browser.session === undefined;
    const [code, cookie] = [random.text(CODE_LENGTH), fresh ? random.text(43) : browser.session];
    const now = clock.now();
    await database.transaction(async (tx) => {
      if (!silent && !(await store.dropInteraction(tx, interaction.id))) throw interactionGone();
      const sid = await this.#continueSession(tx, interaction.provider, proof, role, { browser, cookie, silent });
      await store.addParticipant(tx, sid, interaction.clientId);
      await store.insertCode(tx, fingerprint(code), logOnOf(interaction, proof, method, role, sid), now + CODE_LIFE, now);
    });
    const redirect = withQuery(interaction.redirectUri, { code, state: interaction.state });
    return interaction.provider === 'cis2' && fresh ? { ask: 'nothing', redirect, session: cookie } : { ask: 'nothing', redirect };
  }

  /** The same person goes on in their session, under a new cookie; anybody else's session in this browser ends, and a new one begins. */
  async #continueSession(
    tx: Db,
    provider: Provider,
    proof: Proof,
    role: RoleProfile | undefined,
    { browser, cookie, silent }: { readonly browser: Browser; readonly cookie: string; readonly silent: boolean },
  ): Promise<string> {
    const { random, clock, outbox } = this.#world;
    const earlier = provider === 'cis2' ? await this.#session(tx, browser) : undefined;
    const same = earlier?.userId === proof.userId ? earlier : undefined;
    if (earlier !== undefined && same === undefined) await endSession(this.#world, tx, earlier.sid, this.#world.listeners);
    const session: Session = {
      ...proof,
      sid: same?.sid ?? random.text(25),
      provider,
      ...(role === undefined ? {} : { selectedRoleId: role.roleProfileId }),
      // Signing in again begins the session's time anew; being recognised does not.
      expiresAt: same !== undefined && silent ? same.expiresAt : clock.now() + SESSION_LIFE,
    };
    await store.saveSession(tx, session, fingerprint(cookie));
    if (same === undefined) await outbox.enqueue(tx, END_SESSION_JOB, { sid: session.sid }, session.expiresAt);
    return session.sid;
  }

  async #session(db: Db, browser: Browser): Promise<Session | undefined> {
    if (browser.session === undefined) return undefined;
    const found = await store.findSession(db, { cookieHash: fingerprint(browser.session) }, this.#world.clock.now());
    return found?.provider === 'cis2' ? found : undefined;
  }

  async #cancel(interaction: Interaction): Promise<Step> {
    await store.dropInteraction(this.#world.store.db, interaction.id);
    return back(interaction.redirectUri, interaction.state, {
      error: 'access_denied',
      message: 'The resource owner or authorization server denied the request.',
    });
  }

  async #keep(interaction: Interaction): Promise<void> {
    const now = this.#world.clock.now();
    await store.saveInteraction(this.#world.store.db, interaction, now + INTERACTION_LIFE, now);
  }
}

/** Whether a role is part of this sign-in. The platform's own log-ons always carry one; the simulated page asks nothing but the user id. */
function roleWish({ provider, clientId, scope }: Interaction): 'no' | 'once' | 'always' | 'only-one' {
  if (provider === 'mock') return 'only-one';
  if (hasScope(scope, 'changedrole')) return 'always';
  return clientId === PLATFORM_CLIENT || hasScope(scope, 'selectedrole') ? 'once' : 'no';
}

function methodFor(interaction: Interaction, accepted: readonly Method[], person: Person): Method {
  if (interaction.method !== undefined) return methodOf(interaction.method);
  // The simulated log-on knows no levels to choose from: an account has the level it has.
  return usualMethod(interaction.provider === 'mock' ? METHODS : accepted, person.authenticationAssuranceLevel);
}

/** Why a card that is there does not work, in words for its holder (texts are ours). */
const CARD_PROBLEMS: Readonly<Record<Extract<Verdict, { outcome: 'unusable' }>['state'], string>> = {
  requested: 'The smartcard has not been issued yet',
  issued: 'The smartcard was issued locked. Unlock it before you use it for the first time',
  expired: 'The certificates on the smartcard have expired. The registration authority can renew them',
  revoked: 'The smartcard has been cancelled',
};

/** What to tell the person, or undefined when they are in. */
function problemOf(verdict: Verdict, method: Method): string | undefined {
  const secret = method.secret?.label.toLowerCase() ?? 'secret';
  switch (verdict.outcome) {
    case 'accepted':
      return undefined;
    case 'none':
      return `This person cannot sign in with: ${method.text.toLowerCase()}`;
    case 'missing':
      return `Enter the ${secret}`;
    case 'wrong':
      return `That is not the ${secret}. Attempts left: ${verdict.attemptsLeft}`;
    case 'locked':
      return verdict.until === 'later'
        ? 'Too many wrong attempts: this person is locked out for now'
        : 'Too many wrong passcodes: the smartcard is locked. The registration authority, or self-service, can unlock it';
    case 'unusable':
      return CARD_PROBLEMS[verdict.state];
  }
}

function proofOf({ userId, method, cardNumber, identityAssuranceLevel, authTime }: Session): Proof {
  return { userId, method, ...(cardNumber === undefined ? {} : { cardNumber }), identityAssuranceLevel, authTime };
}

function logOnOf(interaction: Interaction, proof: Proof, method: Method, role: RoleProfile | undefined, sid: string): LogOn {
  const { provider, clientId, redirectUri, state, nonce, acrValues, scope, codeChallenge } = interaction;
  return {
    provider,
    clientId,
    redirectUri,
    ...(state === undefined ? {} : { state }),
    ...(nonce === undefined ? {} : { nonce }),
    ...(codeChallenge === undefined ? {} : { codeChallenge }),
    acrValues,
    scope,
    userId: proof.userId,
    ...(role === undefined ? {} : { selectedRoleId: role.roleProfileId }),
    aal: method.aal,
    ial: proof.identityAssuranceLevel,
    amr: method.amr,
    sid,
    authTime: proof.authTime,
  };
}

function loginRequired(fault: 'none' | 'asked' | 'too-old' | 'too-low'): ReturnRefusal {
  const why = {
    none: 'Nobody is signed in in this browser.',
    asked: '',
    'too-old': 'The log-on is older than max_age.',
    'too-low': 'The session does not reach acr_values.',
  };
  return new ReturnRefusal('login_required', 'The request requires login.', {
    check: 'identity.session',
    why: why[fault],
    fix: 'Send the browser again without prompt=none.',
  });
}

function interactionRequired(): ReturnRefusal {
  return new ReturnRefusal('interaction_required', 'The request requires some interaction that is not allowed.', {
    check: 'identity.session',
    why: 'A role has to be chosen, which prompt=none forbids.',
    fix: 'Send the browser again without prompt=none.',
  });
}

function back(redirectUri: string, state: string | undefined, error: { readonly error: string; readonly message: string }): Step {
  return { ask: 'nothing', redirect: withQuery(redirectUri, { error: error.error, error_description: error.message, state }) };
}

/** An address with parameters added. */
export function withQuery(url: string, values: Readonly<Record<string, string | undefined>>): string {
  const target = new URL(url);
  for (const [name, value] of Object.entries(values)) if (value !== undefined) target.searchParams.set(name, value);
  return target.href;
}
