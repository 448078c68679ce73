/** The filters of the provider worklists (ers.md §12). */
import { type ErsIssue, ErsRefusal } from '../errors.ts';
import type { HealthcareService, Referral } from '../model.ts';
import { isProviderList, type Worklist } from './worklists.ts';

export type AssignedIndicator = 'ASSIGNED' | 'NOT_ASSIGNED';

export interface WorklistRequest {
  readonly list: Worklist;
  readonly service?: string;
  readonly specialtyAssignedIndicator?: AssignedIndicator;
  readonly specialty?: string;
  readonly location?: string;
  readonly clinicianAssignedIndicator?: AssignedIndicator;
  readonly clinician?: string;
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
  if (issues.length === 0) return;
  throw new ErsRefusal(422, issues, {
    check: 'ers.worklist-filters',
    why: issues.map((each) => each.diagnostics).join(' '),
    fix: 'Compare with the filters of A008.',
  });
}

function providerIssues(filters: Omit<WorklistRequest, 'list'>, isApplication: boolean): readonly ErsIssue[] {
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
export function serviceMatches(service: HealthcareService, request: WorklistRequest): boolean {
  return (
    (request.service === undefined || request.service === service.id) &&
    (request.location === undefined || request.location === service.locationOdsCode || request.location === service.providerOdsCode) &&
    (request.specialty === undefined || request.specialty === service.specialty)
  );
}

/** Whether a referral passes the filter on its clinician: the one the slot belongs to, else the one it was addressed to. */
export function clinicianMatches(referral: Referral, request: WorklistRequest): boolean {
  const clinician = referral.appointment?.clinician ?? referral.criteria.namedClinician;
  if (request.clinicianAssignedIndicator === 'NOT_ASSIGNED') return clinician === undefined;
  return request.clinician === undefined || clinician === request.clinician;
}

function missing(name: string): ErsIssue {
  return { code: 'MISSING_VALUE', diagnostics: `'${name}' is missing.` };
}

function unexpected(names: readonly string[], why: string): readonly ErsIssue[] {
  return names.map((name) => ({ code: 'UNEXPECTED_FIELD', diagnostics: `'${name}' ${why}` }));
}
