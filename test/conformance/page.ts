/** docs/conformance.md, as far as it follows from the lists here. */
import { DIFFERENCES } from './differences.ts';
import { VOLATILE } from './volatile.ts';

const BEGIN = '<!-- made by test/conformance/page.test.ts: begin -->';
const END = '<!-- made by test/conformance/page.test.ts: end -->';

/** The page with its tables made anew. Throws when the marks between which they stand are not there. */
export function withTables(page: string): string {
  const [before, rest] = split(page, BEGIN);
  const [, after] = split(rest, END);
  return `${before}${BEGIN}\n\n${tables()}\n${END}${after}`;
}

function tables(): string {
  return [
    '### Values that no state determines',
    '',
    'Their form is checked, and an identifier must be the same wherever it stands.',
    '',
    table(
      ['Operation', 'Value', 'Form'],
      VOLATILE.map((each) => [each.endpoints.join(', '), each.what, each.form]),
    ),
    '### Deliberate differences',
    '',
    table(
      ['Operation', 'Examples', 'Published', 'LocalSpine', 'Why'],
      DIFFERENCES.map((each) => [
        each.endpoint,
        each.answers?.map((answer) => answer.split('/').at(-1)).join(', ') ?? 'all',
        each.published,
        each.ours,
        each.why,
      ]),
    ),
  ].join('\n');
}

function table(heads: readonly string[], rows: readonly (readonly string[])[]): string {
  const line = (cells: readonly string[]): string => `| ${cells.map((each) => each.replaceAll('|', '\\|')).join(' | ')} |\n`;
  return [line(heads), line(heads.map(() => '---')), ...rows.map(line)].join('');
}

function split(text: string, mark: string): readonly [string, string] {
  const place = text.indexOf(mark);
  if (place < 0) throw new Error(`docs/conformance.md has no line ${mark}`);
  return [text.slice(0, place), text.slice(place + mark.length)];
}
