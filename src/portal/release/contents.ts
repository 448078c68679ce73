import type { Answers } from '../forms/form.ts';
import type { ArtefactKind } from './artefacts.ts';
import { certificateContents } from './assured.ts';
import { artefactOf, type RoadFacts } from './facts.ts';
import { needsOf } from './needs.ts';
import { issueRows } from './prod-form.ts';
import { readUseCase, usesOf } from './use-case.ts';

/** What reviewers write into an artefact when they issue it, by `kind.action`; nothing for all other actions. */
export function contentsOf(facts: RoadFacts, kind: ArtefactKind, action: string): Answers {
  return CONTENTS[`${kind}.${action}`]?.(facts) ?? {};
}

const CONTENTS: Readonly<Record<string, (facts: RoadFacts) => Answers>> = {
  // The skeleton of the SCAL: what the use case has said already.
  'scal.issue': (facts) => {
    const useCase = readUseCase(artefactOf(facts.road, 'use-case').answers);
    return { 'product-version': facts.road.version, endpoints: useCase.endpoints, uses: usesOf(useCase) };
  },
  // Exactly what was passed (PTL-104).
  'tcc.issue': (facts) => ({ reference: `TCC-${facts.road.id.slice(0, 8).toUpperCase()}`, ...certificateContents(facts) }),
  'connection-agreement.issue': ({ road }) => ({ reference: `CA-${road.id.slice(0, 8).toUpperCase()}` }),
  'prod-form.issue': rowsAsCalculated,
  // A query sends the form back with the rows that the use case has by now.
  'prod-form.query': rowsAsCalculated,
  'prod-form.send-back': rowsAsCalculated,
};

function rowsAsCalculated({ road, asidModel }: RoadFacts): Answers {
  return issueRows(needsOf(readUseCase(artefactOf(road, 'use-case').answers), road, asidModel));
}
