/** What the groups of the control interface have in common: instances, bodies, refusals in words of the admin API, locks. */
import type { FastifyInstance } from 'fastify';
import Type, { type Static, type TSchema } from 'typebox';
import { Compile } from 'typebox/compile';
import { LocalRefusal } from '../../../kernel/errors.ts';
import { ErsRefusal, ErsStatus } from '../errors.ts';
import { releaseLock, takeLock } from '../store/locks.ts';
import type { ErsWorld } from '../world.ts';

/** Whoever has a request open in the professional application, as far as the API can tell. */
export const LOCK_HOLDER = 'professional-application';
const LOCK_SECONDS = 300;

/** The instance named, else the environment's first. Throws LocalRefusal 404. */
export function instanceOf(world: Pick<ErsWorld, 'environment'>, named: string | undefined): string {
  const { ersInstances } = world.environment;
  const instance = named === undefined ? ersInstances[0] : ersInstances.find((each) => each === named);
  if (instance !== undefined) return instance;
  throw new LocalRefusal(404, 'unknown_instance', `There is no instance ${String(named)}.`, `There are: ${ersInstances.join(', ')}.`);
}

/** The refusals of e-RS rules as the admin API tells them: 409, with the national code in its own spelling. */
export async function asLocal<T>(work: Promise<T>): Promise<T> {
  try {
    return await work;
  } catch (error) {
    if (error instanceof ErsRefusal)
      throw new LocalRefusal(409, (error.issues[0]?.code ?? 'refused').toLowerCase(), error.explanation.why, error.explanation.fix);
    if (error instanceof ErsStatus) throw new LocalRefusal(409, error.status === 423 ? 'locked' : 'stale_version', error.explanation.why);
    throw error;
  }
}

/**
 * Makes the reader of a body.
 *
 * @param section of docs/systems/ers.md that describes the body
 * @returns a function that gives the body by its schema; throws LocalRefusal 400
 */
export function bodyReader<Schema extends TSchema>(schema: Schema, section: string): (body: unknown) => Static<Schema> {
  const compiled = Compile(schema);
  return (body) => {
    const value = body ?? {};
    if (compiled.Check(value)) return value;
    const [first] = compiled.Errors(value);
    throw misshapen(`${first?.instancePath || 'it'} ${first?.message ?? ''}`.trim(), section);
  };
}

/** 400 for a body that is not what its action needs. */
export function misshapen(fault: string, section: string): LocalRefusal {
  return new LocalRefusal(400, 'bad_request', `The body is not what is needed here: ${fault}.`, `See docs/systems/ers.md, "${section}".`);
}

const readLock = bodyReader(
  Type.Object({ seconds: Type.Optional(Type.Integer({ minimum: 1, maximum: 86_400 })) }, { additionalProperties: false }),
  'Outside the API',
);

interface LockRoute {
  readonly Params: { readonly ubrn: string };
  readonly Querystring: { readonly instance?: string };
}

/**
 * `PUT` and `DELETE /{kind}/{ubrn}/lock`: holds a request as a professional does who has it open, so that changes get 423.
 *
 * @param load throws LocalRefusal 404 for a UBRN that there is not
 */
export function registerLocks(
  app: FastifyInstance,
  world: ErsWorld,
  kind: 'referrals' | 'advice',
  load: (instance: string, ubrn: string) => Promise<unknown>,
): void {
  app.put<LockRoute>(`/${kind}/:ubrn/lock`, async ({ params: { ubrn }, query, body }) => {
    const instance = instanceOf(world, query.instance);
    const { seconds = LOCK_SECONDS } = readLock(body);
    await load(instance, ubrn);
    const now = world.clock.realNow();
    const until = now + seconds * 1000;
    const taken = await world.store.transaction((tx) => takeLock(tx, instance, ubrn, LOCK_HOLDER, now, until));
    if (!taken) throw new LocalRefusal(409, 'locked', `${ubrn} is being changed.`, 'Try again.');
    return { ubrn, heldUntil: new Date(until).toISOString() };
  });
  app.delete<LockRoute>(`/${kind}/:ubrn/lock`, async ({ params: { ubrn }, query }, reply) => {
    const instance = instanceOf(world, query.instance);
    await world.store.transaction((tx) => releaseLock(tx, instance, ubrn, LOCK_HOLDER));
    return reply.code(204).send();
  });
}
