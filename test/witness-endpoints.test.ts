/** The endpoints that conformance runs know are those that e-RS answers, open to the same callers: the portal may not ask e-RS itself. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { ENDPOINTS } from '../src/portal/conformance/endpoints.ts';
import { operations } from '../src/services/ers/operations.ts';

test('the table of endpoints is that of the operations', () => {
  const table = new Map(ENDPOINTS.filter((each) => each.id !== 'token').map((each) => [each.id, each]));
  for (const operation of operations) {
    const endpoint = table.get(operation.id);
    assert.ok(endpoint, operation.id);
    assert.deepEqual(
      {
        id: operation.id,
        version: operation.version,
        ifMatch: operation.ifMatch,
        named: operation.paths.some((path) => path.includes('/:')),
        anyUser: operation.anyUser === true,
        provider: operation.applications.includes('provider'),
        referrer: operation.applications.includes('referrer'),
      },
      {
        id: endpoint.id,
        version: endpoint.version,
        ifMatch: endpoint.changes === 'if-match',
        named: endpoint.names !== undefined,
        anyUser: endpoint.withoutRole === true,
        provider: endpoint.open['application-restricted-provider'] !== undefined,
        referrer: endpoint.open['application-restricted-referrer'] !== undefined,
      },
    );
    table.delete(operation.id);
  }
  assert.deepEqual([...table.keys()], [], 'no endpoint that nothing answers');
});
