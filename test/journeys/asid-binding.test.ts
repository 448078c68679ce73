/** Which ASID an application may have, whom it acts for then, and that nobody is acted for without one (path-to-live.md §2.6, §3.2). */
import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { LocalSpine } from '../helpers/localspine.ts';
import type { PortalUser } from '../helpers/portal.ts';
import { buildPortalWorld, OPERATOR_TOKEN, type PortalWorld } from '../helpers/portal-world.ts';

const USER = '021600556514';

describe('the ASID of an application', { concurrency: false }, () => {
  const spine = new LocalSpine({ LOCALSPINE_ENVIRONMENTS: 'INT', LOCALSPINE_ADMIN_TOKEN: OPERATOR_TOKEN, LOCALSPINE_REVIEWERS: 'person' });
  let world: PortalWorld;
  let operator: PortalUser;
  let lead: PortalUser;
  before(async () => {
    await spine.start();
    world = await buildPortalWorld(spine);
    ({ o: operator, t: lead } = world.people);
  });
  after(() => spine.remove());

  const registered = async (app: string, accessMode: string, capability?: string): Promise<string> => {
    const wish = { environment: 'INT', teamId: world.teamId, accessMode, capability, supplier: 'Acme', app };
    const made = await lead.api('POST', '/applications', wish);
    assert.equal(made.status, 201, made.text);
    return made.json.appId;
  };
  const asked = (appId: string, odsCode = 'R69') =>
    lead.api('POST', `/applications/${appId}/asid-requests`, { odsCode, product: 'Link', actingUser: USER });
  const seen = async (appId: string) => (await operator.api('GET', `/applications/${appId}`)).json;
  /** An ASID of an organisation and a use that no application holds. */
  const free = async (app: string, capability: string, odsCode: string): Promise<string> => {
    const appId = await registered(app, 'application-restricted', capability);
    const { asid } = (await asked(appId, odsCode)).json;
    assert.equal((await operator.api('DELETE', `/applications/${appId}/asid`)).status, 200);
    return asid;
  };

  test('without one it acts for nobody; bound to one of another organisation it acts for that, and in nobody else’s name', async () => {
    const appId = await registered('Moves', 'application-restricted', 'referrer');
    assert.equal((await asked(appId)).status, 201);
    assert.deepEqual((await seen(appId)).attributes['app-restricted-ods-code'], 'R69');
    assert.equal((await operator.api('DELETE', `/applications/${appId}/asid`)).status, 200);
    const without = await seen(appId);
    assert.deepEqual([without.asid, Object.keys(without.attributes).filter((name) => name.startsWith('app-restricted'))], [undefined, []]);
    const elsewhere = await free('Elsewhere', 'referrer', 'RCD');
    assert.equal((await operator.api('PUT', `/applications/${appId}/asid`, { asid: elsewhere })).status, 200);
    const { attributes } = await seen(appId);
    assert.deepEqual(
      [attributes['app-restricted-ods-code'], attributes['app-restricted-business-function'], attributes['app-restricted-user-id']],
      ['RCD', 'REFERRER_AUTHORISED_APPLICATION', USER],
    );
  });

  test('one of the other side, or of another access mode, is refused, and nothing has changed', async () => {
    const appId = await registered('Refers', 'application-restricted', 'referrer');
    const before = await seen(appId);
    for (const asid of [await free('Provides', 'provider', 'R69'), '200000002066']) {
      const bound = await operator.api('PUT', `/applications/${appId}/asid`, { asid });
      assert.deepEqual([bound.status, bound.json.error], [409, 'asid_of_another_use'], bound.text);
    }
    assert.deepEqual(await seen(appId), before);
  });

  test('a suspended application is refused, and no ASID is allocated for it', async () => {
    const appId = await registered('Stands still', 'application-restricted', 'referrer');
    await operator.api('POST', `/applications/${appId}/suspend`);
    const count = async () => (await operator.api('GET', '/asids?environment=INT')).json.asids.length;
    const before = await count();
    const refused = await asked(appId);
    assert.deepEqual([refused.status, refused.json.error], [409, 'not_in_this_state']);
    assert.deepEqual([await count(), (await lead.api('GET', `/applications/${appId}/asid-requests`)).json.requests], [before, []]);
  });

  test('of a revoked application it is taken off, and serves another', async () => {
    const [appId, next] = [
      await registered('Ends', 'application-restricted', 'provider'),
      await registered('Next', 'application-restricted', 'provider'),
    ];
    const { asid } = (await asked(appId)).json;
    await lead.api('POST', `/applications/${appId}/revoke`);
    const taken = await operator.api('DELETE', `/applications/${appId}/asid`);
    assert.equal(taken.status, 200, taken.text);
    assert.equal((await operator.api('PUT', `/applications/${next}/asid`, { asid })).status, 200);
    assert.equal((await seen(next)).asid, asid);
  });

  test('retired in its environment by an attempt the portal did not finish: a repeat finishes it, and then there is nothing to retire', async () => {
    const appId = await registered('Retires', 'application-restricted', 'referrer');
    const { asid } = (await asked(appId)).json;
    const retired = await spine.admin('INT', '/management/asids.retire', {
      method: 'POST',
      body: { asid },
      headers: { authorization: `Bearer ${OPERATOR_TOKEN}` },
    });
    assert.equal(retired.status, 200, retired.text);
    const repeated = await operator.api('DELETE', `/asids/INT/${asid}`);
    assert.equal(repeated.status, 200, repeated.text);
    const [request] = (await lead.api('GET', `/applications/${appId}/asid-requests`)).json.requests;
    assert.deepEqual([request.state, request.asid], ['retired', asid]);
    assert.ok((await lead.api('GET', '/asids')).json.retired.some((each: { asid: string }) => each.asid === asid));
    assert.equal((await seen(appId)).attributes['app-restricted-ods-code'], undefined, 'it acts for nobody');
    assert.equal((await operator.api('DELETE', `/asids/INT/${asid}`)).status, 404);
  });
});
