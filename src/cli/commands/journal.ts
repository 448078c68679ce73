import { setTimeout as pause } from 'node:timers/promises';
import { type Command, Option } from 'commander';
import type { JournalEntry, JournalSummary } from '../../kernel/journal/journal.ts';
import { JournalAnswer, JournalEntryAnswer } from '../answers.ts';
import { type CommandBook, type Invocation, wholeNumber } from '../invocation.ts';
import { journalLine, journalPage } from '../output.ts';

const FOLLOW_MILLISECONDS = 700;

/** `localspine journal …`: what was asked, what was answered, and why. */
export function addJournalCommands(program: Command, book: CommandBook): void {
  const journal = book.group(program, 'journal', 'what was asked, what was answered, and why');
  book
    .add(journal, 'tail', 'show the latest exchanges', tail)
    .option('-f, --follow', 'go on showing new ones until interrupted')
    .option('--limit <number>', 'how many to begin with', wholeNumber(1, 1_000), 20)
    .option('--service <name>', 'only of this service')
    .option('--operation <id>', 'only this operation, like A011')
    .addOption(new Option('--verdict <verdict>', 'only with this verdict').choices(['ok', 'refused', 'failed']))
    .option('--status <status>', 'only with this status, or class of them: 409, 4xx')
    .option('--patient <nhsNumber>', 'only of this patient')
    .option('--from <time>', 'not before this time')
    .option('--to <time>', 'before this time')
    .option('--app <appId>', 'only of this application')
    .option('--correlation <id>', 'only with this X-Correlation-ID');
  book.add(journal, 'show <id>', 'show one exchange in full, by its id, X-Request-ID or X-Correlation-ID', async (invocation) => {
    const entry: JournalEntry = await invocation
      .client()
      .call(JournalEntryAnswer, 'GET', `/journal/${encodeURIComponent(invocation.argument(0))}`);
    invocation.result(entry, () => journalPage(entry, invocation.paint));
  });
}

async function tail(invocation: Invocation): Promise<void> {
  const newest = await list(invocation, { limit: String(invocation.number('limit') ?? 20) });
  const begin = [...newest].reverse();
  if (!invocation.flag('follow')) {
    invocation.result({ environment: invocation.environment, exchanges: begin }, () =>
      begin.length === 0 ? 'The journal has no such exchange yet.' : begin.map((each) => journalLine(each, invocation.paint)).join('\n'),
    );
    return;
  }
  // Followed, each exchange is a line of its own: readers of the stream need no end.
  let last = begin.at(-1)?.id ?? '0';
  for (const each of begin) invocation.result(each, () => journalLine(each, invocation.paint));
  for (;;) {
    await pause(FOLLOW_MILLISECONDS);
    for (const each of await list(invocation, { limit: '500', after: last })) {
      invocation.result(each, () => journalLine(each, invocation.paint));
      last = each.id;
    }
  }
}

async function list(invocation: Invocation, extra: Readonly<Record<string, string>>): Promise<readonly JournalSummary[]> {
  const query = new URLSearchParams(extra);
  for (const name of ['service', 'operation', 'verdict', 'status', 'patient', 'from', 'to', 'app', 'correlation']) {
    const value = invocation.text(name);
    if (value !== undefined) query.set(name, value);
  }
  const { exchanges } = await invocation.client().call(JournalAnswer, 'GET', `/journal?${query}`);
  return exchanges;
}
