import type { ApiProduct } from '../../gateway/index.ts';

export const PATIENT_CARE_PATH = '/e-referrals-service-patient-care-api';
export const PATIENT_SCOPE = 'urn:nhsd:apim:user-nhs-login:P9:e-referrals-service-patient-care-api';

/** Environments in which the patient API is offered, with the product's variant and its display. */
const VARIANTS = [
  { environment: 'INT', variant: 'int', display: 'Integration Testing' },
  { environment: 'PROD', variant: 'prod', display: 'Production' },
] as const;

/** Whether an environment has the patient API: it is published for integration and production only (ers.md §20.3). */
export function hasPatientApi(environment: string): boolean {
  return VARIANTS.some((each) => each.environment === environment);
}

/** The API products of the patient API. New suppliers are not taken on for it, so an application must ask for it by name. */
export const patientCareProducts: readonly ApiProduct[] = VARIANTS.map(({ environment, variant, display }) => ({
  name: `e-referrals-service-patient-care-api-${variant}`,
  displayName: `Patient Care - FHIR API ( ${display} )`,
  accessMode: 'user-restricted',
  scopes: [PATIENT_SCOPE],
  pathPrefixes: [PATIENT_CARE_PATH],
  callbackRequired: true,
  byNameOnly: true,
  quotaPerMinute: 600,
  spikeArrestPerMinute: 900,
  attributes: {},
  environments: [environment],
}));
