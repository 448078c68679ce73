import type { ErsCode, ErsIssue } from '../errors.ts';
import { ErsRefusal } from '../errors.ts';
import type { Priority } from '../model.ts';
import { quoted } from './parameter-values.ts';

/** The query of a slot search, read. */
export interface SlotPageQuery {
  readonly serviceId: string;
  readonly clinician?: string;
  readonly priority: Priority;
  readonly size: number;
  readonly page: number;
  readonly commissioningRuleOrganisation: string;
}

const SLOT_STATUSES: ReadonlySet<string> = new Set(['busy', 'free', 'busy-unavailable', 'busy-tentative', 'entered-in-error']);
const MAXIMUM_PAGE_SIZE = 100;
const PRIORITY_CODES: readonly Priority[] = ['ROUTINE', 'URGENT', 'TWO_WEEK_WAIT'];

/**
 * Reads the query and header of A015 (ers.md §9).
 *
 * @throws ErsRefusal 400 with an issue each: MISSING_HEADER, MISSING_PARAMETER, INVALID_CODE, INVALID_VALUE
 */
export function readSlotQuery(query: Readonly<Record<string, readonly string[]>>, ruleOrganisation: string | undefined): SlotPageQuery {
  const issues: ErsIssue[] = [];
  const problem = (code: ErsCode, diagnostics: string) => {
    issues.push({ code, diagnostics });
    return undefined;
  };
  const one = (parameter: string, name: string, optional = false): string | undefined => {
    const values = (Object.hasOwn(query, parameter) ? query[parameter] : undefined) ?? [];
    if (values.length > 1) return problem('INVALID_VALUE', `'${name}' (${quoted(values.join(', '))}) is invalid.`);
    const [value = ''] = values;
    if (value !== '') return value;
    return optional ? undefined : problem('MISSING_PARAMETER', `'${name}' is missing.`);
  };
  const whole = (parameter: string, name: string, maximum: number): number | undefined => {
    const text = one(parameter, name);
    if (text === undefined) return undefined;
    const number = /^\d{1,9}$/.test(text) ? Number(text) : 0;
    return number >= 1 && number <= maximum ? number : problem('INVALID_VALUE', `'${name}' (${quoted(text)}) is invalid.`);
  };
  const organisation = ruleOrganisation?.trim() || problem('MISSING_HEADER', "'NHSD-eRS-Comm-Rule-Org' is missing.");
  const serviceId = one('schedule.actor:HealthcareService', 'Service Id');
  const clinician = one('schedule.actor:Practitioner', 'Named Clinician', true);
  const priorityText = one('appointmentType', 'Priority');
  const priority = PRIORITY_CODES.find((each) => each === priorityText);
  if (priorityText !== undefined && priority === undefined) problem('INVALID_CODE', `'Priority' (${quoted(priorityText)}) is invalid.`);
  const status = one('status', 'Status');
  if (status !== undefined && status !== 'free')
    problem(SLOT_STATUSES.has(status) ? 'INVALID_VALUE' : 'INVALID_CODE', `'Status' (${quoted(status)}) is invalid.`);
  const size = whole('_count', 'Page Size', MAXIMUM_PAGE_SIZE);
  const page = whole('page', 'Page Number', 999_999_999);
  if (
    issues.length > 0 ||
    organisation === undefined ||
    serviceId === undefined ||
    priority === undefined ||
    size === undefined ||
    page === undefined
  ) {
    throw slotSearchRefusal(issues);
  }
  return { serviceId, ...(clinician !== undefined && { clinician }), priority, size, page, commissioningRuleOrganisation: organisation };
}

/** A015 refuses with 400 where other operations say 422. */
export function slotSearchRefusal(issues: readonly ErsIssue[]): ErsRefusal {
  return new ErsRefusal(400, issues, {
    check: 'ers.slot-search',
    why: issues.map((each) => `${each.code}: ${each.diagnostics ?? ''}`).join('; '),
    fix: 'Send schedule.actor:HealthcareService, appointmentType, status=free, _count (1 to 100), page, and the header NHSD-eRS-Comm-Rule-Org.',
  });
}
