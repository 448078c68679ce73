/** Headers whose values are secrets. */
const SECRET_HEADERS = new Set(['authorization', 'apikey', 'cookie', 'set-cookie']);

/** Members of forms and JSON bodies whose values are secrets. An access token is one: whoever reads the journal must not become its user. */
const SECRET_MEMBERS =
  'access_token|refresh_token|client_secret|client_assertion|subject_token|id_token_hint|id_token|logout_token|code_verifier|code|secret|password|passcode|passcodeAgain|currentPasscode|confirmation';
const FORM_MEMBER = new RegExp(`(^|&)(${SECRET_MEMBERS})=([^&]*)`, 'g');
const JSON_MEMBER = new RegExp(`("(?:${SECRET_MEMBERS})"\\s*:\\s*)"([^"]*)"`, 'g');

/** The secret's last four characters, so that two can be told apart. */
function hint(secret: string): string {
  return secret.length > 12 ? `…${secret.slice(-4)}` : '…';
}

/** Headers as text, secrets masked. */
export function maskHeaders(headers: Readonly<Record<string, unknown>>): Record<string, string> {
  const masked: Record<string, string> = {};
  for (const [name, value] of Object.entries(headers)) {
    if (value === undefined) continue;
    const text = String(value);
    if (name === 'location') masked[name] = maskUrl(text.slice(0, 2_000));
    else
      masked[name] = SECRET_HEADERS.has(name) ? `${text.split(' ')[0] === 'Bearer' ? 'Bearer ' : ''}${hint(text)}` : text.slice(0, 2_000);
  }
  return masked;
}

/** A form or JSON body with its secrets masked; a FHIR `"code": "ROUTINE"` is not a secret and is kept. */
export function maskBody(body: string): string {
  const isForm = /^[A-Za-z_]+=/.test(body);
  if (isForm) return body.replace(FORM_MEMBER, (_, before: string, name: string, value: string) => `${before}${name}=${hint(value)}`);
  if (body.includes('"resourceType"')) return body;
  return body.replace(JSON_MEMBER, (_, before: string, value: string) => `${before}"${hint(value)}"`);
}

const QUERY_SECRET = /([?&](?:code|interaction|token|session_code|id_token_hint|confirmation|X-Amz-Signature)=)([^&]*)/g;

/** An address with the secrets in its query masked: authorization codes, sign-ins under way. */
export function maskUrl(url: string): string {
  return url.replace(QUERY_SECRET, (_, before: string, value: string) => `${before}${hint(value)}`);
}
