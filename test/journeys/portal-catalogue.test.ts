/** The environment catalogue (PTL-023): what programs read is what the pages show, and the page says what this visitor may open. */
import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { LocalSpine } from '../helpers/localspine.ts';
import { PortalUser, portalOf } from '../helpers/portal.ts';

interface Row {
  readonly id: string;
  readonly state: string;
  readonly reason?: string;
  readonly local?: { readonly url: string };
}

describe('the environment catalogue', { concurrency: false }, () => {
  const spine = new LocalSpine({ LOCALSPINE_ENVIRONMENTS: 'INT,PROD' });
  let base = '';
  before(async () => {
    await spine.start();
    base = portalOf(spine);
  });
  after(() => spine.remove());

  test('the portal’s own row is in the environment’s manifest, the file, the API and on the page, and in the count of the summary', async () => {
    const visitor = new PortalUser(base);
    const file = (await visitor.open('/environments/INT/manifest.json')).json;
    const api = (await visitor.api('GET', '/environments/int/manifest')).json;
    const own = (await spine.admin('INT', '/manifest')).json;
    const { stdout } = spine.cli('env', 'show', '--environment', 'int', '--json');
    assert.match(stdout, /\/environments\/INT/, 'the command line says it too');
    for (const { rows } of [file, api, own] as readonly { readonly rows: readonly Row[] }[]) {
      const row = rows.find((each) => each.id === 'portal-central');
      assert.deepEqual([row?.state, row?.reason], ['up', undefined]);
      const { pathname } = new URL(row?.local?.url ?? '');
      assert.equal(pathname, '/environments/INT');
      assert.equal((await visitor.open(pathname)).status, 200);
    }
    const page = await visitor.open('/environments/INT/connections');
    assert.match(page.text, /id="portal-central"[\s\S]*?href="\/environments\/INT"[\s\S]*?Up/);
    const here = file.rows.filter((each: Row) => each.state !== 'not-in-this-version').length;
    assert.ok((await visitor.open('/environments')).text.includes(`${here} of the ${file.rows.length} rows`));
  });

  test('the page of an environment opens its applications to those whom they are for', async () => {
    const linked = async (user: PortalUser, environment: string): Promise<boolean> =>
      /<a class="nhsuk-link" href="[^"]+\/care-id"/.test((await user.open(`/environments/${environment}`)).text);
    const as = (name: string) => new PortalUser(base).demonstration(name);
    const [supplier, cio, operator] = [await as('Rae Release Lead'), await as('Casey CIO of R69'), await as('Ola Operator')];
    const anybody = new PortalUser(base);
    assert.deepEqual(await Promise.all([anybody, supplier, cio, operator].map((each) => linked(each, 'INT'))), [false, true, true, true]);
    assert.deepEqual(await Promise.all([anybody, supplier, cio, operator].map((each) => linked(each, 'PROD'))), [false, false, true, true]);
    assert.match((await anybody.open('/environments/INT')).text, /Sign in to open it/);
    assert.match((await supplier.open('/environments/PROD')).text, /open it in an environment for tests/);
  });
});
