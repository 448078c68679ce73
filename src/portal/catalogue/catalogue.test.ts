/** The central page of an environment: who may open which applications (PTL-023). */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Role } from '../access/permissions.ts';
import { applicationsOf, type Row } from './catalogue.ts';

const row = (id: string, title: string, more: Partial<Row> = {}): Row => ({
  id,
  ref: 'PTL-000',
  section: 'application',
  title,
  purpose: title,
  audience: 'users',
  direction: 'in',
  zone: 'hscn',
  port: 443,
  published: { certainty: 'unknown', address: 'varies' },
  state: 'up',
  local: { url: `https://localhost:8143/${id}`, service: id },
  ...more,
});
const { local: _, ...absent } = row('application-dsa', 'Demographic Spine Application', { state: 'not-in-this-version' });
const ROWS = [
  row('application-care-id', 'Care Identity Service'),
  row('ers-int1-professional', 'e-RS professional application'),
  row('ers-int1-patient', 'e-RS patient application'),
  row('platform-token', 'Token', { audience: 'systems' }),
  absent,
];

/** Application by application: open (o), closed (-), for each role in this order. */
const ROLES: readonly Role[] = ['anyone', 'supplier', 'euo', 'reviewer', 'operator'];
const EXPECTED = {
  test: { 'application-care-id': '-oooo', 'ers-int1-professional': '-oooo', 'ers-int1-patient': 'ooooo', 'application-dsa': '-----' },
  production: { 'application-care-id': '--ooo', 'ers-int1-professional': '--ooo', 'ers-int1-patient': 'ooooo', 'application-dsa': '-----' },
} as const;

for (const [environment, expected] of Object.entries(EXPECTED))
  test(`who may open what in ${environment}`, () => {
    const manifest = { rows: ROWS, production: environment === 'production' };
    const found = ROLES.map((role) => applicationsOf(manifest, { role }));
    assert.deepEqual(
      Object.fromEntries(
        (found[0] ?? []).map(({ id }, index) => [id, found.map((all) => (all[index]?.href === undefined ? '-' : 'o')).join('')]),
      ),
      expected,
    );
    for (const each of found.flat()) assert.equal(each.href === undefined, each.closed !== undefined, `${each.id}: a link, or why not`);
  });
