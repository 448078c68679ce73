import { Command, CommanderError } from 'commander';
import { LocalRefusal, messageOf } from '../kernel/errors.ts';
import { productVersion } from '../kernel/product-version.ts';
import { addAppCommands } from './commands/app.ts';
import { addAsidCommands } from './commands/asid.ts';
import { addAsidCalculator } from './commands/asid-calculator.ts';
import { addBuildCommands } from './commands/build.ts';
import { addCertificateCommands } from './commands/certificate.ts';
import { addCis2Commands } from './commands/cis2.ts';
import { addClockCommands } from './commands/clock.ts';
import { addCollection } from './commands/collection.ts';
import { addConformanceCommands } from './commands/conformance.ts';
import { addDirectoryCommands } from './commands/directory.ts';
import { addDnsCommands } from './commands/dns.ts';
import { addDoctor } from './commands/doctor.ts';
import { addEnvCommands } from './commands/env.ts';
import { addEvidenceCommands } from './commands/evidence.ts';
import { addExplain } from './commands/explain.ts';
import { addFaultCommands } from './commands/fault.ts';
import { addIdentityAgentCommands } from './commands/identity-agent.ts';
import { addJournalCommands } from './commands/journal.ts';
import { addKeyCommands } from './commands/key.ts';
import { addMaintenanceCommands } from './commands/maintenance.ts';
import { addOnboarding } from './commands/onboard.ts';
import { addOutboxCommands } from './commands/outbox.ts';
import { addPortalCommands } from './commands/portal.ts';
import { addRehearsals } from './commands/rehearse.ts';
import { addReset } from './commands/reset.ts';
import { addSeed } from './commands/seed.ts';
import { addSmartcardCommands } from './commands/smartcard.ts';
import { addSnapshotCommands } from './commands/snapshot.ts';
import { addStart } from './commands/start.ts';
import { addStatus } from './commands/status.ts';
import { addToken } from './commands/token.ts';
import { CommandBook, type Surroundings, UsageError } from './invocation.ts';
import { type Problem, renderProblem } from './output.ts';

export const EXIT = { done: 0, refused: 1, usage: 2 } as const;

/** The tree of commands. Each module adds its own; the heavy parts are loaded by the command that runs. */
export function buildProgram(book: CommandBook): Command {
  const program = new Command('localspine')
    .description('The NHS path-to-live environments on your own machine. Not affiliated with the NHS.')
    .version(productVersion(), '--version', 'print the version')
    .helpOption('--help', 'show this help')
    .helpCommand(false)
    .showHelpAfterError('Add --help for the options.');
  for (const add of [
    addStart,
    addStatus,
    addEnvCommands,
    addAsidCommands,
    addDnsCommands,
    addAppCommands,
    addKeyCommands,
    addToken,
    addCis2Commands,
    addDirectoryCommands,
    addSmartcardCommands,
    addIdentityAgentCommands,
    addCertificateCommands,
    addJournalCommands,
    addDoctor,
    addExplain,
    addClockCommands,
    addFaultCommands,
    addMaintenanceCommands,
    addBuildCommands,
    addSnapshotCommands,
    addOutboxCommands,
    addReset,
    addSeed,
    addOnboarding,
    addRehearsals,
    addCollection,
    addPortalCommands,
    addConformanceCommands,
    addEvidenceCommands,
    addAsidCalculator,
  ])
    add(program, book);
  return program;
}

/**
 * Carries out one command line.
 *
 * @param args what follows `localspine`
 * @returns the exit code: 0 done, 1 refused or failed, 2 wrong usage, or what a command says of itself
 */
export async function run(args: readonly string[], surroundings: Surroundings): Promise<number> {
  const { terminal } = surroundings;
  const book = new CommandBook(surroundings);
  const program = buildProgram(book);
  const json = args.includes('--json');
  let complaint = '';
  for (const command of family(program)) {
    command.exitOverride();
    command.helpOption('--help', 'show this help');
    command.configureOutput({ writeOut: (text) => terminal.out(text.trimEnd()), writeErr: (text) => (complaint += text) });
  }
  try {
    await program.parseAsync([...args], { from: 'user' });
    return book.exitCode;
  } catch (error) {
    if (error instanceof CommanderError && error.exitCode === 0) return EXIT.done;
    const usage = error instanceof CommanderError || error instanceof UsageError;
    // Called without a subcommand, commander gives the whole help as its complaint.
    if (error instanceof CommanderError && error.code === 'commander.help')
      terminal.note(
        json
          ? renderProblem({ error: 'usage', message: 'Say which command to run.', fix: 'Add --help for the list.' }, true)
          : complaint.trimEnd(),
      );
    else terminal.note(renderProblem(problemOf(error), json));
    return usage ? EXIT.usage : EXIT.refused;
  }
}

/** A command with all below it. */
export function family(command: Command): readonly Command[] {
  return [command, ...command.commands.flatMap(family)];
}

function problemOf(error: unknown): Problem {
  if (error instanceof LocalRefusal) {
    const { fix } = error.explanation;
    return fix === undefined ? { error: error.code, message: error.message } : { error: error.code, message: error.message, fix };
  }
  if (error instanceof CommanderError || error instanceof UsageError) {
    return { error: 'usage', message: sentence(error.message.replace(/^error: /, '')), fix: 'Add --help to see how the command is used.' };
  }
  return {
    error: 'failed',
    message: `LocalSpine failed: ${messageOf(error)}`,
    fix: 'This is a fault of LocalSpine; please report it with the command you gave.',
  };
}

function sentence(text: string): string {
  const capital = text.charAt(0).toUpperCase() + text.slice(1);
  return /[.!?]$/.test(capital) ? capital : `${capital}.`;
}
