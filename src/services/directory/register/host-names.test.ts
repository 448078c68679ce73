import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import fc from 'fast-check';
import { sql } from 'kysely';
import { testContext } from '../../../../test/helpers/context.ts';
import { tablesOf } from '../../../kernel/store/store.ts';
import { directory } from '../index.ts';
import { namesBelow } from '../migrations/0004-names-below.ts';
import { hostNames } from './host-names.ts';
import { nameOrder, namesBelowOrder } from './names.ts';

const { '0004-names-below': _, ...EARLIER } = directory.migrations;
const TABLE = 'directory_message_handling_system';

interface Tables {
  directory_message_handling_system: Record<'cpa_id' | 'ods_code' | 'party_key' | 'interaction_id' | 'fqdn' | 'document', string> & {
    position: number;
  };
}

describe('names below a domain', () => {
  test('are found among those registered before names were kept in order, by the index', async () => {
    const { store } = await testContext({ migrations: { directory: EARLIER } });
    const row = (fqdn: string): Tables[typeof TABLE] => ({
      ...{ cpa_id: fqdn, ods_code: 'R69', party_key: fqdn, interaction_id: 'urn:a:b', fqdn, position: 1, document: '{}' },
    });
    const all = ['mhs.deep.nhs.uk', 'a-deep.nhs.uk', 'plain.nhs.uk'].map(row);
    await store.transaction(async (tx) => {
      await tablesOf<Tables>(tx).insertInto(TABLE).values(all).execute();
      await namesBelow.up(tx);
    });
    const found: boolean[] = [];
    for (const domain of ['deep.nhs.uk', 'nhs.uk', 'mhs.deep.nhs.uk', 'eep.nhs.uk', 'plain.nhs.uk'])
      found.push((await hostNames.hasBelow?.(store.db, domain)) ?? false);
    assert.deepEqual(found, [true, true, false, false, false]);
    const plan = await sql<{ detail: string }>`explain query plan select fqdn from ${sql.table(TABLE)}
      where fqdn_order > 'a' and fqdn_order < 'b' limit 1`.execute(store.db);
    assert.match(plan.rows[0]?.detail ?? '', /SEARCH .* USING INDEX .*_fqdn_order/);
  });

  test('and no others lie between the two ends of their order', () => {
    const label = fc.stringMatching(/^[a-z\d-]{1,6}$/);
    const name = fc.array(label, { minLength: 1, maxLength: 4 }).map((labels) => labels.join('.'));
    fc.assert(
      fc.property(name, name, fc.boolean(), (domain, other, joined) => {
        const fqdn = joined ? `${other}.${domain}` : other;
        const [from, to] = namesBelowOrder(domain);
        const order = nameOrder(fqdn);
        assert.equal(order > from && order < to, fqdn.endsWith(`.${domain}`), fqdn);
      }),
    );
  });
});
