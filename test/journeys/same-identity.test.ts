/**
 * One register: whatever is registered, changed, shared, bound, revoked and retired, in whatever order, the gateway, the FHIR API, LDAP,
 * endpoint registration, the certificate authority and the name server never disagree about who is who. A model says what must be there;
 * after every step each view is read over the wire by its own protocol.
 */
import assert from 'node:assert/strict';
import { createSocket, type Socket } from 'node:dgram';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { after, before, test } from 'node:test';
import packet from 'dns-packet';
import fc from 'fast-check';
import { Client } from 'ldapts';
import { makeSigningRequest } from '../../src/services/pki/index.ts';
import { doorPort } from '../helpers/ldap.ts';
import { LocalSpine, type Reply } from '../helpers/localspine.ts';
import { makeKeyPair, Supplier } from '../helpers/supplier.ts';

const MAKER = 'ZS001';
const ORGANISATIONS = ['B81001', 'RR8', 'RCD'];
const NAMES = ['one', 'two', 'three', 'four'].map((each) => `${each}.same.thirdparty.nhs.uk`);
const PREFIX = 'urn:nhs:names:services:';
const [READ, RECORD, SLOTS] = ['fhir:rest:read:metadata-1', 'fhir:operation:gpc.getcarerecord', 'fhir:rest:search:slot-1'].map(
  (each) => `${PREFIX}gpconnect:${each}`,
) as [string, string, string];
/** What two versions of one product take. */
const VERSIONS = [
  [READ, RECORD],
  [READ, SLOTS],
] as const;

interface Registered {
  readonly odsCode: string;
  readonly partyKey: string;
  readonly asid: string;
  version: number;
  fqdn: string;
  displayName: string;
  /** Services that joined the ASID. */
  readonly joined: string[];
  live: boolean;
}

type Step =
  | { readonly do: 'register'; readonly organisation: number; readonly version: number; readonly name: number }
  | { readonly do: 'move'; readonly system: number; readonly name: number }
  | { readonly do: 'upgrade' | 'retire' | 'join' | 'rename' | 'bind'; readonly system: number }
  | { readonly do: 'unbind' }
  | { readonly do: 'ask-name' | 'withdraw-name'; readonly organisation: number; readonly name: number }
  | { readonly do: 'revoke'; readonly name: number };

const spine = new LocalSpine({ LOCALSPINE_ENVIRONMENTS: 'INT' });
const supplier = new Supplier(spine);
const products: string[] = [];
const csrs = new Map<string, string>();
let apiKey = '';
let appId = '';
let ldap: Client;
let names: Socket;
let dnsPort = 0;

// The world as it must be.
const systems: Registered[] = [];
const zone = new Map<string, string>();
let bound: string | undefined;
const newest = new Map<string, string>();

const admin = (method: 'GET' | 'POST' | 'PUT' | 'DELETE', path: string, body?: unknown): Promise<Reply> =>
  spine.admin('INT', path, { method, ...(body === undefined ? {} : { body }) });
const epr = (method: 'GET' | 'POST', path: string, body?: unknown): Promise<Reply> => admin(method, `/endpoint-registration${path}`, body);

before(async () => {
  await spine.start();
  const options = { accessMode: 'application-restricted', capability: 'provider', asid: 'none', jwks: makeKeyPair().jwks };
  appId = (await supplier.register(options)).appId;
  apiKey = (await supplier.register({ ...options, productName: 'spine-directory-service-api-int' })).apiKey;
  for (const [index, messageSet] of VERSIONS.entries()) {
    const product = {
      manufacturerOdsCode: MAKER,
      name: 'Same',
      version: String(index),
      kind: 'CMA',
      messageSet,
      additionalInteractions: [],
    };
    products.push((await epr('POST', '/products', product)).json.productKey);
  }
  for (const name of NAMES) csrs.set(name, (await makeSigningRequest(name, 2048)).csr);
  ldap = new Client({
    url: `ldaps://127.0.0.1:${await doorPort(spine, 'INT', 'ldaps')}`,
    tlsOptions: { ca: readFileSync(spine.environment('INT').caPath) },
  });
  await ldap.bind('', '');
  names = createSocket('udp4');
  dnsPort = await doorPort(spine, 'INT', 'dns');
});
after(async () => {
  await ldap.unbind();
  names.close();
  await spine.remove();
});

const live = (): readonly Registered[] => systems.filter((each) => each.live);
const pick = (index: number): Registered | undefined => systems[index % Math.max(1, systems.length)];
const holderOf = (fqdn: string): Registered | undefined => live().find((each) => each.fqdn === fqdn);
/** Who may ask for a name, by the model; undefined when it is registered to nobody and nowhere. */
function ownersOf(fqdn: string): readonly string[] | undefined {
  const holder = holderOf(fqdn);
  const owners = [...(zone.has(fqdn) ? [zone.get(fqdn) ?? ''] : []), ...(holder === undefined ? [] : [holder.odsCode, MAKER])];
  return owners.length === 0 ? undefined : owners;
}
/** Whether a system of an organisation may have a host name. */
function isFree(fqdn: string, odsCode: string, but?: Registered): boolean {
  const holder = holderOf(fqdn);
  if (holder !== undefined && holder !== but) return false;
  return !zone.has(fqdn) || zone.get(fqdn) === odsCode || zone.get(fqdn) === MAKER || holder !== undefined;
}
const interactionsOf = ({ version }: Registered): readonly string[] => VERSIONS[version % 2] ?? [];

async function versionOf({ partyKey, version }: Registered): Promise<number> {
  return (await epr('GET', `/registrations/${partyKey}/${products[version]}`)).json.version;
}

async function change(system: Registered, wish: object): Promise<Reply> {
  const { partyKey, version } = system;
  return epr('POST', '/requests', { wish: { partyKey, productKey: products[version], version: await versionOf(system), ...wish } });
}

/** Takes one step in the environment and in the model; the model foresees whether it is refused. */
async function take(step: Step): Promise<void> {
  const name = 'name' in step ? (NAMES[step.name] ?? '') : '';
  const organisation = 'organisation' in step ? (ORGANISATIONS[step.organisation] ?? '') : '';
  const system = 'system' in step ? pick(step.system) : undefined;
  switch (step.do) {
    case 'register': {
      const wish = { kind: 'register', odsCode: organisation, productKey: products[step.version], fqdn: name };
      const reply = await epr('POST', '/requests', { wish });
      const taken = live().some((each) => each.odsCode === organisation && each.version === step.version);
      assert.equal(reply.status, taken || !isFree(name, organisation) ? 422 : 201, reply.text);
      if (reply.status !== 201) return;
      const { partyKey, asid } = reply.json.outcome;
      assert.ok(!systems.some((each) => each.asid === asid || each.partyKey === partyKey), 'nothing is given out twice');
      const { displayName } = (await admin('GET', `/directory/asids/${asid}`)).json;
      systems.push({ odsCode: organisation, partyKey, asid, version: step.version, fqdn: name, displayName, joined: [], live: true });
      return;
    }
    case 'move': {
      if (system?.live !== true) return;
      const reply = await change(system, { kind: 'change-address', fqdn: name });
      assert.equal(reply.status, isFree(name, system.odsCode, system) ? 201 : 422, reply.text);
      if (reply.status === 201) system.fqdn = name;
      return;
    }
    case 'upgrade': {
      if (system?.live !== true) return;
      const other = 1 - system.version;
      if (live().some((each) => each.odsCode === system.odsCode && each.version === other)) return;
      const reply = await change(system, { kind: 'change-version', newProductKey: products[other] });
      assert.equal(reply.status, 201, reply.text);
      system.version = other;
      // The interactions of the new version are all there is.
      system.joined.length = 0;
      return;
    }
    case 'retire': {
      if (system?.live !== true) return;
      const reply = await change(system, { kind: 'retire' });
      assert.equal(reply.status, bound === system.asid ? 409 : 201, reply.text);
      if (reply.status === 201) system.live = false;
      return;
    }
    case 'join': {
      if (system === undefined) return;
      const reply = await admin('POST', `/directory/asids/${system.asid}/services`, { service: 'cp-is' });
      assert.equal(reply.status, system.live ? 200 : 410, reply.text);
      if (system.live && !system.joined.includes('cp-is')) system.joined.push('cp-is');
      return;
    }
    case 'rename': {
      if (system?.live !== true) return;
      system.displayName = `Renamed ${system.displayName.length}`;
      await admin('PUT', `/directory/asids/${system.asid}/display-name`, { displayName: system.displayName });
      return;
    }
    case 'bind': {
      if (system === undefined) return;
      const reply = await admin('PUT', `/gateway/applications/${appId}/asid`, { asid: system.asid });
      const expected = !system.live ? 404 : bound === undefined || bound === system.asid ? 200 : 409;
      assert.equal(reply.status, expected, reply.text);
      if (expected === 200) bound = system.asid;
      return;
    }
    case 'unbind':
      await admin('DELETE', `/gateway/applications/${appId}/asid`);
      bound = undefined;
      return;
    case 'ask-name': {
      const reply = await epr('POST', '/requests', { wish: { kind: 'register-name', odsCode: organisation, fqdn: name } });
      const owners = ownersOf(name);
      assert.equal(reply.status, owners === undefined || owners.includes(organisation) ? 201 : 422, reply.text);
      if (reply.status === 201 && !zone.has(name)) zone.set(name, organisation);
      return;
    }
    case 'withdraw-name': {
      const reply = await admin('DELETE', `/dns/names/${name}`);
      assert.equal(reply.status, zone.delete(name) ? 200 : 404, reply.text);
      return;
    }
    case 'revoke': {
      const serial = newest.get(name);
      if (serial === undefined) return;
      assert.equal((await admin('POST', `/pki/certificates/${serial}/revoke`, { reason: 'superseded' })).status, 200);
      newest.delete(name);
    }
  }
}

async function devices(odsCode: string, interaction: string): Promise<readonly string[]> {
  const query = `organization=https://fhir.nhs.uk/Id/ods-organization-code|${odsCode}&identifier=https://fhir.nhs.uk/Id/nhsServiceInteractionId|${interaction}`;
  const { json } = await spine.call('INT', `/spine-directory/FHIR/R4/Device?${query}`, { headers: { apikey: apiKey } });
  const entries: { resource: { identifier: { system: string; value: string }[] } }[] = json.entry;
  return entries.flatMap(({ resource }) =>
    resource.identifier.filter((each) => each.system.endsWith('nhsSpineASID')).map((each) => each.value),
  );
}

async function endpoints(partyKey: string, interaction: string): Promise<readonly string[]> {
  const id = 'identifier=https://fhir.nhs.uk/Id/';
  const query = `${id}nhsMhsPartyKey|${partyKey}&${id}nhsServiceInteractionId|${interaction}`;
  const { json } = await spine.call('INT', `/spine-directory/FHIR/R4/Endpoint?${query}`, { headers: { apikey: apiKey } });
  return json.entry.map(({ resource }: { resource: { address: string } }) => resource.address);
}

async function address(name: string): Promise<string> {
  names.send(packet.encode({ type: 'query', id: 1, questions: [{ type: 'A', name }] }), dnsPort, '127.0.0.1');
  const [answer] = await once(names, 'message', { signal: AbortSignal.timeout(5_000) });
  const [first] = packet.decode(answer).answers ?? [];
  return first !== undefined && 'data' in first ? String(first.data) : 'nothing';
}

const sorted = (values: readonly unknown[]): readonly string[] => values.map(String).sort();
const list = (value: unknown): readonly string[] => (Array.isArray(value) ? value.map(String) : value === undefined ? [] : [String(value)]);

/** What every view says of one system, live or retired. */
async function checkSystem(system: Registered): Promise<void> {
  const { asid, partyKey, odsCode, fqdn, version, displayName, joined } = system;
  const own = interactionsOf(system);
  const about = `${asid} ${partyKey}`;
  const directory = (await admin('GET', `/directory/asids/${asid}`)).json;
  assert.equal(directory.state, !system.live ? 'retired' : bound === asid ? 'bound' : 'allocated', about);
  const found = await ldap
    .search(`uniqueIdentifier=${asid},ou=Services,o=nhs`, { scope: 'base', attributes: ['nhsIDCode', 'nhsMHSPartyKey', 'nhsAsSvcIA'] })
    .catch(() => ({ searchEntries: [] }));
  const handlers = await ldap.search('ou=Services,o=nhs', {
    filter: `(&(objectClass=nhsMhs)(nhsMHSPartyKey=${partyKey}))`,
    attributes: ['nhsMhsCPAId', 'nhsMhsSvcIA', 'nhsMhsFQDN', 'nhsMhsEndPoint'],
  });
  const registration = await epr('GET', `/registrations/${partyKey}/${products[version]}`);
  assert.deepEqual((await endpoints(partyKey, READ)).length, system.live ? 1 : 0, about);
  assert.equal((await devices(odsCode, READ)).includes(asid), system.live, about);
  if (!system.live) {
    assert.deepEqual([found.searchEntries.length, handlers.searchEntries.length, registration.status], [0, 0, 404], about);
    return;
  }
  const [entry] = found.searchEntries;
  assert.deepEqual([entry?.['nhsIDCode'], entry?.['nhsMHSPartyKey']], [odsCode, partyKey], about);
  assert.deepEqual(sorted(list(entry?.['nhsAsSvcIA'])), sorted(directory.interactions), 'LDAP and the register of ASIDs');
  assert.deepEqual(directory.services, [...joined, 'gp-connect'], about);
  assert.deepEqual(
    sorted(directory.interactions.filter((each: string) => each.includes(':gpconnect:'))),
    sorted(own),
    'the interactions of its version',
  );
  assert.equal(directory.displayName, displayName);
  assert.deepEqual([registration.json.accreditedSystems[0].asid, registration.json.accreditedSystems[0].displayName], [asid, displayName]);
  assert.deepEqual(sorted(registration.json.accreditedSystems[0].interactions), sorted(directory.interactions));
  const records: { cpaId: string; interactionId: string; fqdn: string; endpoints: string[] }[] = registration.json.messageHandlingSystems;
  assert.deepEqual(sorted(records.map((each) => each.interactionId)), sorted(own), about);
  assert.deepEqual(
    sorted(
      handlers.searchEntries.map((each) => `${each['nhsMhsCPAId']} ${each['nhsMhsSvcIA']} ${each['nhsMhsFQDN']} ${each['nhsMhsEndPoint']}`),
    ),
    sorted(records.map((each) => `${each.cpaId} ${each.interactionId} ${each.fqdn} ${each.endpoints[0]}`)),
    'LDAP and endpoint registration',
  );
  assert.ok(records.every((each) => each.fqdn === fqdn));
  assert.deepEqual(await endpoints(partyKey, own[1] ?? ''), [`https://${fqdn}/`], 'the FHIR API');
}

/** What the name server and the certificate authority say of every name, and the gateway of its application. */
async function checkNames(): Promise<void> {
  const { names: listed } = (await epr('GET', '/names')).json;
  for (const name of NAMES) {
    const owners = ownersOf(name);
    assert.equal(await address(name), owners === undefined ? 'nothing' : '127.0.0.1', name);
    const shown = listed.find(({ fqdn }: { fqdn: string }) => fqdn === name);
    assert.equal(shown?.odsCode, owners?.[0], `${name} on the page of names`);
    assert.equal(shown?.certificate?.serial, owners === undefined ? undefined : newest.get(name), `${name}'s certificate`);
  }
  const application = (await admin('GET', `/gateway/applications/${appId}`)).json;
  assert.equal(application.asid ?? undefined, bound, 'the gateway');
  if (bound !== undefined) assert.ok(live().some((each) => each.asid === bound));
}

/** Asks for a certificate as each of the organisations: those the model names get one, the others do not. */
async function checkCertificates(): Promise<void> {
  for (const name of NAMES)
    for (const ods of [...ORGANISATIONS, MAKER]) {
      const reply = await admin('POST', '/pki/certificates', { csr: csrs.get(name), ods, days: 1 });
      const good = ownersOf(name)?.includes(ods) === true;
      assert.equal(reply.status, good ? 201 : 403, `${name} for ${ods}: ${reply.text}`);
      if (!good) continue;
      await admin('POST', `/pki/certificates/${reply.json.serial}/revoke`, { reason: 'superseded' });
    }
}

/** A certificate that stays, for whoever owns the name now. */
async function certify(name: string): Promise<void> {
  const [ods] = ownersOf(name) ?? [];
  if (ods === undefined || newest.has(name)) return;
  newest.set(name, (await admin('POST', '/pki/certificates', { csr: csrs.get(name), ods })).json.serial);
}

const small = (below: number): fc.Arbitrary<number> => fc.integer({ min: 0, max: below - 1 });
const steps: fc.Arbitrary<Step> = fc.oneof(
  {
    weight: 3,
    arbitrary: fc.record({ do: fc.constant('register' as const), organisation: small(3), version: small(2), name: small(4) }),
  },
  { weight: 2, arbitrary: fc.record({ do: fc.constant('move' as const), system: small(12), name: small(4) }) },
  {
    weight: 5,
    arbitrary: fc.record({
      do: fc.constantFrom('upgrade' as const, 'retire' as const, 'join' as const, 'rename' as const, 'bind' as const),
      system: small(12),
    }),
  },
  { weight: 1, arbitrary: fc.constant({ do: 'unbind' as const }) },
  {
    weight: 2,
    arbitrary: fc.record({ do: fc.constantFrom('ask-name' as const, 'withdraw-name' as const), organisation: small(3), name: small(4) }),
  },
  { weight: 1, arbitrary: fc.record({ do: fc.constant('revoke' as const), name: small(4) }) },
);

test('no view of the register disagrees with another, whatever happened', async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(steps, { minLength: 4, maxLength: 14 }), async (all) => {
      for (const step of all) {
        await take(step);
        for (const name of NAMES) await certify(name);
        for (const system of systems.slice(-4)) await checkSystem(system);
        await checkNames();
      }
      for (const system of systems) await checkSystem(system);
      await checkCertificates();
    }),
    // One environment lives through all runs: a smaller example cannot be tried from where a failure was found.
    { seed: 20_261_125, numRuns: 6, endOnFailure: true },
  );
  assert.ok(systems.length > 5 && systems.some((each) => !each.live), `${systems.length} systems were registered`);
});
