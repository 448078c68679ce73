import type { EnvironmentId } from '../definitions.ts';
import type { InputOf, OperationName, OutputOf } from './operations.ts';

/** An environment as what stands above it sees it: the one way in (DESIGN.md, "Portal"), wherever the environment runs. */
export interface ManagedEnvironment {
  readonly id: EnvironmentId;
  readonly title: string;
  /** True for the production twin. */
  readonly production: boolean;
  /**
   * Asks the environment for something, or to do something. May be repeated.
   *
   * @throws LocalRefusal as the operation refuses; 503 when the environment does not answer
   */
  call<Name extends OperationName>(name: Name, input: InputOf<Name>): Promise<OutputOf<Name>>;
}
