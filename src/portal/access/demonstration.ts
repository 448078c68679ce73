import type { Db } from '../../kernel/store/store.ts';
import type { Portal } from '../portal.ts';
import type { AccountRole } from './accounts.ts';
import { findAccountByEmail, insertAccount, insertTeam, setMembership } from './accounts.ts';
import { newAccount } from './registration.ts';

interface Person {
  readonly email: string;
  readonly name: string;
  readonly role: AccountRole;
  readonly odsCode?: string;
  readonly desks?: readonly string[];
}

/** The people of the demonstration: one for each part somebody plays on the path to live (path-to-live.md §4, actors). */
export const DEMONSTRATION: readonly Person[] = [
  { email: 'developer@localspine.example', name: 'Dev Supplier', role: 'supplier' },
  { email: 'release@localspine.example', name: 'Rae Release Lead', role: 'supplier' },
  { email: 'cio.r69@localspine.example', name: 'Casey CIO of R69', role: 'euo', odsCode: 'R69' },
  { email: 'cio.rcd@localspine.example', name: 'Corin CIO of RCD', role: 'euo', odsCode: 'RCD' },
  { email: 'partners@localspine.example', name: 'Perry of e-RS Partners', role: 'reviewer', desks: ['ers-partners'] },
  { email: 'assurance@localspine.example', name: 'Sol of Solution Assurance', role: 'reviewer', desks: ['solution-assurance'] },
  { email: 'live@localspine.example', name: 'Lou of Live Services', role: 'reviewer', desks: ['live-services'] },
  { email: 'desk@localspine.example', name: 'Deniz of the service desk', role: 'reviewer', desks: ['service-desk'] },
  { email: 'operator@localspine.example', name: 'Ola Operator', role: 'operator' },
];

const TEAM = 'Care Vista';

/** Puts the people of the demonstration and their team in. They have no password: only on this machine can one sign in as them. */
export async function seedDemonstration({ random, clock }: Portal, tx: Db): Promise<void> {
  const now = clock.realNow();
  for (const { email, name, role, odsCode, desks } of DEMONSTRATION)
    await insertAccount(
      tx,
      newAccount({
        accountId: random.uuid(),
        email,
        name,
        role,
        odsCode,
        desks: desks ?? [],
        status: 'active',
        confirmed: true,
        password: null,
        demonstration: true,
        createdAt: now,
      }),
    );
  const teamId = random.uuid();
  if (!(await insertTeam(tx, { teamId, name: TEAM, odsCode: undefined, createdAt: now }))) return;
  for (const [email, administrator] of [
    ['release@localspine.example', true],
    ['developer@localspine.example', false],
  ] as const) {
    const account = await findAccountByEmail(tx, email);
    if (account !== undefined) await setMembership(tx, teamId, account.accountId, administrator);
  }
}
