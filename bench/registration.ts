/**
 * Registration: how long until a change of an endpoint shows in the FHIR API of the directory and in LDAP, from the moment the change is sent;
 * and how many look-ups a second that API answers. `node bench/registration.ts` alone, or {@link benchRegistration} from `npm run bench`.
 */

import { readFileSync } from 'node:fs';
import { Agent, request } from 'undici';
import { searchMessage } from '../src/services/directory/ldap/test-client.ts';
import { doorPort, WireClient } from '../test/helpers/ldap.ts';
import { LocalSpine } from '../test/helpers/localspine.ts';
import { makeKeyPair, Supplier } from '../test/helpers/supplier.ts';
import { CONNECTIONS, MILLISECONDS, measure, median, printTable, row } from './measure.ts';

const CHANGES = 200;
const INTERACTION = 'urn:nhs:names:services:gpconnect:fhir:rest:read:metadata-1';
const ODS = 'B81001';
/** What the issue asks for. */
const LIMIT = 50;

/** Measures a LocalSpine with INT. Throws when a change takes longer to show than it may. */
export async function benchRegistration(spine: LocalSpine): Promise<void> {
  const supplier = new Supplier(spine);
  const app = await supplier.register({
    accessMode: 'application-restricted',
    productName: 'spine-directory-service-api-int',
    jwks: makeKeyPair().jwks,
  });
  const { baseUrl, httpUrl, caPath } = spine.environment('INT');
  const agent = new Agent({ connect: { ca: readFileSync(caPath, 'utf8') } });
  const headers = { apikey: app.apiKey };
  const query = `organization=https://fhir.nhs.uk/Id/ods-organization-code|${ODS}&identifier=https://fhir.nhs.uk/Id/nhsServiceInteractionId|${INTERACTION}`;
  const url = `${baseUrl}/spine-directory/FHIR/R4/Endpoint?${encodeURI(query)}`;
  const look = async (): Promise<string> => (await request(url, { dispatcher: agent, headers })).body.text();
  const admin = async (path: string, body: object): Promise<{ outcome: { partyKey: string }; productKey: string; version: number }> => {
    const reply = await request(`${httpUrl}/_localspine/endpoint-registration${path}`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify(body),
    });
    const text = await reply.body.text();
    if (reply.statusCode !== 201) throw new Error(text);
    return JSON.parse(text);
  };
  const product = {
    manufacturerOdsCode: 'ZS001',
    name: 'Bench',
    version: '1',
    kind: 'CMA',
    messageSet: [INTERACTION],
    additionalInteractions: [],
  };
  const { productKey } = await admin('/products', product);
  const fqdn = 'bench.b81001.thirdparty.nhs.uk';
  const { outcome } = await admin('/requests', { wish: { kind: 'register', odsCode: ODS, productKey, fqdn } });
  const ldap = await WireClient.open(spine, await doorPort(spine, 'INT', 'ldaps'));
  const search = searchMessage(2, {
    base: 'ou=services,o=nhs',
    filter: {
      kind: 'and',
      filters: [
        { kind: 'equal', attribute: 'nhsMHSPartyKey', value: outcome.partyKey },
        { kind: 'equal', attribute: 'nhsMhsSvcIA', value: INTERACTION },
      ],
    },
    attributes: ['nhsMHSEndPoint'],
  });
  const seen: Readonly<Record<string, (endpoint: string) => Promise<boolean>>> = {
    'the FHIR API': async (endpoint) => (await look()).includes(`"${endpoint}"`),
    LDAP: async (endpoint) => (await ldap.ask(search)).some((each) => each.attributes?.['nhsMHSEndPoint']?.includes(endpoint) === true),
  };
  for (const [view, shows] of Object.entries(seen)) {
    const times: number[] = [];
    for (let n = 0; n < CHANGES; n += 1) {
      const path = `/registrations/${outcome.partyKey}/${productKey}`;
      const { version } = JSON.parse(await (await request(`${httpUrl}/_localspine/endpoint-registration${path}`)).body.text());
      const endpoint = `https://${fqdn}/${view.replace(/\W/g, '')}/${n}/`;
      const begun = performance.now();
      await admin('/requests', { wish: { kind: 'change-address', partyKey: outcome.partyKey, productKey, version, fqdn, endpoint } });
      while (!(await shows(endpoint)));
      times.push(performance.now() - begun);
    }
    times.sort((one, other) => one - other);
    const p99 = times[Math.floor(times.length * 0.99)] ?? 0;
    console.log(
      `registration: a changed endpoint shows in ${view} after ${median(times).toFixed(1)} ms (p99 ${p99.toFixed(1)} ms, ${CHANGES} changes, sending included)`,
    );
    if (median(times) > LIMIT) throw new Error(`a change took ${median(times).toFixed(0)} ms to show in ${view}; it may take ${LIMIT} ms`);
  }
  ldap.socket.destroy();
  const plan = { url, method: 'GET' as const, headers, caPath, connections: CONNECTIONS, milliseconds: MILLISECONDS, expect: 200 };
  row('SDS FHIR Endpoint', measure(spine.pid, plan), 'organisation and interaction');
  await agent.close();
}

if (import.meta.main) {
  const spine = await new LocalSpine({ LOCALSPINE_ENVIRONMENTS: 'INT' }).start();
  try {
    await benchRegistration(spine);
    printTable();
  } finally {
    await spine.remove();
  }
}
