/** Which operations a contract suite repeats with the same input, read from its text: what the gate over all suites goes by. */

/** The input as written after `'operation',`, up to the bracket that closes the call. */
function inputAt(text: string, start: number): string {
  let depth = 1;
  for (let end = start; end < text.length; end += 1) {
    if ('([{'.includes(text[end] ?? '')) depth += 1;
    if (')]}'.includes(text[end] ?? '')) depth -= 1;
    if (depth === 0) return text.slice(start, end).replace(/\s+/g, ' ').trim();
  }
  return text.slice(start);
}

/** What a loop that only repeats goes through: its block, or its one statement. */
function loops(text: string): readonly string[] {
  return [...text.matchAll(/for \(let (?:time|tries) = 0; \w+ < [2-9]; \w+ \+= 1\)\s*/g)].map(({ index, 0: head }) => {
    const start = index + head.length;
    return text[start] === '{' ? inputAt(text, start + 1) : text.slice(start, text.indexOf(';\n', start));
  });
}

const named = (text: string, call: string): readonly string[] =>
  [...text.matchAll(new RegExp(`\\b${call}\\(\\s*'([^']+)'`, 'g'))].map(([, operation = '']) => operation);

/** Operations that are asked by `twice`, in a loop that only repeats, or two times with the same input in one test. */
export function repeatedIn(suite: string): ReadonlySet<string> {
  const repeated = new Set([...named(suite, 'twice'), ...loops(suite).flatMap((loop) => named(loop, 'call'))]);
  for (const test of suite.split(/^ *test\(/m)) {
    const seen = new Set<string>();
    for (const { index, 0: head, 1: operation = '' } of test.matchAll(/\bcall\(\s*'([^']+)',?\s*/g)) {
      const asked = `${operation} ${inputAt(test, index + head.length)}`;
      if (seen.has(asked)) repeated.add(operation);
      seen.add(asked);
    }
  }
  return repeated;
}
