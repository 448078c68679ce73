/**
 * Least privilege over the wire: every route that the portal's web application has, asked for by everybody there is. Nobody but those the table
 * names gets an answer, or reads of what belongs to a team; a route without a row fails.
 */
import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { LocalSpine, type Reply } from '../helpers/localspine.ts';
import { tokenIn } from '../helpers/portal.ts';
import { portalRoutes } from '../helpers/portal-routes.ts';
import { buildPortalWorld, LETTERS, type Letter, MARK, OPERATOR_TOKEN, PEOPLE, type PortalWorld } from '../helpers/portal-world.ts';
import { EXPECTED, type Expectation } from './portal-expectations.ts';
import { filledIn } from './portal-paths.ts';

type Method = 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE';
/** Who has not signed in is asked to; who may not is told so, or that there is nothing. */
const REFUSALS = new Set([401, 403, 404, 410, 429]);

describe('who may what in the portal', { concurrency: false }, () => {
  const spine = new LocalSpine({
    LOCALSPINE_ENVIRONMENTS: 'INT',
    LOCALSPINE_ADMIN_TOKEN: OPERATOR_TOKEN,
    LOCALSPINE_REVIEWERS: 'person',
  });
  let world: PortalWorld;
  const formTokens = new Map<Letter, string>();
  before(async () => {
    await spine.start();
    world = await buildPortalWorld(spine);
    for (const letter of LETTERS) formTokens.set(letter, tokenIn((await world.people[letter].open('/sign-in')).text));
  });
  after(() => spine.remove());

  async function ask(letter: Letter, route: string, { body, query = '' }: Expectation): Promise<Reply> {
    const [method, pattern] = route.split(' ') as [Method, string];
    const path = filledIn(world, pattern + query, route);
    const user = world.people[letter];
    const sent: object | undefined =
      body === undefined
        ? undefined
        : JSON.parse(
            JSON.stringify(body, (_, value) =>
              typeof value === 'string' && value.startsWith(':') ? filledIn(world, value, route) : value,
            ),
          );
    if (pattern.startsWith('/api/')) return user.api(method, path.slice('/api'.length), sent);
    if (method === 'GET') return user.send('GET', path);
    const form = new URLSearchParams({ csrf: formTokens.get(letter) ?? '', ...sent });
    return user.send(method, path, String(form), { 'content-type': 'application/x-www-form-urlencoded' });
  }

  const isRefused = ({ status, headers }: Reply, refusedWith?: number): boolean =>
    REFUSALS.has(status) || status === refusedWith || (status === 303 && headers['location']?.startsWith('/sign-in') === true);

  test('every route has its row, and every row its route', async () => {
    const routes = await portalRoutes();
    assert.deepEqual(
      routes.filter((each) => !EXPECTED.has(each)),
      [],
      'routes that nobody has said who may use',
    );
    assert.deepEqual(
      [...EXPECTED.keys()].filter((each) => !routes.includes(each)),
      [],
      'rows of routes that are gone',
    );
  });

  // All refusals first: whatever is allowed changes the world.
  for (const [route, expectation] of EXPECTED)
    test(`${route}: refused to ${LETTERS.filter((each) => !expectation.who.includes(each)).join('') || 'nobody'}`, async () => {
      for (const letter of LETTERS.filter((each) => !expectation.who.includes(each))) {
        const reply = await ask(letter, route, expectation);
        assert.ok(isRefused(reply, expectation.refusedWith), `${PEOPLE[letter].name}: ${reply.status} ${reply.text.slice(0, 300)}`);
        assert.ok(!reply.text.includes(MARK) || 'mt'.includes(letter), `${PEOPLE[letter].name} reads of the team in a refusal`);
      }
    });

  for (const [route, expectation] of EXPECTED)
    test(`${route}: open to ${expectation.who || 'nobody'}`, async () => {
      for (const letter of LETTERS.filter((each) => expectation.who.includes(each)).slice(0, expectation.once === true ? 1 : undefined)) {
        const reply = await ask(letter, route, expectation);
        assert.ok(!isRefused(reply) && reply.status < 500, `${PEOPLE[letter].name}: ${reply.status} ${reply.text.slice(0, 300)}`);
        const sees = expectation.sees ?? expectation.who;
        if (route.startsWith('GET') || expectation.sees !== undefined)
          assert.equal(reply.text.includes(MARK), sees.includes(letter), `${PEOPLE[letter].name}: what is read of the team`);
      }
    });
});
