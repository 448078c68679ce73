import type { ConformanceFacts } from './facts.ts';

/** Asks what conformance runs have shown of a product version in an environment. */
export type ConformanceVerdicts = (query: {
  readonly owner: { readonly accountId: string | undefined; readonly teamId: string | undefined };
  readonly product: string;
  readonly version: string;
  readonly environment: 'INT';
}) => Promise<ConformanceFacts>;

/** Where no runs are recorded, none was made: the witness test stands on its own. */
export const noRunYet: ConformanceVerdicts = async () => ({ verdict: 'no-run', covered: [] });
