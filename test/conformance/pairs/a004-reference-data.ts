import type { Row } from '../pair.ts';

/** Code systems are the same in every world. */
export const rows: readonly Row[] = [
  { answer: 'getCodeSystem/AppointmentCancellationReasonCodeSystem', given: {} },
  { answer: 'getCodeSystem/ClinicTypeCodeSystem', given: {} },
  { answer: 'getCodeSystem/ReferralCancellationReasonCodeSystem', given: {} },
  { answer: 'getCodeSystem/SpecialtyCodeSystem', given: {} },
];
