import type { EnvironmentId } from '../definitions.ts';

export const SECTIONS = ['portal', 'system', 'messaging', 'outbound', 'application', 'ers', 'platform'] as const;
export type Section = (typeof SECTIONS)[number];

/** How sure we are of a published value: public documentation says it, it follows from a documented pattern, or nobody outside knows. */
export type Certainty = 'documented' | 'inferred' | 'unknown';

/** A published address in one environment. Values that are unknown are left out, never invented. */
export interface PublishedAddress {
  readonly dns?: string;
  /** Path, when a row has one there that its other environments do not share. */
  readonly path?: string;
  readonly certainty: Certainty;
}

/** National applications share maintenance slots (path-to-live.md §5.1). */
export type SlotName = 'spine-core' | 'cis' | 'ers';

/** Where a row is answered on this machine, if it is. */
export type LocalPlace =
  | { readonly kind: 'route'; readonly listener: 'https' | 'mutual-tls' | 'second-ers'; readonly method: string; readonly path: string }
  | { readonly kind: 'door'; readonly door: string }
  /** Nothing is sent there: it is where deliveries come from. Prefix of the outbox jobs that make them. */
  | { readonly kind: 'deliveries'; readonly jobs: string }
  /** The page about this environment in the portal above it, where it is told of one. */
  | { readonly kind: 'portal' }
  /** Known once a service says so (`answersRow`). */
  | { readonly kind: 'offered' };

/** One row of the connection information: what a supplier connects to, and what a firewall must let through (PTL-015). */
export interface ConnectionRow {
  readonly id: string;
  /** Requirement it comes from. */
  readonly ref: string;
  readonly section: Section;
  readonly title: string;
  readonly purpose: string;
  /** What it must not be used for, where that is said. */
  readonly notFor?: string;
  readonly audience: 'users' | 'systems' | 'developers';
  readonly direction: 'in' | 'out';
  readonly zone: 'hscn' | 'internet';
  readonly port: number | 'any';
  /** Published path, shared by the environments. */
  readonly path?: string;
  readonly published: Readonly<Partial<Record<EnvironmentId, PublishedAddress>>>;
  readonly slot: SlotName | undefined;
  readonly place: LocalPlace;
  readonly ersInstance?: string;
  readonly partyKey?: string;
  readonly asid?: string;
}
