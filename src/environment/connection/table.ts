import type { EnvironmentDefinition } from '../definitions.ts';
import type { ConnectionRow } from './model.ts';
import { APPLICATIONS, PLATFORM } from './rows/applications.ts';
import { ersRows } from './rows/ers.ts';
import { MESSAGING_ROWS, OUTBOUND } from './rows/messaging.ts';
import { PORTAL, SYSTEM } from './rows/system.ts';

/**
 * The connection information of an environment: every row of the published tables, in their order (PTL-015 to PTL-066). SANDBOX has e-RS
 * only. A published value is marked documented or inferred; where nobody outside knows it, it is left out.
 */
export function connectionTable({ id, ersInstances }: EnvironmentDefinition): readonly ConnectionRow[] {
  const ers = ersInstances.flatMap((instance, index) => ersRows(id, instance, index === 0));
  return id === 'SANDBOX' ? ers : [...PORTAL, ...SYSTEM, ...MESSAGING_ROWS, ...OUTBOUND, ...APPLICATIONS, ...ers, ...PLATFORM];
}
