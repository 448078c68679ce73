/** A LocalSpine whose reviewers are people: a supplier cannot put simulated ones in their place, and what was set going survives a crash. */
import assert from 'node:assert/strict';
import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { after, before, describe, test } from 'node:test';
import { setTimeout as pause } from 'node:timers/promises';
import { LocalSpine, type Reply } from '../helpers/localspine.ts';
import { PortalUser, portalOf } from '../helpers/portal.ts';

const USE_CASE = {
  justification: 'Worklists in our own system.',
  party: ['provider'],
  dataset: 'Worklists.',
  dspt: 'standards-met',
  endpoints: ['A004'],
  'organisations.application-restricted-provider': 'R69',
};

describe('LOCALSPINE_REVIEWERS=person', { concurrency: false }, () => {
  const spine = new LocalSpine({ LOCALSPINE_ENVIRONMENTS: 'INT', LOCALSPINE_REVIEWERS: 'person' });
  let teamId: string;

  const person = (name: string): Promise<PortalUser> => new PortalUser(portalOf(spine)).demonstration(name);
  const rae = (): Promise<PortalUser> => person('Rae Release Lead');
  const ola = (): Promise<PortalUser> => person('Ola Operator');
  const good = (reply: Reply): Reply => {
    assert.ok(reply.status < 300, `${reply.status} ${reply.text}`);
    return reply;
  };
  const submitted = async (product: string): Promise<string> => {
    const supplier = await rae();
    const { roadId } = good(await supplier.api('POST', '/roads', { product, version: '1', supplierOds: 'X26', teamId })).json;
    good(await supplier.api('PUT', `/roads/${roadId}/use-case/answers`, { answers: USE_CASE }));
    good(await supplier.api('POST', `/roads/${roadId}/use-case/submit`, {}));
    return roadId;
  };
  const stateOf = async (roadId: string): Promise<string> =>
    good(await (await rae()).api('GET', `/roads/${roadId}`)).json.artefacts[0].state;

  before(async () => {
    await spine.start();
    [{ teamId }] = (await (await rae()).api('GET', '/account')).json.teams;
  });
  after(() => spine.remove());

  test('a supplier cannot begin a road with simulated reviewers, nor switch to them', async () => {
    const supplier = await rae();
    const roadId = await submitted('Own Judge');
    for (const reviewers of ['at-once', 'realistic']) {
      const wish = { product: `Judged ${reviewers}`, version: '1', supplierOds: 'X26', teamId, reviewers };
      for (const reply of [
        await supplier.api('POST', '/roads', wish),
        await supplier.api('PUT', `/roads/${roadId}/reviewers`, { reviewers }),
      ])
        assert.deepEqual([reply.status, reply.json.error], [403, 'not_permitted'], reply.text);
    }
    good(await supplier.api('PUT', `/roads/${roadId}/reviewers`, { reviewers: 'person' }));
    good(await supplier.api('PUT', `/roads/${roadId}/reviewers`, { reviewers: null }));
    assert.equal(await stateOf(roadId), 'under-review');
  });

  test('the pages offer it to an operator alone, and say so', async () => {
    const roadId = await submitted('Shown Link');
    const [supplier, operator] = [await rae(), await ola()];
    for (const path of [`/roads/${roadId}`, '/roads/new']) {
      const shown = (await supplier.open(path)).text;
      assert.match(shown, /Only an operator puts simulated reviewers in their place/, path);
      assert.doesNotMatch(shown, /value="(at-once|realistic)"/, path);
      const offered = (await operator.open(path)).text;
      assert.match(offered, /value="at-once"/, path);
      assert.doesNotMatch(offered, /Only an operator/, path);
    }
    assert.equal((await supplier.submit(`/roads/${roadId}`, { reviewers: 'at-once' }, `/roads/${roadId}/reviewers`)).status, 403);
  });

  test('an operator may, and then they decide', async () => {
    const roadId = await submitted('Simulated Link');
    good(await (await ola()).api('PUT', `/roads/${roadId}/reviewers`, { reviewers: 'at-once' }));
    assert.equal(await stateOf(roadId), 'accepted');
  });

  test('after a crash between what the supplier did and what reviewers do of themselves, they do it', async () => {
    const roadId = await submitted('Crashed Link');
    await spine.stop('SIGKILL');
    // As the crash leaves it: the move is written with its job, the reviewers have not begun.
    const file = readdirSync(spine.home, { recursive: true })
      .map(String)
      .find((each) => /portal[^/]*\.(db|sqlite)$/.test(each));
    const database = new DatabaseSync(join(spine.home, file ?? ''));
    database.prepare(`update release_road set reviewers = 'at-once' where road_id = ?`).run(roadId);
    database.prepare('delete from release_duty where road_id = ?').run(roadId);
    const { changes } = database
      .prepare(`update kernel_outbox set done_at = null, locked_until = 0 where kind = 'release.advance' and payload like ?`)
      .run(`%${roadId}%`);
    database.close();
    assert.equal(changes, 1, 'written by the transaction of the move');
    await spine.start();
    for (let looks = 0; looks < 100 && (await stateOf(roadId)) !== 'accepted'; looks += 1) await pause(100);
    assert.equal(await stateOf(roadId), 'accepted');
  });
});
