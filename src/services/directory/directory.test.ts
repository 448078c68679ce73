import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { describe, test } from 'node:test';
import { testContext } from '../../../test/helpers/context.ts';
import { SeededRandom } from '../../kernel/seeded-random.ts';
import { directory, ersBusinessFunctions } from './index.ts';
import { seedOrganisations } from './seed/organisations.ts';
import { seedPeople } from './seed/people.ts';

const random = () => new SeededRandom('test');
const seeded = () => seedPeople(random(), seedOrganisations(random()));
const activityOf = (businessFunction: string): string =>
  ersBusinessFunctions.find((each) => each.businessFunction === businessFunction)?.activityCode ?? '';

async function filled() {
  const context = await testContext({ migrations: { directory: directory.migrations } });
  const running = await directory.create(context);
  await context.store.transaction(async (tx) => running.seed?.(tx, random()));
  return { api: running.api, db: context.store.db, running, context };
}

describe('the seed', () => {
  test('is the same for the same text, and another for another', () => {
    const sum = (seed: string): string =>
      createHash('sha256')
        .update(JSON.stringify(seedPeople(new SeededRandom(seed), seedOrganisations(new SeededRandom(seed)))))
        .digest('hex');
    assert.equal(sum('a'), sum('a'));
    assert.notEqual(sum('a'), sum('b'));
  });

  test('gives every role profile an id of its own, twelve digits', () => {
    const ids = seeded().roleProfiles.map((each) => each.roleProfileId);
    assert.equal(new Set(ids).size, ids.length);
    assert.ok(ids.every((id) => /^\d{12}$/.test(id)));
    assert.ok(seeded().people.every((each) => /^\d{12}$/.test(each.userId)));
  });

  test('holds the organisations and users that the published examples name', async () => {
    const { api, db } = await filled();
    for (const code of ['R69', 'R68', 'R100', 'R6901', 'D82106', 'RCD', 'X26', 'YEO']) assert.ok(await api.organisation(db, code), code);
    for (const user of [
      '000000000101',
      '021600556514',
      '921600556514',
      '103264992985',
      '103264994981',
      '021600556513',
      '021600556111',
      '004377014925',
      '111111111111',
      '656005750107',
    ])
      assert.ok(await api.person(db, user), user);
  });
});

describe('who may do what where', () => {
  const truths: readonly (readonly [user: string, ods: string, businessFunction: string, holds: boolean])[] = [
    ['000000000101', 'R69', 'SERVICE_DEFINER', true],
    ['000000000101', 'R69', 'REFERRING_CLINICIAN', false],
    ['000000000101', 'R68', 'REFERRING_CLINICIAN', true],
    ['021600556514', 'R69', 'REFERRING_CLINICIAN', true],
    ['021600556514', 'R69', 'SERVICE_PROVIDER_CLINICIAN', true],
    ['021600556514', 'RCD', 'REFERRING_CLINICIAN', false],
    ['921600556514', 'R69', 'SERVICE_PROVIDER_CLINICIAN', true],
    ['103264992985', 'R69', 'REFERRING_CLINICIAN_ADMIN', true],
    ['103264992985', 'R69', 'REFERRING_CLINICIAN', false],
    ['555032006103', 'RCD', 'SERVICE_PROVIDER_ADMIN', true],
    ['656005750104', 'Y51', 'REFERRING_CLINICIAN', false],
  ];
  for (const [user, ods, businessFunction, holds] of truths) {
    test(`${user} ${holds ? 'holds' : 'does not hold'} ${businessFunction} at ${ods}`, async () => {
      const { api, db } = await filled();
      assert.equal(await api.hasActivityAt(db, user, ods, activityOf(businessFunction)), holds);
    });
  }

  test('a role profile that ends takes its activities with it', async () => {
    const { api, db, context } = await filled();
    const [profile] = await api.roleProfiles(db, '555073103100');
    assert.ok(profile);
    await context.store.transaction((tx) => api.saveRoleProfile(tx, { ...profile, active: false }));
    assert.equal(await api.hasActivityAt(db, '555073103100', 'D82106', activityOf('REFERRING_CLINICIAN')), false);
    assert.deepEqual(await api.roleProfiles(db, '555073103100'), []);
  });
});

describe('ASIDs', () => {
  test('are twelve digits, each given once, registered with their system', async () => {
    const { api, db, context } = await filled();
    const asids = await context.store.transaction((tx) =>
      Promise.all(
        [1, 2, 3].map(() =>
          api.allocateAsid(tx, { odsCode: 'R69', productName: 'Product', displayName: 'R69 - Product', interactions: [] }),
        ),
      ),
    );
    assert.equal(new Set(asids).size, 3);
    assert.ok(asids.every((asid) => /^\d{12}$/.test(asid)));
    assert.equal((await api.accreditedSystem(db, asids[0] ?? ''))?.odsCode, 'R69');
  });
});

test('an import that is wrong says where, and one that is right is taken', async () => {
  const { running, context, api } = await filled();
  await assert.rejects(
    context.store.transaction(async (tx) => running.importData?.(tx, { people: [{ userId: '12' }] })),
    /people of the import/,
  );
  const person = {
    userId: '999000000001',
    title: 'Dr',
    givenName: 'Test',
    familyName: 'Person',
    email: 'test@example.com',
    active: true,
    identityAssuranceLevel: 3,
    authenticationAssuranceLevel: 3,
  };
  assert.equal(await context.store.transaction(async (tx) => running.importData?.(tx, { people: [person] })), 1);
  assert.deepEqual(await api.person(context.store.db, '999000000001'), person);
});
