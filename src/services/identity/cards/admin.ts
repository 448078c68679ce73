/** `/_localspine/identity/…`: the registration authority as JSON, for operators, the command line and scripts. */
import type { FastifyInstance } from 'fastify';
import Type, { type Static, type TSchema } from 'typebox';
import { Compile } from 'typebox/compile';
import { activities, areasOfWork, fullJobRoles, jobRoles } from '../../directory/index.ts';
import { cardCredential } from './credentials.ts';
import type { Actor } from './duties.ts';
import { CardRefusal } from './errors.ts';
import { registerPerson, setPersonActive } from './people.ts';
import { addPosition, decidePosition, endPosition } from './positions.ts';
import { insertCard, removeCard } from './readers.ts';
import { actOnCard, issueCard, requestCard, tryPasscode } from './register.ts';
import { CARD_ACTIONS, CARD_STATES } from './states.ts';
import { requestedPositions } from './store.ts';
import { cardKind, cardList, cardPage, meantCard, personPage } from './views.ts';
import type { CardWorld } from './world.ts';

const OPERATOR: Actor = { kind: 'operator' };
const MOST = 500;

const Text = Type.String({ maxLength: 300 });
const strict = <Shape extends Parameters<typeof Type.Object>[0]>(shape: Shape) => Type.Object(shape, { additionalProperties: false });
const body = {
  issue: Compile(
    strict({ userId: Text, kind: Type.Optional(Text), passcode: Type.Optional(Text), requestOnly: Type.Optional(Type.Boolean()) }),
  ),
  act: Compile(strict({ passcode: Type.Optional(Text), reason: Type.Optional(Text) })),
  credential: Compile(
    strict({ passcode: Text, use: Type.Optional(Type.Union([Type.Literal('authentication'), Type.Literal('signing')])) }),
  ),
};

interface Checker<Shape extends TSchema> {
  Check(value: unknown): value is Static<Shape>;
  Errors(value: unknown): { instancePath: string; message: string }[];
}

function take<Value>(checker: { Check(value: unknown): value is Value } & Pick<Checker<TSchema>, 'Errors'>, value: unknown): Value {
  if (checker.Check(value)) return value;
  const [fault] = checker.Errors(value);
  throw new CardRefusal(
    400,
    'bad_body',
    `The body is not right: ${fault?.instancePath ?? ''} ${fault?.message ?? ''}.`.replace('  ', ' '),
    'docs/systems/smartcards.md lists the members.',
  );
}

interface Query {
  readonly Querystring: { readonly text?: unknown; readonly state?: unknown; readonly limit?: unknown };
}
interface ByReference {
  readonly Params: { readonly reference: string };
}
interface WithAction {
  readonly Params: { readonly reference: string; readonly action: string };
}

/** Registers the API on the admin scope of the identity service. */
export function registerCardAdmin(app: FastifyInstance, world: CardWorld): void {
  const { db } = world.store;
  app.get<Query>('/cards', async ({ query }) => {
    const text = typeof query.text === 'string' ? { text: query.text } : {};
    const state = CARD_STATES.find((each) => each === query.state);
    if (query.state !== undefined && state === undefined)
      throw new CardRefusal(400, 'card_state', `A card is ${CARD_STATES.join(', ')}.`, undefined, 'state');
    const limit = Math.min(MOST, Math.max(1, Number(query.limit) || MOST));
    return { cards: await cardList(world, db, { ...text, ...(state === undefined ? {} : { state }), limit }) };
  });
  app.post('/cards', async (request, reply) => {
    const { userId, kind, passcode, requestOnly } = take(body.issue, request.body);
    const card =
      requestOnly === true
        ? await requestCard(world, OPERATOR, userId, cardKind(kind))
        : await issueCard(world, OPERATOR, { userId, kind: cardKind(kind), passcode });
    return reply.code(201).send(await cardPage(world, db, card.cardNumber));
  });
  app.get<ByReference>('/cards/:reference', async ({ params }) => cardPage(world, db, params.reference));
  app.post<WithAction>('/cards/:reference/:action', async ({ params, body: sent }) => act(world, params.reference, params.action, sent));
  registerPeople(app, world);
}

async function act(world: CardWorld, reference: string, name: string, sent: unknown): Promise<object> {
  const { db } = world.store;
  const { cardNumber } = await meantCard(world, db, reference);
  const shown = async (): Promise<object> => cardPage(world, db, cardNumber);
  if (name === 'insert') {
    await insertCard(world, OPERATOR, cardNumber);
    return shown();
  }
  if (name === 'remove') {
    const { endedSessions } = await removeCard(world, OPERATOR, cardNumber);
    return { ...(await shown()), endedSessions };
  }
  if (name === 'credential') return credential(world, cardNumber, take(body.credential, sent));
  const action = CARD_ACTIONS.find((each) => each === name);
  if (action === undefined)
    throw new CardRefusal(
      404,
      'action_unknown',
      `Nothing called ${name.slice(0, 40)} is done to cards.`,
      `Known: ${CARD_ACTIONS.join(', ')}.`,
    );
  await actOnCard(world, OPERATOR, cardNumber, action, take(body.act, sent ?? {}));
  return shown();
}

/** What a reader gives software on the workstation: key and certificate, for the passcode only. */
async function credential(
  world: CardWorld,
  cardNumber: string,
  { passcode, use = 'authentication' }: { readonly passcode: string; readonly use?: 'authentication' | 'signing' },
): Promise<object> {
  const verdict = await world.store.transaction((tx) => tryPasscode(world, tx, cardNumber, passcode));
  if (!verdict.right)
    throw new CardRefusal(
      403,
      verdict.locked ? 'card_locked' : 'passcode_wrong',
      verdict.locked ? 'The card is locked.' : 'The passcode is wrong, or the card is not in use.',
      `Attempts left: ${verdict.attemptsLeft}.`,
    );
  return { cardNumber, use, ...(await cardCredential(world, cardNumber, use)) };
}

function registerPeople(app: FastifyInstance, world: CardWorld): void {
  const { db } = world.store;
  app.get('/rbac', async () => ({
    jobRoles: fullJobRoles,
    allJobRoles: Object.fromEntries(jobRoles),
    activities,
    areasOfWork,
  }));
  app.post('/people', async (request, reply) => {
    const person = await registerPerson(world, OPERATOR, request.body);
    return reply.code(201).send(await personPage(world, db, person.userId));
  });
  app.get<ByReference>('/people/:reference', async ({ params }) => personPage(world, db, params.reference));
  app.get<ByReference>('/people/:reference/cards', async ({ params }) => {
    const { person, cards } = await personPage(world, db, params.reference);
    return { userId: person.userId, cards };
  });
  app.post<WithAction>('/people/:reference/:action', async ({ params, body: sent }, reply) => {
    const { reference, action } = params;
    if (action === 'positions') return reply.code(201).send(await addPosition(world, OPERATOR, reference, sent));
    if (action !== 'close' && action !== 'reopen')
      throw new CardRefusal(
        404,
        'action_unknown',
        'People are closed and reopened, and get positions.',
        'POST …/close, …/reopen, …/positions.',
      );
    const { reason = '' } = take(body.act, sent ?? {});
    await setPersonActive(world, OPERATOR, reference, action === 'reopen', reason);
    return personPage(world, db, reference);
  });
  app.get('/positions', async () => ({ positions: await requestedPositions(db) }));
  app.post<WithAction>('/positions/:reference/:action', async ({ params, body: sent }) => {
    const { reference, action } = params;
    const { reason = '' } = take(body.act, sent ?? {});
    if (action === 'end') return endPosition(world, OPERATOR, reference, reason);
    if (action === 'approve' || action === 'reject') return decidePosition(world, OPERATOR, reference, action, reason);
    throw new CardRefusal(404, 'action_unknown', 'Positions are approved, rejected and ended.', 'POST …/approve, …/reject, …/end.');
  });
}
