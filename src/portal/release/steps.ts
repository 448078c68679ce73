/** The steps of the public integration process, by ids of our own that stay when the publisher renumbers (PTL-121). */
import type { ArtefactKind } from './artefacts.ts';

export interface Step {
  readonly id: string;
  readonly stage: 1 | 2 | 3 | 4 | 5;
  readonly title: string;
  /** Number in the revision of 26 March 2025, the seed's. */
  readonly number2025?: string;
  /** Number in the later revision. */
  readonly numberLater?: string;
  /** The artefact that shows how far the step is. */
  readonly artefact?: ArtefactKind;
}

export const STAGES: readonly { readonly number: Step['stage']; readonly title: string }[] = [
  { number: 1, title: 'Design' },
  { number: 2, title: 'Build' },
  { number: 3, title: 'Assure' },
  { number: 4, title: 'Release' },
  { number: 5, title: 'Maintain' },
];

export const STEPS: readonly Step[] = [
  { id: 'use-case', stage: 1, title: 'Validate the use case', number2025: '1.2', numberLater: '1.2', artefact: 'use-case' },
  {
    id: 'integration-testing',
    stage: 2,
    title: 'Register in INT and get access to the test environment',
    number2025: '2.1',
    numberLater: '2.1',
    artefact: 'integration-form',
  },
  { id: 'scal', stage: 2, title: 'Request and complete the SCAL', number2025: '2.5', numberLater: '2.5', artefact: 'scal' },
  { id: 'witness-testing', stage: 3, title: 'Witness testing', number2025: '3.21', numberLater: '3.21', artefact: 'witness-test' },
  { id: 'certificate', stage: 3, title: 'Technical Conformance Certificate', number2025: '3.22', numberLater: '3.22', artefact: 'tcc' },
  {
    id: 'unattended-approval',
    stage: 3,
    title: 'Approval by each organisation for unattended use',
    number2025: '3.31',
    numberLater: '3.31',
    artefact: 'euo-approval',
  },
  {
    id: 'agreement',
    stage: 3,
    title: 'Approval to go live: connection agreement',
    number2025: '3.3',
    numberLater: '3.3',
    artefact: 'connection-agreement',
  },
  { id: 'deployment', stage: 3, title: 'Test in situ in DEP (when you need it)' },
  { id: 'register', stage: 4, title: 'Register your application in PROD', number2025: '4.1', numberLater: '4.1' },
  { id: 'multiple-asids', stage: 4, title: 'Multiple ASIDs', number2025: '4.16', numberLater: '4.2' },
  { id: 'sharing', stage: 4, title: 'Sharing with other NHS services', number2025: '4.17', numberLater: '4.3' },
  { id: 'key-pair', stage: 4, title: 'Generate a key pair', number2025: '4.2', numberLater: '4.4' },
  { id: 'send-app-id', stage: 4, title: 'Send your AppID: the PROD form', number2025: '4.3', numberLater: '4.5', artefact: 'prod-form' },
  { id: 'smoke-test', stage: 4, title: 'Smoke test', artefact: 'smoke-test' },
  { id: 'go-live', stage: 4, title: 'Go live', number2025: '4.4', artefact: 'go-live' },
];

/** A step by its number in either revision; several where a revision gave the number to another step. */
export function stepsNumbered(number: string): readonly Step[] {
  return STEPS.filter((each) => each.number2025 === number || each.numberLater === number);
}
