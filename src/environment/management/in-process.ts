import type { Environment } from '../environment.ts';
import type { ManagedEnvironment } from './managed.ts';
import { perform } from './operation.ts';
import type { InputOf, OperationName, OutputOf } from './operations.ts';

/** The management of an environment that runs in this process. */
export function manageHere(environment: Environment): ManagedEnvironment {
  const { id, title, production } = environment.definition;
  return {
    id,
    title,
    production,
    async call<Name extends OperationName>(name: Name, input: InputOf<Name>): Promise<OutputOf<Name>> {
      // Read on the first use: who never opens the portal does not carry its operations.
      const { operations } = await import('./operations.ts');
      return (await perform(name, operations[name], environment, input)) as OutputOf<Name>;
    },
  };
}
