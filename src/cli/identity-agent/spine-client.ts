/** The agent's side of smartcard authentication: the same messages as the real one sends (identity.md A.2). */
import { Agent, request } from 'undici';
import { LocalRefusal, messageOf } from '../../kernel/errors.ts';
import { secureRandom } from '../../kernel/random.ts';
import { type SigningCard, signData } from '../../kernel/tls/signed-data.ts';
import { XmlError } from '../../kernel/xml/xml.ts';
import { type GpParameter, type GpParameters, readGpObject, writeGpObject, writeResponse } from '../../services/identity/index.ts';
import type { Settings } from './settings.ts';

/** A card in the agent's reader. */
export interface HeldCard extends SigningCard {
  readonly userId: string;
  readonly cardNumber: string;
}

/** A role the user can put in force. */
export interface AgentRole {
  readonly roleProfileId: string;
  readonly odsCode: string;
  readonly name: string;
}

/** What signing on gave. */
export interface AgentSession {
  readonly ticket: string;
  readonly userId: string;
  readonly name: string;
  readonly roles: readonly AgentRole[];
  readonly logoutUrl: string;
  readonly logSessionId: string;
}

const USER_AGENT = 'Mozilla/4.0(compatible;IE;GACv7. 2. 2. 21)';
const GAC_VERSION = '7.2.2.21';
const DTD = 'gpOBJECT.DTD';
const TIMEOUT = 15_000;

/** Speaks to the environment that the settings name. */
export class SpineClient {
  readonly #settings: Settings;
  readonly #dispatcher: Agent;
  readonly #deviceId = `${secureRandom.bytes(4).toString('hex')},ClientIP=127.0.0.1`;

  /** @param ca certificates (PEM) of the authorities that may vouch for the environment */
  constructor(settings: Settings, ca: string) {
    this.#settings = settings;
    this.#dispatcher = new Agent({ connect: { ca }, headersTimeout: TIMEOUT, bodyTimeout: TIMEOUT });
  }

  close(): Promise<void> {
    return this.#dispatcher.destroy();
  }

  /** Signs on with a card. Throws LocalRefusal when the environment says no. */
  async signOn(card: HeldCard): Promise<AgentSession> {
    const logSessionId = secureRandom.text(10);
    const ids = { auth_method: '3', app_url: 'NHST', log_session_id: logSessionId, device_id: this.#deviceId };
    const activation = await this.#exchange(this.#address('Activate.URL'), list({ ...ids, service: 'ACTIVATION' }));
    const challenge = required(activation, 'challenge');
    const message = await signData(Buffer.from(challenge, 'base64'), card);
    const answer = await this.#exchange(required(activation, 'reply_url'), [
      ...list({
        ...ids,
        service: 'AUTHENTICATION',
        challenge,
        signature: required(activation, 'signature'),
        uid: card.userId,
        card_type: 'p11',
      }),
      { name: 'response', value: writeResponse(message), attributes: { encoding: 'base64' } },
      ...list({ mobility: '0' }),
    ]);
    return {
      ticket: required(answer.parameters, 'sso_ticket'),
      userId: card.userId,
      name: answer.parameters.get('cn') ?? '',
      roles: rolesOf(answer.text),
      logoutUrl: answer.parameters.get('sso_logout_url') ?? this.#address('Logout.URL'),
      logSessionId,
    };
  }

  /** Puts a role in force. Throws LocalRefusal when it is not one of the user's. */
  async selectRole({ ticket }: AgentSession, roleProfileId: string): Promise<void> {
    const values: Readonly<Record<string, string>> = { SSO_TICKET: ticket, ROLE_UID: roleProfileId, MODE: '0', GAC_VERSION, FALLBACK: '0' };
    const url = this.#address('RoleSelection.URL').replace(/<([A-Z_]+)>/g, (_, name: string) => encodeURIComponent(values[name] ?? ''));
    const text = await this.#send('GET', url);
    if (!text.includes('OK'))
      throw new LocalRefusal(
        409,
        'role_refused',
        `The role ${roleProfileId} cannot be put in force.`,
        'Choose one of the roles that status lists.',
      );
  }

  /** Ends the session; one that has ended already is no failure. */
  async logOut({ ticket, logoutUrl, logSessionId, userId }: AgentSession): Promise<void> {
    const body = list({ service: 'LOGOUT', sso_ticket: ticket, log_session_id: logSessionId, device_id: this.#deviceId, uid: userId });
    await this.#send('POST', logoutUrl, writeGpObject(DTD, body));
  }

  async #exchange(url: string, parameters: readonly GpParameter[]): Promise<Answer> {
    const text = await this.#send('POST', url, writeGpObject(DTD, parameters));
    try {
      const read = await readGpObject(text);
      const refusal = read.get('error_message');
      if (refusal !== undefined)
        throw new LocalRefusal(
          403,
          'sign_on_refused',
          `The environment refused the sign-on: ${refusal}.`,
          'The reason is in its journal: localspine journal tail.',
        );
      return { parameters: read, text };
    } catch (error) {
      if (error instanceof XmlError)
        throw new LocalRefusal(502, 'sign_on_unreadable', `The environment's answer cannot be read: ${error.message}.`);
      throw error;
    }
  }

  async #send(method: 'GET' | 'POST', url: string, body?: string): Promise<string> {
    try {
      const response = await request(url, {
        method,
        dispatcher: this.#dispatcher,
        headers: { 'user-agent': USER_AGENT },
        ...(body === undefined ? {} : { body }),
      });
      const text = await response.body.text();
      if (response.statusCode !== 200)
        throw new LocalRefusal(502, 'sign_on_failed', `${new URL(url).origin} answered ${response.statusCode}.`);
      return text;
    } catch (error) {
      if (error instanceof LocalRefusal) throw error;
      throw new LocalRefusal(
        503,
        'environment_unreachable',
        `The environment cannot be reached (${messageOf(error)}).`,
        'Start it, and compare the addresses in the settings.',
      );
    }
  }

  #address(name: string): string {
    const url = this.#settings.get(name);
    if (url === undefined || !URL.canParse(url))
      throw new LocalRefusal(
        400,
        'agent_settings',
        `The settings have no address ${name}.`,
        'Make a settings file with: npx localspine identity-agent settings',
      );
    return url;
  }
}

interface Answer {
  readonly parameters: GpParameters;
  readonly text: string;
}

function required(answer: Answer | GpParameters, name: string): string {
  const value = ('parameters' in answer ? answer.parameters : answer).get(name);
  if (value === undefined || value === '') throw new LocalRefusal(502, 'sign_on_unreadable', `The environment's answer has no ${name}.`);
  return value;
}

function list(values: Readonly<Record<string, string>>): readonly GpParameter[] {
  return Object.entries(values).map(([name, value]) => ({ name, value }));
}

/** Roles as the real agent reads them: by line, name first. */
function rolesOf(text: string): readonly AgentRole[] {
  return [...text.matchAll(/^<gpPARAM name="nhsjobrole\d+" id="([^"]*)" orgcode="([^"]*)">(.*)<\/gpPARAM>$/gm)].map(
    ([, roleProfileId = '', odsCode = '', name = '']) => ({ roleProfileId, odsCode, name: name.replaceAll('&amp;', '&') }),
  );
}
