import { errorShelf } from '../../kernel/knowledge.ts';
import { offer, type Service } from '../../kernel/service.ts';
import type { Db } from '../../kernel/store/store.ts';
import { nameSource } from '../dns/index.ts';
import { fqdnRegister } from '../pki/index.ts';
import { allocateRoleProfileId, allocateUserId } from './identifiers.ts';
import { importDirectory } from './import.ts';
import { ldapDoors, ldapKeepers } from './ldap/doors.ts';
import { directoryMigrations } from './migrations/0001-directory.ts';
import { registerTables } from './migrations/0002-register.ts';
import { asidRequestTable } from './migrations/0003-asids.ts';
import { namesBelow } from './migrations/0004-names-below.ts';
import type { AccreditedSystem, Organisation, Person, RoleProfile } from './model.ts';
import type { NewAccreditedSystem } from './register/allocation.ts';
import * as allocation from './register/allocation.ts';
import * as asids from './register/asids.ts';
import * as changes from './register/changes.ts';
import { hostNameOwners, hostNames } from './register/host-names.ts';
import { seedSystems } from './register/seeding.ts';
import * as register from './register/store.ts';
import { seedOrganisations } from './seed/organisations.ts';
import { seedPeople } from './seed/people.ts';
import { registrationStaff } from './seed/registration-staff.ts';
import { samplePeople } from './seed/sample-people.ts';
import { seedRegister } from './seed/systems.ts';
import * as store from './store.ts';

export { ersBusinessFunctions } from './business-functions.ts';
export { checkOrganisation, checkPerson, checkRoleProfile } from './import.ts';
export type {
  AccreditedSystem,
  Approval,
  ContractProperties,
  DirectoryChange,
  Interaction,
  MessageHandlingSystem,
  MessagingPattern,
  Organisation,
  OrganisationKind,
  PartyKey,
  Person,
  Product,
  ProductKind,
  RecordKind,
  RoleProfile,
} from './model.ts';
export * from './rbac.ts';
export type { NewAccreditedSystem } from './register/allocation.ts';
export { type AsidOutcome, type AsidRequest, type AsidUse, type AsidView, asidUse } from './register/asids.ts';
export type { Author } from './register/changes.ts';
export { CONTRACTS, fold, interactionIdOf, intermediaryOf, isAsid, isPartyKey, namedInteraction } from './register/names.ts';
export { asidDisplayName, mayBeTogether, mayJoin, SHARED_SERVICES, type SharingVerdict, servicesIn } from './register/sharing.ts';
export type { SystemFilter } from './register/store.ts';

/** The directory: organisations, people, their roles, and the register of systems (DESIGN.md "Who owns what"). */
export interface DirectoryApi {
  organisation(db: Db, odsCode: string): Promise<Organisation | undefined>;
  organisations(db: Db, odsCodes: readonly string[]): Promise<readonly Organisation[]>;
  /** Organisations whose code or name contains a text, by code. */
  searchOrganisations(db: Db, text: string, limit: number): Promise<readonly Organisation[]>;
  person(db: Db, userId: string): Promise<Person | undefined>;
  /** People for a list to choose from; `text` is part of a name or id. */
  people(db: Db, filter: { readonly text?: string; readonly limit: number; readonly activityCode?: string }): Promise<readonly Person[]>;
  /** Active role profiles of a person, in the order they were given. */
  roleProfiles(db: Db, userId: string): Promise<readonly RoleProfile[]>;
  /** Role profiles of a person, closed ones too. */
  allRoleProfiles(db: Db, userId?: string): Promise<readonly RoleProfile[]>;
  roleProfile(db: Db, roleProfileId: string): Promise<RoleProfile | undefined>;
  /** Whether a user's active roles at an organisation include an activity (identity.md §D). One key look-up. */
  hasActivityAt(db: Db, userId: string, odsCode: string, activityCode: string): Promise<boolean>;
  usersWithActivityAt(db: Db, odsCode: string, activityCode: string): Promise<readonly string[]>;
  accreditedSystem(db: Db, asid: string): Promise<AccreditedSystem | undefined>;
  /** Registers a system under a new 12-digit ASID, never used again. */
  allocateAsid(tx: Db, system: NewAccreditedSystem, author?: changes.Author): Promise<string>;
  /** A party key nobody has. */
  allocatePartyKey(tx: Db, odsCode: string, author: changes.Author): Promise<string>;
  /** The register of systems, and the numbered changes of the whole directory: LDAP, the FHIR API and the registration service read these. */
  readonly register: typeof register;
  readonly changes: Pick<typeof changes, 'changesAfter' | 'changesOf' | 'lastChangeNumber' | 'lastChangeOf'>;
  readonly allocation: Pick<typeof allocation, 'nextAsid' | 'nextCpaId' | 'nextProductKey'>;
  /** ASIDs for who asks on behalf of suppliers: see register/asids.ts for what each refuses. */
  readonly asids: {
    /** The same request never gets a second ASID. Throws LocalRefusal 409, 422. */
    allocate(tx: Db, request: asids.AsidRequest, author?: changes.Author): Promise<asids.AsidOutcome>;
    /** Throws LocalRefusal 404. */
    describe(db: Db, asid: string): Promise<asids.AsidView>;
    list(db: Db, filter: { readonly odsCode?: string; readonly retired?: boolean }): Promise<readonly asids.AsidView[]>;
    /** Throws LocalRefusal 404, 410. */
    rename(tx: Db, asid: string, displayName: string, author?: changes.Author): Promise<asids.AsidOutcome>;
    /** Throws LocalRefusal 404, 409 with the rule, 410. */
    join(
      tx: Db,
      joining: { readonly asid: string; readonly service: string; readonly confirmed: boolean },
      author?: changes.Author,
    ): Promise<asids.AsidOutcome>;
    /** Throws LocalRefusal 404, 409 while it is bound. */
    retire(tx: Db, asid: string, author?: changes.Author): Promise<asids.AsidOutcome>;
  };
  saveOrganisation(tx: Db, organisation: Organisation, actor?: string): Promise<void>;
  savePerson(tx: Db, person: Person, actor?: string): Promise<void>;
  saveRoleProfile(tx: Db, profile: RoleProfile, actor?: string): Promise<void>;
  /** A new user id (UUID of a person), never used again. */
  allocateUserId(tx: Db): Promise<string>;
  /** A new role profile id with its person-organisation id, never used again. */
  allocateRoleProfileId(tx: Db): Promise<{ readonly roleProfileId: string; readonly personOrgId: string }>;
}

export const directory: Service<DirectoryApi> = {
  name: 'directory',
  title: 'Spine Directory Service',
  migrations: { ...directoryMigrations, '0002-register': registerTables, '0003-asids': asidRequestTable, '0004-names-below': namesBelow },
  // People and systems survive a reset; seeding puts the published ones back as they were.
  tables: {
    directory_organisation: 'kept',
    directory_person: 'kept',
    directory_role_profile: 'kept',
    directory_role_activity: 'kept',
    directory_accredited_system: 'kept',
    directory_accredited_system_interaction: 'kept',
    directory_message_handling_system: 'kept',
    directory_product: 'kept',
    directory_party_key: 'kept',
    directory_interaction: 'kept',
    directory_change: 'kept',
    directory_counter: 'kept',
    directory_asid_request: 'kept',
  },
  offers: [
    offer(fqdnRegister, hostNameOwners),
    offer(nameSource, hostNames),
    offer(errorShelf, { title: 'Spine Directory Service', load: async () => (await import('./known-errors.ts')).DIRECTORY_ERRORS }),
  ],
  doors: ldapDoors,
  create(context) {
    const { environment, clock } = context;
    const by = (actor = 'System'): changes.Author => ({ actor, at: clock.now() });
    const desk: asids.AsidDesk = { environment: environment.id, uses: context.offered(asids.asidUse) };
    return {
      api: {
        ...store,
        allocateUserId,
        allocateRoleProfileId,
        accreditedSystem: register.accreditedSystem,
        allocateAsid: (tx, system, author) => allocation.allocateAsid(tx, environment.id, system, author ?? by()),
        allocatePartyKey: (tx, odsCode, author) => allocation.allocatePartyKey(tx, environment.id, odsCode, author),
        register,
        changes,
        allocation,
        asids: {
          allocate: (tx, request, author) => asids.allocateFor(desk, tx, request, author ?? by()),
          describe: (db, asid) => asids.describeAsid(desk, db, asid),
          list: (db, filter) => asids.listAsids(desk, db, filter),
          rename: (tx, asid, displayName, author) => asids.renameAsid(desk, tx, asid, displayName, author ?? by()),
          join: (tx, joining, author) => asids.joinService(desk, tx, joining, author ?? by()),
          retire: (tx, asid, author) => asids.retireAsid(desk, tx, asid, author ?? by()),
        },
        saveOrganisation: (tx, organisation, actor) => store.saveOrganisations(tx, [organisation], by(actor)),
        savePerson: (tx, person, actor) => store.savePeople(tx, [person], by(actor)),
        saveRoleProfile: (tx, profile, actor) => store.saveRoleProfiles(tx, [profile], by(actor)),
      },
      async seed(tx, random) {
        const organisations = seedOrganisations(random);
        const { people, roleProfiles } = seedPeople(random, organisations);
        // The first load is where the change log begins; what a later one puts back is a change like any other.
        const author = (await changes.lastChangeNumber(tx)) === 0 ? undefined : by();
        await store.saveOrganisations(tx, organisations, author);
        await store.savePeople(tx, [...people, ...registrationStaff.people, ...samplePeople.people], author);
        await store.saveRoleProfiles(tx, [...roleProfiles, ...registrationStaff.roleProfiles, ...samplePeople.roleProfiles], author);
        await seedSystems(tx, seedRegister(environment), by());
      },
      admin: async (app) => {
        const { registerDirectoryAdmin } = await import('./admin.ts');
        registerDirectoryAdmin(app, context, desk);
      },
      doors: ldapKeepers(context),
      async importData(tx, document) {
        const taken = await importDirectory(tx, document, by('import'));
        const { importSystems } = await import('./import-systems.ts');
        return taken + (await importSystems(tx, document, by('import'), environment.publishedNames));
      },
    };
  },
};
