import type { Db } from '../../kernel/store/store.ts';
import type { Duty } from './model.ts';
import { saveGrant } from './store.ts';
import type { RegistrationWorld } from './world.ts';

/** Duties of the invented people that the directory's seed has for the registration applications. */
const DUTIES: readonly (readonly [userId: string, duty: Duty, odsCode: string])[] = [
  ['904000000001', 'endpoint-administrator', 'ZS001'],
  ['904000000003', 'approver', ''],
  ['904000000003', 'directory-administrator', ''],
  ['904000000004', 'dns-approver', ''],
];

/** Gives the people of the registration applications their duties. */
export async function seedDuties({ clock }: Pick<RegistrationWorld, 'clock'>, tx: Db): Promise<void> {
  for (const [userId, duty, odsCode] of DUTIES) await saveGrant(tx, { userId, duty, odsCode, grantedAt: clock.now(), grantedBy: 'System' });
}
