/** The query of a patient's referrals (patient API A001). */
import { SYSTEMS } from '../codes.ts';
import { type PatientIssue, PatientRefusal } from './errors.ts';

/** SNOMED CT code of the only category of request there is. */
export const PATIENT_REFERRAL = '3457005';
const INCLUDES = { 'Appointment:based-on': 'appointments', 'Task:focus': 'tasks' } as const;

export interface PatientQuery {
  readonly nhsNumber: string;
  readonly appointments: boolean;
  readonly tasks: boolean;
}

/**
 * Reads the query. What else is in it is ignored, as FHIR servers do with searches.
 *
 * @throws PatientRefusal 400 with an issue for each parameter that is missing or not understood
 */
export function readPatientQuery(query: Readonly<Record<string, readonly string[]>>): PatientQuery {
  const issues: PatientIssue[] = [];
  const fault = (diagnostics: string, name: string): undefined => {
    issues.push({ diagnostics, expression: [`http."${name}"`] });
    return undefined;
  };
  const values = (name: string): readonly string[] => (Object.hasOwn(query, name) ? (query[name] ?? []) : []);
  const token = (name: string, system: string, pattern: RegExp): string | undefined => {
    const [value = '', ...others] = values(name);
    if (value === '') return fault('Missing mandatory value', name);
    const code = value.startsWith(`${system}|`) ? value.slice(system.length + 1) : value;
    return others.length === 0 && pattern.test(code) ? code : fault('Invalid value', name);
  };
  const nhsNumber = token('patient:identifier', SYSTEMS.nhsNumberR4, /^\d{10}$/);
  token('category', SYSTEMS.snomed, new RegExp(`^${PATIENT_REFERRAL}$`));
  const included = new Set<string>();
  for (const each of values('_revinclude')) {
    if (Object.hasOwn(INCLUDES, each)) included.add(each);
    else fault('Invalid value', '_revinclude');
  }
  if (issues.length > 0 || nhsNumber === undefined) throw badQuery(issues);
  return { nhsNumber, appointments: included.has('Appointment:based-on'), tasks: included.has('Task:focus') };
}

/** The query as the answer's own link shows it. */
export function selfQuery({ nhsNumber, appointments, tasks }: PatientQuery): string {
  const encoded = (system: string, value: string) => encodeURIComponent(`${system}|${value}`);
  return [
    `patient:identifier=${encoded(SYSTEMS.nhsNumberR4, nhsNumber)}`,
    `category=${encoded(SYSTEMS.snomed, PATIENT_REFERRAL)}`,
    ...(appointments ? ['_revinclude=Appointment:based-on'] : []),
    ...(tasks ? ['_revinclude=Task:focus'] : []),
  ].join('&');
}

function badQuery(issues: readonly PatientIssue[]): PatientRefusal {
  return new PatientRefusal('REC_BAD_REQUEST', issues, {
    check: 'ers.patient.query',
    why: issues.map(({ diagnostics, expression }) => `${diagnostics}: ${String(expression)}`).join('; '),
    fix: 'Send patient:identifier (ten digits), category=3457005, and _revinclude=Appointment:based-on or Task:focus.',
  });
}
