import { ERS_USES, type ErsUse } from '../applications/access-mode.ts';
import { endpoint as findEndpoint, mayCall } from './endpoints.ts';

/** One endpoint in one use: what is witnessed, certified and allowed in production. */
export interface Coverage {
  readonly use: ErsUse;
  readonly endpoint: string;
}

/** `user-restricted/A005`: how coverage is kept in answers. */
export function coverageText({ use, endpoint }: Coverage): string {
  return `${use}/${endpoint}`;
}

/** Reads {@link coverageText}; undefined for anything else. */
export function readCoverage(text: string): Coverage | undefined {
  const [word = '', endpoint = ''] = text.split('/');
  const use = ERS_USES.find((each) => each === word);
  return use === undefined || findEndpoint(endpoint) === undefined ? undefined : { use, endpoint };
}

export function covers(all: readonly Coverage[], { use, endpoint }: Coverage): boolean {
  return all.some((each) => each.use === use && each.endpoint === endpoint);
}

/** What of `wanted` is not in `certified`. */
export function beyond(certified: readonly Coverage[], wanted: readonly Coverage[]): readonly Coverage[] {
  return wanted.filter((each) => !covers(certified, each));
}

/** Every endpoint in each use that may call it, in the order of uses. */
export function coverageOf(uses: readonly ErsUse[], endpoints: readonly string[]): readonly Coverage[] {
  return uses.flatMap((use) =>
    endpoints.flatMap((id) => {
      const known = findEndpoint(id);
      return known !== undefined && mayCall(use, known) ? [{ use, endpoint: id }] : [];
    }),
  );
}
