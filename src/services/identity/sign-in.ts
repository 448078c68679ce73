import { createHash } from 'node:crypto';
import type { ServiceContext } from '../../kernel/service.ts';
import type { DirectoryApi, Person, RoleProfile } from '../directory/index.ts';
import { codeRefused, interactionGone, SignInRefusal } from './errors.ts';
import { acceptedLevels, type Interaction, type LogOn, METHODS, type MethodId, type Provider } from './model.ts';
import * as store from './store.ts';
import { idToken, userinfo } from './tokens.ts';

/** The client id of the API platform at the identity providers (form: identity.md "Identifier forms"). */
export const PLATFORM_CLIENT = '999999999999.apps.national';
const INTERACTION_LIFE = 600_000;
const CODE_LIFE = 120_000;
/** People shown at once: the published test users come first. */
export const SCREEN_LIST = 30;

/** What is still to be asked of the person at the screen. */
export type Step =
  | { readonly ask: 'method'; readonly interaction: Interaction }
  | { readonly ask: 'person'; readonly interaction: Interaction; readonly problem?: string }
  | { readonly ask: 'role'; readonly interaction: Interaction; readonly roles: readonly RoleProfile[] }
  | { readonly ask: 'nothing'; readonly redirect: string };

export interface AuthorizeRequest {
  readonly clientId: string | undefined;
  readonly redirectUri: string | undefined;
  readonly responseType: string | undefined;
  readonly state: string | undefined;
  readonly nonce: string | undefined;
  readonly scope: string | undefined;
  readonly acrValues: string | undefined;
}

/** The simulated identity providers of one environment: one engine, two faces (identity.md §B, C.10). */
export class SignIn {
  readonly #context: ServiceContext;
  readonly #directory: DirectoryApi;

  constructor(context: ServiceContext, directory: DirectoryApi) {
    this.#context = context;
    this.#directory = directory;
  }

  issuer(provider: Provider): string {
    const { baseUrl } = this.#context.environment;
    return `${baseUrl}${this.path(provider)}`;
  }

  /** Path of a provider's endpoints. */
  path(provider: Provider): string {
    return provider === 'cis2'
      ? '/openam/oauth2/realms/root/realms/NHSIdentity/realms/Healthcare'
      : `/realms/Cis2-mock-${this.#context.environment.slug}`;
  }

  authorizePath(provider: Provider): string {
    return provider === 'cis2' ? `${this.path(provider)}/authorize` : `${this.path(provider)}/protocol/openid-connect/auth`;
  }

  /** Begins a sign-in. Throws SignInRefusal for an unknown client or redirect URI; other faults go back to the client by redirect. */
  async begin(provider: Provider, request: AuthorizeRequest): Promise<Step> {
    if (request.clientId !== PLATFORM_CLIENT)
      throw new SignInRefusal('invalid_client', 'The client is not known here.', {
        check: 'identity.client',
        why: `No client ${request.clientId ?? '(none)'} is registered.`,
        fix: 'Sign in through the API platform: GET /oauth2/authorize.',
      });
    const { redirectUri } = request;
    if (redirectUri === undefined || !this.#isPlatformCallback(redirectUri)) {
      throw new SignInRefusal('redirect_uri_mismatch', 'The redirection URI provided does not match a pre-registered value.', {
        check: 'identity.redirect-uri',
        why: 'The redirect URI is not one of the API platform.',
        fix: 'Sign in through the API platform: GET /oauth2/authorize.',
      });
    }
    const back = (error: string, text: string): Step => ({
      ask: 'nothing',
      redirect: withQuery(redirectUri, { error, error_description: text, state: request.state }),
    });
    if (request.responseType !== 'code') return back('unsupported_response_type', 'Response type is not supported.');
    if (!(request.scope ?? '').split(' ').includes('openid')) return back('invalid_scope', 'Unknown/invalid scope(s)');
    const interaction: Interaction = {
      id: this.#context.random.text(32),
      provider,
      clientId: PLATFORM_CLIENT,
      redirectUri,
      ...(request.state === undefined ? {} : { state: request.state }),
      ...(request.nonce === undefined ? {} : { nonce: request.nonce }),
      acrValues: request.acrValues ?? 'AAL3_ANY',
      scope: request.scope ?? 'openid',
    };
    await this.#keep(interaction);
    return provider === 'mock' ? { ask: 'person', interaction } : { ask: 'method', interaction };
  }

  /**
   * Takes what a page (or a script) posted and says what comes next. A post of `username` alone finishes the simulated log-on; on the
   * CIS2 pages the usual method for the level asked is taken when none was chosen.
   */
  async advance(id: string, form: Readonly<Record<string, string>>): Promise<Step> {
    const found = await store.interaction(this.#context.store.db, id, this.#context.clock.now());
    if (found === undefined) throw interactionGone();
    if (form['cancel'] !== undefined) return this.#cancel(found);
    const interaction = merge(found, form);
    if (interaction.userId === undefined && interaction.provider === 'cis2' && form['method'] !== undefined) {
      await this.#keep(interaction);
      return { ask: 'person', interaction };
    }
    const person = interaction.userId === undefined ? undefined : await this.#directory.person(this.#context.store.db, interaction.userId);
    if (person === undefined || !person.active) {
      return {
        ask: 'person',
        interaction: found,
        problem: interaction.userId === undefined ? 'Enter a user id' : 'No active user has that id',
      };
    }
    const roles = await this.#directory.roleProfiles(this.#context.store.db, person.userId);
    const role = roles.find((each) => each.roleProfileId === form['role']) ?? (roles.length === 1 ? roles[0] : undefined);
    if (interaction.provider === 'cis2' && role === undefined && roles.length > 1) {
      await this.#keep(interaction);
      return { ask: 'role', interaction, roles };
    }
    return this.#finish(interaction, person, role);
  }

  /** People to choose from, with their roles. */
  async candidates(text: string | undefined): Promise<readonly { person: Person; roles: readonly RoleProfile[] }[]> {
    const { db } = this.#context.store;
    const people = await this.#directory.people(db, { limit: SCREEN_LIST, ...(text === undefined ? {} : { text }) });
    return Promise.all(people.map(async (person) => ({ person, roles: await this.#directory.roleProfiles(db, person.userId) })));
  }

  /** The ID token and details behind a code, once. Throws SignInRefusal. */
  async redeem(provider: Provider, code: string, redirectUri: string): Promise<{ idToken: string; userinfo: object }> {
    const { store: database, clock, sealer } = this.#context;
    const logOn = await store.takeCode(database.db, hash(code), clock.now());
    if (logOn === undefined || logOn.provider !== provider || logOn.redirectUri !== redirectUri) throw codeRefused();
    const key = await store.signingKey(database.db, provider);
    const person = await this.#directory.person(database.db, logOn.userId);
    if (key === undefined || person === undefined) throw codeRefused();
    const roles = await this.#directory.roleProfiles(database.db, logOn.userId);
    return {
      idToken: await idToken(logOn, code, this.issuer(provider), key, sealer, clock.realNow()),
      userinfo: userinfo(person, roles, logOn.scope),
    };
  }

  async #finish(interaction: Interaction, person: Person, role: RoleProfile | undefined): Promise<Step> {
    const { random, clock, store: database } = this.#context;
    const method = METHODS.find((each) => each.id === interaction.method) ?? methodFor(interaction, person);
    const code = random.text(27);
    const logOn: LogOn = {
      provider: interaction.provider,
      clientId: interaction.clientId,
      redirectUri: interaction.redirectUri,
      ...(interaction.nonce === undefined ? {} : { nonce: interaction.nonce }),
      ...(interaction.state === undefined ? {} : { state: interaction.state }),
      acr: interaction.acrValues,
      scope: interaction.scope,
      userId: person.userId,
      ...(role === undefined ? {} : { selectedRoleId: role.roleProfileId }),
      aal: method.aal,
      ial: interaction.identityAssuranceLevel ?? person.identityAssuranceLevel,
      amr: method.amr,
      sid: random.text(25),
      authTime: Math.floor(clock.realNow() / 1_000),
    };
    const ended = await database.transaction((tx) =>
      store.finish(tx, interaction.id, hash(code), logOn, clock.now() + CODE_LIFE, clock.now()),
    );
    if (!ended) throw interactionGone();
    return { ask: 'nothing', redirect: withQuery(interaction.redirectUri, { code, state: interaction.state }) };
  }

  async #cancel(interaction: Interaction): Promise<Step> {
    await store.dropInteraction(this.#context.store.db, interaction.id);
    return {
      ask: 'nothing',
      redirect: withQuery(interaction.redirectUri, {
        error: 'access_denied',
        error_description: 'The resource owner or authorization server denied the request.',
        state: interaction.state,
      }),
    };
  }

  async #keep(interaction: Interaction): Promise<void> {
    const now = this.#context.clock.now();
    await store.saveInteraction(this.#context.store.db, interaction, now + INTERACTION_LIFE, now);
  }

  /** The platform's callbacks: one per token server and door. Compared whole, so that no other address can be sent a code. */
  #isPlatformCallback(redirectUri: string): boolean {
    const { origins, tokenServers } = this.#context.environment;
    return tokenServers.some(
      ({ path }) => redirectUri.endsWith(`${path}/callback`) && origins.has(redirectUri.slice(0, -`${path}/callback`.length)),
    );
  }
}

function merge(found: Interaction, form: Readonly<Record<string, string>>): Interaction {
  const method: MethodId | undefined = METHODS.find((each) => each.id === form['method'])?.id;
  const username = form['username']?.trim();
  const ial = /^[0-3]$/.test(form['ial'] ?? '') ? Number(form['ial']) : undefined;
  return {
    ...found,
    ...(method === undefined ? {} : { method }),
    ...(username === undefined || username === '' ? {} : { userId: username.slice(0, 60) }),
    ...(ial === undefined ? {} : { identityAssuranceLevel: ial }),
  };
}

/** The method of somebody who chose none: at the level of their account, but no lower than what was asked where CIS2 asks. */
function methodFor(interaction: Interaction, person: Person): (typeof METHODS)[number] {
  const { low, high } = acceptedLevels(interaction.acrValues);
  const wanted =
    interaction.provider === 'mock'
      ? person.authenticationAssuranceLevel
      : Math.min(high, Math.max(low, person.authenticationAssuranceLevel));
  return METHODS.find((each) => each.aal === wanted) ?? METHODS[0];
}

function hash(code: string): string {
  return createHash('sha256').update(code).digest('hex');
}

function withQuery(url: string, values: Readonly<Record<string, string | undefined>>): string {
  const target = new URL(url);
  for (const [name, value] of Object.entries(values)) if (value !== undefined) target.searchParams.set(name, value);
  return target.href;
}
