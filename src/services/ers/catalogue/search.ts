/** The service search as a pure rule (ers.md §9 A010, §13): which services fit a patient and the criteria, in which order. */
import type { HealthcareService, RequestFlow, SearchCriteria } from '../model.ts';
import { type Coordinates, coordinatesOf, milesBetween } from './postcodes.ts';

export type RequestType = 'APPOINTMENT_REQUEST' | 'ADVICE_AND_GUIDANCE_REQUEST';
export type SortBy = 'DISTANCE' | 'IWT';

/** What a search needs to know beside the services. */
export interface SearchContext {
  readonly requestType: RequestType;
  readonly sortBy: SortBy;
  readonly criteria: SearchCriteria;
  readonly patient: {
    /** Whole years; undefined when the date of birth is not known. */
    readonly age?: number;
    readonly gender: 'male' | 'female' | 'other' | 'unknown';
  };
  /** The organisation whose commissioning rules apply. */
  readonly commissioningRuleOrganisation: string;
  /** `YYYY-MM-DD`, for the dates of commissioning. */
  readonly today: string;
  /** Where distances are measured from; undefined when no postcode is known. */
  readonly origin?: Coordinates;
}

/** A service that fits, with its distance in whole miles when both ends are known. */
export interface FoundService {
  readonly service: HealthcareService;
  readonly distance?: number;
}

type Rule = (service: HealthcareService, context: SearchContext) => boolean;

/** Every rule a service must pass, by name. */
export const SEARCH_RULES: Readonly<Record<string, Rule>> = {
  published: (service) => service.published,
  requestType: ({ requestFlows }, { requestType }) => FLOWS_OF[requestType].some((flow) => requestFlows.includes(flow)),
  priority: (service, { criteria }) => service.priorities.includes(criteria.priority),
  specialty: (service, { criteria }) => criteria.specialty === undefined || service.specialty === criteria.specialty,
  clinicType: (service, { criteria }) => criteria.clinicType === undefined || service.clinicTypes.includes(criteria.clinicType),
  clinicalTerm: (service, { criteria }) =>
    criteria.clinicalTerm === undefined || service.clinicalTerms.includes(criteria.clinicalTerm.code),
  namedClinician: (service, { criteria }) =>
    criteria.namedClinician === undefined || service.namedClinicians.includes(criteria.namedClinician),
  organisation: ({ providerOdsCode, locationOdsCode }, { criteria }) =>
    criteria.organisation === undefined || criteria.organisation === providerOdsCode || criteria.organisation === locationOdsCode,
  age: ({ ageTreated }, { criteria, patient: { age } }) =>
    !criteria.ageAndGenderAppropriate ||
    age === undefined ||
    ageTreated === undefined ||
    (age >= (ageTreated.low ?? 0) && age <= (ageTreated.high ?? age)),
  gender: ({ genderTreated }, { criteria, patient: { gender } }) =>
    !criteria.ageAndGenderAppropriate ||
    genderTreated === 'MALE_AND_FEMALE' ||
    (gender !== 'male' && gender !== 'female') ||
    genderTreated === (gender === 'male' ? 'MALE' : 'FEMALE'),
  // A service without a figure cannot be shown to be within the limit.
  waitingTime: ({ indicativeAppointmentWait }, { criteria: { indicativeAppointmentWaitTimeLimit: limit } }) =>
    limit === undefined || (typeof indicativeAppointmentWait === 'number' && indicativeAppointmentWait <= limit),
  distance: (service, context) =>
    context.criteria.distanceLimit === undefined ||
    (distanceOf(service, context) ?? Number.POSITIVE_INFINITY) <= context.criteria.distanceLimit,
  commissioning: (service, context) => isCommissionedFor(service, context.commissioningRuleOrganisation, context.today),
};

/** An appointment request finds bookable and triage services alike (ers.md §9 A010). */
const FLOWS_OF: Readonly<Record<RequestType, readonly RequestFlow[]>> = {
  APPOINTMENT_REQUEST: ['APPOINTMENT_REQUEST', 'TRIAGE_REQUEST'],
  ADVICE_AND_GUIDANCE_REQUEST: ['ADVICE_AND_GUIDANCE_REQUEST'],
};

/** The services that pass all {@link SEARCH_RULES}, nearest or soonest first, those without a figure last, ties by name. */
export function searchServices(services: readonly HealthcareService[], context: SearchContext): readonly FoundService[] {
  const rules = Object.values(SEARCH_RULES);
  const found = services
    .filter((service) => rules.every((rule) => rule(service, context)))
    .map((service): FoundService => {
      const distance = distanceOf(service, context);
      return distance === undefined ? { service } : { service, distance };
    });
  const rank =
    context.sortBy === 'DISTANCE'
      ? (each: FoundService) => each.distance ?? Number.MAX_SAFE_INTEGER
      : (each: FoundService) => waitRank(each.service);
  return found.sort((one, other) => rank(one) - rank(other) || byName(one.service, other.service));
}

/** Whether the practices of an organisation may use a service on a day (ers.md §13.1, commissioning). */
export function isCommissionedFor({ commissioning }: HealthcareService, organisation: string, today: string): boolean {
  if (commissioning === 'ALL') return true;
  const { odsCodes, from, to } = commissioning;
  return odsCodes.includes(organisation) && (from === undefined || from <= today) && (to === undefined || today <= to);
}

function distanceOf(service: HealthcareService, { origin }: SearchContext): number | undefined {
  if (origin === undefined || service.postcode === undefined) return undefined;
  const place = coordinatesOf(service.postcode);
  return place === undefined ? undefined : Math.round(milesBetween(origin, place));
}

function waitRank({ indicativeAppointmentWait: wait }: HealthcareService): number {
  if (typeof wait === 'number') return wait;
  return wait === 'LIMITED_AVAILABILITY' ? Number.MAX_SAFE_INTEGER - 1 : Number.MAX_SAFE_INTEGER;
}

function byName(one: HealthcareService, other: HealthcareService): number {
  return compare(one.name.toLowerCase(), other.name.toLowerCase()) || compare(one.id, other.id);
}

function compare(one: string, other: string): number {
  return one < other ? -1 : Number(one > other);
}
