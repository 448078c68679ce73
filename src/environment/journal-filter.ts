import { parseInstant } from '../kernel/clock.ts';
import { LocalRefusal } from '../kernel/errors.ts';
import type { JournalFilter } from '../kernel/journal/journal.ts';

/** Words by which a journal is filtered in addresses: of the admin API, of the portal's pages and API, of the command line. */
export const FILTER_WORDS = [
  'service',
  'operation',
  'verdict',
  'status',
  'app',
  'patient',
  'correlation',
  'from',
  'to',
  'after',
  'before',
] as const;
export type FilterWord = (typeof FILTER_WORDS)[number];

const VERDICTS = ['ok', 'refused', 'failed'] as const;

/**
 * The filter that words of an address ask for; an empty word is none.
 *
 * @throws LocalRefusal 400 for a word that cannot be
 */
export function journalFilter(word: (name: FilterWord) => string | undefined, limit: number): Omit<JournalFilter, 'visibleTo'> {
  const text = (name: FilterWord): string | undefined => {
    const value = word(name)?.trim();
    return value === undefined || value === '' ? undefined : value.slice(0, 200);
  };
  const named = text('verdict');
  const verdict = VERDICTS.find((each) => each === named);
  if (named !== undefined && verdict === undefined)
    throw new LocalRefusal(400, 'bad_filter', `"${named}" is no outcome.`, `Outcomes are ${VERDICTS.join(', ')}.`);
  const wanted = {
    service: text('service'),
    operation: text('operation'),
    verdict,
    ...statusOf(text('status')),
    appId: text('app'),
    nhsNumber: text('patient')?.replaceAll(' ', ''),
    correlationId: text('correlation'),
    from: instantOf(text('from')),
    to: instantOf(text('to')),
    after: text('after'),
    before: text('before'),
  };
  return {
    limit,
    ...(Object.fromEntries(Object.entries(wanted).filter(([, value]) => value !== undefined)) as Omit<JournalFilter, 'limit'>),
  };
}

/** `409` is that status, `4xx` all of its hundred. */
function statusOf(text: string | undefined): { readonly status?: number; readonly statusClass?: number } {
  if (text === undefined) return {};
  if (/^\d{1,3}$/.test(text)) return { status: Number(text) };
  if (/^[1-5]xx$/i.test(text)) return { statusClass: Number(text[0]) };
  throw new LocalRefusal(400, 'bad_filter', `"${text}" is no status.`, 'Write a status, like 409, or a class of them, like 4xx.');
}

function instantOf(text: string | undefined): number | undefined {
  if (text === undefined) return undefined;
  const instant = parseInstant(text);
  if (instant === undefined)
    throw new LocalRefusal(400, 'bad_instant', `"${text}" is not a date and time.`, 'Write it like 2026-12-02T19:59:00Z.');
  return instant;
}
