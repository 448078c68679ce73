/** Whose a road is, and who may do what on it. */
import { LocalRefusal } from '../../kernel/errors.ts';
import { require } from '../access/permissions.ts';
import type { Visitor } from '../access/visitor.ts';
import type { Actor } from './actors.ts';
import { type ArtefactKind, artefact } from './artefacts.ts';
import type { ReviewMode, StoredRoad } from './store.ts';

/** Whose a road is. */
export function aboutOf({ accountId, teamId }: Pick<StoredRoad, 'accountId' | 'teamId'>): {
  readonly accountId: string | undefined;
  readonly teamId: string | undefined;
} {
  return { accountId, teamId };
}

/** Whether a visitor may act as this actor on this road; reviewers act at their desk, a CIO for their organisation. */
export function requireActor(visitor: Visitor, road: StoredRoad, actor: Actor, key: string): void {
  if (actor === 'supplier') require(visitor, 'road.act', aboutOf(road));
  else require(visitor, 'road.decide', actor === 'euo-cio' ? { odsCode: key } : { desk: actor });
}

/** Where the deployment's reviewers are people, only an operator puts simulated ones in their place. Throws LocalRefusal 403. */
export function requireMode(visitor: Visitor, standard: ReviewMode, wished: ReviewMode | undefined): void {
  if (standard === 'person' && wished !== undefined && wished !== 'person') require(visitor, 'road.simulate-reviewers');
}

/** Throws LocalRefusal 404. */
export function requireKey(road: StoredRoad, kind: ArtefactKind, key: string): void {
  if (!road.artefacts.some((each) => each.kind === kind && each.key === key))
    throw new LocalRefusal(
      404,
      'artefact_unknown',
      `This road has no ${artefact(kind).title.toLowerCase()}${key === '' ? '' : ` for ${key.slice(0, 12)}`}.`,
    );
}
