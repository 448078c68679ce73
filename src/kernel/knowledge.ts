import type { OfferKey } from './service.ts';

/** One page of the knowledge base (PTL-120): an error that LocalSpine can give. */
export interface KnownError {
  /** What it means, in one sentence. */
  readonly means: string;
  /** What most often brings it about. */
  readonly cause: string;
  /** What to do. */
  readonly fix: string;
  /** What a client sees of it: status, code, text. */
  readonly seen?: readonly string[];
}

/** Errors by code. The code is the name of the check that failed, as the journal shows it: `gateway.client-assertion.kid`. */
export type ErrorBook = Readonly<Record<string, KnownError>>;

/**
 * The errors of one room of the house, beside the code that throws them. Loaded when somebody asks, so that nobody pays for them at start.
 * `test/known-errors.test.ts` holds books and source against each other.
 */
export interface ErrorShelf {
  /** Where the errors come from, for people: `e-Referral Service`. */
  readonly title: string;
  readonly load: () => Promise<ErrorBook>;
}

/** Key under which services offer their errors in the manifest. */
export const errorShelf: OfferKey<ErrorShelf> = { name: 'knowledge.errors' };

/** A page of the knowledge base. */
export function known(means: string, cause: string, fix: string, ...seen: readonly string[]): KnownError {
  return seen.length === 0 ? { means, cause, fix } : { means, cause, fix, seen };
}

/** A page with what it is filed under. */
export interface ErrorPage extends KnownError {
  readonly code: string;
  /** Where it comes from: `e-Referral Service`. */
  readonly from: string;
}

/** The pages of shelves, sorted by code. */
export async function pagesOf(shelves: readonly ErrorShelf[]): Promise<readonly ErrorPage[]> {
  const books = await Promise.all(shelves.map(async ({ title, load }) => ({ title, book: await load() })));
  return books
    .flatMap(({ title, book }) => Object.entries(book).map(([code, page]): ErrorPage => ({ code, from: title, ...page })))
    .sort((a, b) => (a.code < b.code ? -1 : 1));
}

/**
 * The pages of one error, by its code, by the word that an admin API answers with (`clock_backwards`), or by what a client sees
 * (`INVALID_REQUEST_STATE`); several where the same is seen of several. Upper and lower case are one.
 */
export function pagesAbout(pages: readonly ErrorPage[], asked: string): readonly ErrorPage[] {
  const wanted = asked.trim().toLowerCase();
  const exact = pages.find(({ code }) => code.toLowerCase() === wanted);
  if (exact !== undefined) return [exact];
  // What the wire says comes before what the admin API makes of it.
  const words = (text: string): readonly string[] => [text.toLowerCase(), ...text.toLowerCase().split(' ')];
  return pages
    .filter(({ code, seen = [] }) => code.toLowerCase() === `localspine.${wanted}` || seen.some((each) => words(each).includes(wanted)))
    .sort((a, b) => Number(a.code.startsWith('localspine.')) - Number(b.code.startsWith('localspine.')));
}

/** Pages that hold every word of a search, best first: words in the code count most, then what clients see, then the rest. */
export function searchPages(pages: readonly ErrorPage[], text: string): readonly ErrorPage[] {
  const words = text
    .toLowerCase()
    .split(/\s+/)
    .filter((word) => word !== '')
    .slice(0, 12);
  if (words.length === 0) return pages;
  return pages
    .map((page) => ({ page, rank: rankOf(page, words, text.trim().toLowerCase()) }))
    .filter(({ rank }) => rank > 0)
    .sort((a, b) => b.rank - a.rank)
    .map(({ page }) => page);
}

/** How well a page answers a search; 0 when a word is nowhere in it. */
function rankOf({ code, means, cause, fix, seen = [], from }: ErrorPage, words: readonly string[], whole: string): number {
  const fields: readonly (readonly [string, number])[] = [
    [code.toLowerCase(), 8],
    [seen.join('\n').toLowerCase(), 6],
    [means.toLowerCase(), 4],
    [`${cause}\n${fix}\n${from}`.toLowerCase(), 1],
  ];
  let rank = seen.some((each) => each.toLowerCase().includes(whole)) ? 10 : 0;
  for (const word of words) {
    const best = Math.max(0, ...fields.map(([field, weight]) => (field.includes(word) ? weight : 0)));
    if (best === 0) return 0;
    rank += best;
  }
  return rank;
}
