import type { Migrations } from '../../../kernel/store/store.ts';
import { catalogueTables } from './0001-catalogue.ts';
import { referralTables } from './0002-referrals.ts';
import { accessCodeTable } from './0003-access-codes.ts';
import { adviceTables } from './0004-advice.ts';
import { patientView } from './0005-patient-view.ts';
import { hospitalTables } from './0006-hospitals.ts';
import { preparedReferrals } from './0007-prepared-referrals.ts';

/** Everything that was ever done to e-RS's tables, in order. */
export const ersMigrations: Migrations = {
  '0001-catalogue': catalogueTables,
  '0002-referrals': referralTables,
  '0003-access-codes': accessCodeTable,
  '0004-advice': adviceTables,
  '0005-patient-view': patientView,
  '0006-hospitals': hospitalTables,
  '0007-prepared-referrals': preparedReferrals,
};
