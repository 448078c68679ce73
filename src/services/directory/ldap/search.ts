/** A search: where it begins, which entries it gives (sds.md §6.3 to §6.6). Knows nothing of connections. */
import { type DistinguishedName, distinguishedName } from './distinguished-name.ts';
import type { Entry } from './entry.ts';
import type { EntryStore } from './entry-store.ts';
import { compileFilter, evaluate, type FilterOptions, type Test, TRUE } from './filter.ts';
import type { SearchRequest } from './message.ts';
import { candidates } from './planner.ts';
import { CHANGE_LOG, PEOPLE } from './records.ts';
import { LdapRefusal, RESULT } from './result.ts';
import { ROOT_DSE, SUBSCHEMA_KEYS, subschemaEntry } from './server-entries.ts';
import type { DirectoryTree } from './tree.ts';

const SCOPE = { base: 0, oneLevel: 1, subtree: 2, children: 3 } as const;

/** Who asks. */
export interface Access {
  /** Whether entries below people and the change log are visible. */
  readonly readsPeople: boolean;
}

/** Entries a search looks at. */
interface Candidates {
  readonly entries: Pick<EntryStore, 'entry'>;
  readonly rows: readonly number[];
}

/** The answer to a search that has not been given yet: entries that may fit, looked at one by one. The entries are those of its beginning. */
export class ResultSet {
  readonly #tree: DirectoryTree;
  readonly #candidates: Candidates;
  readonly #test: Test;
  readonly #inScope: (entry: Entry) => boolean;
  #position = 0;

  constructor(tree: DirectoryTree, candidates: Candidates, test: Test, inScope: (entry: Entry) => boolean) {
    this.#tree = tree;
    this.#candidates = candidates;
    this.#test = test;
    this.#inScope = inScope;
  }

  /** The next entry that fits, without taking it; undefined when there is none among the next `looks` candidates. */
  peek(looks: number): Entry | undefined {
    const { entries, rows } = this.#candidates;
    for (let looked = 0; looked < looks && this.#position < rows.length; looked += 1) {
      const entry = entries.entry(rows[this.#position] ?? 0);
      if (this.#inScope(entry) && evaluate(this.#test, entry, this.#tree) === TRUE) return entry;
      this.#position += 1;
    }
    return undefined;
  }

  /** Takes the entry that was peeked at. */
  take(): void {
    this.#position += 1;
  }

  get done(): boolean {
    return this.#position >= this.#candidates.rows.length;
  }
}

/** Begins a search. Throws LdapRefusal for a base that is not there or makes no sense. */
export function beginSearch(tree: DirectoryTree, request: SearchRequest, access: Access, options: FilterOptions): ResultSet {
  const { scope, dereference } = request;
  if (scope < SCOPE.base || scope > SCOPE.children) throw new LdapRefusal(RESULT.protocolError, 'invalid scope');
  if (dereference < 0 || dereference > 3) throw new LdapRefusal(RESULT.protocolError, 'invalid deref');
  const base = distinguishedName(request.base);
  if (base === undefined) throw new LdapRefusal(RESULT.invalidDNSyntax, 'invalid DN');
  const test = compileFilter(request.filter, options);
  if (base.key === '') {
    if (scope !== SCOPE.base) throw new LdapRefusal(RESULT.noSuchObject);
    return new ResultSet(tree, only(ROOT_DSE), test, () => true);
  }
  if (SUBSCHEMA_KEYS.has(base.key)) {
    const fits = scope === SCOPE.base || scope === SCOPE.subtree;
    return new ResultSet(tree, fits ? only(subschemaEntry()) : NOBODY, test, () => true);
  }
  const entry = visibleEntry(tree, base, access);
  if (scope === SCOPE.base) return new ResultSet(tree, only(entry), test, () => true);
  return new ResultSet(tree, { entries: tree.entries, rows: candidates(test, tree) }, test, scopeTest(entry, scope, access));
}

const NOBODY: Candidates = { entries: { entry: () => ROOT_DSE }, rows: [] };

function only(entry: Entry): Candidates {
  return { entries: { entry: () => entry }, rows: [entry.row] };
}

function scopeTest(base: Entry, scope: number, access: Access): (entry: Entry) => boolean {
  const { key, row } = base;
  const below = `,${key}`;
  const visible = access.readsPeople ? () => true : (entry: Entry) => !isHidden(entry);
  if (scope === SCOPE.oneLevel) return (entry) => entry.above === key && visible(entry);
  const isBelow = ({ above }: Entry): boolean => above === key || above.endsWith(below);
  if (scope === SCOPE.children) return (entry) => isBelow(entry) && visible(entry);
  return (entry) => (isBelow(entry) || entry.row === row) && visible(entry);
}

/** Whether only readers see an entry: people and changes are not for everybody (sds.md §1, §12). */
function isHidden(entry: Entry): boolean {
  const { above } = entry;
  if (above === PEOPLE || above === CHANGE_LOG || above.endsWith(BELOW_PEOPLE)) return true;
  return above === ROOT && entry.key === CHANGE_LOG;
}

const BELOW_PEOPLE = `,${PEOPLE}`;
const ROOT = 'o=nhs';

/** The entry of a name. Throws `noSuchObject` with the nearest name there is. */
export function visibleEntry(tree: DirectoryTree, name: DistinguishedName, access: Access): Entry {
  const entry = tree.get(name.key);
  if (entry !== undefined && (access.readsPeople || !isHidden(entry))) return entry;
  for (const key of name.ancestors) {
    const nearest = tree.get(key);
    if (nearest !== undefined && (access.readsPeople || !isHidden(nearest))) throw new LdapRefusal(RESULT.noSuchObject, '', nearest.dn);
  }
  throw new LdapRefusal(RESULT.noSuchObject);
}
