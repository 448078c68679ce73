/** A search: where it begins, which entries it gives (sds.md §6.3 to §6.6). Knows nothing of connections. */
import { type DistinguishedName, distinguishedName } from './distinguished-name.ts';
import type { Entry } from './entry.ts';
import { compileFilter, evaluate, type FilterOptions, type Test, TRUE } from './filter.ts';
import type { SearchRequest } from './message.ts';
import { candidates } from './planner.ts';
import { CHANGE_LOG, PEOPLE } from './records.ts';
import { LdapRefusal, RESULT } from './result.ts';
import { ROOT_DSE, SUBSCHEMA_KEYS, subschemaEntry } from './server-entries.ts';
import { type DirectoryTree, parentKey } from './tree.ts';

const SCOPE = { base: 0, oneLevel: 1, subtree: 2, children: 3 } as const;

/** Who asks. */
export interface Access {
  /** Whether entries below people and the change log are visible. */
  readonly readsPeople: boolean;
}

/** The answer to a search that has not been given yet: entries that may fit, looked at one by one. The entries are those of its beginning. */
export class ResultSet {
  readonly #tree: DirectoryTree;
  readonly #candidates: readonly Entry[];
  readonly #test: Test;
  readonly #inScope: (entry: Entry) => boolean;
  #position = 0;

  constructor(tree: DirectoryTree, candidates: readonly Entry[], test: Test, inScope: (entry: Entry) => boolean) {
    this.#tree = tree;
    this.#candidates = candidates;
    this.#test = test;
    this.#inScope = inScope;
  }

  /** The next entry that fits, without taking it; undefined when there is none among the next `looks` candidates. */
  peek(looks: number): Entry | undefined {
    for (let looked = 0; looked < looks && this.#position < this.#candidates.length; looked += 1) {
      const entry = this.#candidates[this.#position];
      if (entry !== undefined && this.#inScope(entry) && evaluate(this.#test, entry, this.#tree) === TRUE) return entry;
      this.#position += 1;
    }
    return undefined;
  }

  /** Takes the entry that was peeked at. */
  take(): void {
    this.#position += 1;
  }

  get done(): boolean {
    return this.#position >= this.#candidates.length;
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
    return new ResultSet(tree, [ROOT_DSE], test, () => true);
  }
  if (SUBSCHEMA_KEYS.has(base.key)) {
    const fits = scope === SCOPE.base || scope === SCOPE.subtree;
    return new ResultSet(tree, fits ? [subschemaEntry()] : [], test, () => true);
  }
  const entry = visibleEntry(tree, base, access);
  if (scope === SCOPE.base) return new ResultSet(tree, [entry], test, () => true);
  return new ResultSet(tree, candidates(test, tree), test, scopeTest(base.key, scope, access));
}

function scopeTest(key: string, scope: number, access: Access): (entry: Entry) => boolean {
  const below = `,${key}`;
  const visible = access.readsPeople ? () => true : (entry: Entry) => !isHidden(entry.key);
  if (scope === SCOPE.oneLevel) return (entry) => entry.key.endsWith(below) && parentKey(entry.key) === key && visible(entry);
  if (scope === SCOPE.children) return (entry) => entry.key.endsWith(below) && visible(entry);
  return (entry) => (entry.key.endsWith(below) || entry.key === key) && visible(entry);
}

/** Whether only readers see an entry: people and changes are not for everybody (sds.md §1, §12). */
function isHidden(key: string): boolean {
  return key.endsWith(`,${PEOPLE}`) || key.endsWith(`,${CHANGE_LOG}`) || key === CHANGE_LOG;
}

/** The entry of a name. Throws `noSuchObject` with the nearest name there is. */
export function visibleEntry(tree: DirectoryTree, name: DistinguishedName, access: Access): Entry {
  const entry = tree.get(name.key);
  if (entry !== undefined && (access.readsPeople || !isHidden(name.key))) return entry;
  for (const key of name.ancestors) {
    const nearest = tree.get(key);
    if (nearest !== undefined && (access.readsPeople || !isHidden(key))) throw new LdapRefusal(RESULT.noSuchObject, '', nearest.dn);
  }
  throw new LdapRefusal(RESULT.noSuchObject);
}
