import type { Actor } from './actors.ts';
import type { ConditionId } from './conditions.ts';

export type GateId = 'G1' | 'G2' | 'G3' | 'G4' | 'G5' | 'G6' | 'G7' | 'G8';

export interface Gate {
  readonly id: GateId;
  readonly condition: ConditionId;
  readonly title: string;
  readonly decidedBy: readonly Actor[];
  readonly needs: readonly ConditionId[];
}

/** The gate matrix (path-to-live.md §4.6). */
export const GATES: readonly Gate[] = [
  { id: 'G1', condition: 'gate-1', title: 'Use case', decidedBy: ['ers-partners'], needs: ['use-case-accepted', 'use-case-sound'] },
  {
    id: 'G2',
    condition: 'gate-2',
    title: 'Access to INT',
    decidedBy: ['ers-partners', 'service-desk'],
    needs: ['gate-1', 'integration-form-processed', 'integration-applications', 'integration-asids'],
  },
  { id: 'G3', condition: 'gate-3', title: 'Access to DEP', decidedBy: ['service-desk'], needs: ['gate-4', 'dep-prerequisites-granted'] },
  {
    id: 'G4',
    condition: 'gate-4',
    title: 'Conformance',
    decidedBy: ['solution-assurance'],
    needs: ['witness-passed', 'conformance-not-failed'],
  },
  {
    id: 'G5',
    condition: 'gate-5',
    title: 'Technical Conformance Certificate',
    decidedBy: ['solution-assurance'],
    needs: ['scal-accepted', 'gate-4'],
  },
  {
    id: 'G6',
    condition: 'gate-6',
    title: 'Connection agreement',
    decidedBy: ['live-services', 'euo-cio'],
    needs: [
      'certificate-issued',
      'certificate-embedded',
      'acceptable-use-policy-accepted',
      'organisations-approve',
      'approval-covers-writes',
    ],
  },
  {
    id: 'G7',
    condition: 'gate-7',
    title: 'PROD form',
    decidedBy: ['ers-partners'],
    needs: ['agreement-in-force', 'prod-form-returned', 'prod-form-sound', 'prod-rows-certified', 'approval-covers-writes'],
  },
  {
    id: 'G8',
    condition: 'gate-8',
    title: 'Go-live',
    decidedBy: ['ers-partners'],
    needs: ['prod-form-done', 'production-set-up', 'smoke-test-passed', 'organisations-approve'],
  },
];
