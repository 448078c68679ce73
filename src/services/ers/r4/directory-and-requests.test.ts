import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { adviceErs, adviceRequest } from '../advice/test-advice.ts';
import { importOnBehalfOf } from '../import-on-behalf-of.ts';
import { saveServices } from '../store/catalogue.ts';
import { insertReferral } from '../store/referrals.ts';
import * as data from '../test-data.ts';
import { BASE, ersWith, INSTANCE, outcomeOf, type TestErs, testErs } from '../test-world.ts';
import { retrieveHealthcareService, retrieveHealthcareServiceVersion } from './a033-retrieve-healthcare-service.ts';
import { searchHealthcareServices } from './a035-search-healthcare-services.ts';
import { retrieveOnBehalfOfUsers } from './a040-retrieve-on-behalf-of-users.ts';
import { searchServiceRequests } from './a041-search-service-requests.ts';

// Resources are looked into by name; a wrong guess fails the test.
// biome-ignore lint/suspicious/noExplicitAny: test convenience
type Json = any;

async function ersWithServices(...services: readonly ReturnType<typeof data.service>[]): Promise<TestErs> {
  const ers = await testErs();
  await ers.store.transaction((tx) => saveServices(tx, INSTANCE, services));
  return ers;
}

describe('A033 and A037: one service', () => {
  test('everything a service may say, with its version as ETag and the duty to ask again', async () => {
    const ers = await ersWithServices(
      data.service({
        id: '7',
        version: 3,
        appointmentType: 'AHP_CLINIC',
        requestFlows: ['APPOINTMENT_REQUEST', 'ADVICE_AND_GUIDANCE_REQUEST'],
        hoursOfOperation: '9-5 Mon-Fri',
        instructions: 'Bring your medicines',
        telephone: '01632 960001',
        professionalContacts: [{ system: 'email', value: 'clinic@example.com' }],
      }),
    );
    const { status, resource, version, headers } = await ers.request(retrieveHealthcareService, data.RC, { params: { id: '7' } });
    assert.deepEqual([status, version, headers], [200, 3, { 'cache-control': 'no-cache' }]);
    const service: Json = resource;
    assert.deepEqual([service.id, service.meta.versionId, service.language], ['7', '3', 'en']);
    assert.deepEqual(service.location, [{ identifier: { system: 'https://fhir.nhs.uk/Id/ods-site-code', value: 'R6801' } }]);
    assert.deepEqual(service.type[0].coding[0], {
      system: 'https://fhir.nhs.uk/CodeSystem/eRS-AppointmentType',
      code: 'AHP_CLINIC',
      display: 'AHP Clinic',
    });
    assert.deepEqual(
      service.characteristic.map((each: Json) => each.coding[0].code),
      ['BOOKABLE', 'ADVICE_AND_GUIDANCE', 'DIRECTLY_BOOKABLE'],
    );
    assert.deepEqual(
      service.extension.map((each: Json) => each.valueString ?? each.extension.map((part: Json) => Object.values(part)[1])),
      [
        '9-5 Mon-Fri',
        'Bring your medicines',
        [
          { coding: [{ system: 'http://terminology.hl7.org/CodeSystem/contactentity-type', code: 'PATINF', display: 'Patient' }] },
          { system: 'phone', value: '01632 960001' },
        ],
        [
          {
            coding: [
              {
                system: 'https://fhir.nhs.uk/CodeSystem/eRS-Purpose',
                code: 'HEALTHCARE_PROFESSIONALS',
                display: 'Healthcare Professionals',
              },
            ],
          },
          { system: 'email', value: 'clinic@example.com' },
        ],
      ],
    );
  });

  test('what a service does not say is left out, and what cannot be booked has no bookable type', async () => {
    const ers = await testErs();
    const { resource } = await ers.request(retrieveHealthcareService, data.RC, { params: { id: data.TRIAGE.id } });
    const service: Json = resource;
    assert.deepEqual(['extension' in service, 'type' in service], [false, false]);
    assert.deepEqual(
      service.characteristic.map((each: Json) => each.coding[0].code),
      ['REVIEW'],
    );
  });

  test('a service that is no longer published can still be read', async () => {
    const ers = await ersWithServices(data.service({ id: '8', published: false }));
    assert.equal(await outcomeOf(ers.request(retrieveHealthcareService, data.RC, { params: { id: '8' } })), '200');
  });

  test('the version alone has the same headers and no body', async () => {
    const ers = await testErs();
    const answer = await ers.request(retrieveHealthcareServiceVersion, data.RC, { params: { id: '11000' } });
    assert.deepEqual([answer.status, answer.version, answer.headers], [200, 1, { 'cache-control': 'no-cache' }]);
    assert.deepEqual([answer.resource, answer.content], [undefined, undefined]);
  });

  test('an unknown service is 404 on both', async () => {
    const ers = await testErs();
    assert.equal(await outcomeOf(ers.request(retrieveHealthcareService, data.RC, { params: { id: '999' } })), '404');
    assert.equal(await outcomeOf(ers.request(retrieveHealthcareServiceVersion, data.RC, { params: { id: '999' } })), '404');
  });
});

describe('A035: several services', () => {
  const search = (ers: TestErs, ...ids: readonly string[]) =>
    ers.request(searchHealthcareServices, data.RC, ids.length === 0 ? {} : { query: { _id: ids } });

  test('in the order asked, each once, unknown ones left out', async () => {
    const ers = await testErs();
    const bundle: Json = (await search(ers, '50001,999,11000,50001')).resource;
    assert.equal(bundle.total, 2);
    assert.deepEqual(
      bundle.entry.map((each: Json) => each.fullUrl),
      [`${BASE}/R4/HealthcareService/50001`, `${BASE}/R4/HealthcareService/11000`],
    );
    assert.equal(bundle.entry[0].search.mode, 'match');
    assert.equal(bundle.link[0].url, `${BASE}/R4/HealthcareService?_id=50001,999,11000`);
  });

  test('none found is an empty Bundle without entries', async () => {
    const bundle: Json = (await search(await testErs(), '5,6')).resource;
    assert.deepEqual([bundle.total, 'entry' in bundle], [0, false]);
  });

  const numbers = (count: number) => Array.from({ length: count }, (_, n) => n + 1).join(',');
  for (const [what, ids, outcome] of [
    ['twenty', [numbers(20)], '200'],
    ['twenty-one', [numbers(21)], '400 INVALID_VALUE'],
    ['none', [], '400 INVALID_VALUE'],
    ['an empty list', [''], '400 INVALID_VALUE'],
    ['an empty place', ['1,,2'], '400 INVALID_VALUE'],
    ['letters', ['abc'], '400 INVALID_VALUE'],
    ['the parameter twice', ['1', '2'], '400 INVALID_VALUE'],
  ] as const) {
    test(`${what}: ${outcome}`, async () => assert.equal(await outcomeOf(search(await testErs(), ...ids)), outcome));
  }
});

describe('A040: for whom an administrator may act', () => {
  const ask = (ers: TestErs, query: Readonly<Record<string, readonly string[]>>) =>
    ers.request(retrieveOnBehalfOfUsers, { ...data.SPCA, userId: '021600556111' }, { query });

  test('the clinicians of the organisation the administrator acts at', async () => {
    const ers = await testErs();
    await ers.store.transaction((tx) =>
      importOnBehalfOf(tx, INSTANCE, [
        { admin: '021600556111', odsCode: 'R68', clinicians: ['921600556514', '111111111111'] },
        { admin: '021600556111', odsCode: 'R69', clinicians: ['021600556514'] },
      ]),
    );
    const bundle: Json = (await ask(ers, { _query: ['onBehalfOf'] })).resource;
    assert.equal(bundle.total, 2);
    assert.deepEqual(
      bundle.entry.map((each: Json) => [each.fullUrl, each.resource.identifier]),
      ['111111111111', '921600556514'].map((id) => [`Practitioner/${id}`, { system: 'https://fhir.nhs.uk/Id/sds-user-id', value: id }]),
    );
  });

  test('an import puts its list in place of the one before', async () => {
    const ers = await testErs();
    for (const clinicians of [['921600556514'], []])
      await ers.store.transaction((tx) => importOnBehalfOf(tx, INSTANCE, [{ admin: '021600556111', odsCode: 'R68', clinicians }]));
    assert.equal(((await ask(ers, { _query: ['onBehalfOf'] })).resource as Json).total, 0);
    await assert.rejects(
      ers.store.transaction((tx) => importOnBehalfOf(tx, INSTANCE, [{ admin: 'x' }])),
      /onBehalfOf of the import/,
    );
  });

  for (const query of [{}, { _query: ['other'] }, { _query: ['onBehalfOf', 'onBehalfOf'] }]) {
    test(`${JSON.stringify(query)} is 400`, async () => assert.equal(await outcomeOf(ask(await testErs(), query)), '400 INVALID_VALUE'));
  }
});

describe('A041: what a UBRN stands for', () => {
  const UBRN = '000000080000';
  const ask = (ers: TestErs, identifier: string, caller = data.RC) =>
    ers.request(searchServiceRequests, caller, { query: { identifier: [identifier] } });

  test('a referral, by UBRN with or without its system', async () => {
    const ers = await ersWith(data.referral());
    for (const identifier of [UBRN, `https://fhir.nhs.uk/Id/UBRN|${UBRN}`]) {
      const bundle: Json = (await ask(ers, identifier)).resource;
      assert.equal(bundle.total, 1);
      assert.equal(bundle.link[0].url, `${BASE}/R4/ServiceRequest?identifier=https%3A%2F%2Ffhir.nhs.uk%2FId%2FUBRN%7C${UBRN}`);
      const [{ fullUrl, resource }] = bundle.entry;
      assert.equal(fullUrl, `${BASE}/R4/ServiceRequest/${resource.id}`);
      assert.deepEqual(
        [resource.id, resource.meta.versionId, resource.status, resource.category[0].coding[0].code],
        [data.referral().requestId, '6', 'active', 'referral'],
      );
      assert.equal('code' in resource, false);
    }
  });

  test('a cancelled one is revoked', async () => {
    const ers = await ersWith(data.referral({ status: 'cancelled', state: 'CANCELLED_REFERRAL' }));
    assert.equal(((await ask(ers, UBRN)).resource as Json).entry[0].resource.status, 'revoked');
  });

  test('an unknown one, one of another organisation and a sensitive patient’s are empty alike', async () => {
    const ers = await ersWith(data.referral(), data.referral({ ubrn: '000000080001', nhsNumber: '9462979626' }));
    const totals = await Promise.all([ask(ers, '000000099999'), ask(ers, UBRN, { ...data.RC, odsCode: 'R68' }), ask(ers, '000000080001')]);
    assert.deepEqual(
      totals.map(({ resource }) => [(resource as Json).total, 'entry' in (resource ?? {})]),
      Array.from({ length: 3 }, () => [0, false]),
    );
  });

  test('a provider sees what is with a service of its work group', async () => {
    const ers = await ersWith(data.bookedReferral());
    assert.equal(((await ask(ers, UBRN, data.SPC)).resource as Json).total, 1);
  });

  test('an advice request, and both when one became the other', async () => {
    const ers = await adviceErs(adviceRequest());
    const { ubrn, requestId } = adviceRequest();
    const advice: Json = (await ask(ers, ubrn)).resource;
    assert.equal(advice.total, 1);
    const [{ resource }] = advice.entry;
    assert.deepEqual(
      [resource.id, resource.status, resource.category[0].coding[0].code, resource.code.coding[0].code],
      [requestId, 'active', 'request', 'advice-and-guidance'],
    );
    await ers.store.transaction((tx) => insertReferral(tx, INSTANCE, data.referral({ ubrn, convertedFromAdvice: true })));
    const both: Json = (await ask(ers, ubrn)).resource;
    assert.deepEqual(
      both.entry.map((each: Json) => each.resource.id),
      [data.referral().requestId, requestId],
    );
  });

  for (const [category, status] of [
    ['CONVERSATION_ENDED_CLOSED', 'completed'],
    ['CONVERSATION_ENDED_CANCELLED', 'revoked'],
  ] as const) {
    test(`advice of the category ${category} is ${status}`, async () => {
      const ers = await adviceErs(adviceRequest({ category }));
      assert.equal(((await ask(ers, adviceRequest().ubrn)).resource as Json).entry[0].resource.status, status);
    });
  }

  for (const identifier of ['', '1', '00000008000', 'https://other|000000080000', '|000000080000', '000000080000|']) {
    test(`"${identifier}" is 400`, async () => assert.equal(await outcomeOf(ask(await testErs(), identifier)), '400 MISSING_PARAMETER'));
  }
});
