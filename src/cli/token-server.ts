import { sign } from 'node:crypto';
import { Agent, request } from 'undici';
import { systemTime } from '../kernel/clock.ts';
import { LocalRefusal, messageOf } from '../kernel/errors.ts';
import { secureRandom } from '../kernel/random.ts';
import { type LocalApplication, readPrivateKey } from './local-applications.ts';
import { parseForm, type SignInForm } from './sign-in-form.ts';

/** What an endpoint answered. */
export interface Answer {
  readonly status: number;
  readonly body: unknown;
}

/** Who signs in, and how. */
export interface SignIn {
  readonly user: string;
  readonly role: string | undefined;
  readonly aal: number;
  /** Passcode of the card, when it is not the one the page fills in. */
  readonly passcode?: string;
  /** A patient, whose NHS number is the user. */
  readonly nhsLogin?: true;
}

interface Reply {
  readonly status: number;
  readonly location: string | undefined;
  readonly text: string;
}

/** The platform takes an assertion that ends at most five minutes from now (identity.md C.4). */
const ASSERTION_SECONDS = 240;
/** A sign-in that takes more steps than this goes round in circles. */
const MOST_STEPS = 15;

/** Gets tokens the way a supplier's software does: over HTTPS, trusting the environment's CA only. */
export class TokenServer {
  readonly #tokenUrl: string;
  readonly #agent: Agent;
  readonly #cookies = new Map<string, string>();

  /**
   * @param tokenUrl `https://localhost:8143/oauth2/token`
   * @param ca the environment's CA certificates, PEM
   */
  constructor(tokenUrl: string, ca: string) {
    this.#tokenUrl = tokenUrl;
    this.#agent = new Agent({ connect: { ca }, headersTimeout: 30_000, bodyTimeout: 30_000 });
  }

  close(): Promise<void> {
    return this.#agent.close();
  }

  /** Client credentials with a signed assertion (identity.md C.4). */
  async clientCredentials(application: LocalApplication): Promise<Answer> {
    return this.#token({
      grant_type: 'client_credentials',
      client_assertion_type: 'urn:ietf:params:oauth:client-assertion-type:jwt-bearer',
      client_assertion: this.assertion(application),
    });
  }

  /** The signed JWT by which an application proves who it is: RS512, at most five minutes long, used once. */
  assertion({ apiKey, kid, ...application }: LocalApplication): string {
    const claims = {
      iss: apiKey,
      sub: apiKey,
      aud: this.#tokenUrl,
      jti: secureRandom.uuid(),
      exp: Math.floor(systemTime.now() / 1_000) + ASSERTION_SECONDS,
    };
    const unsigned = [{ alg: 'RS512', typ: 'JWT', kid }, claims]
      .map((part) => Buffer.from(JSON.stringify(part)).toString('base64url'))
      .join('.');
    return `${unsigned}.${sign('RSA-SHA512', Buffer.from(unsigned), readPrivateKey({ apiKey, kid, ...application })).toString('base64url')}`;
  }

  /**
   * Signs a user in by script and exchanges the code (identity.md C.2–C.4): authorise, the sign-in page, the callback, the token.
   *
   * @throws LocalRefusal when the pages lead anywhere else than back to the application
   */
  async signIn(application: LocalApplication, who: SignIn): Promise<Answer> {
    const { callbackUrl } = application;
    if (callbackUrl === null)
      throw new LocalRefusal(
        400,
        'no_callback',
        `The application ${application.appId} has no callback URL, so no user can sign in to it.`,
        'Make one with: npx localspine app create --mode user-restricted',
      );
    const state = secureRandom.text(24);
    const authorize = new URL(this.#tokenUrl.replace(/\/token$/, '/authorize'));
    authorize.search = new URLSearchParams({
      client_id: application.apiKey,
      redirect_uri: callbackUrl,
      response_type: 'code',
      state,
      ...(who.nhsLogin === true ? { scope: 'nhs-login' } : { acr_values: `AAL${who.aal}_ANY` }),
    }).toString();
    const arrived = await this.#walk(authorize.href, callbackUrl, who);
    if (!(arrived instanceof URL)) return arrived;
    const code = arrived.searchParams.get('code');
    if (code === null) return { status: 401, body: Object.fromEntries(arrived.searchParams) };
    if (arrived.searchParams.get('state') !== state)
      throw new LocalRefusal(
        502,
        'wrong_state',
        'The callback came with another state than was sent.',
        'This is a fault of LocalSpine; please report it.',
      );
    return this.#token({
      grant_type: 'authorization_code',
      code,
      redirect_uri: callbackUrl,
      client_id: application.apiKey,
      client_secret: application.secret,
    });
  }

  /** Follows redirects and fills in pages until the callback is reached, or an endpoint answers with an error. */
  async #walk(start: string, callbackUrl: string, who: SignIn): Promise<URL | Answer> {
    let url = start;
    let form: SignInForm | undefined;
    for (let step = 0; step < MOST_STEPS; step += 1) {
      const reply: Reply = await this.#send(url, form === undefined ? undefined : fill(form, who));
      const posted = form;
      form = undefined;
      if (reply.location !== undefined) {
        url = new URL(reply.location, url).href;
        if (url.startsWith(callbackUrl)) return new URL(url);
        continue;
      }
      const next = reply.status < 400 || reply.text.includes('<form') ? parseForm(reply.text) : undefined;
      if (next === undefined) return { status: reply.status < 400 ? 502 : reply.status, body: parseAnswer(reply.text) };
      if (posted !== undefined && next.problem !== undefined)
        throw new LocalRefusal(
          401,
          'sign_in_refused',
          `The sign-in page said: ${next.problem}`,
          'Check --user and --role; docs/systems/directory.md names people to sign in as.',
        );
      form = next;
      url = new URL(next.action, url).href;
    }
    throw new LocalRefusal(
      502,
      'sign_in_loop',
      'The sign-in pages did not lead back to the application.',
      'Open the authorise address in a browser to see what they ask.',
    );
  }

  async #token(form: Readonly<Record<string, string>>): Promise<Answer> {
    const reply = await this.#send(this.#tokenUrl, form);
    return { status: reply.status, body: parseAnswer(reply.text) };
  }

  async #send(url: string, form: Readonly<Record<string, string>> | undefined): Promise<Reply> {
    const headers: Record<string, string> = { accept: 'text/html,application/json' };
    const { origin } = new URL(url);
    const cookies = [...this.#cookies].map(([name, value]) => `${name}=${value}`).join('; ');
    if (cookies !== '') headers['cookie'] = cookies;
    if (form !== undefined) headers['content-type'] = 'application/x-www-form-urlencoded';
    try {
      const response = await request(url, {
        dispatcher: this.#agent,
        method: form === undefined ? 'GET' : 'POST',
        headers,
        ...(form === undefined ? {} : { body: new URLSearchParams(form).toString() }),
      });
      this.#keepCookies(response.headers['set-cookie']);
      const { location } = response.headers;
      return {
        status: response.statusCode,
        location: typeof location === 'string' ? location : undefined,
        text: await response.body.text(),
      };
    } catch (error) {
      throw new LocalRefusal(
        503,
        'unreachable',
        `${origin} does not answer (${messageOf(error)}).`,
        'See what is wrong with: npx localspine doctor',
      );
    }
  }

  #keepCookies(header: string | string[] | undefined): void {
    for (const cookie of header === undefined ? [] : [header].flat()) {
      const [name, value] = (cookie.split(';')[0] ?? '').split(/=(.*)/s);
      if (name !== undefined && value !== undefined) this.#cookies.set(name.trim(), value.trim());
    }
  }
}

/**
 * What a person would put into the form: their user id, and the role they chose when the page offers roles. Everything else stays as the
 * page suggests; it offers only authenticators of the level that was asked for.
 *
 * @throws LocalRefusal when the user does not have the role
 */
function fill(form: SignInForm, who: SignIn): Readonly<Record<string, string>> {
  const filled: Record<string, string> = { ...form.fields };
  if (filled['username'] !== undefined) filled['username'] = who.user;
  if (filled['passcode'] !== undefined && who.passcode !== undefined) filled['passcode'] = who.passcode;
  const roles = form.choices['role'];
  if (roles !== undefined && who.role !== undefined) {
    if (!roles.includes(who.role))
      throw new LocalRefusal(
        400,
        'role_unknown',
        `User ${who.user} has no role profile ${who.role}.`,
        `Choose with --role one of: ${roles.join(', ')}.`,
      );
    filled['role'] = who.role;
  }
  return filled;
}

function parseAnswer(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return {
      error: 'not_json',
      error_description: text
        .replace(/<[^>]+>/g, ' ')
        .replace(/\s+/g, ' ')
        .trim()
        .slice(0, 300),
    };
  }
}
