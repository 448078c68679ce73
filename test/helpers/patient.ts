/** A patient's application: signs patients in with NHS login and reads their referrals. Imports nothing of the product. */
import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import type { Reply } from './localspine.ts';
import { type Application, type KeyPair, type SignInOptions, type Supplier, signJwt } from './supplier.ts';

export const PATIENT_CARE = '/e-referrals-service-patient-care-api/FHIR/R4';
export const PATIENT_PRODUCT = 'e-referrals-service-patient-care-api-int';
const TARGET = { system: 'urn:ietf:rfc:3986', value: '2b3b21fd-fe9f-403c-9682-10b8d8a4eaf3' };
export const TARGET_IDENTIFIER = Buffer.from(JSON.stringify(TARGET)).toString('base64');

export async function registerPatientApp(supplier: Supplier, keys: KeyPair): Promise<Application> {
  return supplier.register({ accessMode: 'user-restricted', productName: PATIENT_PRODUCT, jwks: keys.jwks, asid: 'none' });
}

/** What the token endpoint answers a patient who signed in through the API platform (combined authentication). */
export async function patientToken(
  supplier: Supplier,
  app: Application,
  nhsNumber: string,
  form: NonNullable<SignInOptions['form']> = {},
): Promise<Reply> {
  return supplier.userToken(app, nhsNumber, { scope: 'nhs-login', form });
}

/** The ID token of a patient who signed in to the supplier's own client at NHS login (separate authentication). */
export async function nhsLoginIdToken(supplier: Supplier, nhsNumber: string): Promise<string> {
  const { spine, environment } = supplier;
  const client = (await spine.admin(environment, '/identity/nhs-login/client')).json;
  const redirectUri = 'http://localhost:3000/nhs-login';
  const path = new URL(client.issuer).pathname;
  const query = new URLSearchParams({
    client_id: client.clientId,
    redirect_uri: redirectUri,
    response_type: 'code',
    scope: 'openid profile',
    state: 'separate',
    nonce: 'once',
  });
  const page = await spine.call(environment, `${path}/protocol/openid-connect/auth?${query}`);
  const action = /<form[^>]*id="kc-form-login"[^>]*action="([^"]+)"/.exec(page.text)?.[1]?.replaceAll('&amp;', '&') ?? '';
  const posted = await supplier.form(action, { username: nhsNumber });
  const back = new URL(posted.headers['location'] ?? 'none:');
  assert.equal(back.searchParams.get('state'), 'separate');
  const reply = await supplier.form(`${path}/protocol/openid-connect/token`, {
    grant_type: 'authorization_code',
    client_id: client.clientId,
    client_secret: client.clientSecret,
    redirect_uri: redirectUri,
    code: back.searchParams.get('code') ?? '',
  });
  assert.equal(reply.status, 200, reply.text);
  return reply.json.id_token;
}

/** What the token endpoint answers to a token exchange. */
export async function exchangeIdToken(supplier: Supplier, app: Application, keys: KeyPair, idToken: string): Promise<Reply> {
  const assertion = signJwt(
    { alg: 'RS512', typ: 'JWT', kid: keys.kid },
    { iss: app.apiKey, sub: app.apiKey, aud: supplier.tokenUrl(), jti: randomUUID(), exp: Math.floor(Date.now() / 1000) + 240 },
    keys.privateKey,
  );
  return supplier.form('/oauth2/token', {
    grant_type: 'urn:ietf:params:oauth:grant-type:token-exchange',
    subject_token_type: 'urn:ietf:params:oauth:token-type:id_token',
    subject_token: idToken,
    client_assertion_type: 'urn:ietf:params:oauth:client-assertion-type:jwt-bearer',
    client_assertion: assertion,
  });
}

/** Calls the patient API. */
export async function callPatientApi(
  supplier: Supplier,
  token: string,
  path: string,
  headers: Record<string, string> = {},
): Promise<Reply> {
  return supplier.spine.call(supplier.environment, `${PATIENT_CARE}${path}`, {
    headers: { authorization: `Bearer ${token}`, 'nhsd-target-identifier': TARGET_IDENTIFIER, ...headers },
  });
}

/** The query that asks for a patient's referrals with all that stands beside them. */
export function referralsOf(nhsNumber: string): string {
  const query = new URLSearchParams([
    ['patient:identifier', `https://fhir.nhs.uk/Id/nhs-number|${nhsNumber}`],
    ['category', 'http://snomed.info/sct|3457005'],
    ['_revinclude', 'Appointment:based-on'],
    ['_revinclude', 'Task:focus'],
  ]);
  return `/ServiceRequest?${query}`;
}
