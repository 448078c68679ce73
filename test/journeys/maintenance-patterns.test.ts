/** How a rehearsed slot takes its service down (path-to-live.md §5): for its first minutes, on and off; and what is delivered only afterwards. */
import assert from 'node:assert/strict';
import { createServer, type Server } from 'node:http';
import { after, before, describe, test } from 'node:test';
import { LocalSpine } from '../helpers/localspine.ts';
import { Workstation } from '../helpers/smartcard.ts';

const DISCOVERY = '/openam/oauth2/realms/root/realms/NHSIdentity/realms/Healthcare/.well-known/openid-configuration';
const MINUTE = 60_000;

interface Night {
  readonly start: string;
  readonly end: string;
}

describe('slots that are rehearsed otherwise than all night, enforced', { concurrency: false }, () => {
  const spine = new LocalSpine({
    LOCALSPINE_ENVIRONMENTS: 'INT',
    LOCALSPINE_MAINTENANCE: 'enforced',
    LOCALSPINE_SPINE_IDLE_MINUTES: '60',
  });
  const workstation = new Workstation(spine);
  const told: string[] = [];
  let heard: (() => void) | undefined;
  let listener: Server;
  let listenerUrl = '';
  let nights: readonly Night[] = [];

  before(async () => {
    await spine.start();
    const { slots } = (await spine.admin('INT', '/maintenance')).json;
    const next: readonly Night[] = slots.find((each: { service: string }) => each.service === 'cis').next;
    nights = next.filter((each) => Date.parse(each.start) > Date.now());
    listener = createServer((request, response) => {
      let body = '';
      request.on('data', (chunk) => (body += chunk));
      request.on('end', () => {
        told.push(body);
        response.end('OK');
        heard?.();
      });
    });
    await new Promise<void>((ready) => listener.listen(0, '127.0.0.1', () => ready()));
    const address = listener.address();
    assert.ok(typeof address === 'object' && address !== null);
    listenerUrl = `http://127.0.0.1:${address.port}`;
  });
  after(async () => {
    listener.close();
    listener.closeAllConnections();
    workstation.remove();
    await spine.remove();
  });

  const setClock = async (instant: number): Promise<void> => {
    const { status, text } = await spine.admin('INT', '/clock', { method: 'PUT', body: { now: new Date(instant).toISOString() } });
    assert.equal(status, 200, text);
  };
  const setPattern = async (body: object): Promise<void> => {
    const { status, text } = await spine.admin('INT', '/maintenance/patterns', { method: 'PUT', body: { service: 'cis', ...body } });
    assert.equal(status, 200, text);
  };
  const nightNumber = (index: number): { readonly start: number; readonly end: number } => {
    const night = nights[index];
    assert.ok(night);
    return { start: Date.parse(night.start), end: Date.parse(night.end) };
  };

  test('partial: down for its first half hour, and then up, though the slot is on', async () => {
    const { start, end } = nightNumber(0);
    await setPattern({ pattern: 'partial', minutes: 30 });
    await setClock(start + 29 * MINUTE);
    const down = await spine.call('INT', DISCOVERY);
    assert.equal(down.status, 503);
    assert.ok(Number(down.headers['retry-after']) <= 60, 'until the half hour is over, not all night');
    for (const instant of [start + 30 * MINUTE, end - MINUTE]) {
      await setClock(instant);
      assert.equal((await spine.call('INT', DISCOVERY)).status, 200);
    }
  });

  test('flap: ten minutes down, ten up, all night', async () => {
    const { start, end } = nightNumber(1);
    await setPattern({ pattern: 'flap', minutes: 10 });
    for (const [minutes, status] of [
      [0, 503],
      [10, 200],
      [20, 503],
      [35, 200],
      [45, 503],
      [599, 200],
    ] as const) {
      await setClock(start + minutes * MINUTE);
      assert.equal((await spine.call('INT', DISCOVERY)).status, status, `${minutes} minutes into it`);
    }
    await setClock(end);
    assert.equal((await spine.call('INT', DISCOVERY)).status, 200);
  });

  test('a session that ends in the slot: its token event waits, and arrives when the slot is over', async () => {
    const { start, end } = nightNumber(2);
    await setPattern({ pattern: 'whole' });
    await setClock(start - 5 * MINUTE);
    const registered = await spine.admin('INT', '/identity/spine-sign-on/listeners', { method: 'POST', body: { url: listenerUrl } });
    assert.equal(registered.status, 201, registered.text);
    const begun = new Promise<void>((done) => {
      heard = done;
    });
    const ticket = await workstation.ticket(await workstation.card('656005750104'));
    await begun;
    assert.equal(told.length, 1, 'outside the slot it is told at once');
    await setClock(start + 120 * MINUTE);
    const held = async (): Promise<readonly { state: string }[]> => {
      const input = { kind: 'identity.send-token-event', limit: 10 };
      return (await spine.admin('INT', '/management/outbox.list', { method: 'POST', body: input })).json.jobs;
    };
    let jobs = await held();
    for (let tries = 0; tries < 5_000 && jobs.length === 0; tries += 1) jobs = await held();
    assert.deepEqual(
      jobs.map(({ state }) => state),
      ['due'],
      'idle for an hour, the session has ended; that is not delivered',
    );
    assert.equal(told.length, 1);
    const delivered = new Promise<void>((done) => {
      heard = done;
    });
    await setClock(end);
    await delivered;
    assert.equal(told.length, 2);
    assert.ok(told[1]?.includes(`sid="${ticket}"`));
    assert.match(told[1] ?? '', /<Type>1<\/Type>/);
  });
});

describe('live releases by command', { concurrency: false }, () => {
  const spine = new LocalSpine({ LOCALSPINE_ENVIRONMENTS: 'SANDBOX,INT' });
  before(async () => {
    await spine.start();
  });
  after(() => spine.remove());

  test('a release is recorded where there are slots: not in the public sandbox', async () => {
    const { status, stdout, stderr } = spine.cli('maintenance', 'release', 'add', '--at', '2031-12-02T10:00', '--json');
    assert.equal(status, 0, stderr);
    assert.deepEqual(
      JSON.parse(stdout).releases.map((each: { environment: string }) => each.environment),
      ['INT'],
    );
    assert.deepEqual((await spine.admin('SANDBOX', '/maintenance')).json.releases, []);
  });
});
