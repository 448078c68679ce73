/** The path to live over the wire: the whole road by one command, a road that is blocked at each gate, reviewers who take their time, and PROD. */
import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { after, before, describe, test } from 'node:test';
import { setTimeout as pause } from 'node:timers/promises';
import { LocalSpine, type Reply } from '../helpers/localspine.ts';
import { PortalUser, portalOf } from '../helpers/portal.ts';
import { FHIR, makeKeyPair, Supplier } from '../helpers/supplier.ts';

let spine: LocalSpine;
before(async () => {
  spine = await new LocalSpine({ LOCALSPINE_ENVIRONMENTS: 'INT,PROD' }).start();
});
after(() => spine.remove());

function person(name: string): Promise<PortalUser> {
  return new PortalUser(portalOf(spine)).demonstration(name);
}

describe('localspine rehearse release', { concurrency: false }, () => {
  // biome-ignore lint/suspicious/noExplicitAny: what a command printed
  let told: any;

  test('goes from the use case to a live call in PROD, and says what people would have waited for', () => {
    const { status, stdout, stderr } = spine.cli('rehearse', 'release', '--json');
    assert.equal(status, 0, stderr);
    told = JSON.parse(stdout);
    assert.ok(told.milliseconds < 60_000, `${told.milliseconds} ms`);
    assert.equal(
      told.applications.filter((each: { environment: string }) => each.environment === 'PROD').length,
      6,
      'three for each organisation',
    );
    assert.equal(new Set(told.applications.map((each: { appId: string }) => each.appId)).size, 9, 'INT registrations promote nothing');
    assert.ok(told.waits.includes('5 working days for Solution Assurance to reply on the SCAL (published)'));
    assert.equal(told.documentedWorkingDays, 5);
    assert.equal(told.steps.at(-1).detail, 'PROD answered 200 to A030');
  });

  test('leaves a road on which everything is done, and every gate but DEP’s is open', async () => {
    const rae = await person('Rae Release Lead');
    const { json: view } = await rae.api('GET', `/roads/${told.roadId}`);
    assert.deepEqual(
      view.gates.filter((gate: { open: boolean }) => !gate.open).map((gate: { gate: string }) => gate.gate),
      ['G3'],
    );
    assert.equal(view.artefacts.find((each: { kind: string }) => each.kind === 'go-live').state, 'business-live');
    const page = await rae.open(`/roads/${told.roadId}`);
    assert.match(page.text, /4\.16 \(later 4\.2\) Multiple ASIDs/);
  });

  test('every PROD application is bound, approved and live, and acts for its organisation', async () => {
    const { json } = await spine.admin('PROD', '/gateway/applications');
    const byId = new Map(json.applications.map((each: { appId: string }) => [each.appId, each]));
    for (const { environment, appId, use, organisation } of told.applications) {
      if (environment !== 'PROD') continue;
      // biome-ignore lint/suspicious/noExplicitAny: an answer of the admin API
      const application: any = byId.get(appId);
      assert.match(application.asid, /^\d{12}$/);
      assert.equal(application.stage, 'live');
      assert.deepEqual(
        application.subscriptions.map((each: { status: string; override?: boolean }) => [each.status, each.override]),
        [['approved', undefined]],
        'approved by the road, not past it',
      );
      if (use !== 'user-restricted') assert.equal(application.attributes['app-restricted-ods-code'], organisation);
    }
  });

  test('the mail that the real road sends is in the outbox, the audit trail says who decided', async () => {
    const rae = await person('Rae Release Lead');
    const { json: outbox } = await rae.api('GET', '/mail');
    const subjects: string[] = outbox.mails.map((each: { subject: string }) => each.subject);
    for (const part of ['PROD form: issued', 'Technical Conformance Certificate: issued', 'Go-live: confirmed: live'])
      assert.ok(
        subjects.some((each) => each.endsWith(part)),
        part,
      );
    const { json: trail } = await rae.api('GET', '/audit?action=road.confirm');
    assert.deepEqual(
      trail.entries.map((each: { who: string }) => each.who),
      ['e-RS Partners team (simulated)'],
    );
  });
});

describe('PROD before go-live', { concurrency: false }, () => {
  test('an approved application that is not live is refused; in its smoke test it may read; live it may write', async () => {
    const keys = makeKeyPair();
    const supplier = new Supplier(spine, 'PROD');
    const appId = randomUUID();
    const manage = async (name: string, body: object): Promise<Reply> => {
      const reply = await spine.admin('PROD', `/management/${name}`, { method: 'POST', body });
      assert.equal(reply.status, 200, reply.text);
      return reply;
    };
    const productName = 'e-referrals-service-api-prod-application-restricted';
    const { json: made } = await manage('applications.register', { appId, name: 'Acme - Link', accessMode: 'application-restricted' });
    await manage('applications.addApi', { appId, productName });
    await manage('applications.setKeys', { appId, source: { jwks: keys.jwks } });
    const app = { appId, apiKey: made.apiKey, secret: made.secret, asid: '', callbackUrl: '' };
    const unapproved = await supplier.clientCredentials(app, keys);
    assert.equal(unapproved.status, 401, 'PROD products wait for approval');
    await manage('applications.approveApi', { appId, productName });
    const { json: allocated } = await manage('asids.allocate', {
      requestId: appId,
      odsCode: 'R69',
      productName: 'Link',
      displayName: 'R69 - Link – Prod - Application-Restricted - Provider',
      services: ['ers'],
    });
    await manage('applications.bindAsid', { appId, asid: allocated.asid });
    await manage('applications.setAttributes', {
      appId,
      attributes: {
        'app-restricted-ods-code': 'R69',
        'app-restricted-user-id': '021600556514',
        'app-restricted-business-function': 'PROVIDER_AUTHORISED_APPLICATION',
      },
    });
    const token = (await supplier.clientCredentials(app, keys)).json.access_token;
    const correlationId = randomUUID().toUpperCase();
    const headers = { authorization: `Bearer ${token}`, 'x-correlation-id': correlationId, accept: FHIR };
    const read = () => spine.call('PROD', '/referrals/FHIR/STU3/CodeSystem/SPECIALTY', { headers });
    const write = () =>
      spine.call('PROD', '/referrals/FHIR/STU3/ReferralRequest/000000070000/$ers.acceptReferral', {
        method: 'POST',
        headers: { ...headers, 'if-match': 'W/"1"' },
      });
    const refused = await read();
    assert.deepEqual([refused.status, refused.text], [401, '']);
    const { json: noted } = await spine.admin('PROD', `/journal/${correlationId}`);
    assert.equal(noted.refusal.check, 'gateway.live');
    assert.match(noted.refusal.why, /registered in production but not live/);
    await manage('release.setStage', { appId, stage: 'smoke-test' });
    assert.equal((await read()).status, 200);
    assert.equal((await write()).status, 401, 'nothing is changed by a smoke test');
    await manage('release.setStage', { appId, stage: 'live' });
    assert.equal((await write()).status, 422, 'past the gateway: e-RS itself says no');
  });

  test('an operator’s command gets past the reviewers, and is shown as such', async () => {
    const made = await new Supplier(spine, 'PROD').register({ accessMode: 'application-restricted' });
    const { json } = await spine.admin('PROD', `/gateway/applications/${made.appId}`);
    assert.deepEqual([json.stage, json.subscriptions[0].override], ['live', true]);
  });
});

const USE_CASE = {
  justification: 'Worklists in our own system.',
  party: ['provider'],
  dataset: 'Worklists.',
  dspt: 'standards-met',
  endpoints: ['A004'],
  'organisations.application-restricted-provider': 'R69',
};

describe('a road whose reviewers are people', { concurrency: false }, () => {
  let rae: PortalUser;
  let perry: PortalUser;
  let roadId: string;

  const act = (who: PortalUser, path: string, body: object = {}) => who.api('POST', `/roads/${roadId}/${path}`, body);
  const refused = (reply: Reply, status: number, error: string, text = /./): void => {
    assert.deepEqual([reply.status, reply.json.error], [status, error], reply.text);
    assert.match(`${reply.json.message} ${reply.json.fix ?? ''}`, text);
  };
  const done = (reply: Reply): void => assert.equal(reply.status, 200, reply.text);

  before(async () => {
    [rae, perry] = await Promise.all([person('Rae Release Lead'), person('Perry of e-RS Partners')]);
    const { teams } = (await rae.api('GET', '/account')).json;
    const begun = await rae.api('POST', '/roads', {
      product: 'Blocked Link',
      version: '1',
      supplierOds: 'ZS001',
      teamId: teams[0].teamId,
      reviewers: 'person',
    });
    assert.equal(begun.status, 201, begun.text);
    roadId = begun.json.roadId;
  });

  test('each product version has one road', async () => {
    const { teams } = (await rae.api('GET', '/account')).json;
    const again = await rae.api('POST', '/roads', { product: 'Blocked Link', version: '1', supplierOds: 'ZS001', teamId: teams[0].teamId });
    refused(again, 409, 'road_taken');
  });

  test('a road is nobody else’s business', async () => {
    const stranger = await person('Corin CIO of RCD');
    refused(await stranger.api('GET', `/roads/${roadId}`), 403, 'not_permitted');
    const nobody = new PortalUser(portalOf(spine));
    refused(await nobody.api('GET', `/roads/${roadId}`), 401, 'sign_in');
  });

  test('an unfinished form is not taken: every fault is said', async () => {
    refused(await act(rae, 'use-case/submit'), 409, 'blocked', /Enter: Why the product needs e-RS/);
  });

  test('G1: nothing is built before the use case is accepted, by e-RS Partners alone, and not before it is sound', async () => {
    done(await rae.api('PUT', `/roads/${roadId}/use-case/answers`, { answers: { ...USE_CASE, dspt: 'approaching' } }));
    done(await act(rae, 'use-case/submit'));
    refused(await act(rae, 'use-case/accept'), 403, 'not_permitted');
    refused(await act(await person('Sol of Solution Assurance'), 'use-case/accept'), 403, 'not_permitted');
    refused(await act(perry, 'use-case/accept'), 409, 'blocked', /Toolkit/);
    refused(await act(rae, 'integration-form/submit'), 409, 'blocked', /Use case is at "Under review"/);
    refused(await act(rae, 'scal/request'), 409, 'blocked', /Use case/);
    refused(await act(perry, 'use-case/request-changes'), 409, 'reasons_missing');
    done(await act(perry, 'use-case/request-changes', { reasons: ['Publish your toolkit first.'] }));
    const { json } = await rae.api('GET', '/mail');
    assert.match(json.mails[0].text, /- Publish your toolkit first\./);
    done(await rae.api('PUT', `/roads/${roadId}/use-case/answers`, { answers: USE_CASE }));
    done(await act(rae, 'use-case/submit'));
    const { json: work } = await perry.api('GET', '/duties');
    assert.deepEqual(
      work.duties
        .filter((each: { roadId: string }) => each.roadId === roadId)
        .map((each: { kind: string; action: string }) => [each.kind, each.action]),
      [['use-case', 'accept']],
    );
    done(await act(perry, 'use-case/accept'));
    refused(await rae.api('PUT', `/roads/${roadId}/use-case/answers`, { answers: { dataset: 'more' } }), 409, 'not_editable');
  });

  test('G2: no SCAL review before there is an application with an ASID in INT', async () => {
    done(await act(rae, 'scal/request'));
    done(await act(await person('Sol of Solution Assurance'), 'scal/issue'));
    done(await act(rae, 'scal/start'));
    refused(await act(rae, 'scal/submit'), 409, 'blocked', /Integration testing form is at "Draft"/);
    const answers = {
      'app.application-restricted-provider': randomUUID(),
      organisation: 'R69',
      'contact-name': 'Pat',
      'contact-email': 'pat@example.com',
      pas: 'no',
    };
    done(await rae.api('PUT', `/roads/${roadId}/integration-form/answers`, { answers }));
    done(await act(rae, 'integration-form/submit'));
    refused(await act(await person('Deniz of the service desk'), 'integration-form/accept'), 409, 'blocked', /INT has no application/);
  });

  test('G3 to G8: each is shut, with who has to act', async () => {
    const { json: view } = await rae.api('GET', `/roads/${roadId}`);
    const shut = new Map(
      view.gates.map((gate: { gate: string; open: boolean; blockers: { who: string; reason: string }[] }) => [gate.gate, gate]),
    );
    for (const gate of ['G3', 'G4', 'G5', 'G6', 'G7', 'G8']) {
      // biome-ignore lint/suspicious/noExplicitAny: an answer of the API
      const found: any = shut.get(gate);
      assert.equal(found.open, false, gate);
      for (const { who, reason, fix } of found.blockers) assert.ok(who !== '' && reason !== '' && fix !== '');
    }
    const [sol, lou] = await Promise.all([person('Sol of Solution Assurance'), person('Lou of Live Services')]);
    refused(await act(sol, 'witness-test/issue-pack'), 409, 'blocked', /Integration testing form/);
    refused(await act(sol, 'tcc/issue'), 409, 'blocked', /Witness test is at "No pack yet", needed is "Passed"/);
    refused(await act(lou, 'connection-agreement/issue'), 409, 'blocked', /Supplier Conformance Assessment List/);
    refused(await act(lou, 'connection-agreement/countersign'), 409, 'wrong_state');
    refused(await act(perry, 'prod-form/issue'), 409, 'blocked', /Connection agreement is at "Not issued"/);
    refused(await act(rae, 'prod-form/return'), 409, 'wrong_state');
    refused(await act(await person('Ola Operator'), 'smoke-test/open'), 409, 'blocked', /PROD form/);
    refused(await act(rae, 'go-live/ask'), 409, 'blocked', /Smoke test is at "Not open yet", needed is "Passed"/);
    refused(await act(perry, 'go-live/confirm'), 409, 'wrong_state');
  });

  test('a chief information officer decides for their own organisation only', async () => {
    const answers = { 'cio-name': 'Casey', 'cio-email': 'casey@example.com', scope: 'read', 'responsible-person': '555032006106' };
    done(await rae.api('PUT', `/roads/${roadId}/euo-approval/answers`, { key: 'R69', answers }));
    done(await act(rae, 'euo-approval/request', { key: 'R69' }));
    refused(await act(await person('Corin CIO of RCD'), 'euo-approval/approve', { key: 'R69' }), 403, 'not_permitted');
    const casey = await person('Casey CIO of R69');
    const { json: work } = await casey.api('GET', '/duties');
    assert.equal(work.duties[0].title, 'Approval by the end-user organisation: R69');
    done(await act(casey, 'euo-approval/approve', { key: 'R69' }));
    done(await act(casey, 'euo-approval/withdraw', { key: 'R69' }));
  });

  test('what does not exist is not found', async () => {
    refused(await act(rae, 'nothing/submit'), 404, 'artefact_unknown');
    refused(await act(rae, 'use-case/nothing'), 404, 'action_unknown');
    refused(await act(rae, 'euo-approval/request', { key: 'X1' }), 404, 'artefact_unknown');
    refused(await rae.api('GET', `/roads/${randomUUID()}`), 404, 'road_unknown');
    refused(await rae.api('GET', '/access-advice?endpoints=A004,A999,rubbish'), 400, 'endpoint_unknown', /"A999", "RUBBISH"/);
    refused(await rae.api('GET', '/access-advice?endpoints='), 400, 'endpoint_unknown');
    const told = spine.cli('portal', 'road', 'advise', 'A004', 'A999');
    assert.notEqual(told.status, 0);
    assert.match(told.stderr, /There is no endpoint "A999"/);
  });
});

describe('reviewers who take their time', () => {
  test('decide when the environment’s clock has come to the working day, not before', async () => {
    const rae = await person('Rae Release Lead');
    const { teams } = (await rae.api('GET', '/account')).json;
    const wish = { product: 'Patient Link', version: '1', supplierOds: 'ZS001', teamId: teams[0].teamId, reviewers: 'realistic' };
    const { roadId } = (await rae.api('POST', '/roads', wish)).json;
    await rae.api('PUT', `/roads/${roadId}/use-case/answers`, { answers: USE_CASE });
    const state = async () => {
      const { json } = await rae.api('GET', `/roads/${roadId}`);
      return json.artefacts.find((each: { kind: string }) => each.kind === 'use-case').state;
    };
    await rae.api('POST', `/roads/${roadId}/use-case/submit`, {});
    assert.equal(await state(), 'under-review');
    const ola = await person('Ola Operator');
    const { json: waiting } = await ola.api('GET', '/duties');
    const { since, due } = waiting.duties.find((each: { roadId: string }) => each.roadId === roadId);
    assert.ok(Date.parse(due) - Date.parse(since) >= 14 * 86_400_000, 'ten working days are two weeks and more');
    const moved = spine.cli('clock', 'set', due, '--environment', 'int');
    assert.equal(moved.status, 0, moved.stderr);
    for (let looks = 0; looks < 100 && (await state()) !== 'accepted'; looks += 1) await pause(100);
    assert.equal(await state(), 'accepted');
  });
});
