/** The pages of the Care ID Service: for the registration authority below `/care-id`, for card holders below `/care-id/self-service`. */
import { join } from 'node:path';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { LocalRefusal, messageOf } from '../../../kernel/errors.ts';
import { closeFor, ServiceClosed, sendClosedPage } from '../../../kernel/http/closing.ts';
import { Pages } from '../../../kernel/web/pages.ts';
import { shortName } from '../../directory/index.ts';
import { type Actor, may, PART_NAMES, permit } from '../cards/duties.ts';
import { CardRefusal } from '../cards/errors.ts';
import { CARD_ACTIONS } from '../cards/states.ts';
import { findPosition, requestedPositions } from '../cards/store.ts';
import { type CardPage, type CardView, cardPage, type PersonPage, personPage } from '../cards/views.ts';
import { CARE_ID_PATH } from '../clients/register.ts';
import { EndpointRefusal, SignInRefusal } from '../errors.ts';
import type { IdentityWorld } from '../provider.ts';
import { checkForm, leave, sendToSignIn, type Visitor, visitorOf, welcome } from './session.ts';
import { handleTask, type Task } from './task.ts';
import { cardTask, decisionTask, isCardTask, isDecision, issueTask, positionTask, profileTask, registrationTask } from './tasks.ts';

const MOST_PEOPLE = 30;
const OWN_ACTIONS = ['change-passcode', 'unlock', 'renew'] as const;

/** What the banner says after a task. */
const DONE: Readonly<Record<string, string>> = {
  register: 'The person is registered',
  issue: 'The card is issued',
  'issue-locked': 'The card is issued, locked',
  unlock: 'The card is unlocked',
  renew: 'The certificates are renewed',
  repair: 'The card is repaired',
  'repair-locked': 'The card is repaired, locked',
  clear: 'The card is cleared',
  revoke: 'The card is cancelled',
  'change-passcode': 'Your passcode is changed',
  insert: 'The card is in the reader',
  remove: 'The card is out of the reader',
  position: 'The position is given',
  'position-request': 'The position is asked for',
  approve: 'The position is approved',
  reject: 'The position is rejected',
  end: 'The position has ended',
  close: 'The profile is closed',
  reopen: 'The profile is open',
};

type Params = Readonly<Record<string, string | undefined>>;
type StaffActor = Extract<Actor, { kind: 'staff' }>;

/** Registers the pages, with their own way to say no. */
export function registerCareId(app: FastifyInstance, world: IdentityWorld): void {
  const desk = new Desk(world);
  app.addHook('onRequest', async (request) => {
    request.exchange.service = 'identity';
    request.exchange.operation = 'care-id';
  });
  closeFor(app, world.availability, 'cis');
  app.setErrorHandler((error: unknown, request, reply) => desk.refuse(error, request, reply));
  const task = (url: string, prepare: (actor: StaffActor, params: Params) => Promise<Task>): void => {
    app.route({
      method: ['GET', 'POST'],
      url: `${CARE_ID_PATH}${url}`,
      handler: (request, reply) => desk.staffTask(request, reply, prepare),
    });
  };
  app.get(`${CARE_ID_PATH}/callback`, async (request, reply) =>
    reply.header('cache-control', 'no-store').redirect(await welcome(world, request, reply), 303),
  );
  app.get(`${CARE_ID_PATH}/role`, async (request, reply) =>
    sendToSignIn(world, request, reply, { acrValues: 'AAL3_ANY', anotherRole: true }),
  );
  app.get(CARE_ID_PATH, (request, reply) => desk.search(request, reply));
  app.get(`${CARE_ID_PATH}/requests`, (request, reply) => desk.requests(request, reply));
  app.get(`${CARE_ID_PATH}/people/:userId`, (request, reply) => desk.person(request, reply));
  app.get(`${CARE_ID_PATH}/cards/:cardNumber`, (request, reply) => desk.card(request, reply));
  app.get(`${CARE_ID_PATH}/self-service`, (request, reply) => desk.selfService(request, reply));
  app.route({
    method: ['GET', 'POST'],
    url: `${CARE_ID_PATH}/self-service/:cardNumber/:action`,
    handler: (request, reply) => desk.ownTask(request, reply),
  });
  app.post(`${CARE_ID_PATH}/sign-out`, (request, reply) => desk.signOut(request, reply));
  task('/register', async (actor) => {
    permit(actor, 'register-person');
    return registrationTask(world, actor);
  });
  task('/people/:userId/:task', (actor, params) => personTask(world, actor, params));
  task('/cards/:cardNumber/:action', (actor, params) => staffCardTask(world, actor, params));
  task('/positions/:roleProfileId/:decision', (actor, params) => positionDecision(world, actor, params));
}

async function personTask(world: IdentityWorld, actor: StaffActor, { userId = '', task = '' }: Params): Promise<Task> {
  const { person } = await personPage(world, world.store.db, userId);
  switch (task) {
    case 'position': {
      const granted = may(actor, 'grant-position', userId);
      if (!granted) permit(actor, 'request-position', userId);
      return positionTask(world, actor, person, granted);
    }
    case 'card':
    case 'card-locked':
      permit(actor, 'issue', userId);
      return issueTask(world, actor, person, task === 'card-locked');
    case 'close':
    case 'reopen':
      permit(actor, 'close-person', userId);
      return profileTask(world, actor, person, task === 'close');
    default:
      throw pageUnknown();
  }
}

async function staffCardTask(world: IdentityWorld, actor: StaffActor, { cardNumber = '', action = '' }: Params): Promise<Task> {
  const card = await cardPage(world, world.store.db, cardNumber);
  if (!isCardTask(action) || action === 'insert' || action === 'remove') throw pageUnknown();
  permit(actor, dutyOf(card, action), card.userId);
  return cardTask(world, actor, card, action, `${CARE_ID_PATH}/cards/${card.cardNumber}`);
}

async function positionDecision(world: IdentityWorld, actor: StaffActor, { roleProfileId = '', decision = '' }: Params): Promise<Task> {
  const { db } = world.store;
  const position = (await findPosition(db, roleProfileId)) ?? (await world.directory.roleProfile(db, roleProfileId));
  if (position === undefined || !isDecision(decision)) throw pageUnknown();
  permit(actor, decision === 'end' ? 'end-position' : 'decide-position', position.userId);
  return decisionTask(world, actor, position, decision);
}

/** Whose job an action is depends on the card: an expired one is renewed by fewer people. */
function dutyOf(card: CardView, action: (typeof CARD_ACTIONS)[number]) {
  return action === 'renew' && card.state === 'expired' ? 'renew-expired' : action;
}

/** Shows the pages to those who may see them. */
class Desk {
  readonly #world: IdentityWorld;
  readonly #pages = new Pages(join(import.meta.dirname, 'pages'));

  constructor(world: IdentityWorld) {
    this.#world = world;
  }

  async search(request: FastifyRequest, reply: FastifyReply): Promise<FastifyReply> {
    return this.#asStaff(request, reply, async (visitor, actor) => {
      const q = queryText(request, 'q');
      const { directory, store } = this.#world;
      const people = q === undefined ? [] : await directory.people(store.db, { text: q, limit: MOST_PEOPLE });
      return this.#send(reply, visitor, 'search.njk', {
        title: 'Find a person',
        q: q ?? '',
        searched: q !== undefined,
        people: people.map((each) => ({ ...each, name: `${each.title} ${each.givenName} ${each.familyName}` })),
        more: people.length === MOST_PEOPLE,
        mayRegister: may(actor, 'register-person', undefined),
        mayDecide: may(actor, 'decide-position', undefined),
      });
    });
  }

  async requests(request: FastifyRequest, reply: FastifyReply): Promise<FastifyReply> {
    return this.#asStaff(request, reply, async (visitor, actor) => {
      permit(actor, 'decide-position');
      const waiting = await requestedPositions(this.#world.store.db);
      return this.#send(reply, visitor, 'requests.njk', {
        title: 'Positions asked for',
        positions: waiting.map((each) => ({ ...each, job: shortName(each.jobRoleName) })),
      });
    });
  }

  async person(request: FastifyRequest, reply: FastifyReply): Promise<FastifyReply> {
    return this.#asStaff(request, reply, async (visitor, actor) => {
      const page = await personPage(this.#world, this.#world.store.db, params(request)['userId'] ?? '');
      const { userId, active } = page.person;
      const allowed = (duty: Parameters<typeof may>[1]): boolean => may(actor, duty, userId);
      return this.#send(reply, visitor, 'person.njk', {
        title: page.name,
        page: personValues(page),
        done: doneText(request),
        may: {
          position: active && (allowed('grant-position') || allowed('request-position')),
          end: allowed('end-position'),
          decide: allowed('decide-position'),
          issue: active && allowed('issue'),
          close: active && allowed('close-person'),
          reopen: !active && allowed('close-person'),
        },
      });
    });
  }

  async card(request: FastifyRequest, reply: FastifyReply): Promise<FastifyReply> {
    return this.#asStaff(request, reply, async (visitor, actor) => {
      const page = await cardPage(this.#world, this.#world.store.db, params(request)['cardNumber'] ?? '');
      return this.#send(reply, visitor, 'card.njk', {
        title: `Card ${page.cardNumber}`,
        card: cardValues(page),
        done: doneText(request),
        actions: CARD_ACTIONS.filter(
          (each) => page.possibleActions.includes(each) && isCardTask(each) && may(actor, dutyOf(page, each), page.userId),
        ),
      });
    });
  }

  async selfService(request: FastifyRequest, reply: FastifyReply): Promise<FastifyReply> {
    return this.#asHolder(request, reply, async (visitor) => {
      const page = await personPage(this.#world, this.#world.store.db, visitor.person.userId);
      return this.#send(reply, visitor, 'self-service.njk', {
        title: 'Your smartcard',
        page: personValues(page),
        done: doneText(request),
        cards: page.cards.map((card) => ({
          ...cardValues(card),
          actions: [
            ...OWN_ACTIONS.filter((each) => card.possibleActions.includes(each) && !(each === 'renew' && card.state === 'expired')),
            ...(card.state === 'active' ? [card.inserted ? ('remove' as const) : ('insert' as const)] : []),
          ],
        })),
      });
    });
  }

  async ownTask(request: FastifyRequest, reply: FastifyReply): Promise<FastifyReply> {
    return this.#asHolder(request, reply, async (visitor) => {
      const { cardNumber = '', action = '' } = params(request);
      const card = await cardPage(this.#world, this.#world.store.db, cardNumber);
      // Somebody else's card looks the same as one that is not there.
      if (card.userId !== visitor.person.userId || !isCardTask(action)) throw pageUnknown();
      if (action !== 'insert' && action !== 'remove') permit(visitor.holder, dutyOf(card, action), card.userId);
      const task = cardTask(this.#world, visitor.holder, card, action, `${CARE_ID_PATH}/self-service`);
      return handleTask(request, visitor, { pages: this.#pages, reply, task, common: this.#common(visitor) });
    });
  }

  async staffTask(
    request: FastifyRequest,
    reply: FastifyReply,
    prepare: (actor: StaffActor, params: Params) => Promise<Task>,
  ): Promise<FastifyReply> {
    return this.#asStaff(request, reply, async (visitor, actor) => {
      const task = await prepare(actor, params(request));
      return handleTask(request, visitor, { pages: this.#pages, reply, task, common: this.#common(visitor) });
    });
  }

  async signOut(request: FastifyRequest, reply: FastifyReply): Promise<FastifyReply> {
    const visitor = await visitorOf(this.#world, request);
    if (visitor !== undefined) checkForm(request, visitor, request.body instanceof URLSearchParams ? request.body : new URLSearchParams());
    await leave(this.#world, request, reply);
    return this.#pages.send(reply, 'signed-out.njk', { title: 'You are signed out', environment: this.#world.environment.id });
  }

  /** The one way these pages say no. */
  async refuse(error: unknown, request: FastifyRequest, reply: FastifyReply): Promise<FastifyReply> {
    if (error instanceof ServiceClosed) {
      request.exchange.refused(error.explanation);
      return sendClosedPage(this.#pages, reply, this.#world.environment.id, error);
    }
    const known = error instanceof LocalRefusal || error instanceof SignInRefusal || error instanceof EndpointRefusal;
    if (!known) throw error instanceof Error ? error : new Error(messageOf(error));
    request.exchange.refused(error.explanation);
    const fix = error.explanation.fix ?? '';
    const values = { title: 'There is a problem', environment: this.#world.environment.id, text: error.message, fix };
    return this.#pages.send(reply, 'refused.njk', values, error.status);
  }

  /** Pages of the registration authority: assurance level 3, and a role that has a part in it. */
  async #asStaff(
    request: FastifyRequest,
    reply: FastifyReply,
    show: (visitor: Visitor, actor: StaffActor) => Promise<FastifyReply>,
  ): Promise<FastifyReply> {
    const visitor = await this.#visitor(request);
    if (visitor === undefined || visitor.aal < 3) return sendToSignIn(this.#world, request, reply, { acrValues: 'AAL3_ANY' });
    if (visitor.staff === undefined)
      throw new CardRefusal(
        403,
        'not_registration_authority',
        'The role you chose has no part in the registration authority.',
        'Choose another role, or use self-service.',
      );
    permit(visitor.staff, 'find');
    return show(visitor, visitor.staff);
  }

  /** Self-service: anybody who is signed in, by other means than the card too, since that may be locked. */
  async #asHolder(request: FastifyRequest, reply: FastifyReply, show: (visitor: Visitor) => Promise<FastifyReply>): Promise<FastifyReply> {
    const visitor = await this.#visitor(request);
    return visitor === undefined ? sendToSignIn(this.#world, request, reply, { acrValues: 'AAL2_OR_AAL3_ANY' }) : show(visitor);
  }

  async #visitor(request: FastifyRequest): Promise<Visitor | undefined> {
    const visitor = await visitorOf(this.#world, request);
    if (visitor !== undefined) request.exchange.userId = visitor.person.userId;
    return visitor;
  }

  #send(reply: FastifyReply, visitor: Visitor, view: string, values: Readonly<Record<string, unknown>>): Promise<FastifyReply> {
    return this.#pages.send(reply, view, { ...this.#common(visitor), ...values });
  }

  #common({ name, role, staff, confirmation }: Visitor): Readonly<Record<string, unknown>> {
    return {
      environment: this.#world.environment.id,
      path: CARE_ID_PATH,
      confirmation,
      visitor: {
        name,
        role: role === undefined ? 'no role' : `${shortName(role.jobRoleName)} at ${role.organisationName} (${role.odsCode})`,
        parts: staff?.parts.map((each) => PART_NAMES[each]).join(', ') ?? '',
      },
    };
  }
}

const TAG_COLOURS: Readonly<Record<string, string>> = {
  active: 'green',
  granted: 'green',
  locked: 'red',
  expired: 'orange',
  requested: 'blue',
  issued: 'blue',
  revoked: 'grey',
  ended: 'grey',
  rejected: 'grey',
};

const colour = (state: string): string => `nhsuk-tag--${TAG_COLOURS[state] ?? 'grey'}`;

function cardValues(card: CardView | CardPage): Readonly<Record<string, unknown>> {
  return { ...card, colour: colour(card.state), expires: card.expiresAt?.slice(0, 10) ?? '', issued: card.issuedAt?.slice(0, 10) ?? '' };
}

function personValues(page: PersonPage): Readonly<Record<string, unknown>> {
  return {
    ...page,
    cards: page.cards.map(cardValues),
    positions: page.positions.map((each) => ({ ...each, job: shortName(each.jobRoleName), colour: colour(each.state) })),
  };
}

function params(request: FastifyRequest): Params {
  return request.params as Params;
}

function queryText(request: FastifyRequest, name: string): string | undefined {
  const value = (request.query as Readonly<Record<string, unknown>>)[name];
  return typeof value === 'string' ? value.trim().slice(0, 100) : undefined;
}

function doneText(request: FastifyRequest): string | undefined {
  const key = queryText(request, 'done') ?? '';
  return Object.hasOwn(DONE, key) ? DONE[key] : undefined;
}

function pageUnknown(): CardRefusal {
  return new CardRefusal(404, 'page_unknown', 'There is no such page.', `Begin at ${CARE_ID_PATH}.`);
}
