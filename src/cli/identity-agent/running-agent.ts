/** How the command line speaks to an agent that runs. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import Type, { type Static, type TSchema } from 'typebox';
import { LocalRefusal } from '../../kernel/errors.ts';
import { expectShape, fits, ProblemAnswer } from '../answers.ts';
import type { Invocation } from '../invocation.ts';

const Text = Type.String();
export const StatusAnswer = Type.Object({
  card: Type.Optional(Type.Object({ cardNumber: Text, userId: Text })),
  signedOn: Type.Boolean(),
  name: Type.Optional(Text),
  roleProfileId: Type.Optional(Text),
  roles: Type.Array(Type.Object({ roleProfileId: Text, odsCode: Text, name: Text })),
});
export type StatusView = Static<typeof StatusAnswer>;
const AgentFile = Type.Object({ url: Text, pid: Type.Integer() });

type Method = 'GET' | 'POST' | 'PUT' | 'DELETE';

/**
 * Asks the agent of the chosen environment. Without a shape the answer is text.
 *
 * @throws LocalRefusal with the agent's own sentence, or 503 when none runs
 */
export async function askAgent(invocation: Invocation, method: Method, path: string): Promise<string>;
export async function askAgent<Shape extends TSchema>(
  invocation: Invocation,
  method: Method,
  path: string,
  shape: Shape,
  body?: object,
): Promise<Static<Shape>>;
export async function askAgent(invocation: Invocation, method: Method, path: string, shape?: TSchema, body?: object): Promise<unknown> {
  const response = await send(invocation, method, path, body);
  const text = await response.text();
  if (response.ok && shape === undefined) return text;
  const content: unknown = JSON.parse(text);
  if (response.ok && shape !== undefined) return expectShape(shape, content, `${method} ${path}`);
  const problem = expectShape(ProblemAnswer, content, `${method} ${path}`);
  throw new LocalRefusal(response.status, problem.error, problem.message, problem.fix);
}

async function send(invocation: Invocation, method: Method, path: string, body: object | undefined): Promise<Response> {
  const file = join(invocation.configuration.home, invocation.slug, 'identity-agent', 'agent.json');
  try {
    const agent: unknown = JSON.parse(readFileSync(file, 'utf8'));
    if (!fits(AgentFile, agent)) throw new Error('not an agent file');
    return await fetch(`${agent.url}${path}`, { method, ...(body === undefined ? {} : { body: JSON.stringify(body) }) });
  } catch {
    throw new LocalRefusal(
      503,
      'agent_not_running',
      `No Identity Agent runs for ${invocation.environment}.`,
      `Start one in another terminal with: npx localspine identity-agent start --environment ${invocation.slug}`,
    );
  }
}
