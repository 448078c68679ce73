import type { AdviceSource } from '../documents/advice-source.ts';
import type { AdviceRequest } from './model.ts';

/** An advice request as its documents are printed from it (A007, A027, A043). */
export function printedAdvice(advice: AdviceRequest): AdviceSource {
  const { namedClinician } = advice.criteria;
  return { ...advice, ...(namedClinician !== undefined && { namedClinician }) };
}
