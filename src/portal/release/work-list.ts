import { isoInstant } from '../../kernel/clock.ts';
import { may } from '../access/permissions.ts';
import type { Visitor } from '../access/visitor.ts';
import type { Reviewer } from './actors.ts';
import { artefact, isArtefactKind } from './artefacts.ts';
import type { Roads } from './roads.ts';

/** One line of a reviewer's work list. */
export interface WorkItem {
  readonly roadId: string;
  readonly product: string;
  readonly version: string;
  readonly kind: string;
  readonly key: string;
  readonly title: string;
  readonly reviewer: Reviewer;
  readonly action: string;
  readonly since: string;
  readonly due: string;
  readonly mode: string;
}

/** What waits for the visitor over all roads, soonest due first. */
export async function myDuties(roads: Roads, visitor: Visitor): Promise<readonly WorkItem[]> {
  const items: WorkItem[] = [];
  for (const { road, duty } of await roads.waiting(visitor)) {
    const { kind, key, reviewer, action, since, due, mode } = duty;
    const about = reviewer === 'euo-cio' ? { odsCode: key } : { desk: reviewer };
    if (!isArtefactKind(kind) || !may(visitor, 'road.decide', about)) continue;
    const { title } = artefact(kind);
    items.push({
      roadId: road.id,
      product: road.product,
      version: road.version,
      kind,
      key,
      title: key === '' ? title : `${title}: ${key}`,
      reviewer,
      action,
      since: isoInstant(since),
      due: isoInstant(due),
      mode,
    });
  }
  return items;
}
