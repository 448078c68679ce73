import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import fc from 'fast-check';
import { testContext } from '../../../../test/helpers/context.ts';
import { SeededRandom } from '../../../kernel/seeded-random.ts';
import { CONTRACTS, type DirectoryApi, directory, fold, intermediaryOf, isAsid, isPartyKey, namedInteraction } from '../index.ts';
import type { AccreditedSystem, MessageHandlingSystem } from '../model.ts';
import { catalogueInteractions } from '../seed/systems.ts';

async function world(): Promise<{ api: DirectoryApi; store: Awaited<ReturnType<typeof testContext>>['store']; seed: () => Promise<void> }> {
  const context = await testContext({ migrations: { directory: directory.migrations } });
  const running = await directory.create(context);
  const seed = (): Promise<void> =>
    context.store.transaction(async (tx) => {
      await running.seed?.(tx, new SeededRandom('register'));
    });
  await seed();
  return { api: running.api, store: context.store, seed };
}

const AUTHOR = { actor: 'test', at: 1 };

describe('the register of a fresh environment', () => {
  test('holds Spine and e-RS under their published identifiers, and every record is whole', async () => {
    const { api, store } = await world();
    const { db } = store;
    const [spine] = await api.register.findMessageHandlingSystems(db, {
      partyKey: 'yes-0000806',
      interactionId: 'urn:nhs:names:services:psis:REPC_IN150016UK05',
    });
    assert.deepEqual(
      [spine?.cpaId, spine?.endpoints, spine?.contract.persistDuration],
      ['S20001A000182', ['https://localhost:8144/reliablemessaging/reliablerequest'], 'PT5M'],
    );
    assert.equal((await api.accreditedSystem(db, '606179841014'))?.partyKey, 'YEO-11809150');
    const systems = await api.register.findAccreditedSystems(db, {});
    const handlers = await api.register.findMessageHandlingSystems(db, {});
    assert.ok(systems.every((each) => isAsid(each.asid) && isPartyKey(each.partyKey) && each.interactions.length > 0));
    assert.equal(new Set(handlers.map((each) => each.cpaId)).size, handlers.length);
    assert.equal(new Set(handlers.map((each) => `${fold(each.partyKey)}|${each.interactionId}`)).size, handlers.length);
    for (const each of handlers) assert.equal(each.interactionId, `${each.serviceName}:${each.action}`);
    const keys = new Set((await api.register.partyKeys(db)).map((each) => each.partyKey));
    for (const each of [...systems, ...handlers]) assert.ok(keys.has(each.partyKey), each.partyKey);
  });

  test('seeding again changes nothing; a record that was changed comes back, with a change for it', async () => {
    const { api, store, seed } = await world();
    const before = await api.changes.lastChangeNumber(store.db);
    await seed();
    assert.equal(await api.changes.lastChangeNumber(store.db), before);
    const [handler] = await api.register.findMessageHandlingSystems(store.db, { odsCode: 'YEO' });
    assert.ok(handler);
    await store.transaction((tx) => api.register.saveMessageHandlingSystem(tx, { ...handler, endpoints: ['https://x.nhs.uk/'] }, AUTHOR));
    await seed();
    assert.deepEqual(await api.register.messageHandlingSystem(store.db, handler.cpaId), handler);
    assert.equal(await api.changes.lastChangeNumber(store.db), before + 2);
  });
});

test('an ASID and a party key are given out once, even after they were taken out', async () => {
  const { api, store } = await world();
  const system = { odsCode: 'R69', productName: 'x', displayName: 'x', interactions: ['urn:a:b'] };
  const asids = new Set<string>();
  for (let n = 0; n < 5; n += 1) {
    const asid = await store.transaction((tx) => api.allocateAsid(tx, system));
    assert.ok(!asids.has(asid));
    asids.add(asid);
    await store.transaction((tx) => api.register.removeAccreditedSystem(tx, asid, AUTHOR));
    assert.ok(await api.register.asidWasUsed(store.db, asid));
  }
  assert.ok(!asids.has('606179841014'));
});

test('a role profile that is closed, a person, an organisation: every change has its number and its author', async () => {
  const { api, store } = await world();
  const { db } = store;
  const organisation = await api.organisation(db, 'R69');
  assert.ok(organisation);
  await store.transaction((tx) => api.saveOrganisation(tx, { ...organisation, name: 'New name' }, '903000000003'));
  await store.transaction((tx) => api.saveOrganisation(tx, { ...organisation, name: 'New name' }, '903000000003'));
  const changes = await api.changes.changesOf(db, 'organisation', 'R69');
  assert.deepEqual(
    changes.map(({ type, actor }) => [type, actor]),
    [['modify', '903000000003']],
  );
});

/** Steps a registration may take, in any order. */
type Step = {
  readonly act: 'save-system' | 'remove-system' | 'save-handler' | 'remove-handler';
  readonly who: number;
  readonly what: number;
};
const INTERACTIONS = ['urn:nhs:names:services:psis:A1', 'urn:nhs:names:services:pds:B1', 'urn:nhs:names:services:gpconnect:fhir:x'];

function systemOf(who: number, what: number): AccreditedSystem {
  return {
    asid: `30000000000${who}`,
    odsCode: ['R69', 'r69', 'RR8'][what % 3] ?? 'R69',
    partyKey: `R69-90000${what}`,
    manufacturerOdsCode: 'ZS001',
    productKey: '1',
    productName: 'x',
    productVersion: '1',
    displayName: 'x',
    interactions: INTERACTIONS.slice(0, what + 1),
    clientOdsCodes: ['R69'],
    accessControlFeatures: [],
    categoryBag: [],
    approval: { requestor: 'x', requestedAt: 0, approver: 'x', approvedAt: 0 },
  };
}

function handlerOf(who: number, what: number): MessageHandlingSystem {
  const { approval, ...system } = systemOf(who, what);
  const interaction = namedInteraction('urn:nhs:names:services:psis', `A${who}`);
  return {
    ...system,
    cpaId: `C${who}`,
    ...interaction,
    endpoints: [`https://x${what}.nhs.uk/`],
    fqdn: `x${what}.nhs.uk`,
    contract: CONTRACTS[interaction.pattern],
    approval: { ...approval, dnsApprover: 'x' },
  };
}

test('no view disagrees: whatever is registered, searches, single reads and the replayed change log say the same', async () => {
  const { api, store } = await world();
  const { db } = store;
  const step = fc.record({
    act: fc.constantFrom('save-system', 'remove-system', 'save-handler', 'remove-handler'),
    who: fc.integer({ min: 0, max: 4 }),
    what: fc.integer({ min: 0, max: 2 }),
  });
  const run = async ({ act, who, what }: Step): Promise<void> => {
    await store.transaction(async (tx) => {
      if (act === 'save-system') await api.register.saveAccreditedSystem(tx, systemOf(who, what), AUTHOR);
      if (act === 'remove-system') await api.register.removeAccreditedSystem(tx, systemOf(who, 0).asid, AUTHOR);
      if (act === 'save-handler') await api.register.saveMessageHandlingSystem(tx, handlerOf(who, what), AUTHOR);
      if (act === 'remove-handler') await api.register.removeMessageHandlingSystem(tx, `C${who}`, AUTHOR);
    });
  };
  const start = await api.changes.lastChangeNumber(db);
  const expected = new Map<string, unknown>();
  await fc.assert(
    fc.asyncProperty(fc.array(step, { maxLength: 12 }), async (steps) => {
      for (const each of steps) await run(each);
      // The change log, replayed, is the register: that is what LDAP's index and a reader of the log live by.
      expected.clear();
      for (const change of await api.changes.changesAfter(db, start, 100_000)) {
        if (change.after === undefined) expected.delete(change.id);
        else expected.set(change.id, change.after);
      }
      const systems = (await api.register.findAccreditedSystems(db, {})).filter((each) => each.asid.startsWith('3000000'));
      const handlers = (await api.register.findMessageHandlingSystems(db, {})).filter((each) => each.cpaId.startsWith('C'));
      assert.deepEqual(
        Object.fromEntries([...systems.map((each) => [each.asid, each]), ...handlers.map((each) => [each.cpaId, each])]),
        Object.fromEntries(expected),
      );
      for (const interactionId of INTERACTIONS)
        for (const odsCode of ['R69', 'r69'])
          assert.deepEqual(
            (await api.register.findAccreditedSystems(db, { odsCode, interactionId })).filter((each) => each.asid.startsWith('3000000')),
            systems.filter((each) => each.odsCode === odsCode && each.interactions.includes(interactionId)),
          );
      for (const each of systems) assert.deepEqual(await api.accreditedSystem(db, each.asid), each);
      for (const each of handlers)
        assert.deepEqual(
          await api.register.findMessageHandlingSystems(db, { partyKey: each.partyKey.toLowerCase(), fqdn: each.fqdn.toUpperCase() }),
          handlers.filter((other) => other.partyKey === each.partyKey && other.fqdn === each.fqdn),
        );
    }),
    { numRuns: 40 },
  );
});

describe('interactions', () => {
  test('forwarded ones are those of the published table', () => {
    assert.equal(intermediaryOf('urn:nhs:names:services:gp2gp:RCMR_IN010000UK05'), 'reliable');
    assert.equal(intermediaryOf('urn:nhs:names:services:ebs:PRSC_IN080000UK03'), 'express');
    assert.equal(intermediaryOf('urn:nhs:names:services:psis:MCCI_IN010000UK13'), undefined);
    assert.equal(intermediaryOf('nonsense'), undefined);
  });

  test('the catalogue has each id once, and every one a pattern with its contract', () => {
    const all = catalogueInteractions();
    assert.ok(all.length > 500);
    assert.equal(new Set(all.map((each) => each.interactionId)).size, all.length);
    assert.equal(all.find((each) => each.action === 'QUPC_IN160101UK05')?.pattern, 'asynchronous-express');
    assert.ok(all.every((each) => CONTRACTS[each.pattern].templateKey !== ''));
  });
});
