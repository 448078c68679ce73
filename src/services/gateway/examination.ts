/** The token doctor: what the platform would say of a token, check by check, without spending anything (path-to-live.md §6, pain 4). */
import { Refusal } from '../../kernel/errors.ts';
import { verifyAccessToken } from './access.ts';
import { examineApplication } from './application-examination.ts';
import { CLIENT_ASSERTION_TYPE, readClientAssertion } from './client-assertion.ts';
import { activeClient, verifyAssertion } from './client-authentication.ts';
import { refuse } from './errors.ts';
import { decodeJwt } from './jwt.ts';
import { JTI_MEMORY } from './log-on.ts';
import { fingerprint } from './secrets.ts';
import { findClient } from './store/applications.ts';
import { isJtiSpent } from './store/tokens.ts';
import { readSubjectToken, verifySubjectToken } from './subject-token.ts';
import { TOKEN_ANSWERS } from './token-answers.ts';
import type { GatewayWorld, SignInProvider } from './world.ts';

/** One check of a token, in the platform's order. */
export interface ExaminedCheck {
  readonly check: string;
  readonly outcome: 'passed' | 'failed' | 'not-reached';
  /** What the platform would answer, when it failed. */
  readonly answer?: { readonly status: number; readonly error: string; readonly error_description: string };
  readonly why?: string;
  readonly fix?: string;
}

export interface Examination {
  readonly kind: 'client-assertion' | 'id-token' | 'access-token' | 'api-key' | 'application' | 'unknown';
  readonly verdict: 'good' | 'refused';
  readonly checks: readonly ExaminedCheck[];
  /** What the token says, readable; a signature is never among it. */
  readonly contents?: Readonly<Record<string, unknown>>;
}

/** {@link examineToken}, and an application by its AppID, API key or name. Never throws for what is pasted. */
export async function examine(world: GatewayWorld, pasted: string): Promise<Examination> {
  return (await examineApplication(world, pasted.trim())) ?? examineToken(world, pasted);
}

/** Told of each check as it is passed. */
type Note = (check: string) => void;

/** Looks at a client assertion, an ID token, an access token or an API key, whichever `text` is. Never throws for what is pasted. */
export async function examineToken(world: GatewayWorld, pasted: string): Promise<Examination> {
  const text = pasted.trim().replace(/^bearer /i, '');
  const jwt = decodeJwt(text);
  if (jwt !== undefined) {
    const { header, claims } = jwt;
    const isAssertion = claims['iss'] === claims['sub'] || !String(claims['iss'] ?? '').startsWith('http');
    const contents = { header, claims };
    return isAssertion
      ? { ...(await run('client-assertion', 'gateway.client-assertion.', (note) => examineAssertion(world, text, note))), contents }
      : { ...(await run('id-token', 'gateway.subject-token.', (note) => examineIdToken(world, text, note))), contents };
  }
  if (text.includes('.')) return run('client-assertion', 'gateway.client-assertion.', (note) => examineAssertion(world, text, note));
  return examineOpaque(world, text);
}

async function run(kind: Examination['kind'], prefix: string, examine: (note: Note) => Promise<void>): Promise<Examination> {
  const passed: string[] = [];
  const order = Object.keys(TOKEN_ANSWERS).filter((name) => name.startsWith(prefix));
  try {
    await examine((check) => passed.push(check));
    return { kind, verdict: 'good', checks: passed.map((check) => ({ check, outcome: 'passed' })) };
  } catch (error) {
    if (!(error instanceof Refusal)) throw error;
    const failed = failedCheck(error);
    const rest = order.filter((check) => check !== failed.check && !passed.includes(check));
    return {
      kind,
      verdict: 'refused',
      checks: [
        ...passed.map((check): ExaminedCheck => ({ check, outcome: 'passed' })),
        failed,
        ...rest.map((check): ExaminedCheck => ({ check, outcome: 'not-reached' })),
      ],
    };
  }
}

function failedCheck({ explanation }: Refusal): ExaminedCheck {
  const answer = Object.entries(TOKEN_ANSWERS).find(([name]) => name === explanation.check)?.[1];
  return {
    check: explanation.check,
    outcome: 'failed',
    ...(answer === undefined ? {} : { answer: { status: answer.status, error: answer.error, error_description: answer.description } }),
    why: explanation.why,
    ...(explanation.fix === undefined ? {} : { fix: explanation.fix }),
  };
}

/** Every token URL of the environment, on each of its addresses. */
function tokenUrls({ environment }: GatewayWorld): readonly string[] {
  return [environment.baseUrl, ...environment.origins].flatMap((origin) =>
    environment.tokenServers.map(({ path }) => `${origin}${path}/token`),
  );
}

async function examineAssertion(world: GatewayWorld, text: string, note: Note): Promise<void> {
  const form = new URLSearchParams({ client_assertion_type: CLIENT_ASSERTION_TYPE, client_assertion: text });
  const now = world.clock.realNow();
  const assertion = readClientAssertion(form, Math.floor(now / 1_000), note);
  if (await isJtiSpent(world.store.db, fingerprint(`${assertion.clientId}\n${assertion.jti}`), now - JTI_MEMORY))
    throw refuse(
      'gateway.client-assertion.jti-unique',
      `The jti "${assertion.jti}" was used before: an assertion that was sent once, even in vain, is spent.`,
    );
  note('gateway.client-assertion.jti-unique');
  if (assertion.tooFarAhead) throw refuse('gateway.client-assertion.exp-far');
  note('gateway.client-assertion.exp-far');
  const { application } = await activeClient(world, assertion.clientId, 'gateway.client-assertion.client');
  note('gateway.client-assertion.client');
  await verifyAssertion(world, application, assertion, [...new Set(tokenUrls(world))], note);
}

async function examineIdToken(world: GatewayWorld, text: string, note: Note): Promise<void> {
  const subject = readSubjectToken(new URLSearchParams({ subject_token: text }), Math.floor(world.clock.realNow() / 1_000), note);
  const providers = [...new Set<SignInProvider>([...world.environment.tokenServers.map((each) => each.signIn), 'nhs-login'])];
  await verifySubjectToken(world, subject, providers, note);
}

async function examineOpaque(world: GatewayWorld, text: string): Promise<Examination> {
  const client = await findClient(world.store.db, text);
  if (client !== undefined) {
    const { application, key } = client;
    const result = await run('api-key', 'gateway.client-id', async (note) => {
      await activeClient(world, text, 'gateway.client-id');
      note('gateway.client-id');
    });
    return {
      ...result,
      contents: { appId: application.appId, name: application.name, accessMode: application.accessMode, status: key.status },
    };
  }
  let contents: Readonly<Record<string, unknown>> | undefined;
  const result = await run('access-token', 'gateway.token.', async (note) => {
    const grant = await verifyAccessToken(world, world.store.db, `Bearer ${text}`);
    note('gateway.token.known');
    contents = { ...grant, secondsLeft: Math.floor((grant.expiresAt - world.clock.now()) / 1_000) };
  });
  return contents === undefined
    ? { ...result, kind: /^[A-Za-z0-9]{28}$/.test(text) ? 'access-token' : 'unknown' }
    : { ...result, contents };
}
