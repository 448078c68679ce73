import { type Command, InvalidArgumentError, Option } from 'commander';
import { ENVIRONMENT_IDS, ENVIRONMENTS, type EnvironmentId } from '../environment/definitions.ts';
import { LocalRefusal } from '../kernel/errors.ts';
import { type Configuration, readConfiguration } from '../platform/configuration.ts';
import { AdminClient, findEnvironment } from './client.ts';
import { type Paint, paintFor } from './output.ts';
import type { Terminal } from './terminal.ts';

/** What the process hands the command line. */
export interface Surroundings {
  readonly variables: Readonly<Record<string, string | undefined>>;
  readonly folder: string;
  readonly terminal: Terminal;
}

/** The arguments do not say what to do: exit code 2. */
export class UsageError extends Error {
  override readonly name = 'UsageError';
}

/** One command being carried out. */
export class Invocation {
  readonly surroundings: Surroundings;
  readonly terminal: Terminal;
  readonly paint: Paint;
  readonly json: boolean;
  readonly environment: EnvironmentId;
  /** 0 unless the command finds fault without throwing (`doctor`, a token endpoint that says no). */
  exitCode = 0;
  readonly #options: Readonly<Record<string, unknown>>;
  readonly #arguments: readonly unknown[];
  #configuration: Configuration | undefined;

  constructor(surroundings: Surroundings, options: Readonly<Record<string, unknown>>, args: readonly unknown[]) {
    this.surroundings = surroundings;
    this.terminal = surroundings.terminal;
    this.#options = options;
    this.#arguments = args;
    this.json = options['json'] === true;
    this.paint = paintFor(surroundings.terminal.colour && !this.json);
    this.environment = ENVIRONMENT_IDS.find((id) => id === options['environment']) ?? 'INT';
  }

  /** The settings; throws LocalRefusal when they are wrong. */
  get configuration(): Configuration {
    this.#configuration ??= readConfiguration(this.surroundings.variables, this.surroundings.folder, this.terminal.interactive);
    return this.#configuration;
  }

  /** True when the user chose an environment rather than taking the default. */
  get environmentChosen(): boolean {
    return this.#options['environment'] !== undefined;
  }

  /** Folder name of the environment: `int`. */
  get slug(): string {
    return ENVIRONMENTS[this.environment].slug;
  }

  /** The admin API of the chosen environment. Throws LocalRefusal when it is not running. */
  client(id: string = this.environment): AdminClient {
    return new AdminClient(findEnvironment(this.configuration, id), this.configuration.adminToken);
  }

  /** A text option; undefined when not given. */
  text(name: string): string | undefined {
    const value = this.#options[name];
    return typeof value === 'string' ? value : undefined;
  }

  /** The texts of an option that may be repeated; undefined when not given. */
  texts(name: string): readonly string[] | undefined {
    const value = this.#options[name];
    return Array.isArray(value) ? value.filter((each) => typeof each === 'string') : undefined;
  }

  /** A text option the command cannot do without. */
  requiredText(name: string): string {
    const value = this.text(name);
    if (value === undefined) throw new UsageError(`--${name.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`)} is missing`);
    return value;
  }

  number(name: string): number | undefined {
    const value = this.#options[name];
    return typeof value === 'number' ? value : undefined;
  }

  flag(name: string): boolean {
    return this.#options[name] === true;
  }

  /** A positional argument. */
  argument(index: number): string {
    const value = this.#arguments[index];
    if (typeof value !== 'string') throw new UsageError('an argument is missing');
    return value;
  }

  optionalArgument(index: number): string | undefined {
    const value = this.#arguments[index];
    return typeof value === 'string' ? value : undefined;
  }

  /** Prints the result: one line of JSON with `--json`, otherwise text for a person. */
  result(value: unknown, text: string | (() => string)): void {
    this.terminal.out(this.json ? JSON.stringify(value) : typeof text === 'string' ? text : text());
  }

  /** Tells how long work is getting on. */
  progress(text: string): void {
    this.terminal.note(this.json ? JSON.stringify({ progress: text }) : this.paint('dim', text));
  }

  /** Asks before something is lost. Throws LocalRefusal unless agreed; without a person there must be `--yes`. */
  async agree(question: string): Promise<void> {
    if (this.flag('yes')) return;
    if (!this.terminal.interactive)
      throw new LocalRefusal(400, 'not_confirmed', `${question} Nobody is here to agree.`, 'Add --yes to go on without being asked.');
    if (!(await this.terminal.confirm(question))) throw new LocalRefusal(409, 'not_confirmed', 'Nothing was changed.');
  }
}

export type Act = (invocation: Invocation) => Promise<void>;

/** Puts commands on the tree with the options that all of them share. */
export class CommandBook {
  readonly #surroundings: Surroundings;
  #exitCode = 0;

  constructor(surroundings: Surroundings) {
    this.#surroundings = surroundings;
  }

  /** Exit code of the command that ran. */
  get exitCode(): number {
    return this.#exitCode;
  }

  /**
   * Adds a command.
   *
   * @param usage name and arguments, as commander writes them: `save <name>`
   */
  add(parent: Command, usage: string, description: string, act: Act): Command {
    const command = parent
      .command(usage)
      .description(description)
      .addOption(new Option('--environment <id>', 'environment: sandbox, int, dep or prod (default: int)').argParser(parseEnvironment))
      .option('--json', 'print the result as one line of JSON');
    command.action(async (...received: unknown[]) => {
      // With those of the command above it: where both know an option, that one has taken it.
      const invocation = new Invocation(this.#surroundings, command.optsWithGlobals<Record<string, unknown>>(), received.slice(0, -2));
      await act(invocation);
      this.#exitCode = invocation.exitCode;
    });
    return command;
  }

  /** Adds a family of commands: `clock show`, `clock set`. */
  group(parent: Command, name: string, description: string): Command {
    return parent.command(name).description(description).helpCommand(false);
  }
}

/** `int` in any case. Throws commander's InvalidArgumentError. */
export function parseEnvironment(value: string): EnvironmentId {
  const found = ENVIRONMENT_IDS.find((id) => id === value.toUpperCase());
  if (found === undefined) throw new InvalidArgumentError(`Environments are ${ENVIRONMENT_IDS.map((id) => id.toLowerCase()).join(', ')}.`);
  return found;
}

/** A whole number in a range, for an option. */
export function wholeNumber(lowest: number, highest: number): (value: string) => number {
  return (value) => {
    const number = Number(value);
    if (!/^\d+$/.test(value) || number < lowest || number > highest)
      throw new InvalidArgumentError(`It must be a whole number from ${lowest} to ${highest}.`);
    return number;
  };
}
