import assert from 'node:assert/strict';
import { createRequire } from 'node:module';
import { describe, test } from 'node:test';
import { Validator } from '@seriousme/openapi-schema-validator';
import { Ajv2020 } from 'ajv/dist/2020.js';
import postman from 'postman-collection';
import { operations } from '../operations.ts';
import { patientOperations } from '../patient/operations.ts';
import { NOW } from '../test-data.ts';
import { brunoCollection } from './bruno.ts';
import { openApiDocument } from './openapi.ts';
import { patientPaths } from './patient-openapi.ts';
import { postmanCollection } from './postman.ts';
import { TOPICS } from './topics.ts';

/** Bruno’s own parser, as far as it is used here; it has no types. */
interface BrunoLanguage {
  bruToJsonV2(text: string): {
    readonly meta: { readonly name: string };
    readonly http: { readonly url: string; readonly body: string };
    readonly body: { readonly json: string };
    readonly params: readonly { readonly name: string; readonly value: string }[];
  };
  bruToEnvJsonV2(text: string): { readonly variables: readonly { readonly value: string }[] };
}

const open = {
  id: 'SANDBOX',
  title: 'Sandbox',
  access: 'open',
  servers: [{ url: 'http://localhost:8080/referrals/FHIR', description: '' }],
  now: NOW,
} as const;
const closed = { ...open, id: 'INT', access: 'token', patient: patientPaths(patientOperations, 'https://localhost:8143') } as const;
const document = openApiDocument(operations, open);
const all = Object.entries(document.paths).flatMap(([path, methods]) =>
  Object.entries(methods).map(([method, each]) => ({ path, method, each })),
);

describe('the API document', () => {
  for (const environment of [open, closed])
    test(`of ${environment.id} is valid OpenAPI 3.1`, async () => {
      const { valid, errors } = await new Validator().validate(JSON.parse(JSON.stringify(openApiDocument(operations, environment))));
      assert.ok(valid, JSON.stringify(errors ?? 'no reason given'));
    });

  test('has every operation at every path of the table, each under an id of its own', () => {
    assert.equal(all.length, operations.flatMap((each) => each.paths).length);
    assert.equal(new Set(all.map(({ each }) => each.operationId)).size, all.length);
    for (const { each } of all) assert.ok(each.summary.length > 5 && each.description.length > 20, each.operationId);
  });

  test('groups them by what people do: every operation has one place', () => {
    const named = TOPICS.flatMap((each) => each.operations);
    assert.deepEqual([...named].sort(), operations.map((each) => each.id).sort());
    const first = document.tags.map(({ name }) => all.find(({ each }) => each.tags.includes(name))?.each.operationId);
    assert.deepEqual(
      first,
      TOPICS.map((each) => each.operations[0]),
    );
  });

  test('has the patient API, at its own address and with its own token, where there is one', () => {
    const int = openApiDocument(operations, closed);
    const referrals = int.paths['/ServiceRequest']?.['get'];
    assert.deepEqual(referrals?.security, [{ patientToken: [] }]);
    assert.match(referrals?.servers?.[0]?.url ?? '', /^https:.*\/e-referrals-service-patient-care-api\/FHIR\/R4$/);
    assert.ok(int.paths['/R4/ServiceRequest']?.['get'] !== undefined, 'beside that of staff');
    assert.equal(document.paths['/ServiceRequest'], undefined);
  });

  test('lists every header and every path parameter that the table knows', () => {
    const accept = document.paths['/STU3/ReferralRequest/{ubrn}/$ers.acceptReferral']?.['post'];
    assert.deepEqual(
      accept?.parameters.map((each) => each.name),
      [
        'ubrn',
        'NHSD-eRS-Business-Function',
        'NHSD-End-User-Organisation-ODS',
        'NHSD-eRS-On-Behalf-Of-User-ID',
        'LocalSpine-User-ID',
        'If-Match',
        'X-Correlation-ID',
      ],
    );
    assert.deepEqual(Object.keys(accept?.responses ?? {}), ['200', '403', '404', '406', '409', '412', '422', '423', '500', '503']);
  });

  test('asks for a token, and says 401 and 429, where access is not open', () => {
    const int = openApiDocument(operations, closed);
    assert.deepEqual(int.security, [{ accessToken: [] }]);
    assert.ok(['401', '429'].every((status) => int.paths['/R4/PractitionerRole']?.['get']?.responses[status] !== undefined));
  });

  test('request schemas take the example requests and refuse a message without its parameters', () => {
    const ajv = new Ajv2020({ strict: false, formats: { 'date-time': true, binary: true } });
    for (const { each } of all) {
      const content = each.requestBody?.content['application/fhir+json'];
      if (content === undefined) continue;
      const validate = ajv.compile(content.schema);
      assert.ok(validate(content.example), `${each.operationId}: ${JSON.stringify(validate.errors)}`);
      assert.ok(!validate({ resourceType: 'Parameters', parameter: [] }), `${each.operationId} takes an empty message`);
      assert.ok(!validate({ resourceType: 'Parameters', parameter: [{ name: 'nonsense', valueString: 'x' }] }), each.operationId);
    }
  });
});

describe('collections', () => {
  test('Postman’s own library reads every request with its address, headers and body', () => {
    const collection = new postman.Collection(postmanCollection(document));
    const requests: postman.Request[] = [];
    collection.forEachItem((item) => requests.push(item.request));
    assert.equal(requests.length, all.length);
    const slots = requests.find((each) => each.url.getPath().endsWith('/Slot'));
    assert.equal(slots?.url.query.get('schedule.actor:HealthcareService'), '11000');
    const accept = requests.find((each) => each.url.getPath().endsWith('acceptReferral'));
    assert.equal(accept?.url.variables.get('ubrn'), '000000070033');
    assert.equal(accept?.headers.get('If-Match'), 'W/"5"');
    const create = requests.find((each) => each.url.getPath().endsWith('createReferral'));
    assert.equal(JSON.parse(create?.body?.raw ?? '').resourceType, 'Parameters');
  });

  test('the patient API has variables of its own in both', () => {
    const int = openApiDocument(operations, closed);
    const collection = new postman.Collection(postmanCollection(int));
    assert.equal(collection.variables.get('patientBaseUrl'), 'https://localhost:8143/e-referrals-service-patient-care-api/FHIR/R4');
    const folder = brunoCollection(int, 'INT');
    const file = folder['Patient care API/patient-A002 Retrieve a healthcare service.bru'] ?? '';
    assert.match(file, /url: \{\{patientBaseUrl\}\}\/HealthcareService\/:id\n/);
    assert.match(file, /token: \{\{patientToken\}\}/);
    assert.match(folder['environments/INT.bru'] ?? '', /vars:secret \[\n {2}token,\n {2}patientToken\n\]/);
  });

  test('Bruno’s own parser reads every file', () => {
    const { bruToJsonV2, bruToEnvJsonV2 }: BrunoLanguage = createRequire(import.meta.url)('@usebruno/lang');
    const files = brunoCollection(document, 'SANDBOX');
    const requests = Object.entries(files).filter(
      ([path]) => path.includes('/') && !path.startsWith('environments/') && !path.endsWith('/folder.bru'),
    );
    assert.equal(requests.length, all.length);
    for (const [path, text] of requests) {
      const read = bruToJsonV2(text);
      assert.ok(path.endsWith(`${read.meta.name}.bru`), path);
      assert.match(read.http.url, /^\{\{baseUrl\}\}\/(STU3|R4)\//);
      if (read.http.body === 'json') assert.doesNotThrow(() => JSON.parse(read.body.json), path);
    }
    const slots = bruToJsonV2(files['Book/A015 Retrieve appointment slots.bru'] ?? '');
    assert.equal(slots.params.find((each) => each.name === 'schedule.actor:HealthcareService')?.value, '11000');
    assert.equal(bruToEnvJsonV2(files['environments/SANDBOX.bru'] ?? '').variables[0]?.value, 'http://localhost:8080/referrals/FHIR');
  });
});
