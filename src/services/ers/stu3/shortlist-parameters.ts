/** Parameters that the operations with a shortlist have in common (ers.md §9 A011, A021, A031, A032). */
import { STU3_CODES, SYSTEMS } from '../codes.ts';
import type { ChangeShortlist } from '../referral/change-shortlist.ts';
import type { CreateReferral } from '../referral/create.ts';
import type { ParametersSpec, ParameterValues } from './parameters.ts';
import { readShortlist } from './shortlist.ts';

/** Shortlist, letter and reminder. */
export const SHORTLIST_PARAMETERS = {
  shortlist: { kind: 'resource', cardinality: '1..1', display: 'Shortlist', resourceType: 'List', read: readShortlist },
  intentionToAddReferralLetter: {
    kind: 'coding',
    cardinality: '1..1',
    display: 'Intention To Add Referral Letter',
    system: `${STU3_CODES}eRS-ReferralLetterIntention-1`,
    codes: ['NEED_TO_ADD_LATER', 'NOT_INTENDING_TO_ADD'],
  },
  firstReminderLetterFollowUpDays: { kind: 'unsignedInt', cardinality: '1..1', display: 'First Reminder Letter Follow Up Days' },
} as const satisfies ParametersSpec;

/** The same for a referral that is not there yet: with patient and, for administrators, clinician. */
export const NEW_REFERRAL_PARAMETERS = {
  patient: { kind: 'identifier', cardinality: '1..1', display: 'Patient', system: SYSTEMS.nhsNumberStu3, pattern: /^\d{10}$/ },
  referringClinician: {
    kind: 'identifier',
    cardinality: '0..1',
    display: 'Referring Clinician',
    system: SYSTEMS.userStu3,
    pattern: /^\d{1,12}$/,
  },
  ...SHORTLIST_PARAMETERS,
} as const satisfies ParametersSpec;

/** The shortlist as rules take it. */
export function shortlistOfMessage(values: ParameterValues<typeof SHORTLIST_PARAMETERS>): ChangeShortlist {
  return {
    criteria: values.shortlist.criteria,
    serviceIds: values.shortlist.serviceIds,
    letterIntention: values.intentionToAddReferralLetter.code,
    firstReminderLetterFollowUpDays: values.firstReminderLetterFollowUpDays,
  };
}

/** The new referral as rules take it. */
export function referralOfMessage(values: ParameterValues<typeof NEW_REFERRAL_PARAMETERS>): CreateReferral {
  return {
    nhsNumber: values.patient,
    ...(values.referringClinician !== undefined && { referringClinician: values.referringClinician }),
    ...shortlistOfMessage(values),
  };
}
