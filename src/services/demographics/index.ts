import { offer, type Service } from '../../kernel/service.ts';
import type { Db } from '../../kernel/store/store.ts';
import { type NhsLoginPerson, nhsLoginPeople } from '../identity/index.ts';
import { importPatients } from './import.ts';
import { demographicsMigrations } from './migrations/0001-patients.ts';
import type { Patient } from './model.ts';
import { seedPopulation } from './seed/population.ts';
import * as store from './store.ts';

export { type Coordinates, coordinates, distanceInMiles } from './location.ts';
export type { Patient } from './model.ts';
export { isValidNhsNumber } from './nhs-number.ts';

/** Patients of one environment (DESIGN.md "Who owns what"). */
export interface DemographicsApi {
  /** One key look-up. */
  patient(db: Db, nhsNumber: string): Promise<Patient | undefined>;
  /** Whether the patient's record is sensitive (S): neither referred nor reviewed in e-RS. False for an unknown number. */
  isSensitive(db: Db, nhsNumber: string): Promise<boolean>;
  patients(db: Db, filter: { readonly text?: string; readonly limit: number }): Promise<readonly Patient[]>;
  savePatient(tx: Db, patient: Patient): Promise<void>;
}

/** Practices that invented patients are registered with: the directory's invented ones. */
const PRACTICES = Array.from({ length: 12 }, (_, n) => `ZP90${String(n + 1).padStart(2, '0')}`);

export const demographics: Service<DemographicsApi> = {
  name: 'demographics',
  title: 'Personal demographics',
  migrations: demographicsMigrations,
  tables: { demographics_patient: 'data' },
  offers: [
    offer(nhsLoginPeople, {
      find: async (db, nhsNumber) => {
        const found = await store.patient(db, nhsNumber);
        return found === undefined ? undefined : nhsLoginPerson(found);
      },
      list: async (db, filter) => (await store.patients(db, filter)).map(nhsLoginPerson),
    }),
  ],
  create: () => ({
    api: {
      patient: store.patient,
      isSensitive: store.isSensitive,
      patients: store.patients,
      savePatient: (tx, patient) => store.savePatients(tx, [patient]),
    },
    seed: (tx, random) => store.savePatients(tx, seedPopulation(random, PRACTICES)),
    importData: importPatients,
  }),
};

/** What NHS login knows of a patient. */
function nhsLoginPerson({ nhsNumber, givenNames, familyName, birthDate, deathDate, email, sensitivity }: Patient): NhsLoginPerson {
  return {
    nhsNumber,
    givenName: givenNames.join(' '),
    familyName,
    birthDate,
    ...(deathDate !== undefined && { deathDate }),
    ...(email !== undefined && { email }),
    sensitivity,
  };
}
