/** The filters of the provider worklists (ers.md §12). */
import { type ErsIssue, ErsRefusal } from '../errors.ts';
import type { HealthcareService, Referral } from '../model.ts';
import { isProviderList, type Worklist } from './worklists.ts';

export type AssignedIndicator = 'ASSIGNED' | 'NOT_ASSIGNED';

/** The filters of a provider list. */
export interface WorklistFilters {
  readonly service?: string;
  readonly specialtyAssignedIndicator?: AssignedIndicator;
  readonly specialty?: string;
  readonly location?: string;
  readonly clinicianAssignedIndicator?: AssignedIndicator;
  readonly clinician?: string;
}

export interface WorklistRequest extends WorklistFilters {
  readonly list: Worklist;
}

/**
 * The rules on filters that need nothing but the request.
 *
 * Throws (422) UNEXPECTED_FIELD for any filter on a referrer list or a value without its indicator, MISSING_VALUE for an indicator
 * ASSIGNED without its value or an application without `service`, INVALID_VALUE for a specialty NOT_ASSIGNED.
 */
export function requireFilters(request: WorklistRequest, isApplication: boolean): void {
  const { list, ...filters } = request;
  const issues = isProviderList(list)
    ? providerIssues(filters, isApplication)
    : unexpected(Object.keys(filters), 'filters are not permitted on this list');
  refuse(issues);
}

/** The same rules for a list that only providers have (A023). Throws as {@link requireFilters}. */
export function requireProviderFilters(filters: WorklistFilters): void {
  refuse(providerIssues(filters, false));
}

function refuse(issues: readonly ErsIssue[]): void {
  if (issues.length === 0) return;
  throw new ErsRefusal(422, issues, {
    check: 'ers.worklist-filters',
    why: issues.map((each) => each.diagnostics).join(' '),
    fix: 'Compare with the filters of A008 and A023.',
  });
}

function providerIssues(filters: WorklistFilters, isApplication: boolean): readonly ErsIssue[] {
  const issues: ErsIssue[] = [];
  if (isApplication && filters.service === undefined) issues.push(missing('Service'));
  if (filters.specialtyAssignedIndicator === 'NOT_ASSIGNED') {
    issues.push({ code: 'INVALID_VALUE', diagnostics: "'Specialty Assigned Indicator' (NOT_ASSIGNED) is invalid." });
  }
  if (filters.specialtyAssignedIndicator === 'ASSIGNED' && filters.specialty === undefined) issues.push(missing('Specialty'));
  if (filters.specialty !== undefined && filters.specialtyAssignedIndicator === undefined)
    issues.push(...unexpected(['specialty'], 'needs specialtyAssignedIndicator ASSIGNED'));
  if (filters.clinicianAssignedIndicator === 'ASSIGNED' && filters.clinician === undefined) issues.push(missing('Clinician'));
  if (filters.clinician !== undefined && filters.clinicianAssignedIndicator !== 'ASSIGNED')
    issues.push(...unexpected(['clinician'], 'needs clinicianAssignedIndicator ASSIGNED'));
  return issues;
}

/** Whether a service passes the filters on service and location. */
export function serviceMatches(service: HealthcareService, request: WorklistFilters): boolean {
  return (
    (request.service === undefined || request.service === service.id) &&
    (request.location === undefined || request.location === service.locationOdsCode || request.location === service.providerOdsCode) &&
    (request.specialty === undefined || request.specialty === service.specialty)
  );
}

/** Whether a referral passes the filter on its clinician: the one the slot belongs to, else the one it was addressed to. */
export function clinicianMatches(referral: Referral, request: WorklistFilters): boolean {
  return isWanted(referral.appointment?.clinician ?? referral.criteria.namedClinician, request);
}

/** Whether the clinician of a request, or its having none, is what the filters ask for. */
export function isWanted(clinician: string | undefined, request: WorklistFilters): boolean {
  if (request.clinicianAssignedIndicator === 'NOT_ASSIGNED') return clinician === undefined;
  return request.clinician === undefined || clinician === request.clinician;
}

function missing(name: string): ErsIssue {
  return { code: 'MISSING_VALUE', diagnostics: `'${name}' is missing.` };
}

function unexpected(names: readonly string[], why: string): readonly ErsIssue[] {
  return names.map((name) => ({ code: 'UNEXPECTED_FIELD', diagnostics: `'${name}' ${why}` }));
}
