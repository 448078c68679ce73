import type { Db } from '../../kernel/store/store.ts';
import type { PortalModule } from '../module.ts';
import { findAccount, findTeam, membersOf, type Team } from './accounts.ts';
import { seedDemonstration } from './demonstration.ts';
import { accountTables } from './migrations/0001-accounts.ts';
import { signInTables } from './migrations/0002-sign-in.ts';

export type { Account, Team } from './accounts.ts';
export { type Action, may, PERMISSIONS, require, type Subject } from './permissions.ts';
export { ANYONE, DESKS, type Desk, type Visitor } from './visitor.ts';

/** What accounts and teams offer other modules. */
export interface AccessApi {
  team(db: Db, teamId: string): Promise<Team | undefined>;
  /** Name of who owns something: a person or a team. */
  ownerName(db: Db, owner: { readonly accountId?: string | undefined; readonly teamId?: string | undefined }): Promise<string>;
  /** E-mail addresses of an owner: the person, or everybody in the team. */
  ownerEmails(db: Db, owner: { readonly accountId?: string | undefined; readonly teamId?: string | undefined }): Promise<readonly string[]>;
}

/** Developer accounts, teams as application owners, roles, sessions and API tokens (PTL-100, PTL-102). */
export const access: PortalModule<AccessApi> = {
  name: 'access',
  title: 'Accounts and teams',
  migrations: { '0001-accounts': accountTables, '0002-sign-in': signInTables },
  create: (portal) => ({
    api: {
      team: findTeam,
      ownerName: async (db, { accountId, teamId }) =>
        teamId !== undefined
          ? ((await findTeam(db, teamId))?.name ?? 'A team')
          : ((await findAccount(db, accountId ?? ''))?.name ?? 'Somebody'),
      ownerEmails: async (db, { accountId, teamId }) => {
        if (teamId !== undefined) return (await membersOf(db, teamId)).map((each) => each.email);
        const account = await findAccount(db, accountId ?? '');
        return account === undefined ? [] : [account.email];
      },
    },
    seed: (tx) => seedDemonstration(portal, tx),
    routes: async (app) => {
      const [{ registerSignIn }, { registerAccountPages }, { registerAccessApi }] = await Promise.all([
        import('./sign-in-routes.ts'),
        import('./account-routes.ts'),
        import('./api-routes.ts'),
      ]);
      registerSignIn(app, portal);
      registerAccountPages(app, portal);
      registerAccessApi(app, portal);
    },
    navigation: [
      { text: 'Teams', href: '/teams', order: 60, shown: (visitor) => visitor.role === 'supplier' || visitor.role === 'operator' },
      { text: 'Accounts', href: '/accounts', order: 90, shown: (visitor) => visitor.role === 'operator' },
    ],
  }),
};
