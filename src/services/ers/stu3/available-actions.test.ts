import assert from 'node:assert/strict';
import { test } from 'node:test';
import { retrieveBusinessFunctions } from '../r4/a030-retrieve-business-functions.ts';
import { holdsFunction } from '../roles.ts';
import * as data from '../test-data.ts';
import { BASE, ersWith, outcomeOf, testErs } from '../test-world.ts';
import { retrieveAvailableActions } from './a029-available-actions.ts';

test('A029 lists what can be done; nothing for those without a relationship', async () => {
  const ers = await ersWith(data.bookedReferral());
  const query = { focus: ['ReferralRequest/000000080000/_history/6'], intent: ['proposal'], status: ['ready'] };
  const { resource } = await ers.request(retrieveAvailableActions, data.RC, { query });
  const bundle = JSON.parse(JSON.stringify(resource));
  assert.equal(bundle.total, undefined);
  assert.deepEqual(bundle.link, [
    { relation: 'self', url: `${BASE}/STU3/Task?focus=ReferralRequest/000000080000/_history/6&intent=proposal&status=ready` },
  ]);
  const [entry] = bundle.entry;
  assert.deepEqual(entry, {
    fullUrl: `${BASE}/STU3/Task/${entry.resource.id}`,
    resource: {
      id: entry.resource.id,
      meta: { profile: ['https://fhir.hl7.org.uk/STU3/StructureDefinition/CareConnect-Task-1'] },
      resourceType: 'Task',
      status: 'ready',
      intent: 'proposal',
      focus: { reference: 'ReferralRequest/000000080000/_history/6' },
      code: {
        coding: [
          {
            system: 'https://fhir.nhs.uk/STU3/CodeSystem/eRS-AvailableActionsForUser-1',
            code: 'CANCEL_DIRECTLY_BOOKED_APPOINTMENT',
            display: 'Cancel Directly Booked Appointment',
          },
        ],
      },
    },
    search: { mode: 'match' },
  });
  const stranger = await ers.request(retrieveAvailableActions, data.userIn('REFERRING_CLINICIAN', 'R68'), { query });
  assert.deepEqual(JSON.parse(JSON.stringify(stranger.resource)).entry, []);

  const ask = (changes: Record<string, readonly string[]>) =>
    outcomeOf(ers.request(retrieveAvailableActions, data.RC, { query: { ...query, ...changes } }));
  assert.equal(await ask({ focus: [] }), '400 MISSING_PARAMETER');
  assert.equal(await ask({ focus: ['Patient/1'] }), '400 INVALID_VALUE');
  assert.equal(await ask({ intent: ['plan'] }), '400 INVALID_VALUE');
  assert.equal(await ask({ focus: ['ReferralRequest/000000099999/_history/6'] }), '400 REFERENCE_NOT_FOUND');
  assert.equal(await ask({ focus: ['ReferralRequest/000000080000/_history/5'] }), '400 HISTORY_NOT_SUPPORTED');
});

test('A030 lists the functions of a user by organisation; a user with none gets an empty bundle', async () => {
  const ers = await testErs();
  const profile = (roleProfileId: string, odsCode: string, ...activityCodes: string[]) => ({
    roleProfileId,
    personOrgId: '1',
    userId: data.RC.userId,
    odsCode,
    organisationName: odsCode,
    jobRoleCode: 'S8000:G8000:R8000',
    jobRoleName: '"Clinical":"Clinical Provision":"Clinical Practitioner Access Role"',
    activityCodes,
    areaOfWorkCodes: [],
    workgroupCodes: [],
    active: true,
  });
  await ers.store.transaction(async (tx) => {
    await ers.world.directory.saveRoleProfile(tx, profile('100000000001', 'R69', 'B1120', 'B1107', 'B1110', 'B0001'));
    await ers.world.directory.saveRoleProfile(tx, profile('100000000002', 'R68', 'B1101'));
  });
  const { resource } = await ers.request(retrieveBusinessFunctions, data.RC);
  const bundle = JSON.parse(JSON.stringify(resource));
  assert.equal(bundle.total, 2);
  assert.deepEqual(
    bundle.entry.map((each: { resource: { id: string; code: { coding: [{ code: string }] }[] } }) => [
      each.resource.id,
      each.resource.code.map((code) => code.coding[0].code),
    ]),
    [
      ['PractitionerRole-R69-021600556514', ['SERVICE_DEFINER', 'SERVICE_PROVIDER_CLINICIAN', 'SERVICE_PROVIDER_ADMIN']],
      ['PractitionerRole-R68-021600556514', ['REFERRING_CLINICIAN']],
    ],
  );
  assert.equal(bundle.entry[0].fullUrl, `${BASE}/R4/PractitionerRole/PractitionerRole-R69-021600556514`);
  assert.equal(await holdsFunction(ers.world, ers.store.db, data.RC.userId, 'R68', 'REFERRING_CLINICIAN'), true);
  assert.equal(await holdsFunction(ers.world, ers.store.db, data.RC.userId, 'R69', 'REFERRING_CLINICIAN'), false);
  const none = await ers.request(retrieveBusinessFunctions, data.SPC);
  assert.deepEqual([JSON.parse(JSON.stringify(none.resource)).total, JSON.parse(JSON.stringify(none.resource)).entry], [0, undefined]);
});
