import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { openAccessHeaders } from './open-access.ts';
import { operations } from './operations.ts';
import { ProxyRefusal } from './proxy.ts';
import { seededErs } from './seed/seeded-ers.ts';

const named = (id: string) => operations.find((each) => each.id === id);

describe('who calls, where no token says so', async () => {
  const { world } = await seededErs();
  const who = async (operation: string | undefined, headers: Record<string, string> = {}) => {
    const { userId, odsCode, businessFunction, accessMode } = await openAccessHeaders(
      world,
      operation === undefined ? undefined : named(operation),
      (name) => headers[name],
    );
    return [userId, businessFunction, odsCode, accessMode].join(' ');
  };

  test('without headers: the sample user in the first function that may call the operation', async () => {
    assert.equal(await who('A005'), '021600556514 REFERRING_CLINICIAN R69 user-restricted');
    assert.equal(await who('A013'), '021600556514 SERVICE_PROVIDER_CLINICIAN R69 user-restricted');
    assert.equal(await who('A030'), '021600556514 REFERRING_CLINICIAN R69 user-restricted');
    assert.equal(await who(undefined), '021600556514 REFERRING_CLINICIAN R69 user-restricted');
  });

  test('a function chooses a sample user who holds it', async () => {
    assert.match(await who('A005', { 'nhsd-ers-business-function': 'REFERRING_CLINICIAN_ADMIN' }), /^103264992985 /);
  });

  test('an organisation chooses somebody who holds the function there', async () => {
    assert.match(await who('A005', { 'nhsd-end-user-organisation-ods': 'D82106' }), /^555073103100 REFERRING_CLINICIAN D82106/);
  });

  test('the header LocalSpine-User-ID chooses the user outright', async () => {
    assert.match(await who('A005', { 'localspine-user-id': '921600556514' }), /^921600556514 /);
  });

  test('an application function makes the caller an application', async () => {
    assert.match(await who('A008', { 'nhsd-ers-business-function': 'PROVIDER_AUTHORISED_APPLICATION' }), /application-restricted$/);
  });

  test('published refusals: status 403 with the public sandbox’s text', async () => {
    const environment = { ...world.environment, settings: { ...world.environment.settings, sandboxRefusals: 'published' } as const };
    const headers: Record<string, string> = { 'nhsd-ers-business-function': 'REFERRING_CLINICIAN' };
    await assert.rejects(
      openAccessHeaders({ ...world, environment }, named('A013'), (name) => headers[name]),
      (error) =>
        error instanceof ProxyRefusal &&
        error.status === 403 &&
        error.rawBody ===
          'SANDBOX_ERROR: This endpoint cannot be accessed using the e-RS Business Function provided. Allowed values: SERVICE_PROVIDER_CLINICIAN_ADMIN,SERVICE_PROVIDER_CLINICIAN,PROVIDER_AUTHORISED_APPLICATION',
    );
  });
});
