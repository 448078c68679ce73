import { LocalRefusal } from '../../kernel/errors.ts';
import type { Environment } from '../environment.ts';

/**
 * Asks the environment's own admin API, without a socket: operations that it has already, with all its checks, need no second way in.
 *
 * @param path below `/_localspine`
 * @throws LocalRefusal with the API's own sentence
 */
export async function askAdmin(environment: Environment, method: 'GET' | 'POST' | 'PUT', path: string, body?: object): Promise<unknown> {
  const app = await environment.doors.app();
  const { adminToken } = environment.parts;
  const reply = await app.inject({
    method,
    url: `/_localspine${path}`,
    headers: {
      host: new URL(environment.facts.baseUrl).host,
      ...(adminToken !== undefined && { authorization: `Bearer ${adminToken}` }),
      ...(body !== undefined && { 'content-type': 'application/json' }),
    },
    ...(body !== undefined && { payload: JSON.stringify(body) }),
  });
  const answer: unknown = reply.body === '' ? undefined : JSON.parse(reply.body);
  if (reply.statusCode < 400) return answer;
  const word = (name: string): string | undefined => {
    const value: unknown = typeof answer === 'object' && answer !== null ? Reflect.get(answer, name) : undefined;
    return typeof value === 'string' ? value : undefined;
  };
  throw new LocalRefusal(
    reply.statusCode,
    word('error') ?? 'admin_api',
    word('message') ?? `The environment refused (${reply.statusCode}).`,
    word('fix'),
  );
}
