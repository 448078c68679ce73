import type { Service } from '../../kernel/service.ts';
import type { Db } from '../../kernel/store/store.ts';
import { allocateRoleProfileId, allocateUserId } from './identifiers.ts';
import { importDirectory } from './import.ts';
import { directoryMigrations } from './migrations/0001-directory.ts';
import type { AccreditedSystem, Organisation, Person, RoleProfile } from './model.ts';
import { seedOrganisations } from './seed/organisations.ts';
import { seedPeople } from './seed/people.ts';
import * as store from './store.ts';

export { ersBusinessFunctions } from './business-functions.ts';
export type { AccreditedSystem, Organisation, OrganisationKind, Person, RoleProfile } from './model.ts';
export * from './rbac.ts';

/** The directory: organisations, people, their roles, accredited systems (DESIGN.md "Who owns what"). */
export interface DirectoryApi {
  organisation(db: Db, odsCode: string): Promise<Organisation | undefined>;
  organisations(db: Db, odsCodes: readonly string[]): Promise<readonly Organisation[]>;
  person(db: Db, userId: string): Promise<Person | undefined>;
  /** People for a list to choose from; `text` is part of a name or id. */
  people(db: Db, filter: { readonly text?: string; readonly limit: number; readonly activityCode?: string }): Promise<readonly Person[]>;
  /** Active role profiles of a person, in the order they were given. */
  roleProfiles(db: Db, userId: string): Promise<readonly RoleProfile[]>;
  roleProfile(db: Db, roleProfileId: string): Promise<RoleProfile | undefined>;
  /** Whether a user's active roles at an organisation include an activity (identity.md §D). One key look-up. */
  hasActivityAt(db: Db, userId: string, odsCode: string, activityCode: string): Promise<boolean>;
  usersWithActivityAt(db: Db, odsCode: string, activityCode: string): Promise<readonly string[]>;
  accreditedSystem(db: Db, asid: string): Promise<AccreditedSystem | undefined>;
  /** Registers a system under a new 12-digit ASID, never used again. */
  allocateAsid(tx: Db, system: Omit<AccreditedSystem, 'asid'>): Promise<string>;
  /** A new user id (UUID of a person), never used again. */
  allocateUserId(tx: Db): Promise<string>;
  /** A new role profile id with its person-organisation id, never used again. */
  allocateRoleProfileId(tx: Db): Promise<{ readonly roleProfileId: string; readonly personOrgId: string }>;
  saveOrganisation(tx: Db, organisation: Organisation): Promise<void>;
  savePerson(tx: Db, person: Person): Promise<void>;
  saveRoleProfile(tx: Db, profile: RoleProfile): Promise<void>;
}

export const directory: Service<DirectoryApi> = {
  name: 'directory',
  title: 'Spine Directory Service',
  migrations: directoryMigrations,
  // People and systems survive a reset; seeding puts the published ones back as they were.
  tables: {
    directory_organisation: 'kept',
    directory_person: 'kept',
    directory_role_profile: 'kept',
    directory_role_activity: 'kept',
    directory_accredited_system: 'kept',
    directory_counter: 'kept',
  },
  create: () => ({
    api: {
      ...store,
      allocateUserId,
      allocateRoleProfileId,
      saveOrganisation: (tx, organisation) => store.saveOrganisations(tx, [organisation]),
      savePerson: (tx, person) => store.savePeople(tx, [person]),
      saveRoleProfile: (tx, profile) => store.saveRoleProfiles(tx, [profile]),
    },
    async seed(tx, random) {
      const organisations = seedOrganisations(random);
      const { people, roleProfiles } = seedPeople(random, organisations);
      await store.saveOrganisations(tx, organisations);
      await store.savePeople(tx, people);
      await store.saveRoleProfiles(tx, roleProfiles);
      await store.saveAccreditedSystem(tx, {
        asid: '606179841014',
        odsCode: 'YEO',
        partyKey: 'YEO-11809150',
        productName: 'NHS e-Referral Service',
        displayName: 'e-RS',
        interactions: [],
      });
    },
    importData: importDirectory,
  }),
};
