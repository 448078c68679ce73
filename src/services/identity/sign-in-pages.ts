import type { FastifyReply, FastifyRequest } from 'fastify';
import type { Pages } from '../../kernel/web/pages.ts';
import { ersBusinessFunctions, type RoleProfile } from '../directory/index.ts';
import { originOf } from './browser.ts';
import { acceptedMethods, methodOf, usualMethod } from './methods.ts';
import { type IdentityWorld, realm } from './provider.ts';
import { type Question, SCREEN_LIST, type SignIn } from './sign-in.ts';

const FUNCTIONS = new Map(ersBusinessFunctions.map((each) => [each.activityCode, each.businessFunction]));
/** More roles than this come as a list that can be searched (identity.md B.3). */
const SHORT_LIST = 5;

/** The pages of a sign-in. Forms have the id `kc-form-login`, an absolute action, and name and value on every field (identity.md §2.12). */
export class SignInPages {
  readonly #world: IdentityWorld;
  readonly #pages: Pages;
  readonly #signIn: SignIn;

  constructor(world: IdentityWorld, pages: Pages, signIn: SignIn) {
    this.#world = world;
    this.#pages = pages;
    this.#signIn = signIn;
  }

  /** Sends the page that asks what is asked. @param search text to look for, when the person searched */
  async send(request: FastifyRequest, reply: FastifyReply, step: Question, search?: string): Promise<FastifyReply> {
    const { interaction } = step;
    const action = `${originOf(request)}${realm(this.#world, interaction.provider).form}?interaction=${encodeURIComponent(interaction.id)}`;
    const common = { environment: this.#world.environment.id, action, interaction: interaction.id, provider: interaction.provider };
    switch (step.ask) {
      case 'method':
        return this.#pages.send(reply, 'method.njk', {
          ...common,
          title: 'Sign in',
          problem: step.problem,
          methods: acceptedMethods(interaction.acrValues),
        });
      case 'role':
        return this.#pages.send(reply, 'role.njk', { ...common, ...roleValues(step, search) });
      case 'person':
        return this.#pages.send(reply, 'person.njk', { ...common, ...(await this.#personValues(step, search)) });
    }
  }

  async #personValues(step: Extract<Question, { ask: 'person' }>, search: string | undefined): Promise<Readonly<Record<string, unknown>>> {
    const { interaction } = step;
    const candidates = await this.#signIn.candidates(search);
    const method = interaction.method === undefined ? usualMethod(acceptedMethods(interaction.acrValues), 3) : methodOf(interaction.method);
    const secret = interaction.provider === 'cis2' ? method.secret : undefined;
    return {
      title: interaction.provider === 'mock' ? 'Simulated log-on' : 'Choose who signs in',
      problem: search === undefined ? step.problem : undefined,
      username: step.userId ?? '',
      secret: secret === undefined ? undefined : { ...secret, value: this.#world.cards.suggestedSecret(method.id) ?? '' },
      search: search ?? '',
      more: candidates.length === SCREEN_LIST,
      people: candidates.map(({ person, roles }) => ({
        userId: person.userId,
        name: `${person.title} ${person.givenName} ${person.familyName}`,
        aal: person.authenticationAssuranceLevel,
        ial: person.identityAssuranceLevel,
        roles: roles.map(roleText),
      })),
    };
  }
}

function roleValues(step: Extract<Question, { ask: 'role' }>, search: string | undefined): Readonly<Record<string, unknown>> {
  const roles = step.roles.map((role) => ({ id: role.roleProfileId, ...roleText(role) }));
  const wanted = (search ?? '').trim().toLowerCase();
  return {
    title: 'Choose your role',
    problem: step.problem,
    searchable: roles.length > SHORT_LIST,
    search: search ?? '',
    roles: roles.filter(
      (role) => wanted === '' || `${role.id} ${role.organisation} ${role.job} ${role.functions}`.toLowerCase().includes(wanted),
    ),
  };
}

function roleText(role: RoleProfile): { organisation: string; job: string; functions: string } {
  return {
    organisation: `${role.organisationName} (${role.odsCode})`,
    job: role.jobRoleName.replaceAll('"', '').split(':').at(-1) ?? '',
    functions: role.activityCodes.map((code) => FUNCTIONS.get(code) ?? code).join(', '),
  };
}
