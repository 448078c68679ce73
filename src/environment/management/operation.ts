import type { Static, TSchema } from 'typebox';
import { Compile, type Validator } from 'typebox/compile';
import { LocalRefusal } from '../../kernel/errors.ts';
import type { Environment } from '../environment.ts';

/**
 * One thing that may be asked of an environment from above. Input and output are JSON, each with its schema, so that it is the same whether
 * the environment lives in this process or behind HTTP. Every operation may be repeated: asking twice does no more than asking once.
 */
export interface Operation<Input extends TSchema = TSchema, Output extends TSchema = TSchema> {
  /** What it does, in one sentence. */
  readonly summary: string;
  readonly input: Input;
  readonly output: Output;
  readonly run: (environment: Environment, input: Static<Input>) => Promise<Static<Output>>;
}

/** Writes an operation down with its types. */
export function operation<Input extends TSchema, Output extends TSchema>(definition: Operation<Input, Output>): Operation<Input, Output> {
  return definition;
}

/** The input of an operation, as a table of several is used. */
type AnyOperation = {
  readonly summary: string;
  readonly input: TSchema;
  readonly output: TSchema;
  readonly run: (environment: Environment, input: never) => Promise<unknown>;
};

export type OperationTable = Readonly<Record<string, AnyOperation>>;

const compiled = new WeakMap<TSchema, Validator>();

/** Whether a value has a shape. Each schema is compiled once. */
export function hasShape<Schema extends TSchema>(schema: Schema, value: unknown): value is Static<Schema> {
  return validator(schema).Check(value);
}

/** What is wrong with a value, in a few words. */
export function faultIn(schema: TSchema, value: unknown): string {
  const [first] = validator(schema).Errors(value);
  return first === undefined ? 'it is not what is expected' : `${first.instancePath === '' ? 'it' : first.instancePath} ${first.message}`;
}

function validator(schema: TSchema): Validator {
  let found = compiled.get(schema);
  if (found === undefined) {
    found = Compile(schema);
    compiled.set(schema, found);
  }
  return found;
}

/**
 * Asks an environment of this process.
 *
 * @throws LocalRefusal 400 for an input of another shape, and what the operation itself refuses
 */
export async function perform(name: string, definition: AnyOperation, environment: Environment, input: unknown): Promise<unknown> {
  if (!hasShape(definition.input, input))
    throw new LocalRefusal(
      400,
      'bad_management_input',
      `"${name}" cannot be asked with this: ${faultIn(definition.input, input)}.`,
      'GET /_localspine/management lists the operations with their schemas.',
    );
  return definition.run(environment, input as never);
}
