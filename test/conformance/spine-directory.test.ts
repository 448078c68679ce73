/**
 * Recorded exchanges of the national directory's FHIR API, sent to LocalSpine: status, content type, headers and body, value for value, but
 * for ids made anew at each call, addresses (ours are our own) and the list of interactions of Spine's record (ours is longer). The exchanges
 * are not part of this project: REFERENCE_DIR names the folder that has them.
 */
import assert from 'node:assert/strict';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import { LocalSpine } from '../helpers/localspine.ts';

interface Recorded {
  readonly request: {
    readonly method: 'GET' | 'POST' | 'DELETE';
    readonly path: string;
    readonly query: readonly string[];
    readonly headers: Readonly<Record<string, string>>;
  };
  readonly status: number;
  readonly contentType: string;
  readonly allow?: string;
  readonly correlation: 'new' | 'echo' | 'none';
  readonly body: unknown;
}

const UUID = /[0-9A-F]{8}-[0-9A-F]{4}-[0-9A-F]{4}-[0-9A-F]{4}-[0-9A-F]{12}/g;
const BASE = '/spine-directory/FHIR/R4';
const reference = process.env['REFERENCE_DIR'];
const file = reference === undefined ? '' : join(reference, 'sds/fhir/exchanges.json');
if (reference !== undefined && !existsSync(file)) throw new Error(`REFERENCE_DIR is ${reference}, but there is no ${file}`);
const exchanges: Readonly<Record<string, Recorded>> = reference === undefined ? {} : JSON.parse(readFileSync(file, 'utf8'));

/** What is compared: ids masked, our base address named as the recording names its own, our addresses and names as any. */
function comparable(body: unknown, baseUrl: string, correlationId: string | undefined): unknown {
  if (typeof body !== 'object' || body === null) return body;
  const masked = JSON.stringify(body)
    .replaceAll(`${baseUrl}${BASE}`, '{base}')
    .replaceAll(correlationId ?? '-', (id) => (id === '-' ? id : `{corr}${id}`))
    .replaceAll(/\{corr\}[0-9A-F-]{36}/g, (text) => text.slice(6));
  return JSON.parse(masked, (key, value: unknown) => {
    if (key === 'address' || (typeof value === 'string' && /^(localhost|msg\.)/.test(value))) return '{ours}';
    if (key === 'system' && typeof value === 'string') return value.replace(/^\{base\}\/\//, 'http://');
    if (key === 'ldap' && typeof value === 'string') return '{ldap}';
    if (key === 'extension' && Array.isArray(value)) return value.length > 8 ? value.slice(0, 3) : value;
    return value;
  });
}

describe('recorded exchanges of the FHIR API of the directory', {
  skip: reference === undefined ? 'REFERENCE_DIR names no folder with the exchanges' : false,
}, () => {
  const spine = new LocalSpine({ LOCALSPINE_ENVIRONMENTS: 'SANDBOX' });
  before(async () => {
    await spine.start();
  });
  after(async () => {
    await spine.remove();
  });

  for (const [name, { request, status, contentType, allow, correlation, body }] of Object.entries(exchanges)) {
    test(name, async () => {
      const query = request.query.map((each) => each.replaceAll(' ', '%20')).join('&');
      const path = `${BASE}${request.path}${query === '' ? '' : `?${query}`}`;
      const reply = await spine.call('SANDBOX', path, { method: request.method, headers: { ...request.headers } });
      assert.equal(reply.status, status, reply.text);
      assert.equal(reply.headers['content-type'], contentType);
      assert.equal(reply.headers['allow'], allow);
      const given = Object.entries(request.headers).find(([header]) => header.toLowerCase() === 'x-correlation-id')?.[1];
      const answered = reply.headers['x-correlation-id'];
      if (correlation === 'none') assert.equal(answered, undefined);
      else if (correlation === 'echo') assert.equal(answered, given);
      else assert.match(answered ?? '', new RegExp(`^${UUID.source}$`));
      if (typeof body === 'string') {
        assert.equal(reply.text, body);
        return;
      }
      const ours = JSON.stringify(comparable(reply.json, spine.environment('SANDBOX').baseUrl, given));
      const mask = (text: string): string =>
        given === undefined ? text.replaceAll(UUID, '{UUID}') : text.replaceAll(UUID, (id) => (id === given ? id : '{UUID}'));
      assert.deepEqual(JSON.parse(mask(ours)), comparable(body, '-', undefined));
    });
  }
});
