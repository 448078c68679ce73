import { createInterface } from 'node:readline/promises';
import { Writable } from 'node:stream';

/** Where a command writes and asks. */
export interface Terminal {
  /** A person sits at both ends. */
  readonly interactive: boolean;
  /** Whether results may carry colour. */
  readonly colour: boolean;
  /** A line of the result. */
  out(text: string): void;
  /** A line beside the result: progress, warnings, errors. */
  note(text: string): void;
  /** Whether the person agrees; only when interactive. */
  confirm(question: string): Promise<boolean>;
  /** What the person types, without showing it; only when interactive. */
  secret(question: string): Promise<string>;
}

/** The terminal of this process. */
export function processTerminal(colourAllowed: boolean): Terminal {
  const { stdin, stdout, stderr } = process;
  // A reader that stops early ("| head") is no failure of ours.
  stdout.on('error', (error: NodeJS.ErrnoException) => {
    if (error.code === 'EPIPE') process.exit(0);
    throw error;
  });
  return {
    interactive: stdin.isTTY === true && stdout.isTTY === true,
    colour: stdout.isTTY === true && colourAllowed,
    out: (text) => void stdout.write(`${text}\n`),
    note: (text) => void stderr.write(`${text}\n`),
    async confirm(question) {
      const reader = createInterface({ input: stdin, output: stderr });
      try {
        return /^y(es)?$/i.test((await reader.question(`${question} [y/N] `)).trim());
      } finally {
        reader.close();
      }
    },
    async secret(question) {
      stderr.write(`${question} `);
      const silent = new Writable({ write: (_chunk, _encoding, done) => done() });
      const reader = createInterface({ input: stdin, output: silent, terminal: true });
      try {
        return (await reader.question('')).trim();
      } finally {
        reader.close();
        stderr.write('\n');
      }
    },
  };
}
