import { styleText } from 'node:util';
import type { JournalEntry, JournalSummary } from '../kernel/journal/journal.ts';

export type Style = 'bold' | 'dim' | 'red' | 'green' | 'yellow' | 'cyan';
/** Colours a text, or leaves it alone. */
export type Paint = (style: Style, text: string) => string;

/** A paint for a terminal; without colour it gives the text back. */
export function paintFor(colour: boolean): Paint {
  return colour ? (style, text) => styleText(style, text, { validateStream: false }) : (_style, text) => text;
}

/** What went wrong, as every command says it. */
export interface Problem {
  readonly error: string;
  readonly message: string;
  readonly fix?: string;
}

/** A problem for stderr: one sentence and what to do next, or one line of JSON. */
export function renderProblem({ error, message, fix }: Problem, json: boolean): string {
  if (json) return JSON.stringify(fix === undefined ? { error, message } : { error, message, fix });
  return fix === undefined ? message : `${message}\n${fix}`;
}

/** Columns padded to their widest cell. Colour goes on whole cells, so widths are counted without escape codes. */
export function table(rows: readonly (readonly string[])[]): string {
  const widths: number[] = [];
  for (const row of rows) for (const [index, cell] of row.entries()) widths[index] = Math.max(widths[index] ?? 0, visibleLength(cell));
  return rows
    .map((row) =>
      row
        .map((cell, index) => (index === row.length - 1 ? cell : cell + ' '.repeat((widths[index] ?? 0) - visibleLength(cell))))
        .join('  ')
        .trimEnd(),
    )
    .join('\n');
}

/** Length of a text without terminal colour codes. */
export function visibleLength(text: string): number {
  // biome-ignore lint/suspicious/noControlCharactersInRegex: escape codes begin with a control character
  return text.replace(/\u001b\[\d+m/g, '').length;
}

const VERDICT_STYLES = { ok: 'green', refused: 'yellow', failed: 'red' } as const;

/** An exchange on one line, with the reason of a refusal below it. */
export function journalLine(entry: JournalSummary, paint: Paint): string {
  const facts = [
    entry.appId === undefined ? undefined : `app ${entry.appId}`,
    entry.userId === undefined ? undefined : `user ${entry.userId}`,
    entry.odsCode,
    entry.businessFunction,
    entry.ubrn === undefined ? undefined : `UBRN ${entry.ubrn}`,
  ];
  const head = [
    paint('dim', entry.at.slice(11, 23)),
    paint(VERDICT_STYLES[entry.verdict], `${entry.status} ${entry.verdict}`),
    paint('bold', `${entry.service} ${entry.operation}`),
    `${entry.method} ${entry.url}`,
    paint('dim', `${entry.milliseconds} ms ${entry.id}`),
  ].join('  ');
  const details = facts.filter((each) => each !== undefined).join(', ');
  const lines = [head];
  if (details !== '') lines.push(`              ${paint('dim', details)}`);
  const reason = entry.refusal ?? entry.advice;
  if (reason !== undefined)
    lines.push(`              ${paint('yellow', `${reason.check}: ${reason.why}`)}${reason.fix === undefined ? '' : ` ${reason.fix}`}`);
  return lines.join('\n');
}

/** All of an exchange: checks, reason, headers, bodies. */
export function journalPage(entry: JournalEntry, paint: Paint): string {
  const lines = [journalLine(entry, paint), '', paint('bold', 'Checks')];
  if (entry.checks.length === 0) lines.push('  (none recorded)');
  for (const check of entry.checks) {
    const mark = check.passed ? paint('green', 'passed') : paint('red', 'failed');
    lines.push(`  ${mark}  ${check.check}${check.detail === undefined ? '' : `  ${check.detail}`}`);
  }
  const reason = entry.refusal ?? entry.advice;
  if (reason !== undefined) {
    lines.push('', paint('bold', 'Why'), `  ${reason.why}`);
    if (reason.fix !== undefined) lines.push('', paint('bold', 'What to do'), `  ${reason.fix}`);
    lines.push('', paint('dim', `More: npx localspine explain ${reason.check}`));
  }
  lines.push('', paint('bold', `Request  ${entry.method} ${entry.url}`), ...message(entry.request, paint));
  lines.push('', paint('bold', `Answer  ${entry.status}`), ...message(entry.response, paint));
  return lines.join('\n');
}

function message({ headers, body, bodyBytes, bodySha256 }: JournalEntry['request'], paint: Paint): string[] {
  const lines = Object.entries(headers).map(([name, value]) => `  ${paint('dim', `${name}:`)} ${value}`);
  if (body === undefined) return lines;
  lines.push(
    '',
    ...prettyJson(body)
      .split('\n')
      .map((line) => `  ${line}`),
  );
  if (bodyBytes !== undefined) lines.push(paint('dim', `  (${bodyBytes} bytes, SHA-256 ${bodySha256 ?? '?'})`));
  return lines;
}

/** JSON with indents; any other text as it is. */
export function prettyJson(text: string): string {
  try {
    return JSON.stringify(JSON.parse(text), null, 2);
  } catch {
    return text;
  }
}

/** `2d 3h`, `5m 10s`: two units at most. */
export function humanDuration(seconds: number): string {
  const parts: string[] = [];
  let rest = Math.abs(Math.round(seconds));
  for (const [unit, size] of [
    ['d', 86_400],
    ['h', 3_600],
    ['m', 60],
    ['s', 1],
  ] as const) {
    const count = Math.floor(rest / size);
    rest -= count * size;
    if (count > 0) parts.push(`${count}${unit}`);
  }
  return parts.length === 0 ? '0s' : parts.slice(0, 2).join(' ');
}
