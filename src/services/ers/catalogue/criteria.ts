/** The rules on search criteria that need nothing but the criteria (ers.md §9 A010). */
import type { Instant } from '../../../kernel/clock.ts';
import { type ErsIssue, ErsRefusal } from '../errors.ts';
import type { SearchCriteria } from '../model.ts';
import { clinicType, isInForce, specialty } from '../reference-data/reference-data.ts';
import { CLINICAL_TERMS } from './clinical-terms.ts';
import type { RequestType } from './search.ts';

/**
 * Checks criteria as sent.
 *
 * @throws ErsRefusal 422 with an issue each: VALUE_IS_REQUIRED for no search key or half of one, FIELD_NOT_PERMITTED, INVALID_CODE,
 *   INAPPROPRIATE_VALUE for a clinic type of another specialty, SNOMED_NOT_FOUND
 */
export function checkCriteria(criteria: SearchCriteria, now: Instant): void {
  const issues = [...requiredKeys(criteria), ...forbidden(criteria), ...codes(criteria, now)];
  if (issues.length > 0) throw refusal(issues);
}

/** Throws FIELD_NOT_PERMITTED (422): advice requests know no commissioning rule organisation. */
export function checkRuleOrganisationPermitted(requestType: RequestType, commissioningRuleOrganisation: string | undefined): void {
  if (requestType === 'ADVICE_AND_GUIDANCE_REQUEST' && commissioningRuleOrganisation !== undefined) {
    throw refusal([issue('FIELD_NOT_PERMITTED', 'Commissioning Rule Organisation', commissioningRuleOrganisation, 'is not permitted.')]);
  }
}

function requiredKeys(criteria: SearchCriteria): readonly ErsIssue[] {
  if (criteria.specialty !== undefined && criteria.clinicType === undefined)
    return [{ code: 'VALUE_IS_REQUIRED', diagnostics: "'Clinic Type' is required." }];
  if (
    criteria.specialty !== undefined ||
    criteria.clinicType !== undefined ||
    criteria.clinicalTerm !== undefined ||
    criteria.namedClinician !== undefined
  )
    return [];
  return [{ code: 'VALUE_IS_REQUIRED', diagnostics: "'Specialty and Clinic Type', 'Clinical Term' or 'Named Clinician' is required." }];
}

function forbidden(criteria: SearchCriteria): readonly ErsIssue[] {
  const issues: ErsIssue[] = [];
  const not = (name: string, value: unknown) => issues.push(issue('FIELD_NOT_PERMITTED', name, value, 'is not permitted.'));
  if (criteria.clinicType !== undefined && criteria.specialty === undefined) not('Clinic Type', criteria.clinicType);
  if (criteria.distanceLimit !== undefined && criteria.postcode === undefined) not('Distance Limit', criteria.distanceLimit);
  if (criteria.indicativeAppointmentWaitTimeLimit !== undefined && criteria.priority === 'TWO_WEEK_WAIT') {
    not('Indicative Appointment Wait Time Limit', criteria.indicativeAppointmentWaitTimeLimit);
  }
  return issues;
}

function codes(criteria: SearchCriteria, now: Instant): readonly ErsIssue[] {
  const issues: ErsIssue[] = [];
  if (criteria.specialty !== undefined) {
    const concept = specialty(criteria.specialty);
    if (concept === undefined || !isInForce(concept, now))
      issues.push(issue('INVALID_CODE', 'Specialty', criteria.specialty, 'is invalid.'));
  }
  if (criteria.clinicType !== undefined) {
    const concept = clinicType(criteria.clinicType);
    if (concept === undefined || !isInForce(concept, now))
      issues.push(issue('INVALID_CODE', 'Clinic Type', criteria.clinicType, 'is invalid.'));
    else if (criteria.specialty !== undefined && specialty(criteria.specialty) !== undefined && concept.specialty !== criteria.specialty) {
      issues.push(issue('INAPPROPRIATE_VALUE', 'Clinic Type', criteria.clinicType, 'is not appropriate.'));
    }
  }
  if (criteria.clinicalTerm !== undefined && !CLINICAL_TERMS.has(criteria.clinicalTerm.code)) {
    issues.push(issue('SNOMED_NOT_FOUND', 'Clinical Term', criteria.clinicalTerm.code, 'is not found.'));
  }
  return issues;
}

function issue(code: ErsIssue['code'], name: string, value: unknown, sentence: string): ErsIssue {
  return { code, diagnostics: `'${name}' (${String(value)}) ${sentence}` };
}

function refusal(issues: readonly ErsIssue[]): ErsRefusal {
  return new ErsRefusal(422, issues, {
    check: 'ers.search-criteria',
    why: issues.map((each) => each.diagnostics).join(' '),
    fix: 'A search needs a priority and one key: specialty with clinic type, a clinical term, or a named clinician. Codes come from A004.',
  });
}
