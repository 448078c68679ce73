/** The ticket API as HTTP on this machine, for desktop software (docs/systems/spine-sign-on.md). Other people's web pages get nothing. */
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import Type, { type TSchema } from 'typebox';
import { LocalRefusal, messageOf } from '../../kernel/errors.ts';
import { expectShape } from '../answers.ts';
import type { IdentityAgent } from './agent.ts';

const BODY_LIMIT = 4_096;
const Insertion = Type.Object({ card: Type.String(), passcode: Type.String() });
const RoleChoice = Type.Object({ roleProfileId: Type.String() });

type Answer = { readonly text: string } | { readonly json: object } | 'nothing';
type Route = (agent: IdentityAgent, request: IncomingMessage) => Promise<Answer>;

const ROUTES: Readonly<Record<string, Route>> = {
  'GET /status': async (agent) => ({ json: agent.status() }),
  'GET /ticket': async (agent) => ({ text: agent.currentTicket() }),
  'POST /ticket': async (agent) => ({ text: await agent.ticket() }),
  'POST /ticket/new': async (agent) => ({ text: await agent.newTicket() }),
  'DELETE /ticket': async (agent) => nothing(agent.destroyTicket()),
  'PUT /card': async (agent, request) => {
    const { card, passcode } = await bodyOf(request, Insertion);
    return { json: await agent.insert(card, passcode) };
  },
  'DELETE /card': async (agent) => nothing(agent.remove()),
  'PUT /role': async (agent, request) => ({ json: await agent.selectRole((await bodyOf(request, RoleChoice)).roleProfileId) }),
};

/** Listens on loopback. Give the port 0 for a free one. Throws LocalRefusal 409 when the port is taken. */
export async function serveTickets(agent: IdentityAgent, port: number): Promise<Server> {
  const server = createServer((request, response) => {
    answer(agent, request).then(
      (given) => send(response, 200, given),
      (error: unknown) => refuse(response, error),
    );
  });
  await new Promise<void>((ready, failed) => {
    server.once('error', () =>
      failed(new LocalRefusal(409, 'port_in_use', `Port ${port} is already in use.`, 'Choose another with --port.')),
    );
    server.listen(port, '127.0.0.1', ready);
  });
  return server;
}

async function answer(agent: IdentityAgent, request: IncomingMessage): Promise<Answer> {
  const host = (request.headers.host ?? '').replace(/:\d+$/, '');
  // A browser names the page it calls for; desktop software does not. A foreign name that resolves here is no name of ours.
  if (
    request.headers.origin !== undefined ||
    request.headers['sec-fetch-site'] !== undefined ||
    (host !== '127.0.0.1' && host !== 'localhost')
  )
    throw new LocalRefusal(403, 'foreign_caller', 'The Identity Agent answers software on this machine, not web pages.');
  const path = (request.url ?? '').split('?')[0] ?? '';
  const route = ROUTES[`${request.method} ${path}`];
  if (route === undefined)
    throw new LocalRefusal(404, 'not_found', 'Nothing answers this here.', `The ticket API has: ${Object.keys(ROUTES).join(', ')}.`);
  return route(agent, request);
}

async function nothing(done: Promise<void>): Promise<Answer> {
  await done;
  return 'nothing';
}

async function bodyOf<Shape extends TSchema>(request: IncomingMessage, shape: Shape): Promise<ReturnType<typeof expectShape<Shape>>> {
  const parts: Buffer[] = [];
  let size = 0;
  for await (const chunk of request) {
    const bytes = Buffer.from(chunk);
    size += bytes.length;
    if (size > BODY_LIMIT) throw new LocalRefusal(413, 'too_long', `The body is longer than ${BODY_LIMIT} bytes.`);
    parts.push(bytes);
  }
  let content: unknown;
  try {
    content = JSON.parse(Buffer.concat(parts).toString('utf8'));
    return expectShape(shape, content, 'the body');
  } catch {
    throw new LocalRefusal(400, 'bad_body', 'The body is not the JSON that is wanted here.', 'See docs/systems/spine-sign-on.md.');
  }
}

function send(response: ServerResponse, status: number, given: Answer): void {
  response.setHeader('cache-control', 'no-store');
  if (given === 'nothing') {
    response.writeHead(204).end();
    return;
  }
  const text = 'text' in given;
  response.writeHead(status, { 'content-type': text ? 'text/plain; charset=utf-8' : 'application/json' });
  response.end(text ? given.text : JSON.stringify(given.json));
}

function refuse(response: ServerResponse, error: unknown): void {
  const known = error instanceof LocalRefusal ? error : new LocalRefusal(500, 'failed', messageOf(error));
  const { fix } = known.explanation;
  send(response, known.status, { json: { error: known.code, message: known.message, ...(fix === undefined ? {} : { fix }) } });
}
