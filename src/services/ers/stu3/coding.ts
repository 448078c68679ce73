import type { Code } from '../model.ts';

/** A FHIR Coding. */
export interface Coding {
  readonly system: string;
  readonly code: string;
  readonly display?: string;
}

/**
 * A code as it is written out. Code systems that clients fetch from e-RS itself (A004) are kept by name, e.g. `SPECIALTY`, and get the
 * caller's own base address here (ers.md §2).
 *
 * @param base the caller's base address plus `/FHIR`
 */
export function codingOf(code: Code, base: string): Coding {
  const system = code.system.includes(':') ? code.system : localCodeSystem(base, code.system);
  return code.display === undefined ? { system, code: code.code } : { system, code: code.code, display: code.display };
}

/** The address of one of e-RS's own code systems, e.g. `…/FHIR/STU3/CodeSystem/SPECIALTY`. */
export function localCodeSystem(base: string, name: string): string {
  return `${base}/STU3/CodeSystem/${name}`;
}
