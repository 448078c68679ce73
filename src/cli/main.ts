/** Entry of the command line. The only file that reads the process environment; everything else is handed it. */
import { run } from './program.ts';
import { processTerminal } from './terminal.ts';

process.exitCode = await run(process.argv.slice(2), {
  variables: process.env,
  folder: process.cwd(),
  terminal: processTerminal(process.env['NO_COLOR'] === undefined || process.env['NO_COLOR'] === ''),
});
