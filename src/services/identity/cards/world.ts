import type { ServiceContext } from '../../../kernel/service.ts';
import type { Db } from '../../../kernel/store/store.ts';
import type { DirectoryApi } from '../../directory/index.ts';
import type { PkiApi } from '../../pki/index.ts';
import type { SessionEnded } from '../sessions/ending.ts';
import type { CardEvent } from './model.ts';

/** Told of what happens to cards, inside the transaction in which it happens. */
export type CardListener = (tx: Db, event: CardEvent) => Promise<void>;

/** What the registration authority needs of its environment; the identity service's world has it all. */
export interface CardWorld
  extends Pick<ServiceContext, 'environment' | 'store' | 'clock' | 'random' | 'outbox' | 'sealer' | 'availability'> {
  readonly directory: DirectoryApi;
  readonly pki: () => PkiApi;
  readonly listeners: readonly SessionEnded[];
  readonly cardListeners: readonly CardListener[];
}
