/**
 * A conformance run from its start to its signed evidence: a small client drives INT until every witness case of two endpoints is met, sees what
 * was missing on the way, finishes with a verdict, and the evidence stands up to a check offline.
 */
import assert from 'node:assert/strict';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import { LocalSpine, type Reply } from '../helpers/localspine.ts';
import { PortalUser, portalOf } from '../helpers/portal.ts';
import { type Application, makeKeyPair, type Role, Supplier } from '../helpers/supplier.ts';

const USER = '021600556514';
const PROVIDER: Role = { businessFunction: 'SERVICE_PROVIDER_CLINICIAN', odsCode: 'R69' };
/** A booked referral that waits to be accepted, and the version it is at. */
const UBRN = '000000070033';
const VERSION = 'W/"5"';
const UNKNOWN = '000099999999';

interface CaseView {
  readonly id: string;
  readonly state: string;
  readonly exchanges: readonly number[];
  readonly begun?: { readonly awaits: string };
  readonly todo: { readonly text: string };
}

describe('a conformance run', { concurrency: false }, () => {
  const spine = new LocalSpine({ LOCALSPINE_ENVIRONMENTS: 'INT,DEP' });
  const supplier = new Supplier(spine);
  const keys = makeKeyPair();
  let application: Application;
  let lead: PortalUser;
  let runId = '';
  let token = '';

  before(async () => {
    await spine.start();
    application = await supplier.register({ accessMode: 'user-restricted', jwks: keys.jwks });
    lead = await new PortalUser(portalOf(spine)).demonstration('Rae Release Lead');
  });
  after(() => spine.remove());

  const read = (role: Role | undefined, ubrn = UBRN, headers: Record<string, string> = {}): Promise<Reply> =>
    supplier.ers(token, role, `/STU3/ReferralRequest/${ubrn}`, { headers });
  const accept = (role: Role | undefined, ubrn = UBRN, ifMatch = VERSION, headers: Record<string, string> = {}): Promise<Reply> =>
    supplier.ers(token, role, `/STU3/ReferralRequest/${ubrn}/$ers.acceptReferral`, {
      method: 'POST',
      headers: { 'if-match': ifMatch, ...headers },
    });
  const signIn = async (): Promise<void> => {
    token = (await supplier.userToken(application, USER)).json.access_token;
  };
  const fault = (operation: string, effect: object): Promise<Reply> =>
    spine.admin('INT', '/faults', { method: 'POST', body: { service: 'ers', operation, effect, count: 1 } });
  const advance = (duration: string): Promise<Reply> => spine.admin('INT', '/clock', { method: 'PUT', body: { advance: duration } });
  // biome-ignore lint/suspicious/noExplicitAny: test convenience
  const run = async (): Promise<any> => (await lead.api('GET', `/conformance/runs/${runId}`)).json;
  const states = async (): Promise<Readonly<Record<string, string>>> =>
    Object.fromEntries((await run()).cases.map((each: CaseView) => [each.id, each.state]));

  test('begins with what it needs, and refuses what makes no sense', async () => {
    const order = { product: 'Care Vista Link', version: '2.0', applications: [application.appId], endpoints: ['A005', 'A013'] };
    const refused = async (changes: object): Promise<string> =>
      (await lead.api('POST', '/conformance/runs', { ...order, ...changes })).json.error;
    assert.equal(await refused({ applications: ['nobody'] }), 'application_unknown');
    assert.equal(await refused({ endpoints: ['A999'] }), 'endpoint_unknown');
    assert.equal(await refused({ environment: 'PROD' }), 'bad_environment');
    assert.equal(await refused({ kind: 'acceptance' }), 'no_organisation');
    const begun = await lead.api('POST', '/conformance/runs', order);
    assert.equal(begun.status, 201, begun.text);
    runId = begun.json.runId;
    assert.equal(await refused({}), 'application_recorded');
    assert.equal(begun.json.standing.verdict, 'open');
    assert.deepEqual(
      begun.json.cases.map((each: CaseView) => each.id),
      [
        'user.token.served',
        ...['A005', 'A013'].flatMap((id) => [
          `user.${id}.served`,
          `user.${id}.organisation-missing`,
          `user.${id}.organisation-foreign`,
          `user.${id}.function-wrong`,
          `user.${id}.token-expired`,
          `user.${id}.session-ended`,
          ...(id === 'A013' ? [`user.${id}.version-stale`] : []),
          `user.${id}.unknown-record`,
          `user.${id}.throttled`,
          `user.${id}.unavailable`,
        ]),
      ],
    );
  });

  test('sees what is refused: organisation, function, record, version', async () => {
    await signIn();
    const { odsCode: _, ...withoutOrganisation } = PROVIDER;
    for (const call of [read, accept]) {
      const headers = { 'nhsd-ers-business-function': withoutOrganisation.businessFunction };
      const missing = call === read ? await read(undefined, UBRN, headers) : await accept(undefined, UBRN, VERSION, headers);
      assert.equal(missing.status, 403);
      assert.equal((await call({ ...PROVIDER, odsCode: 'RCD' })).status, 403);
      assert.equal((await call({ ...PROVIDER, businessFunction: 'INFORMATION_ANALYST' })).status, 403);
      assert.equal((await call(PROVIDER, UNKNOWN)).status, 404);
    }
    assert.equal((await read(PROVIDER)).headers['etag'], VERSION);
    assert.equal((await accept(PROVIDER, UBRN, 'W/"4"')).status, 409);
    const now = await states();
    for (const id of ['A005', 'A013'])
      for (const kind of ['organisation-missing', 'organisation-foreign', 'function-wrong', 'unknown-record'])
        assert.equal(now[`user.${id}.${kind}`], 'met', `${id} ${kind}`);
    assert.equal(now['user.A013.version-stale'], 'not-seen');
    const stale = (await run()).cases.find((each: CaseView) => each.id === 'user.A013.version-stale');
    assert.match(stale.begun.awaits, /version read anew/);
  });

  test('sees a client that hammers, and sees it mended', async () => {
    await fault('A005', { kind: 'status', status: 429 });
    assert.equal((await read(PROVIDER)).status, 429);
    assert.equal((await read(PROVIDER)).status, 200);
    assert.equal((await states())['user.A005.throttled'], 'failed');
    for (const [operation, call] of [
      ['A005', read],
      ['A013', accept],
    ] as const) {
      await fault(operation, { kind: 'status', status: 429 });
      assert.equal((await call(PROVIDER)).status, 429);
      // The client waits; here the environment's clock does it for it.
      await advance('2s');
      await fault(operation, { kind: 'status', status: 503, retryAfterSeconds: 30 });
      const unavailable = await call(PROVIDER);
      assert.deepEqual([unavailable.status, unavailable.headers['retry-after']], [503, '30']);
      await advance('30s');
      if (call === read) assert.equal((await read(PROVIDER)).status, 200);
    }
    const now = await states();
    assert.deepEqual([now['user.A005.throttled'], now['user.A005.unavailable']], ['met', 'met']);
  });

  test('sees tokens that end, by age and because the user logged out', async () => {
    await advance('11m');
    for (const call of [read, accept]) assert.equal((await call(PROVIDER)).status, 401);
    await signIn();
    assert.equal((await read(PROVIDER)).status, 200);
    const { sessions } = (await spine.admin('INT', '/identity/sessions')).json;
    for (const { sid } of sessions) await spine.admin('INT', `/identity/sessions/${sid}`, { method: 'DELETE' });
    for (const call of [read, accept]) assert.equal((await call(PROVIDER)).status, 401);
    await signIn();
    assert.equal((await read(PROVIDER)).status, 200);
    assert.equal((await accept(PROVIDER)).status, 200);
    const open = Object.entries(await states()).filter(([, state]) => state !== 'met');
    assert.deepEqual(open, []);
    assert.equal((await run()).standing.verdict, 'passed');
  });

  test('shows each exchange behind a case, whole and without secrets', async () => {
    const page = await lead.open(`/conformance/runs/${runId}`);
    assert.match(page.text, /20 of 20 cases met/);
    const served = (await run()).cases.find((each: CaseView) => each.id === 'user.A013.served');
    const { text } = await lead.open(`/conformance/runs/${runId}/exchanges/${served.exchanges[0]}`);
    assert.match(text, /acceptReferral/);
    assert.match(text, /TLSv1\.3/);
    assert.match(text, /<pre><code>\{\n/);
    await read({ ...PROVIDER, businessFunction: '<script>alert(1)</script>' });
    const last = (await run()).exchanges;
    const markup = (await lead.open(`/conformance/runs/${runId}/exchanges/${last}`)).text;
    assert.match(markup, /&lt;script&gt;alert\(1\)/);
    assert.equal(markup.includes('<script>alert'), false);
    const { exchanges } = (await lead.api('GET', `/conformance/runs/${runId}/exchanges?limit=999`)).json;
    assert.ok(exchanges.every((each: { tls?: object; correlationId?: string }) => each.tls !== undefined));
    assert.equal(JSON.stringify(exchanges).includes(application.secret), false);
    assert.equal(JSON.stringify(exchanges).includes(token), false);
  });

  test('is nobody else’s to see or to end', async () => {
    const stranger = await new PortalUser(portalOf(spine)).demonstration('Dev Supplier');
    assert.equal((await stranger.api('GET', `/conformance/runs/${runId}`)).status, 404);
    assert.equal((await stranger.api('POST', `/conformance/runs/${runId}/finish`, {})).status, 404);
    assert.deepEqual((await stranger.api('GET', '/conformance/runs')).json.runs, []);
    assert.equal((await new PortalUser(portalOf(spine)).api('GET', `/conformance/runs/${runId}`)).status, 401);
    const reviewer = await new PortalUser(portalOf(spine)).demonstration('Sol of Solution Assurance');
    assert.equal((await reviewer.api('GET', `/conformance/runs/${runId}`)).status, 200);
    assert.equal((await reviewer.api('POST', `/conformance/runs/${runId}/finish`, {})).status, 403);
  });

  test('finishes with a verdict that gates ask for, and takes no more', async () => {
    assert.equal((await lead.api('GET', `/conformance/runs/${runId}/evidence`)).json.error, 'run_recording');
    const finished = await lead.api('POST', `/conformance/runs/${runId}/finish`, {});
    assert.deepEqual([finished.json.state, finished.json.verdict], ['finished', 'passed']);
    const { exchanges } = finished.json;
    await read(PROVIDER);
    assert.equal((await run()).exchanges, exchanges);
    const query = new URLSearchParams({ product: 'Care Vista Link', version: '2.0' });
    const verdict = (await lead.api('GET', `/conformance/verdict?${query}`)).json;
    assert.equal(verdict.verdict, 'passed');
    assert.deepEqual(
      verdict.covered.map((each: { endpoint: string }) => each.endpoint),
      ['token', 'A005', 'A013'],
    );
    assert.equal((await lead.api('DELETE', `/conformance/runs/${runId}`, {})).json.error, 'run_passed');
    assert.equal((await lead.api('POST', `/conformance/runs/${runId}/finish`, {})).json.error, 'run_state');
  });

  test('records an application for its owner only', async () => {
    const stranger = await new PortalUser(portalOf(spine)).demonstration('Dev Supplier');
    const wish = { environment: 'INT', accessMode: 'user-restricted', name: 'Dev - Own - INT - e-Referral Service, User Restricted' };
    const { appId } = (await stranger.api('POST', '/applications', wish)).json;
    const order = { product: 'Own', version: '1', applications: [appId], endpoints: ['A005'] };
    assert.equal((await lead.api('POST', '/conformance/runs', order)).json.error, 'application_unknown');
    const own = await stranger.api('POST', '/conformance/runs', order);
    assert.equal(own.status, 201, own.text);
    assert.match((await stranger.open('/conformance/start')).text, /Dev - Own - INT/);
    assert.equal((await stranger.api('DELETE', `/conformance/runs/${own.json.runId}`, {})).status, 200);
    assert.equal((await stranger.api('GET', `/conformance/runs/${own.json.runId}`)).status, 404);
  });

  test('opens DEP for the version that has passed, and for no other (PTL-008)', async () => {
    const asked = async (version: string): Promise<string> => {
      const order = { environment: 'DEP', product: 'Care Vista Link', version, services: ['ers-user'] };
      const { planId } = (await lead.api('POST', '/connecting', order)).json;
      const { prerequisites } = (await lead.api('POST', `/connecting/${planId}/integration`, {})).json;
      return prerequisites.find((each: { kind: string }) => each.kind === 'integration').state;
    };
    assert.deepEqual([await asked('2.0'), await asked('2.1')], ['granted', 'refused']);
  });

  test('is before the reviewer who decides on the witness test of the version', async () => {
    const wish = { product: 'Care Vista Link', version: '2.0', supplierOds: 'X26', reviewers: 'person' };
    const { roadId } = (await lead.api('POST', '/roads', wish)).json;
    const reviewer = await new PortalUser(portalOf(spine)).demonstration('Sol of Solution Assurance');
    assert.match((await reviewer.open(`/work-list/${roadId}/witness-test`)).text, new RegExp(`Conformance run ${runId}</a> passed\\.`));
  });

  test('an application is registered in DEP only with access in force: of its owner, for the version that passed', async () => {
    const name = 'Rae - Care Vista Link - DEP - e-Referral Service - User-restricted';
    const wish = { environment: 'DEP', accessMode: 'user-restricted', name, product: 'Care Vista Link', productVersion: '2.0' };
    const register = (changes: object = {}, who = lead): Promise<Reply> => who.api('POST', '/applications', { ...wish, ...changes });
    const refused = async (changes: object = {}, who = lead): Promise<string> => {
      const reply = await register(changes, who);
      return `${reply.status} ${reply.json.error}`;
    };
    const order = { environment: 'DEP', product: 'Care Vista Link', version: '2.0', services: ['ers-application'] };
    const { planId } = (await lead.api('POST', '/connecting', order)).json;
    await lead.api('POST', `/connecting/${planId}/integration`, {});
    assert.equal(await refused(), '409 access_not_granted', 'the run has passed, the test data is not asked for yet');
    const { access } = (await lead.api('POST', `/connecting/${planId}/test-data`, { patients: '1', purpose: 'DEP' })).json;
    assert.equal(access, 'granted');

    const appId = 'b1f3c2d4-0000-4000-8000-000000000d10';
    const made = await register({ appId });
    assert.equal(made.status, 201, made.text);
    assert.equal(await refused({ productVersion: '2.1' }), '409 access_not_granted');
    assert.equal(await refused({ product: undefined, productVersion: undefined }), '400 bad_product');
    assert.equal(await refused({ productVersion: undefined }), '400 bad_version');
    const stranger = await new PortalUser(portalOf(spine)).demonstration('Dev Supplier');
    assert.equal(await refused({}, stranger), '409 access_not_granted', 'access is not another owner’s');
    const [team] = (await lead.api('GET', '/account')).json.teams;
    assert.equal(await refused({ teamId: team.teamId }), '409 access_not_granted', 'nor the team’s of who asked personally');

    const desk = await new PortalUser(portalOf(spine)).demonstration('Deniz of the service desk');
    await desk.submit(`/connecting/${planId}`, { suspended: 'yes' }, `/connecting/${planId}/suspend`);
    assert.equal(await refused(), '409 access_suspended');
    const again = await register({ appId });
    assert.deepEqual(
      [again.status, again.json.apiKey],
      [201, made.json.apiKey],
      'what is registered stays, and a repeated request is answered',
    );
    const { applications } = (await lead.api('GET', '/applications?environment=DEP')).json;
    assert.equal(applications.length, 1, 'nothing refused was kept');
    const { entries } = (await lead.api('GET', '/audit?action=application.register&environment=DEP')).json;
    assert.deepEqual(
      entries.map(({ detail }: { detail: { product: string; version: string } }) => [detail.product, detail.version]),
      [['Care Vista Link', '2.0']],
    );
  });

  test('exports evidence that stands up to a check offline, and falls with any change', async () => {
    const file = join(spine.home, 'run.evidence.jsonl');
    const exported = spine.cli('evidence', 'export', runId, '--as', 'release@localspine.example', '--to', file, '--json');
    assert.equal(exported.status, 0, exported.stderr);
    const verified = spine.cli('evidence', 'verify', file, '--json');
    assert.equal(verified.status, 0, verified.stdout + verified.stderr);
    const facts = JSON.parse(verified.stdout);
    assert.deepEqual([facts.sound, facts.run.verdict, facts.cases, facts.environment], [true, 'passed', 20, 'INT']);
    const good = readFileSync(file, 'utf8');
    writeFileSync(file, good.replace('"status":409', '"status":200'));
    const changed = spine.cli('evidence', 'verify', file);
    assert.equal(changed.status, 1);
    assert.match(changed.stdout, /Not sound\.[\s\S]*Line \d+: The line before this one is not the one that was written/);
    writeFileSync(file, good);
    assert.equal(spine.cli('evidence', 'verify', file, '--fingerprint', 'a'.repeat(64)).status, 1);
  });

  test('is in the audit trail', async () => {
    const { entries } = (await lead.api('GET', '/audit?action=conformance')).json;
    assert.deepEqual(
      entries.map((each: { action: string }) => each.action),
      ['conformance.export', 'conformance.finish', 'conformance.start'],
    );
  });

  test('evidence stands up too after the sub CA was renewed or revoked, and before the cut-over to the second generation', async () => {
    const file = join(spine.home, 'later.evidence.jsonl');
    const authority = async (path: string, method = 'POST', body: object = {}): Promise<void> => {
      const { status, text } = await spine.admin('INT', `/pki/${path}`, { method, body });
      assert.equal(status, 200, text);
    };
    const signers = new Set<string>();
    for (const change of [
      () => authority('authorities/generation-2/renew'),
      () => authority('cut-over', 'PUT', { at: '2999-01-01T00:00:00Z' }),
      () => authority('authorities/generation-2/revoke', 'POST', { reason: 'keyCompromise' }),
      () => authority('authorities/generation-1/revoke', 'POST', { reason: 'keyCompromise' }),
    ]) {
      await change();
      const exported = spine.cli('evidence', 'export', runId, '--as', 'release@localspine.example', '--to', file, '--json');
      assert.equal(exported.status, 0, exported.stderr);
      const verified = spine.cli('evidence', 'verify', file, '--json');
      assert.equal(verified.status, 0, verified.stdout + verified.stderr);
      signers.add(readFileSync(file, 'utf8').trimEnd().split('\n').at(-1)?.split('.')[0] ?? '');
    }
    assert.equal(signers.size, 3, 'new ones after each revocation, the second of the first generation');
  });
});

describe('a user acceptance run', { concurrency: false }, () => {
  const spine = new LocalSpine({ LOCALSPINE_ENVIRONMENTS: 'DEP' });
  const supplier = new Supplier(spine, 'DEP');
  before(() => spine.start());
  after(() => spine.remove());

  test('is recorded with an NHS organisation, which declines it, sees it mended and signs it off', async () => {
    const keys = makeKeyPair();
    const application = await supplier.register({
      accessMode: 'application-restricted',
      capability: 'provider',
      odsCode: 'R69',
      jwks: keys.jwks,
    });
    const cli = (...args: readonly string[]) => {
      const ran = spine.cli(...args, '--json');
      return { status: ran.status, json: JSON.parse(ran.stdout === '' ? ran.stderr : ran.stdout) };
    };
    const as = ['--as', 'release@localspine.example'];
    const begun = cli(
      'conformance',
      'start',
      ...as,
      '--environment',
      'dep',
      '--acceptance',
      '--organisation',
      'R69',
      '--product',
      'Link',
      '--product-version',
      '1',
      '--app',
      application.apiKey,
      '--endpoint',
      'A004',
    );
    assert.equal(begun.status, 0, JSON.stringify(begun.json));
    const { access_token: token } = (await supplier.clientCredentials(application, keys)).json;
    assert.equal((await supplier.ers(token, undefined, '/referrals/FHIR/STU3/CodeSystem/SPECIALTY')).status, 200);
    const { runId } = begun.json;
    const cases = begun.json.cases.map((each: CaseView) => each.id).filter((id: string) => !id.endsWith('.served'));
    const justified = cli(
      'conformance',
      'not-applicable',
      ...as,
      runId,
      ...cases,
      '--because',
      'Shown in the conformance run of this version.',
    );
    assert.equal(justified.json.standing.notApplicable, cases.length - 1, 'override headers have been seen to be absent');
    const stopped = cli('conformance', 'stop', ...as, runId);
    assert.deepEqual([stopped.status, stopped.json.verdict], [0, 'passed']);
    const passing = new RegExp(`passed with ${cases.length - 1} justified`);
    assert.match(spine.cli('conformance', 'show', ...as, runId).stdout, passing);
    const page = await (await new PortalUser(portalOf(spine)).demonstration('Rae Release Lead')).open(`/conformance/runs/${runId}`);
    assert.match(page.text, new RegExp(`Passed with ${cases.length - 1} justified`));
    const file = join(spine.home, 'acceptance.evidence.jsonl');
    assert.equal(spine.cli('evidence', 'export', ...as, runId, '--to', file).status, 0);
    assert.match(spine.cli('evidence', 'verify', file).stdout, passing);
    const cio = ['--as', 'cio.r69@localspine.example'];
    assert.equal(cli('conformance', 'sign-off', '--as', 'cio.rcd@localspine.example', runId).json.error, 'run_unknown');
    assert.equal(cli('conformance', 'sign-off', ...cio, runId, '--decline').json.error, 'comment_missing');
    assert.equal(cli('conformance', 'sign-off', ...cio, runId, '--decline', '--comment', 'Print is too small').json.state, 'declined');
    const signed = cli('conformance', 'sign-off', ...cio, runId, '--comment', 'Good now');
    assert.deepEqual([signed.json.state, signed.json.signOff.comment], ['signed-off', 'Good now']);
  });
});
