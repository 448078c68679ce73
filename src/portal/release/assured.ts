/** What of a use case has been witnessed and certified, and what it asks for beyond that (path-to-live.md §4.5). Pure. */
import { choicesOf } from '../forms/form.ts';
import { beyond, type Coverage, coverageText, readCoverage } from './coverage.ts';
import { artefactOf, type RoadFacts } from './facts.ts';
import { coverageOfUseCase, readUseCase } from './use-case.ts';
import { certifiable, reportOf, witnessCases } from './witness-cases.ts';

function askedFor({ road }: RoadFacts): readonly Coverage[] {
  return coverageOfUseCase(readUseCase(artefactOf(road, 'use-case').answers));
}

/** What the certificate lists; nothing while there is none. */
export function certified({ road }: RoadFacts): readonly Coverage[] {
  const { state, answers } = artefactOf(road, 'tcc');
  return state === 'issued' ? choicesOf(answers, 'coverage').flatMap((each) => readCoverage(each) ?? []) : [];
}

/**
 * What production needs of the use case: all its endpoints, but those that the certificate itself leaves out as not applicable. What the
 * supplier reports since then changes nothing before it is certified.
 */
export function wantedCoverage(facts: RoadFacts): readonly Coverage[] {
  const { state, answers } = artefactOf(facts.road, 'tcc');
  const leftOut = state === 'issued' ? choicesOf(answers, 'not-applicable') : [];
  return askedFor(facts).filter((each) => !leftOut.includes(coverageText(each)));
}

/** What a certificate says when it is issued now: exactly what was executed, and what was declared not applicable (PTL-104). */
export function certificateContents(facts: RoadFacts): {
  readonly coverage: readonly string[];
  readonly 'not-applicable': readonly string[];
} {
  const asked = askedFor(facts);
  const passed = certifiable(asked, artefactOf(facts.road, 'witness-test').answers);
  return { coverage: passed.map(coverageText), 'not-applicable': beyond(passed, asked).map(coverageText) };
}

/** What is asked for, or reported as executed since, and is not on the certificate that is issued. */
export function outgrown(facts: RoadFacts): readonly Coverage[] {
  if (artefactOf(facts.road, 'tcc').state !== 'issued') return [];
  const executed = certifiable(askedFor(facts), artefactOf(facts.road, 'witness-test').answers);
  return beyond(certified(facts), [...wantedCoverage(facts), ...executed]);
}

/** Whether the use case has a witness case of which the passed report says nothing. */
export function asksForMoreThanWitnessed(facts: RoadFacts): boolean {
  const { state, answers } = artefactOf(facts.road, 'witness-test');
  return state === 'passed' && witnessCases(askedFor(facts)).some((each) => reportOf(answers, each).result === '');
}
