import type { Static } from 'typebox';
import { applicationOperations } from './applications.ts';
import { asidOperations } from './asids.ts';
import { connectingOperations } from './connecting.ts';
import { environmentOperations } from './environment.ts';
import { journalOperations } from './journal.ts';
import { maintenanceOperations } from './maintenance.ts';
import { outboxOperations } from './outbox.ts';
import { recordingOperations } from './recordings.ts';
import { rehearsalOperations } from './rehearsal.ts';
import { releaseOperations } from './release.ts';

/** Everything that may be asked of an environment from above, by name. */
export const operations = {
  ...environmentOperations,
  ...connectingOperations,
  ...recordingOperations,
  ...applicationOperations,
  ...asidOperations,
  ...maintenanceOperations,
  ...releaseOperations,
  ...journalOperations,
  ...rehearsalOperations,
  ...outboxOperations,
};

type Operations = typeof operations;

export type OperationName = keyof Operations;
export type InputOf<Name extends OperationName> = Static<Operations[Name]['input']>;
export type OutputOf<Name extends OperationName> = Static<Operations[Name]['output']>;
