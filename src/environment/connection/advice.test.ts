import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { ManualClock } from '../../kernel/clock.ts';
import { AdviceOnce, adviceFor } from './advice.ts';

describe('advice on how clients connect (PTL-024)', () => {
  const cases: readonly (readonly [string, string | undefined, string | undefined, string | undefined])[] = [
    ['by name', 'localhost', 'localhost:8143', undefined],
    ['by published name', 'int.api.service.nhs.uk', 'int.api.service.nhs.uk', undefined],
    ['by address', undefined, '127.0.0.1:8143', 'connection.by-address'],
    ['by IPv6 address', undefined, '[::1]:8143', 'connection.by-address'],
    ['by address with a name in the handshake', 'localhost', '127.80.1.7:8143', 'connection.by-address'],
    ['by name, without SNI', undefined, 'localhost:8143', 'connection.no-sni'],
  ];
  for (const [what, serverName, host, check] of cases) test(what, () => assert.equal(adviceFor({ serverName, host })?.check, check));

  test('a client is told once an hour', () => {
    const clock = new ManualClock('2026-11-24T09:00:00Z');
    const once = new AdviceOnce(clock);
    assert.equal(once.due('one'), true);
    assert.equal(once.due('one'), false);
    assert.equal(once.due('other'), true);
    clock.advance(3_599_999);
    assert.equal(once.due('one'), false);
    clock.advance(1);
    assert.equal(once.due('one'), true);
  });

  test('only so many clients are remembered', () => {
    const once = new AdviceOnce(new ManualClock('2026-11-24T09:00:00Z'));
    for (let client = 0; client <= 1_000; client += 1) once.due(`client ${client}`);
    assert.equal(once.due('client 1000'), false);
    assert.equal(once.due('client 0'), true, 'the oldest is told again');
  });
});
