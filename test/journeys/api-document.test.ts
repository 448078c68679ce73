/** The API document, the explorer and the collections, as a developer meets them: everything here is made from what the server says. */
import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { Ajv2020 } from 'ajv/dist/2020.js';
import { unbookedReferral } from '../helpers/imported.ts';
import { LocalSpine, type Reply } from '../helpers/localspine.ts';
import { patientToken, registerPatientApp } from '../helpers/patient.ts';
import { makeKeyPair, Supplier } from '../helpers/supplier.ts';

const spine = new LocalSpine({ LOCALSPINE_ENVIRONMENTS: 'SANDBOX,INT,DEP' });

interface Parameter {
  readonly name: string;
  readonly in: string;
  readonly example?: string;
}

describe('from the API document', () => {
  before(() => spine.start());
  after(() => spine.remove());

  const read = (id: string, path: string) => spine.call(id, `/_localspine/ers${path}`);

  test('every example request is answered as documented, each on fresh data', async () => {
    const { json: document } = await spine.call('SANDBOX', `${spine.environment('SANDBOX').httpUrl}/_localspine/ers/openapi.json`);
    assert.match(document.servers[0].url, /^http:/, 'the sandbox offers plain HTTP to whoever asked by it');
    assert.equal(await sendExamples('SANDBOX', document, async () => ({})), 40);
  });

  test('and all of them in turn, as a collection is run', async () => {
    const { json: document } = await read('SANDBOX', '/openapi.json');
    await spine.admin('SANDBOX', '/reset', { method: 'POST', body: {} });
    assert.equal(await sendExamples('SANDBOX', document, async () => ({}), 'once'), 40);
  });

  test('with a token too, each in the name of somebody who may', async () => {
    const supplier = new Supplier(spine);
    const app = await supplier.register({ accessMode: 'user-restricted', jwks: makeKeyPair().jwks });
    const token = async (user: string): Promise<string> => (await supplier.userToken(app, user)).json.access_token;
    const [clinician, admin] = [await token('021600556514'), await token('103264992985')];
    const patientApp = await registerPatientApp(supplier, makeKeyPair());
    const patient: string = (await patientToken(supplier, patientApp, '9912003888')).json.access_token;
    const { json: document } = await read('INT', '/openapi.json');
    await spine.admin('INT', '/reset', { method: 'POST', body: {} });
    const sent = await sendExamples(
      'INT',
      document,
      async (operation) => {
        const businessFunction = operation.parameters.find((each) => each.name === 'NHSD-eRS-Business-Function')?.example ?? '';
        const staff = businessFunction.endsWith('_ADMIN') ? admin : clinician;
        return { authorization: `Bearer ${operation.operationId.startsWith('patient') ? patient : staff}` };
      },
      'once',
    );
    assert.equal(sent, 42);
  });

  test('it is there as YAML too, and for every environment', async () => {
    const { text, headers } = await read('INT', '/openapi.yaml');
    assert.match(headers['content-type'] ?? '', /^application\/yaml/);
    assert.match(text, /^openapi: 3\.1\.0\n/);
    assert.match(text, /accessToken/);
  });

  test('collections can be downloaded', async () => {
    const collection = (await read('SANDBOX', '/collection/postman.json')).json;
    assert.equal(collection.info.schema, 'https://schema.getpostman.com/json/collection/v2.1.0/collection.json');
    const zip = await read('SANDBOX', '/collection/bruno.zip');
    assert.equal(zip.bytes.toString('latin1', 0, 2), 'PK');
    assert.ok(zip.bytes.includes('bruno.json'));
  });

  test('and written by the command line', async () => {
    const made = spine.cli('collection', '--environment', 'sandbox', '--format', 'bruno', '--output', `${spine.home}/bruno`, '--json');
    assert.equal(made.status, 0, made.stderr);
    assert.ok(JSON.parse(made.stdout).files > 15);
    const again = spine.cli('collection', '--environment', 'sandbox', '--format', 'bruno', '--output', `${spine.home}/bruno`, '--json');
    assert.equal(again.status, 1);
    assert.equal(JSON.parse(again.stderr).error, 'exists');
    const postman = spine.cli('collection', '--environment', 'int', '--format', 'postman', '--output', `${spine.home}/int.json`, '--json');
    assert.equal(postman.status, 0, postman.stderr);
    assert.equal(spine.cli('collection', '--format', 'excel').status, 2);
  });
});

describe('the API explorer', () => {
  before(() => spine.start());
  after(() => spine.remove());

  const open = (id: string, operation: string) => spine.call(id, `/_localspine/ers/explorer/${operation}`);
  const send = (id: string, operation: string, page: Reply, changes: Record<string, string> = {}, headers: Record<string, string> = {}) => {
    const cookie = /^[^;]+/.exec(page.headers['set-cookie'] ?? '')?.[0] ?? '';
    return spine.call(id, `/_localspine/ers/explorer/${operation}`, {
      method: 'POST',
      headers: { 'content-type': 'application/x-www-form-urlencoded', cookie, ...headers },
      body: new URLSearchParams({ ...fieldsOf(page), ...changes }).toString(),
    });
  };

  test('sends the request as it is filled in, and shows the answer, the checks and the same as curl', async () => {
    const answer = await send('SANDBOX', 'A005', await open('SANDBOX', 'A005'));
    assert.equal(answer.status, 200);
    assert.match(answer.text, /200 OK/);
    assert.match(answer.text, /ers\.open-access/);
    assert.match(answer.text, /curl --include/);
    assert.match(answer.text, /&quot;resourceType&quot;: &quot;ReferralRequest&quot;/);
  });

  test('in INT it shows why a request without token is refused, and takes a pasted one', async () => {
    const page = await open('INT', 'A030');
    assert.match(page.text, /Access token/);
    assert.match((await send('INT', 'A030', page)).text, /401 Unauthorized[\s\S]*no Authorization header/);
    const refused = await send('INT', 'A030', page, { token: 'not-a-token' });
    assert.match(refused.text, /never issued this token/);
    assert.doesNotMatch(/id="curl"[\s\S]*?<\/pre>/.exec(refused.text)?.[0] ?? '', /not-a-token/);
  });

  test('in INT a pasted token is used, and not written into the curl command', async () => {
    const supplier = new Supplier(spine);
    const app = await supplier.register({ accessMode: 'user-restricted', jwks: makeKeyPair().jwks });
    const token: string = (await supplier.userToken(app, '021600556514')).json.access_token;
    const answer = await send('INT', 'A005', await open('INT', 'A005'), { token });
    assert.match(answer.text, /200 OK/);
    assert.match(answer.text, /gateway\.token/);
    assert.doesNotMatch(/id="curl"[\s\S]*?<\/pre>/.exec(answer.text)?.[0] ?? token, new RegExp(token));
  });

  test('it sends to each e-RS instance, and to no other address', async () => {
    const page = await open('DEP', 'A005');
    const addresses = [...page.text.matchAll(/<option value="(https:[^"]+)"/g)].map(([, url = '']) => url);
    assert.equal(addresses.length, 4, 'two instances, two paths each');
    const ubrn = '000000079100';
    const referrals = [unbookedReferral(ubrn, '11002')];
    const imported = await spine.admin('DEP', '/import', { method: 'POST', body: { ers: { instance: 'Dep2', referrals } } });
    assert.equal(imported.status, 200, imported.text);
    const supplier = new Supplier(spine, 'DEP');
    const keys = makeKeyPair();
    const app = await supplier.register({ accessMode: 'application-restricted', jwks: keys.jwks, capability: 'provider', odsCode: 'R69' });
    const token: string = (await supplier.clientCredentials(app, keys)).json.access_token;
    const none = { 'header:NHSD-eRS-Business-Function': '', 'header:NHSD-End-User-Organisation-ODS': '' };
    const statusAt = async (server: string): Promise<string | undefined> => {
      const answer = await send('DEP', 'A005', page, { ...none, token, server, 'path:ubrn': ubrn });
      return /nhsuk-tag[^>]*>\s*(\d{3})/.exec(answer.text)?.[1];
    };
    // The one that has it refuses a stranger to it; the other does not know it.
    assert.deepEqual(await Promise.all(addresses.map(statusAt)), ['404', '404', '422', '422']);
    assert.equal((await send('DEP', 'A005', page, { server: 'https://evil.example/referrals/FHIR' })).status, 400);
  });

  test('an answer that a fault rule cuts off is shown as none', async () => {
    const rule = { service: 'ers', operation: 'A004', effect: { kind: 'disconnect' } };
    assert.equal((await spine.admin('SANDBOX', '/faults', { method: 'POST', body: rule })).status, 201);
    assert.match((await send('SANDBOX', 'A004', await open('SANDBOX', 'A004'))).text, /None:/);
    await spine.admin('SANDBOX', '/faults', { method: 'DELETE' });
  });

  test('a form without the page’s own mark, or from another site, is refused and sends nothing', async () => {
    const page = await open('SANDBOX', 'A013');
    for (const attempt of [
      await send('SANDBOX', 'A013', page, { csrf: 'x'.repeat(32) }),
      await send('SANDBOX', 'A013', page, {}, { cookie: '' }),
      await send('SANDBOX', 'A013', page, {}, { origin: 'https://evil.example' }),
      await send('SANDBOX', 'A013', page, {}, { 'sec-fetch-site': 'same-site' }),
    ])
      assert.equal(attempt.status, 403, attempt.text);
    assert.equal((await spine.call('SANDBOX', '/referrals/FHIR/STU3/ReferralRequest/000000070033')).json.meta.versionId, '5');
  });

  test('what is typed stays within the operation: no other path, no other header', async () => {
    const page = await open('SANDBOX', 'A005_2');
    assert.equal((await send('SANDBOX', 'A005_2', page, { 'path:ubrn': '..', 'path:version': '..' })).status, 400);
    const climbing = await send('SANDBOX', 'A005_2', page, { 'path:ubrn': '../../../../_localspine/reset' });
    assert.match(climbing.text, /404 Not Found/);
    assert.match(climbing.text, /%2F_localspine%2Freset/);
    const split = await send('SANDBOX', 'A005', await open('SANDBOX', 'A005'), { 'header:X-Correlation-ID': 'a\r\nHost: evil.example' });
    assert.equal(split.status, 400);
    assert.match(split.text, /cannot carry/);
  });

  test('what is typed is shown escaped', async () => {
    const answer = await send('SANDBOX', 'A005', await open('SANDBOX', 'A005'), { 'path:ubrn': '<script>alert(1)</script>' });
    assert.doesNotMatch(answer.text, /<script>/);
  });

  test('an unknown operation is not found', async () => {
    assert.equal((await open('SANDBOX', 'A001')).status, 404);
  });
});

interface DocumentedOperation {
  readonly operationId: string;
  readonly parameters: readonly Parameter[];
  readonly servers?: readonly { readonly url: string }[];
  readonly requestBody?: { readonly content: object };
  readonly responses: Readonly<Record<string, DocumentedAnswer>>;
}

interface DocumentedAnswer {
  readonly headers?: Readonly<Record<string, object>>;
  readonly content?: Readonly<Record<string, { readonly schema: object }>>;
}

interface ApiDocument {
  readonly servers: readonly [{ readonly url: string }];
  readonly paths: Readonly<Record<string, Readonly<Record<string, DocumentedOperation>>>>;
}

/** Sends the example of every operation, and gives how many there were. */
async function sendExamples(
  id: string,
  document: ApiDocument,
  credentials: (operation: DocumentedOperation) => Promise<Record<string, string>>,
  fresh: 'each' | 'once' = 'each',
): Promise<number> {
  let sent = 0;
  for (const [path, methods] of Object.entries(document.paths)) {
    for (const [method, operation] of Object.entries(methods)) {
      if (fresh === 'each') await spine.admin(id, '/reset', { method: 'POST', body: {} });
      const base = (operation.servers ?? document.servers)[0]?.url ?? '';
      const { url, options } = requestOf(base, path, method, operation);
      const headers = { ...options.headers, ...(await credentials(operation)) };
      requireDocumented(operation, await spine.call(id, url, { ...options, headers }));
      sent += 1;
    }
  }
  return sent;
}

/** Success, with the body and the headers that the document promises, and no ETag that it does not. */
function requireDocumented({ operationId, responses }: DocumentedOperation, reply: Reply): void {
  const [success = ''] = Object.keys(responses);
  assert.equal(String(reply.status), success, `${operationId}: ${reply.text.slice(0, 500)}`);
  const answer = responses[success];
  const headers = Object.keys(answer?.headers ?? {}).map((each) => each.toLowerCase());
  for (const each of headers) if (each !== 'x-correlation-id') assert.ok(reply.headers[each], `${operationId} sends no ${each}`);
  assert.equal(reply.headers['etag'] !== undefined, headers.includes('etag'), `${operationId}: ETag`);
  assert.equal(reply.headers['location'] !== undefined, headers.includes('location'), `${operationId}: Location`);
  const type = (reply.headers['content-type'] ?? '').split(';')[0] ?? '';
  const content = answer?.content?.[type];
  assert.equal(reply.bytes.length > 0, answer?.content !== undefined, `${operationId}: body`);
  if (answer?.content === undefined) return;
  assert.ok(content, `${operationId} answers ${type}`);
  if (!type.endsWith('json')) return;
  const validate = answerAjv.compile(content.schema);
  assert.ok(validate(reply.json), `${operationId}: ${JSON.stringify(validate.errors)}`);
}

const answerAjv = new Ajv2020({
  strict: false,
  formats: { 'date-time': /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?(Z|[+-]\d\d:\d\d)$/, binary: true },
});

function requestOf(base: string, path: string, method: string, operation: Pick<DocumentedOperation, 'parameters' | 'requestBody'>) {
  const of = (where: string) => operation.parameters.filter((each) => each.in === where && each.example !== undefined);
  const filled = of('path').reduce((text, each) => text.replace(`{${each.name}}`, each.example ?? ''), path);
  const query = new URLSearchParams(of('query').map((each): [string, string] => [each.name, each.example ?? '']));
  const [type, content] = Object.entries(operation.requestBody?.content ?? {})[0] ?? [];
  const body = content?.example;
  return {
    url: `${base}${filled}${query.size === 0 ? '' : `?${query}`}`,
    options: {
      method: method.toUpperCase() as 'GET' | 'HEAD' | 'POST' | 'PUT',
      headers: Object.fromEntries([
        ...of('header').map((each) => [each.name, each.example ?? '']),
        ...(type === undefined ? [] : [['content-type', type] as const]),
      ]),
      ...(body === undefined ? {} : { body: typeof body === 'string' ? body : JSON.stringify(body) }),
    },
  };
}

/** The fields of the page's form with the values a browser would send. */
function fieldsOf(page: Reply): Record<string, string> {
  const plain = (text: string) =>
    text.replaceAll('&quot;', '"').replaceAll('&#39;', "'").replaceAll('&lt;', '<').replaceAll('&gt;', '>').replaceAll('&amp;', '&');
  const fields: Record<string, string> = {};
  for (const [tag] of page.text.matchAll(/<input [^>]*>/g)) {
    const name = / name="([^"]*)"/.exec(tag)?.[1];
    if (name !== undefined) fields[plain(name)] = plain(/ value="([^"]*)"/.exec(tag)?.[1] ?? '');
  }
  for (const [, name = '', options = ''] of page.text.matchAll(/<select [^>]*name="([^"]*)"[^>]*>([\s\S]*?)<\/select>/g))
    fields[plain(name)] = plain(
      /<option value="([^"]*)" selected/.exec(options)?.[1] ?? /<option value="([^"]*)"/.exec(options)?.[1] ?? '',
    );
  for (const [, name = '', text = ''] of page.text.matchAll(/<textarea [^>]*name="([^"]*)"[^>]*>([\s\S]*?)<\/textarea>/g))
    fields[plain(name)] = plain(text);
  return fields;
}
