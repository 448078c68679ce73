/** The paths of legacy sign-on, exactly the national ones (identity.md A.1, PTL-026 to PTL-029). They answer on every listener. */
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { messageOf } from '../../../kernel/errors.ts';
import { closeFor, ServiceClosed } from '../../../kernel/http/closing.ts';
import { XmlError } from '../../../kernel/xml/xml.ts';
import { originOf } from '../browser.ts';
import { fingerprint } from '../fingerprint.ts';
import { GasRefusal, SessionRefusal } from './errors.ts';
import { GP_OBJECT_DTD, type GpParameter, writeGpObject } from './gp-object.ts';
import { noAssertion, roleAssertion } from './role-assertion.ts';
import { answerRequests } from './session-service.ts';
import { chooseRole, useSession } from './sessions.ts';
import { activate, logOut, type SignedOn, validate } from './sign-on.ts';
import type { SignOnWorld } from './world.ts';

const BODY_LIMIT = 64 * 1024;
const GAS_VERSION = '5.2.7';
const OK = '<HTML><STATUS>OK</STATUS></HTML>';
/** Agents show a failed log-on for whatever is no `gpOBJECT`; a person who opens the address can read why (path-to-live.md §5.2). */
const CLOSED =
  '<!DOCTYPE html><html lang="en"><title>Smartcard authentication is unavailable</title><h1>Smartcard authentication is unavailable</h1><p>The service is down for maintenance. Nothing here is real patient data.</p></html>';

export function registerSignOn(app: FastifyInstance, world: SignOnWorld): void {
  app.removeAllContentTypeParsers();
  // Agents send no content type, or that of a form: the body is XML whatever it says.
  app.addContentTypeParser('*', { parseAs: 'string', bodyLimit: BODY_LIMIT }, (request, body, done) => {
    request.exchange.requestBody = withoutTickets(String(body));
    done(null, body);
  });
  app.addHook('onSend', async (request, _reply, payload) => {
    if (typeof payload === 'string') request.exchange.responseBody = withoutTickets(payload);
    return payload;
  });
  app.addHook('onRequest', async (request, reply) => {
    request.exchange.service = 'identity';
    void reply.header('cache-control', 'no-store');
  });
  closeFor(app, world.availability, 'cis');
  app.setErrorHandler((error: unknown, request, reply) => renderRefusal(error, request, reply));
  registerGas(app, world);
  registerBroker(app, world);
}

const TICKET = /AQIC5w[A-Za-z0-9+/=]*@AAJTSQACMDE=#/g;

/** A body as the journal may keep it: who reads it must not become its user. What stands for a ticket begins like the session's id. */
function withoutTickets(body: string): string {
  return body.replace(TICKET, (ticket) => `AQIC5w…${fingerprint(ticket).slice(0, 8)}`);
}

function registerGas(app: FastifyInstance, world: SignOnWorld): void {
  app.post('/login/authactivate', async (request, reply) => {
    request.exchange.operation = 'authactivate';
    const { challenge, signature, logSessionId, authMethod, appUrl } = await activate(world, bodyOf(request));
    const at = `${originOf(request)}/login`;
    return sendGpObject(request, reply, {
      gas_version: GAS_VERSION,
      signature,
      server_ip: addressOf(request),
      ssp_url: '',
      app_url: appUrl,
      log_session_id: logSessionId,
      service: 'ACTIVATION',
      error_url: `${at}/error`,
      ticket: '',
      auth_method: authMethod,
      reply_url: `${at}/authvalidate`,
      challenge,
      download_gac_url: '',
      latest_gac_version: '',
    });
  });
  app.post('/login/authvalidate', async (request, reply) => {
    request.exchange.operation = 'authvalidate';
    const signedOn = await validate(world, bodyOf(request), request.ip);
    request.exchange.userId = signedOn.person.userId;
    request.exchange.passed('spine-sign-on.card', `card ${signedOn.session.card}`);
    return sendGpObject(request, reply, ticketParameters(signedOn, originOf(request), addressOf(request)));
  });
  const logout = async (request: FastifyRequest, reply: FastifyReply): Promise<FastifyReply> => {
    request.exchange.operation = 'authlogout';
    await logOut(world, request.method === 'GET' ? await bodyOfGet(request) : bodyOf(request));
    return reply.type('text/html').send(OK);
  };
  app.route({ method: ['GET', 'POST'], url: '/login/authlogout', handler: logout });
  app.get('/login/dtd', async (request, reply) => {
    request.exchange.operation = 'dtd';
    return reply.type('application/xml-dtd').send(GP_OBJECT_DTD);
  });
  app.get('/login/error', async (request, reply) => {
    request.exchange.operation = 'error';
    return reply
      .type('text/html; charset=utf-8')
      .send(
        '<!DOCTYPE html><html lang="en"><title>Smartcard authentication failed</title><h1>Smartcard authentication failed</h1><p>Try again. What went wrong is in the journal: <code>localspine journal</code>. Nothing here is real patient data.</p></html>',
      );
  });
}

/** The answer to a good response: who it is, every role, the ticket. Commas would end the organisation's name for clients. */
function ticketParameters(
  { session, person, roles, authMethod, appUrl }: SignedOn,
  origin: string,
  serverIp: string,
): readonly GpParameter[] {
  const list = (values: Readonly<Record<string, string>>): GpParameter[] =>
    Object.entries(values).map(([name, value]) => ({ name, value }));
  return [
    ...list({
      log_session_id: session.logSessionId,
      error_url: `${origin}/login/error`,
      server_ip: serverIp,
      cn: `${person.familyName} ${person.givenName} ${person.title}`.trim(),
    }),
    ...roles.map((role, index) => ({
      name: `nhsjobrole${index}`,
      value: `${role.organisationName.replaceAll(',', '')}, ${role.jobRoleName}`,
      attributes: { id: role.roleProfileId, orgcode: role.odsCode },
    })),
    ...list({
      gas_version: GAS_VERSION,
      sso_ticket: session.ticket,
      sso_domain: '.nis.nhs.uk',
      sso_session_url: `${origin}/amserver/sessionservice`,
      sso_max_session_time: String(session.maximum),
      sso_keep_alive: 'false',
      sso_session_time: String(session.idle),
      sso_logout_url: `${origin}/login/authlogout`,
      auth_method: authMethod,
      app_url: appUrl,
      service: 'AUTHENTICATION',
    }),
  ];
}

function registerBroker(app: FastifyInstance, world: SignOnWorld): void {
  app.get('/saml/RoleSelectionGP.jsp', async (request, reply) => {
    request.exchange.operation = 'role-selection';
    const query = textMembers(request.query);
    const mode = query['ssbMode'] === '1' ? '1' : '0';
    try {
      await chooseRole(world, query['token'] ?? '', { roleProfileId: query['selectedRoleUid'] ?? '', mode });
    } catch (error) {
      if (!(error instanceof SessionRefusal)) throw error;
      request.exchange.refused(error.explanation);
      return reply.type('text/html').send('<HTML><STATUS>FAILED</STATUS></HTML>');
    }
    return reply.type('text/html').send(OK);
  });
  app.get('/saml/RoleAssertion', async (request, reply) => {
    request.exchange.operation = 'role-assertion';
    return reply.type('text/xml; charset=utf-8').send(await assertionFor(world, request));
  });
  const ask = async (request: FastifyRequest, reply: FastifyReply): Promise<FastifyReply> => {
    request.exchange.operation = request.url.includes('naming') ? 'naming-service' : 'session-service';
    const answer = await answerRequests(world, bodyOf(request), originOf(request), (refusal) =>
      request.exchange.refused(refusal.explanation),
    );
    return reply.type('text/xml; charset=utf-8').send(answer);
  };
  app.post('/amserver/namingservice', ask);
  app.post('/amserver/sessionservice', ask);
}

async function assertionFor(world: SignOnWorld, request: FastifyRequest): Promise<string> {
  const facts = { recipient: request.ip, now: world.clock.realNow() };
  try {
    const session = await useSession(world, textMembers(request.query)['token'] ?? '');
    request.exchange.userId = session.userId;
    const person = await world.directory.person(world.store.db, session.userId);
    if (person?.active !== true)
      throw new SessionRefusal('Session state is invalid.', {
        check: 'spine-sign-on.user',
        why: `User ${session.userId} is no longer active in the directory.`,
        fix: 'Make the person active again, or use another card.',
      });
    const roles = await world.directory.roleProfiles(world.store.db, session.userId);
    const ids = [world.random.bytes(20).toString('hex'), world.random.bytes(20).toString('hex')] as const;
    return roleAssertion({ ...facts, session, person, roles, issuer: world.environment.baseUrl, ids });
  } catch (error) {
    if (!(error instanceof SessionRefusal)) throw error;
    request.exchange.refused(error.explanation);
    return noAssertion(facts);
  }
}

/** The one renderer: `gpOBJECT` where the agent asks, a plain sentence where the body cannot be read at all. */
function renderRefusal(error: unknown, request: FastifyRequest, reply: FastifyReply): FastifyReply {
  if (error instanceof GasRefusal || error instanceof SessionRefusal) {
    request.exchange.refused(error.explanation);
    const logSessionId = error instanceof GasRefusal ? error.logSessionId : '';
    const text = error instanceof GasRefusal ? error.message : 'Invalid input request';
    return sendGpObject(request, reply, {
      gas_version: GAS_VERSION,
      log_session_id: logSessionId,
      error_url: `${originOf(request)}/login/error`,
      error_message: text,
    });
  }
  if (error instanceof ServiceClosed) {
    request.exchange.refused(error.explanation);
    return reply.code(503).type('text/html; charset=utf-8').send(CLOSED);
  }
  if (error instanceof XmlError) {
    request.exchange.refused({
      check: 'spine-sign-on.xml',
      why: `The request cannot be read: ${error.message}.`,
      fix: 'Compare with the examples in docs/systems/spine-sign-on.md.',
    });
    return reply.code(400).type('text/plain; charset=utf-8').send('The request cannot be read.\n');
  }
  throw error instanceof Error ? error : new Error(messageOf(error));
}

function sendGpObject(
  request: FastifyRequest,
  reply: FastifyReply,
  parameters: readonly GpParameter[] | Readonly<Record<string, string>>,
): FastifyReply {
  const list = Array.isArray(parameters) ? parameters : Object.entries(parameters).map(([name, value]) => ({ name, value: String(value) }));
  return reply.type('text/xml; charset=utf-8').send(writeGpObject(`${originOf(request)}/login/dtd`, list));
}

function bodyOf(request: FastifyRequest): string {
  return typeof request.body === 'string' ? request.body : '';
}

/** One real client sends GET with a body, which the web server leaves unread. */
async function bodyOfGet(request: FastifyRequest): Promise<string> {
  const parts: Buffer[] = [];
  let size = 0;
  for await (const chunk of request.raw) {
    const bytes = Buffer.from(chunk);
    size += bytes.length;
    if (size > BODY_LIMIT) break;
    parts.push(bytes);
  }
  return Buffer.concat(parts).toString('utf8');
}

function addressOf(request: FastifyRequest): string {
  return request.raw.socket.localAddress ?? '127.0.0.1';
}

/** Query members that came once. */
function textMembers(query: unknown): Readonly<Record<string, string>> {
  if (typeof query !== 'object' || query === null) return {};
  return Object.fromEntries(Object.entries(query).flatMap(([name, value]) => (typeof value === 'string' ? [[name, value]] : [])));
}
