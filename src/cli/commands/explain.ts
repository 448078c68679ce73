import type { Command } from 'commander';
import { LocalRefusal } from '../../kernel/errors.ts';
import { type ErrorPage, pagesAbout, searchPages } from '../../kernel/knowledge.ts';
import { type CommandBook, type Invocation, UsageError } from '../invocation.ts';
import type { Paint } from '../output.ts';

/** Pages shown in full; more are listed by their first sentence. */
const IN_FULL = 3;

/** `localspine explain`: the knowledge base (PTL-120). It needs no running LocalSpine. */
export function addExplain(program: Command, book: CommandBook): void {
  book
    .add(program, 'explain [code...]', 'what an error means, what causes it, and what to do', explain)
    .option('--search <words>', 'pages that hold these words, such as a text that a client saw');
}

async function explain(invocation: Invocation): Promise<void> {
  const { allErrorPages } = await import('../../platform/knowledge.ts');
  const pages = await allErrorPages();
  const [words, asked] = [invocation.text('search'), invocation.list(0).join(' ')];
  if (words === undefined && asked === '') throw new UsageError('Say which error, or --search for words of it');
  const found = words === undefined ? pagesAbout(pages, asked) : searchPages(pages, words);
  if (found.length === 0)
    throw new LocalRefusal(
      404,
      'error_unknown',
      `There is no page about "${words ?? asked}".`,
      'Search for fewer words of it: localspine explain --search WORDS.',
    );
  invocation.result({ errors: found }, () =>
    found.length > IN_FULL
      ? found.map((page) => line(page, invocation.paint)).join('\n')
      : found.map((page) => full(page, invocation.paint)).join('\n\n'),
  );
}

function line({ code, means }: ErrorPage, paint: Paint): string {
  return `${paint('bold', code)}  ${means}`;
}

function full({ code, from, means, cause, fix, seen = [] }: ErrorPage, paint: Paint): string {
  return [
    `${paint('bold', code)}  ${paint('dim', from)}`,
    means,
    ...(seen.length === 0 ? [] : ['', paint('bold', 'What clients see'), ...seen.map((each) => `  ${each}`)]),
    '',
    paint('bold', 'Likely cause'),
    `  ${cause}`,
    '',
    paint('bold', 'What to do'),
    `  ${fix}`,
  ].join('\n');
}
