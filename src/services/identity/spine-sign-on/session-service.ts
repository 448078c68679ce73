/** The ID server: naming and session service (identity.md A.4, PTL-028). */
import { escapeXml, type XmlElement, XmlError } from '../../../kernel/xml/xml.ts';
import { type BundledRequest, element, readRequestSet, sessionElement, writeResponseSet } from './access-manager.ts';
import { noSuchSession, SessionRefusal } from './errors.ts';
import { addListener, endSession, setProperty, useSession } from './sessions.ts';
import type { SignOnWorld } from './world.ts';

const NAMING = 'com.iplanet.am.naming';

/** Answers a bundle of requests, each on its own; `told` hears of every refusal. Throws XmlError for a body that cannot be read. */
export async function answerRequests(
  world: SignOnWorld,
  body: string,
  origin: string,
  told: (refusal: SessionRefusal) => void,
): Promise<string> {
  const bundle = await readRequestSet(body);
  const naming = bundle.service === NAMING;
  if (!naming && bundle.service.toLowerCase() !== 'session')
    throw new XmlError(`svcid "${bundle.service.slice(0, 40)}" is not a service here`);
  const documents: string[] = [];
  for (const request of bundle.requests) {
    const { response, expected } = naming
      ? { response: 'NamingResponse', expected: 'NamingRequest' }
      : { response: 'SessionResponse', expected: 'SessionRequest' };
    if (request.document.name !== expected) throw new XmlError(`a request of this service is a ${expected}`);
    const operation = request.document.children[0];
    if (operation === undefined) throw new XmlError(`the ${expected} holds no operation`);
    const content = await answerOne(world, request, operation, { naming, origin, told });
    documents.push(element(response, { vers: request.vers, reqid: request.reqid }, element(operation.name, {}, content)));
  }
  return writeResponseSet(bundle, documents);
}

async function answerOne(
  world: SignOnWorld,
  request: BundledRequest,
  operation: XmlElement,
  how: { readonly naming: boolean; readonly origin: string; readonly told: (refusal: SessionRefusal) => void },
): Promise<string> {
  const ticket = how.naming ? (request.document.attributes['sessid'] ?? '') : textOf(operation, 'SessionID');
  try {
    if (how.naming) return await namingProfile(world, operation, ticket, how.origin);
    const act = Object.hasOwn(OPERATIONS, operation.name) ? OPERATIONS[operation.name] : undefined;
    if (act === undefined) throw unknownMethod(operation.name);
    return await act(world, operation, ticket);
  } catch (error) {
    if (!(error instanceof SessionRefusal)) throw error;
    how.told(error);
    return element('Exception', {}, escapeXml(`${ticket} ${error.fault}`.trim()));
  }
}

/** Where everything is. Asked without a session it is answered too: that is how clients begin (inferred). */
async function namingProfile(world: SignOnWorld, operation: XmlElement, ticket: string, origin: string): Promise<string> {
  if (operation.name !== 'GetNamingProfile') throw unknownMethod(operation.name);
  if (ticket !== '') await useSession(world, ticket, false);
  const at = `${origin}/amserver`;
  return Object.entries({
    'iplanet-am-naming-session-url': `${at}/sessionservice`,
    'iplanet-am-naming-auth-url': `${at}/authservice`,
    'iplanet-am-naming-samlawareservlet-url': `${at}/SAMLAwareServlet`,
    'iplanet-am-naming-profile-url': `${at}/profileservice`,
    'iplanet-am-naming-policy-url': `${at}/policyservice`,
    'iplanet-am-naming-logging-url': `${at}/loggingservice`,
    'iplanet-am-platform-server-list': origin,
  })
    .map(([name, value]) => element('Attribute', { name, value }))
    .join('');
}

type Operation = (world: SignOnWorld, operation: XmlElement, ticket: string) => Promise<string>;
const OK = element('OK', {});

const OPERATIONS: Readonly<Record<string, Operation>> = {
  async GetSession(world, { attributes }, ticket) {
    const session = await useSession(world, ticket, attributes['reset'] === 'true');
    return sessionElement(session, world.clock.now());
  },
  async Logout(world, _operation, ticket) {
    const session = await useSession(world, ticket, false);
    await end(world, session.ticketHash, 'logout');
    return OK;
  },
  async DestroySession(world, operation, ticket) {
    const own = await useSession(world, ticket, false);
    const wanted = textOf(operation, 'DestroySessionID');
    const other = await useSession(world, wanted, false);
    if (other.userId !== own.userId) throw noPrivilege('A session of another user may not be destroyed.');
    await end(world, other.ticketHash, 'destroyed');
    return OK;
  },
  async AddSessionListener(world, operation, ticket) {
    const session = await useSession(world, ticket, false);
    await addListener(world, session, textOf(operation, 'URL'));
    return OK;
  },
  async SetProperty(world, operation, ticket) {
    const session = await useSession(world, ticket);
    const property = operation.children.find((each) => each.name === 'Property');
    await setProperty(world, session, property?.attributes['name'] ?? '', property?.attributes['value'] ?? '');
    return OK;
  },
  AddSessionListenerOnAllSessions: forOperatorsOnly,
  GetValidSessions: forOperatorsOnly,
  GetSessionCount: forOperatorsOnly,
};

/** What concerns everybody's sessions is not a user's to ask. Operators register listeners of all sessions through the admin API. */
async function forOperatorsOnly(world: SignOnWorld, _operation: XmlElement, ticket: string): Promise<string> {
  await useSession(world, ticket, false);
  throw noPrivilege('This concerns the sessions of all users.');
}

async function end(world: SignOnWorld, ticketHash: string, reason: 'logout' | 'destroyed'): Promise<void> {
  if (!(await world.store.transaction((tx) => endSession(world, tx, ticketHash, reason)))) throw noSuchSession('');
  world.outbox.wake();
}

function textOf(operation: XmlElement, name: string): string {
  return operation.children.find((each) => each.name === name)?.text.trim() ?? '';
}

function noPrivilege(why: string): SessionRefusal {
  return new SessionRefusal('No privilege to perform this operation.', {
    check: 'spine-sign-on.privilege',
    why,
    fix: 'Operators do it through the admin API: /_localspine/identity/spine-sign-on/sessions and …/listeners.',
  });
}

function unknownMethod(name: string): SessionRefusal {
  return new SessionRefusal('Unknown request method.', {
    check: 'spine-sign-on.method',
    why: `${name.slice(0, 40)} is not an operation of this service.`,
    fix: `Session service: ${Object.keys(OPERATIONS).join(', ')}. Naming service: GetNamingProfile.`,
  });
}
