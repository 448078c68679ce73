/** Smartcard authentication (GAC and GAS): challenge, answer, ticket (identity.md A.2, PTL-026, PTL-027). */
import { createPrivateKey, sign, timingSafeEqual } from 'node:crypto';
import { inspect } from '../../../kernel/tls/certificates.ts';
import { SignedDataError, type VerifiedContent, verifySignedData } from '../../../kernel/tls/signed-data.ts';
import { XmlError } from '../../../kernel/xml/xml.ts';
import type { Person, RoleProfile } from '../../directory/index.ts';
import { standingOf } from '../cards/credentials.ts';
import { failedToValidate, GasRefusal, invalidInput } from './errors.ts';
import { type GpParameters, readGpObject } from './gp-object.ts';
import type { Challenge, SpineSession } from './model.ts';
import { readResponse } from './response.ts';
import { CHALLENGE_LIFE } from './session-times.ts';
import { beginSession, endSession, useSession } from './sessions.ts';
import { insertChallenge, takeChallenge } from './sign-on-store.ts';
import type { SignOnWorld } from './world.ts';

const CHALLENGE_BYTES = 48;
const LONGEST_ID = 100;

type Service = 'ACTIVATION' | 'AUTHENTICATION' | 'LOGOUT';

/** A `gpOBJECT` for one of the services, its log session id checked. Throws GasRefusal. */
async function requestFor(service: Service, body: string): Promise<{ parameters: GpParameters; logSessionId: string }> {
  let parameters: GpParameters;
  try {
    parameters = await readGpObject(body);
  } catch (error) {
    if (error instanceof XmlError) throw invalidInput(`The body cannot be read: ${error.message}.`);
    throw error;
  }
  const logSessionId = parameters.get('log_session_id') ?? '';
  if (logSessionId === '' || logSessionId.length > LONGEST_ID) throw invalidInput('log_session_id is missing or too long.');
  const asked = parameters.get('service');
  if (asked !== service) throw invalidInput(`service is "${asked?.slice(0, 40) ?? ''}", not ${service}.`, logSessionId);
  return { parameters, logSessionId };
}

export interface Activation extends Challenge {
  readonly authMethod: string;
  readonly appUrl: string;
}

/** Gives a challenge, signed with the server's key, for one answer within five minutes. Throws GasRefusal. */
export async function activate(world: SignOnWorld, body: string): Promise<Activation> {
  const { parameters, logSessionId } = await requestFor('ACTIVATION', body);
  const bytes = world.random.bytes(CHALLENGE_BYTES);
  const { privateKeyPem } = await world.pki().serverCredentials(world.store.db);
  const now = world.clock.now();
  const challenge: Challenge = {
    challenge: bytes.toString('base64'),
    signature: sign('sha256', bytes, createPrivateKey(privateKeyPem)).toString('base64'),
    logSessionId,
    expiresAt: now + CHALLENGE_LIFE,
  };
  await world.store.transaction((tx) => insertChallenge(tx, challenge, now));
  return { ...challenge, authMethod: parameters.get('auth_method') ?? '3', appUrl: parameters.get('app_url') ?? 'NHST' };
}

export interface SignedOn {
  readonly session: SpineSession;
  readonly person: Person;
  readonly roles: readonly RoleProfile[];
  readonly authMethod: string;
  readonly appUrl: string;
}

/** Judges the answer of a card and begins a session. Throws GasRefusal; the challenge is spent either way. */
export async function validate(world: SignOnWorld, body: string, clientIp: string): Promise<SignedOn> {
  const { parameters, logSessionId } = await requestFor('AUTHENTICATION', body);
  const uid = parameters.get('uid') ?? '';
  const response = readResponse(parameters.get('response') ?? '');
  if (!/^\d{12}$/.test(uid)) throw invalidInput('uid is not a user id of 12 digits.', logSessionId);
  if (response === undefined) throw invalidInput('response holds no base64 text of a signed message.', logSessionId);
  const challenge = await spendChallenge(world, parameters, logSessionId);
  const verified = await readSigned(response, logSessionId);
  const card = await cardBehind(world, verified, uid, logSessionId);
  if (!equal(verified.content, Buffer.from(challenge.challenge, 'base64')))
    throw failedToValidate(
      'content',
      'The card signed something other than the challenge.',
      'Sign the 48 bytes that the challenge decodes to.',
      logSessionId,
    );
  const person = await world.directory.person(world.store.db, uid);
  if (person?.active !== true)
    throw failedToValidate('user', `User ${uid} is not active in the directory.`, 'Use a card of an active person.', logSessionId);
  const roles = await world.directory.roleProfiles(world.store.db, uid);
  const session = await beginSession(world, { userId: uid, card, clientIp, logSessionId, roles });
  return { session, person, roles, authMethod: parameters.get('auth_method') ?? '3', appUrl: parameters.get('app_url') ?? 'NHST' };
}

/** Takes the challenge that is answered, so that no answer counts twice. It is taken before anything else is looked at. */
async function spendChallenge(world: SignOnWorld, parameters: GpParameters, logSessionId: string): Promise<Challenge> {
  const found = await takeChallenge(world.store.db, parameters.get('challenge') ?? '');
  const refuse = (why: string) =>
    failedToValidate('challenge', why, 'Begin again with /login/authactivate and echo challenge and signature unchanged.', logSessionId);
  if (found === undefined) throw refuse('The challenge is not one of this environment, or it was answered before.');
  if (found.expiresAt <= world.clock.now()) throw refuse('The challenge is older than five minutes.');
  if (found.logSessionId !== logSessionId) throw refuse('The challenge was made for another log_session_id.');
  if (!equal(Buffer.from(found.signature), Buffer.from(parameters.get('signature') ?? '')))
    throw refuse('The signature is not the one that came with the challenge.');
  return found;
}

async function readSigned(response: Buffer, logSessionId: string): Promise<VerifiedContent> {
  try {
    return await verifySignedData(response);
  } catch (error) {
    if (!(error instanceof SignedDataError)) throw error;
    throw failedToValidate(
      'signature',
      `The signed message in response is not good: ${error.message}.`,
      'CMS SignedData: content inside, one RSA signer, one certificate.',
      logSessionId,
    );
  }
}

/** The card that signed, sure to be this user's and usable. Gives its reference. */
async function cardBehind(world: SignOnWorld, { certificateDer }: VerifiedContent, uid: string, logSessionId: string): Promise<string> {
  const verdict = await world.pki().verifySmartcard(certificateDer);
  if (!verdict.ok) {
    throw new GasRefusal('Failed To Validate', { fix: 'Use a card of this environment.', ...verdict.reason }, logSessionId);
  }
  const refuse = (why: string) => failedToValidate('card', why, 'Use the authentication key of an active card of this user.', logSessionId);
  const { subject, serialNumber } = inspect(certificateDer);
  if (subject !== `O=nhs, OU=people, CN=${uid}`) throw refuse(`The certificate is of ${subject}, not of user ${uid}.`);
  const found = await standingOf(world, world.store.db, serialNumber);
  if (found?.card.userId !== uid) throw refuse('No card of this user carries the certificate.');
  if (found.use !== 'authentication') throw refuse('The certificate is the one for signing, not for authentication.');
  if (found.standing !== 'good') throw refuse(`It does not count: ${found.standing}.`);
  return found.card.cardNumber;
}

/** Ends the session of a ticket. Throws GasRefusal for a body that cannot be read, SessionRefusal for an unknown ticket. */
export async function logOut(world: SignOnWorld, body: string): Promise<void> {
  const { parameters } = await requestFor('LOGOUT', body);
  const session = await useSession(world, parameters.get('sso_ticket') ?? '', false);
  await world.store.transaction((tx) => endSession(world, tx, session.ticketHash, 'logout'));
  world.outbox.wake();
}

function equal(a: Buffer, b: Buffer): boolean {
  return a.length === b.length && timingSafeEqual(a, b);
}
