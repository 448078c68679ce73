/** Long lists in pages (the address says which). Pure. */

export const PAGE_SIZE = 25;

export interface PageOf<Item> {
  readonly items: readonly Item[];
  readonly page: number;
  readonly pages: number;
  /** Addresses of the neighbours; undefined at the ends. */
  readonly previous: string | undefined;
  readonly next: string | undefined;
}

/**
 * One page of a list.
 *
 * @param asked number of the page as the query has it; anything else is the first, beyond the end the last
 * @param href address of the list, to which `page` is added
 */
export function pageOf<Item>(all: readonly Item[], asked: string | undefined, href: string): PageOf<Item> {
  const pages = Math.max(1, Math.ceil(all.length / PAGE_SIZE));
  const page = /^[1-9]\d{0,6}$/.test(asked ?? '') ? Math.min(Number(asked), pages) : 1;
  const at = (number: number): string => `${href}${href.includes('?') ? '&' : '?'}page=${number}`;
  return {
    items: all.slice((page - 1) * PAGE_SIZE, page * PAGE_SIZE),
    page,
    pages,
    previous: page > 1 ? at(page - 1) : undefined,
    next: page < pages ? at(page + 1) : undefined,
  };
}

/** Address of a list that may be narrowed to one environment. */
export function hrefOf(path: string, environment: string | undefined): string {
  return environment === undefined ? path : `${path}?environment=${environment}`;
}
