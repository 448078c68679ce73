/** Which entries a search looks at: the fewest that must hold every answer. Pure. */
import type { Test } from './filter.ts';
import type { DirectoryTree } from './tree.ts';

/** Lists of rows that together hold every entry for which a test may be true, and how many they are. */
interface Candidates {
  readonly lists: readonly (readonly number[])[];
  readonly count: number;
}

const NOBODY: Candidates = { lists: [], count: 0 };

/** Candidates by the indexes; undefined when only every entry will do. */
function fromIndexes(test: Test, tree: DirectoryTree): Candidates | undefined {
  switch (test.kind) {
    case 'constant':
      return test.truth === 2 ? undefined : NOBODY;
    case 'class':
      return one(tree.withClass(test.value));
    case 'equal':
      return tree.isIndexed(test.type) ? one(tree.withValue(test.type, test.value)) : undefined;
    case 'and': {
      let best: Candidates | undefined;
      for (const each of test.tests) {
        const found = fromIndexes(each, tree);
        if (found !== undefined && (best === undefined || found.count < best.count)) best = found;
        if (best?.count === 0) return best;
      }
      return best;
    }
    case 'or': {
      const members: Candidates[] = [];
      for (const each of test.tests) {
        const found = fromIndexes(each, tree);
        if (found === undefined) return undefined;
        members.push(found);
      }
      return { lists: members.flatMap((each) => each.lists), count: members.reduce((sum, each) => sum + each.count, 0) };
    }
    default:
      return undefined;
  }
}

function one(list: readonly number[]): Candidates {
  return { lists: [list], count: list.length };
}

/** Rows of entries to look at, each once, in an order that does not change between two equal searches. The list stays as it is. */
export function candidates(test: Test, tree: DirectoryTree): readonly number[] {
  const found = fromIndexes(test, tree);
  if (found === undefined || found.count >= tree.size) return tree.all();
  const [first = [], ...others] = found.lists;
  if (others.length === 0) return first.slice();
  return [...new Set(found.lists.flat())];
}
