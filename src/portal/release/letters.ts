/** Mail that the road sends when something has been decided (PTL-119): plain text, one letter for each action that somebody waits for. */
import { choicesOf, textOf } from '../forms/form.ts';
import { ACTOR_NAMES, isReviewer } from './actors.ts';
import { artefact } from './artefacts.ts';
import { readCoverage } from './coverage.ts';
import { artefactOf, type Road } from './facts.ts';
import type { Moved } from './life.ts';
import { rowsIssued } from './prod-form.ts';
import { USE_NAMES } from './use-case.ts';

export interface RoadLetter {
  readonly from: string;
  readonly subject: string;
  readonly text: string;
}

/** What is worth telling of an action beside the new state, by `kind.action`. */
const BODIES: Readonly<Record<string, (road: Road) => readonly string[]>> = {
  'integration-form.issue-data-pack': () => [
    'An ASID is bound to each of your applications in INT. Your data pack is the seed data of INT: referrals, services, patients and users',
    'are listed in its API explorer, and "localspine reset --environment int" puts them back as they were.',
  ],
  'scal.issue': () => ['The SCAL is issued. What your use case has said is filled in already.'],
  'witness-test.issue-pack': () => ['Execute every case of the pack at least once in INT, then report the correlation ids.'],
  'tcc.issue': (road) => {
    const { answers } = artefactOf(road, 'tcc');
    return [
      `Certificate ${textOf(answers, 'reference')} covers exactly:`,
      ...choicesOf(answers, 'coverage').flatMap((text) => {
        const coverage = readCoverage(text);
        return coverage === undefined ? [] : [`- ${coverage.endpoint}, ${USE_NAMES[coverage.use].toLowerCase()}`];
      }),
      'Embed it in the SCAL and return it.',
    ];
  },
  'connection-agreement.issue': () => ['Sign the connection agreement and accept the acceptable-use policy for end-user organisations.'],
  'prod-form.issue': (road) => {
    const rows = rowsIssued(artefactOf(road, 'prod-form').answers);
    return [
      `Please complete the PROD form: ${rows.length} rows, one application with its own key pair for each.`,
      ...rows.map(
        ({ ods, use, allowList }) =>
          `- ${ods}, ${USE_NAMES[use].toLowerCase()}${allowList === undefined ? '' : ` (one application for ${allowList.join(', ')})`}`,
      ),
    ];
  },
  'prod-form.finish': () => ['ASIDs are bound, attributes set and products approved.'],
  'smoke-test.open': () => [
    'Your applications in PROD are open for reading calls. Run the smoke test for every organisation, then report it.',
  ],
  'go-live.confirm': () => ['Your applications are live in production. This completes the live deployment process.'],
};

/** The letter a reviewer's action sends to the supplier; none for actions that nobody waits for. */
export function letterFor(road: Road, { transition, after }: Moved, portalUrl: string): RoadLetter | undefined {
  if (!isReviewer(transition.who)) return undefined;
  const definition = artefact(after.kind);
  const body = BODIES[`${after.kind}.${transition.action}`]?.(road);
  if (body === undefined && transition.wait === 'none' && transition.sendsBack !== true) return undefined;
  const state = definition.states[after.state] ?? after.state;
  const about = after.key === '' ? definition.title : `${definition.title} (${after.key})`;
  return {
    from: ACTOR_NAMES[transition.who],
    subject: `${road.product} ${road.version}: ${about}: ${state.toLowerCase()}`,
    text: [
      `${about} for ${road.product} ${road.version}: ${state}.`,
      ...(after.reasons.length === 0 ? [] : ['', ...after.reasons.map((each) => `- ${each}`)]),
      ...(body === undefined ? [] : ['', ...body]),
      '',
      `${portalUrl}/roads/${road.id}`,
      '',
    ].join('\n'),
  };
}
