import { textOf } from '../forms/form.ts';
import { type ArtefactKind, artefact } from './artefacts.ts';
import { asksForMoreThanWitnessed, outgrown } from './assured.ts';
import { reasonsAgainst } from './conditions.ts';
import { artefactOf, type RoadFacts } from './facts.ts';
import { needsOf, needText } from './needs.ts';
import { rowsIssued } from './prod-form.ts';
import { readUseCase, usesOf } from './use-case.ts';

export interface Reopening {
  readonly kind: ArtefactKind;
  readonly action: string;
}

/** What an action opens again besides: the use case when it is accepted, and the PROD form whatever was tested and confirmed with its rows. */
export function consequencesOf(kind: ArtefactKind, action: string, facts: RoadFacts): readonly Reopening[] {
  if (kind === 'use-case' && action === 'accept') return reopenings(facts);
  if (kind === 'prod-form' && action === 'reopen')
    return possible(facts, [
      { kind: 'smoke-test', action: 'reopen' },
      { kind: 'go-live', action: 'reopen' },
    ]);
  return [];
}

/**
 * What an accepted use case opens again because it asks for more than was built, assured or set up (path-to-live.md §4.5): a new way of
 * use goes back to the integration form, a new endpoint reopens assurance, a new organisation adds rows to the PROD form. What is live
 * stays live meanwhile.
 */
export function reopenings(facts: RoadFacts): readonly Reopening[] {
  const { road } = facts;
  const useCase = readUseCase(artefactOf(road, 'use-case').answers);
  const integration = artefactOf(road, 'integration-form');
  const newUse = usesOf(useCase).some((use) => textOf(integration.answers, `app.${use}`) === '');
  const newCoverage = outgrown(facts).length > 0;
  // Before there is a certificate, assurance is measured by what was accepted and witnessed.
  const unassured = artefactOf(road, 'tcc').state !== 'issued' && reasonsAgainst('scal-matches-use-case', facts).length > 0;
  const rows = rowsIssued(artefactOf(road, 'prod-form').answers).map(needText);
  const newRows = rows.length > 0 && needsOf(useCase, road, facts.asidModel).some((need) => !rows.includes(needText(need)));
  const candidates: readonly (Reopening | false)[] = [
    newUse && { kind: 'integration-form', action: 'amend' },
    (newCoverage || unassured) && { kind: 'scal', action: 'reopen' },
    (newCoverage || asksForMoreThanWitnessed(facts)) && { kind: 'witness-test', action: 'reopen' },
    newCoverage && { kind: 'tcc', action: 'supersede' },
    newCoverage && { kind: 'connection-agreement', action: 'amend' },
    (newCoverage || newRows) && { kind: 'prod-form', action: 'reopen' },
    (newCoverage || newRows) && { kind: 'smoke-test', action: 'reopen' },
    (newCoverage || newRows) && { kind: 'go-live', action: 'reopen' },
  ];
  return possible(
    facts,
    candidates.filter((each) => each !== false),
  );
}

function possible({ road }: RoadFacts, candidates: readonly Reopening[]): readonly Reopening[] {
  return candidates.filter(({ kind, action }) => {
    const { state } = artefactOf(road, kind);
    return artefact(kind).transitions.some((each) => each.action === action && each.from.includes(state));
  });
}
