/**
 * What a PROD form may do and what it may not: only rows that were accepted reach production, an organisation's word holds against all of
 * them, and what cannot be set up comes back to the supplier.
 */
import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { after, before, describe, test } from 'node:test';
import { setTimeout as pause } from 'node:timers/promises';
import { LocalSpine, type Reply } from '../helpers/localspine.ts';
import { PortalUser, portalOf } from '../helpers/portal.ts';
import { makeKeyPair } from '../helpers/supplier.ts';

const NEW_PERSON = '555032006106';

describe('a road that is live', { concurrency: false }, () => {
  const spine = new LocalSpine({ LOCALSPINE_ENVIRONMENTS: 'INT,PROD' });
  let [rae, casey, perry, ola]: readonly PortalUser[] = [];
  let roadId: string;
  let teamId: string;
  /** AppIDs in PROD by row. */
  let own: ReadonlyMap<string, string>;

  const person = (name: string): Promise<PortalUser> => new PortalUser(portalOf(spine)).demonstration(name);
  const good = (reply: Reply): Reply => {
    assert.ok(reply.status < 300, `${reply.status} ${reply.text}`);
    return reply;
  };
  const act = async (who: PortalUser | undefined, path: string, body: object = {}): Promise<Reply> =>
    good((await who?.api('POST', `/roads/${roadId}/${path}`, body)) as Reply);
  const put = async (kind: string, answers: object, key = ''): Promise<Reply> =>
    good((await rae?.api('PUT', `/roads/${roadId}/${kind}/answers`, { key, answers })) as Reply);
  const stateOf = async (kind: string, key = ''): Promise<string> => {
    const { json } = good((await rae?.api('GET', `/roads/${roadId}`)) as Reply);
    return json.artefacts.find((each: { kind: string; key: string }) => each.kind === kind && each.key === key).state;
  };
  const inProd = async (appId: string | undefined) => (await spine.admin('PROD', `/gateway/applications/${appId}`)).json;
  const stages = async (...appIds: readonly (string | undefined)[]): Promise<readonly string[]> =>
    Promise.all(appIds.map(async (each) => (await inProd(each)).stage));
  const manage = async (name: string, body: object): Promise<Reply> =>
    good(await spine.admin('PROD', `/management/${name}`, { method: 'POST', body }));
  const until = async (holds: () => Promise<boolean>, what: string): Promise<void> => {
    for (let looks = 0; looks < 100; looks += 1) {
      if (await holds()) return;
      await pause(100);
    }
    assert.fail(`${what}\n${spine.output.slice(-2_000)}`);
  };
  const untilStages = (wanted: string, ...appIds: readonly (string | undefined)[]): Promise<void> =>
    until(async () => (await stages(...appIds)).every((each) => each === wanted), `${appIds.length} applications are ${wanted}`);
  /** The organisation approves again, by a person. */
  const approvedAgain = async (): Promise<void> => {
    await act(rae, 'euo-approval/request', { key: 'R69' });
    await act(casey, 'euo-approval/approve', { key: 'R69' });
  };
  const row = (name: string): string | undefined => own.get(name);
  const UNATTENDED = ['R69/application-restricted-referrer', 'R69/application-restricted-provider'];
  const PROVIDER = 'R69/application-restricted-provider';

  before(async () => {
    await spine.start();
    const { status, stdout, stderr } = spine.cli('rehearse', 'release', '--json');
    assert.equal(status, 0, stderr);
    const told = JSON.parse(stdout);
    roadId = told.roadId;
    own = new Map(
      told.applications
        .filter(({ environment }: { environment: string }) => environment === 'PROD')
        .map(({ organisation, use, appId }: Record<string, string>) => [`${organisation}/${use}`, appId]),
    );
    [rae, casey, perry, ola] = await Promise.all(
      ['Rae Release Lead', 'Casey CIO of R69', 'Perry of e-RS Partners', 'Ola Operator'].map(person),
    );
    [{ teamId }] = (await (rae as PortalUser).api('GET', '/account')).json.teams;
  });
  after(() => spine.remove());

  test('what a chief information officer has withdrawn, no simulated one gives back', async () => {
    await act(casey, 'euo-approval/withdraw', { key: 'R69' });
    await untilStages('not-live', ...UNATTENDED.map(row));
    await put('euo-approval', { 'responsible-person': NEW_PERSON }, 'R69');
    await act(rae, 'euo-approval/request', { key: 'R69' });
    assert.equal(await stateOf('euo-approval', 'R69'), 'requested');
    const { json } = good((await casey?.api('GET', '/duties')) as Reply);
    assert.deepEqual(
      json.duties.map(({ kind, key, action, mode }: Record<string, string>) => ({ kind, key, action, mode })),
      [{ kind: 'euo-approval', key: 'R69', action: 'approve', mode: 'person' }],
    );
    assert.deepEqual(await stages(...UNATTENDED.map(row)), ['not-live', 'not-live']);
  });

  test('approved again, the applications act in the name of the person approved now', async () => {
    await act(casey, 'euo-approval/approve', { key: 'R69' });
    await untilStages('live', ...UNATTENDED.map(row));
    for (const each of UNATTENDED) assert.equal((await inProd(row(each))).attributes['app-restricted-user-id'], NEW_PERSON);
  });

  test('AppIDs entered into a form that is open steer nothing, and those that are live can still be stopped', async () => {
    const [dark, lit] = [randomUUID(), randomUUID()];
    for (const appId of [dark, lit])
      await manage('applications.register', { appId, name: 'Other - Supplier', accessMode: 'user-restricted' });
    await manage('release.setStage', { appId: lit, stage: 'live' });
    await act(rae, 'prod-form/reopen');
    assert.deepEqual(await Promise.all(['smoke-test', 'go-live'].map((kind) => stateOf(kind))), ['closed', 'not-ready']);
    await until(async () => (await stateOf('prod-form')) === 'issued', 'the form is issued again');
    await put('prod-form', { 'row.R69.user-restricted.app-id': dark, [`row.R69.application-restricted-provider.app-id`]: lit });
    await act(casey, 'euo-approval/withdraw', { key: 'R69' });
    await untilStages('not-live', ...UNATTENDED.map(row));
    assert.deepEqual(await stages(dark, lit), ['not-live', 'live'], 'another supplier’s');
    await approvedAgain();
    await untilStages('live', ...UNATTENDED.map(row));
    assert.deepEqual(await stages(dark, lit), ['not-live', 'live'], 'another supplier’s');
    await act(rae, 'prod-form/complete');
    await act(rae, 'prod-form/return');
    assert.equal(await stateOf('prod-form'), 'queried', 'G7 knows whose they are');
  });

  test('an application swapped in is tested before it is live; the one it replaces is stopped with the others', async () => {
    const wish = { environment: 'PROD', teamId, accessMode: 'application-restricted', capability: 'provider', supplier: 'S', app: 'New' };
    const { appId } = good((await rae?.api('POST', '/applications', wish)) as Reply).json;
    const product = 'e-referrals-service-api-prod-application-restricted';
    good((await rae?.api('PUT', `/applications/${appId}/api`, { product })) as Reply);
    good((await rae?.api('PUT', `/applications/${appId}/keys`, { jwks: makeKeyPair().jwks })) as Reply);
    await put('prod-form', {
      'row.R69.user-restricted.app-id': row('R69/user-restricted') ?? '',
      'row.R69.application-restricted-provider.app-id': appId,
    });
    await act(rae, 'prod-form/complete');
    await act(rae, 'prod-form/return');
    await until(async () => (await stateOf('smoke-test')) === 'open', 'the smoke test is open');
    await untilStages('smoke-test', appId);
    assert.deepEqual(await stages(row(PROVIDER), row('R68/application-restricted-provider')), ['live', 'live']);
    assert.notEqual((await inProd(appId)).asid, (await inProd(row(PROVIDER))).asid, 'an ASID of its own');
    await act(casey, 'euo-approval/withdraw', { key: 'R69' });
    await untilStages('not-live', appId, ...UNATTENDED.map(row));
    await approvedAgain();
    await untilStages('smoke-test', appId);
    assert.deepEqual(await stages(row(PROVIDER)), ['not-live'], 'replaced, and not raised again');
  });

  test('people who review: the operator is told to set up, and a simulated one takes it over', async () => {
    good((await rae?.api('PUT', `/roads/${roadId}/reviewers`, { reviewers: 'person' })) as Reply);
    await act(rae, 'prod-form/reopen');
    await act(perry, 'prod-form/issue');
    await act(rae, 'prod-form/complete');
    await act(rae, 'prod-form/return');
    const appId = row('R68/application-restricted-provider');
    await manage('applications.unbindAsid', { appId });
    await act(perry, 'prod-form/accept');
    const { json } = good((await ola?.api('GET', '/duties')) as Reply);
    assert.deepEqual(
      json.duties
        .filter((each: { roadId: string }) => each.roadId === roadId)
        .map(({ kind, action }: Record<string, string>) => [kind, action]),
      [['prod-form', 'set-up']],
    );
    assert.match((await (ola as PortalUser).open(`/work-list/${roadId}/prod-form`)).text, /Set up/);
    good((await rae?.api('PUT', `/roads/${roadId}/reviewers`, { reviewers: 'at-once' })) as Reply);
    await until(async () => (await stateOf('prod-form')) === 'done', 'the simulated operator has set it up');
    assert.match((await inProd(appId)).asid, /^\d{12}$/);
  });

  test('an organisation that INT does not know is found before anything is set up for it', async () => {
    const wish = { product: 'Stuck', version: '1', supplierOds: 'X26', teamId, reviewers: 'at-once' };
    ({ roadId } = good((await rae?.api('POST', '/roads', wish)) as Reply).json);
    await put('use-case', {
      justification: 'Worklists.',
      party: ['provider'],
      dataset: 'Worklists.',
      dspt: 'standards-met',
      endpoints: ['A004'],
      'organisations.application-restricted-provider': 'R69',
    });
    await act(rae, 'use-case/submit');
    const mine = { environment: 'INT', teamId, accessMode: 'application-restricted', capability: 'provider', supplier: 'S', app: 'A' };
    const { appId } = good((await rae?.api('POST', '/applications', mine)) as Reply).json;
    good((await rae?.api('PUT', `/applications/${appId}/api`, { product: 'e-referrals-service-api-int-application-restricted' })) as Reply);
    const form = { 'app.application-restricted-provider': appId, 'contact-name': 'x', 'contact-email': 'x@y.zz', pas: 'no' };
    await put('integration-form', { ...form, organisation: 'ZZ99' });
    const { json } = await act(rae, 'integration-form/submit');
    const { state, reasons } = json.artefacts.find((each: { kind: string }) => each.kind === 'integration-form');
    assert.equal(state, 'changes-requested');
    assert.match(reasons.join(), /The directory of INT has no organisation ZZ99/);
    await put('integration-form', { organisation: 'R69' });
    await act(rae, 'integration-form/submit');
    await until(async () => (await stateOf('integration-form')) === 'data-pack-issued', 'the form is set up');
  });
});
