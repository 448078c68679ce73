import { STU3_CODES, SYSTEMS } from '../codes.ts';
import type { SearchCriteria } from '../model.ts';
import { isObject } from './parameter-values.ts';
import { type ParametersSpec, readParameters } from './parameters.ts';

export const PRIORITY_CODES = ['ROUTINE', 'URGENT', 'TWO_WEEK_WAIT'] as const;

/** `eRS-ServiceSearchCriteria-Parameters-1` (ers.md §9 A010). Whether codes exist and fit together is for `checkCriteria`. */
export const SEARCH_CRITERIA = {
  priority: { kind: 'coding', cardinality: '1..1', display: 'Priority', system: `${STU3_CODES}eRS-Priority-1`, codes: PRIORITY_CODES },
  specialty: { kind: 'coding', cardinality: '0..1', display: 'Specialty', system: { endsWith: '/STU3/CodeSystem/SPECIALTY' } },
  clinicType: { kind: 'coding', cardinality: '0..1', display: 'Clinic Type', system: `${STU3_CODES}eRS-ClinicType-1` },
  clinicalTerm: { kind: 'coding', cardinality: '0..1', display: 'Clinical Term', system: SYSTEMS.snomed },
  namedClinician: { kind: 'identifier', cardinality: '0..1', display: 'Named Clinician', system: SYSTEMS.userStu3, pattern: /^\d{1,12}$/ },
  ageAndGenderAppropriate: { kind: 'boolean', cardinality: '1..1', display: 'Age And Gender Appropriate' },
  indicativeAppointmentWaitTimeLimit: { kind: 'unsignedInt', cardinality: '0..1', display: 'Indicative Appointment Wait Time Limit' },
  postcode: { kind: 'string', cardinality: '0..1', display: 'Postcode', maximumLength: 10 },
  distanceLimit: { kind: 'unsignedInt', cardinality: '0..1', display: 'Distance Limit' },
  organisation: { kind: 'identifier', cardinality: '0..1', display: 'Organisation', system: SYSTEMS.directoryOrganisation },
  // Read, and of no effect: every service that may be booked is in scope.
  commissioningProvisioning: {
    kind: 'coding',
    cardinality: '0..1',
    display: 'Commissioning Provisioning',
    system: `${STU3_CODES}eRS-CommissioningProvisioning-1`,
  },
  place: { kind: 'string', cardinality: '0..1', display: 'Place', maximumLength: 255 },
} as const satisfies ParametersSpec;

/**
 * Reads search criteria: the parameter of A010, and the resource contained in every shortlist.
 *
 * @param path where the resource sits in the message, for diagnostics
 * @throws ErsRefusal 422, as `readParameters`
 */
export function readSearchCriteria(resource: unknown, path: string): SearchCriteria {
  const values = readParameters(resource, SEARCH_CRITERIA, path);
  const { clinicalTerm } = values;
  return {
    priority: values.priority.code,
    ...(values.specialty !== undefined && { specialty: values.specialty.code }),
    ...(values.clinicType !== undefined && { clinicType: values.clinicType.code }),
    ...(values.indicativeAppointmentWaitTimeLimit !== undefined && {
      indicativeAppointmentWaitTimeLimit: values.indicativeAppointmentWaitTimeLimit,
    }),
    ...(values.postcode !== undefined && { postcode: values.postcode }),
    ...(values.distanceLimit !== undefined && { distanceLimit: values.distanceLimit }),
    ...(clinicalTerm !== undefined && {
      clinicalTerm:
        clinicalTerm.display === undefined ? { code: clinicalTerm.code } : { code: clinicalTerm.code, display: clinicalTerm.display },
    }),
    ...(values.namedClinician !== undefined && { namedClinician: values.namedClinician }),
    ageAndGenderAppropriate: values.ageAndGenderAppropriate,
    ...(values.organisation !== undefined && { organisation: values.organisation }),
  };
}

/**
 * The criteria contained in a shortlist (`eRS-Shortlist-List-1`), found through its extension (ers.md §9 A011).
 *
 * @param list the `List` resource
 * @param path where it sits, e.g. `parameter[0]/resource`
 * @returns the contained resource and where it sits; undefined when the extension or what it names is not there
 */
export function containedCriteria(
  list: Readonly<Record<string, unknown>>,
  path: string,
): { readonly resource: unknown; readonly path: string } | undefined {
  const extensions: unknown = list['extension'];
  const contained: unknown = list['contained'];
  if (!Array.isArray(extensions) || !Array.isArray(contained)) return undefined;
  const extension: unknown = extensions.find(
    (each: unknown) =>
      isObject(each) && typeof each['url'] === 'string' && each['url'].endsWith('/Extension-eRS-Shortlist-SearchCriteria-1'),
  );
  const reference = isObject(extension) && isObject(extension['valueReference']) ? extension['valueReference']['reference'] : undefined;
  const index = contained.findIndex((each: unknown) => isObject(each) && typeof each['id'] === 'string' && reference === `#${each['id']}`);
  return index < 0 ? undefined : { resource: contained[index], path: `${path}/contained[${index}]` };
}
