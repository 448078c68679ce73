/**
 * Both policies for ASIDs (path-to-live.md §3.5, example 7), from end to end: what the calculator says is what the PROD form lists, what the
 * operator binds, and what the gateway lets through.
 */
import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { LocalSpine, type Reply } from '../helpers/localspine.ts';
import { PortalUser, portalOf } from '../helpers/portal.ts';
import { makeKeyPair, type Role, Supplier } from '../helpers/supplier.ts';

const CLINICIAN = '021600556514';
const PROVIDER: Role = { businessFunction: 'SERVICE_PROVIDER_CLINICIAN', odsCode: 'R69' };
const CODES = '/STU3/CodeSystem/SPECIALTY';
const UNAUTHORISED = /Unauthorised ODS code provided in NHSD-End-User-Organisation-ODS header/;
const USES = ['user-restricted', 'application-restricted-referrer', 'application-restricted-provider'];

interface Policy {
  readonly setting: string;
  readonly model: string;
  /** Rows of the PROD form for two organisations with every use. */
  readonly rows: readonly string[];
  readonly ersAsids: number;
  readonly allowList: readonly string[];
}
const unattended = ['R69', 'R68'].flatMap((ods) => USES.slice(1).map((use) => `${ods}/${use}`));

const POLICIES: readonly Policy[] = [
  {
    setting: 'per-euo',
    model: 'perEuo',
    rows: ['R69', 'R68'].flatMap((ods) => USES.map((use) => `${ods}/${use}`)),
    ersAsids: 6,
    allowList: [],
  },
  {
    setting: 'per-connecting-party',
    model: 'perConnectingParty',
    rows: ['ZS001/user-restricted/R69+R68', ...unattended],
    ersAsids: 5,
    allowList: ['R69', 'R68'],
  },
];

for (const { setting, model, rows, ersAsids, allowList } of POLICIES)
  describe(`ASID policy ${setting}`, { concurrency: false }, () => {
    const spine = new LocalSpine({ LOCALSPINE_ENVIRONMENTS: 'INT,PROD', LOCALSPINE_ASID_MODEL: setting });
    const one = model === 'perConnectingParty';
    // biome-ignore lint/suspicious/noExplicitAny: what a command printed
    let told: any;
    let rae: PortalUser;
    before(async () => {
      await spine.start();
      rae = await new PortalUser(portalOf(spine)).demonstration('Rae Release Lead');
      const { status, stdout, stderr } = spine.cli('rehearse', 'release', '--json');
      assert.equal(status, 0, stderr);
      told = JSON.parse(stdout);
    });
    after(() => spine.remove());

    test('the calculator follows the policy of the environment, and shows the other when asked', async () => {
      const plan = {
        product: 'Link',
        supplier: 'Acme',
        environment: 'PROD',
        euos: ['R69', 'R68'].map((odsCode) => ({ odsCode, uses: USES })),
      };
      const { json: needs } = await rae.api('POST', '/asids/calculations', { plan });
      assert.deepEqual([needs.ersAsids, needs.applications, needs.allowList], [ersAsids, ersAsids, allowList]);
      const other = one ? 'perEuo' : 'perConnectingParty';
      const { json: otherwise } = await rae.api('POST', '/asids/calculations', { plan: { ...plan, model: other } });
      assert.equal(otherwise.ersAsids, one ? 6 : 5);
      const checked = new RegExp(`value="${model}"[^>]*checked`);
      assert.match((await rae.open('/asids/calculator')).text, checked);
      const printed = spine.cli('asid', 'calculate', '--euo', 'R69=user', '--euo', 'R68=user', '--json');
      assert.equal(JSON.parse(printed.stdout).ersAsids, one ? 1 : 2, printed.stderr);
    });

    test('the PROD form lists exactly those rows, and the operator has bound one ASID for each', async () => {
      const { json: view } = await rae.api('GET', `/roads/${told.roadId}`);
      const form = view.artefacts.find((each: { kind: string }) => each.kind === 'prod-form');
      assert.deepEqual(form.answers.rows, rows);
      const { applications } = (await spine.admin('PROD', '/gateway/applications')).json;
      const made = told.applications.filter((each: { environment: string }) => each.environment === 'PROD');
      assert.equal(made.length, rows.length);
      const asids = new Set<string>();
      for (const { appId, use } of made) {
        const application = applications.find((each: { appId: string }) => each.appId === appId);
        asids.add(application.asid);
        const flow = application.attributes['apim-app-flow-vars'];
        if (use === 'user-restricted' && one) assert.deepEqual(JSON.parse(flow), { ers: { allowListodsCode: allowList } });
        else assert.equal(flow, undefined);
      }
      assert.equal(asids.size, rows.length, 'one application, one ASID');
      const { asids: listed } = (await rae.api('GET', '/asids?environment=PROD')).json;
      const user = listed.filter((each: { asid: { displayName: string } }) => each.asid.displayName.endsWith('User-Restricted'));
      assert.deepEqual(
        user.map((each: { asid: { odsCode: string } }) => each.asid.odsCode).sort(),
        one ? ['ZS001'] : ['R68', 'R69'],
        'whose it is',
      );
    });

    test('the gateway of PROD lets through the organisations of the form, and no other where one ASID serves all', async () => {
      const { appId } = told.applications.find(
        (each: { environment: string; use: string }) => each.environment === 'PROD' && each.use === 'user-restricted',
      );
      const printed = spine.cli('token', '--environment', 'prod', '--app', appId, '--user', CLINICIAN, '--json');
      assert.equal(printed.status, 0, printed.stderr);
      const { access_token: token } = JSON.parse(printed.stdout);
      const prod = new Supplier(spine, 'PROD');
      const call = (odsCode: string): Promise<Reply> => prod.ers(token, { ...PROVIDER, odsCode }, CODES);
      assert.equal((await call('R69')).status, 200);
      assert.doesNotMatch((await call('R68')).text, UNAUTHORISED);
      const foreign = await call('RCD');
      if (one) {
        assert.equal(foreign.status, 403);
        assert.match(foreign.text, UNAUTHORISED);
      } else assert.doesNotMatch(foreign.text, UNAUTHORISED);
    });

    test('an ASID asked for in INT follows it too; the one-step application is for its organisation', async () => {
      const register = { environment: 'INT', accessMode: 'user-restricted', supplier: 'Rae', app: 'Link' };
      const { appId } = (await rae.api('POST', '/applications', register)).json;
      const listed = { odsCode: 'ZS001', product: 'Link', allowList: ['R69', 'R68'] };
      const bare = { odsCode: 'R69', product: 'Link' };
      const [right, wrong] = one ? [listed, bare] : [bare, listed];
      const refused = await rae.api('POST', `/applications/${appId}/asid-requests`, wrong);
      assert.deepEqual([refused.status, refused.json.error], [400, 'allow_list']);
      await rae.api('PUT', `/applications/${appId}/api`, { product: 'e-referrals-service-api-int-healthcare-worker' });
      const asked = await rae.api('POST', `/applications/${appId}/asid-requests`, right);
      assert.deepEqual([asked.status, asked.json.state], [201, 'allocated'], asked.text);
      const { attributes } = (await rae.api('GET', `/applications/${appId}`)).json;
      assert.equal(attributes['apim-app-flow-vars'], one ? '{"ers":{"allowListodsCode":["R69","R68"]}}' : undefined);
      assert.match((await rae.open(`/applications/${appId}/asid`)).text, /ASID/);

      const int = new Supplier(spine);
      const application = await int.register({ accessMode: 'user-restricted', odsCode: 'R69', jwks: makeKeyPair().jwks });
      const token = (await int.userToken(application, CLINICIAN)).json.access_token;
      assert.equal((await int.ers(token, PROVIDER, CODES)).status, 200);
      const foreign = await int.ers(token, { ...PROVIDER, odsCode: 'R68' }, CODES);
      assert.equal(UNAUTHORISED.test(foreign.text), one);
      const unsaid = await int.ers(token, undefined, CODES);
      assert.equal(/Missing or Empty NHSD-End-User-Organisation-ODS/.test(unsaid.text), one);
    });
  });
