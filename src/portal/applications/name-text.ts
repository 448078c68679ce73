/** What word processors and pasting do to a name (path-to-live.md §3.3): dashes of every length, hard spaces, missing spaces. Pure. */

/** Figure dash, en dash, em dash, horizontal bar, minus, and the two hyphens of Unicode. */
const DASHES = /[\u2010\u2011\u2012\u2013\u2014\u2015\u2212]/gu;

/** The text with single plain spaces inside and none around. */
export function tidyText(text: string): string {
  return text.replace(/\s+/gu, ' ').trim();
}

/** The name with its parts joined by ` - `: long dashes and hyphens without spaces are taken for the joint they were meant to be. */
export function joinedByHyphens(name: string): string {
  const inWords = name
    .replace(/\b(e)\s*[\u2010-\u2015\u2212-]\s*(referral)/giu, '$1-$2')
    .replace(/\b(user|application)\s*[\u2010-\u2015\u2212]\s*(restricted)/giu, '$1-$2');
  const joined = inWords.replace(/\s*[\u2012-\u2015\u2212]\s*/gu, ' - ').replace(DASHES, '-');
  return tidyText(spacedAroundEnvironment(tidyText(joined)));
}

/** `Acme-App-PROD-e-Referral Service`: hyphens without spaces around the environment, and then before it. */
function spacedAroundEnvironment(text: string): string {
  const tight = /(?<=\S) ?- ?(INT|DEP|PROD) ?- ?(?=[^\s-])/u.exec(text);
  if (tight === null || tight[0] === ` - ${tight[1]} - `) return text;
  const head = text.slice(0, tight.index);
  const tail = text.slice(tight.index + tight[0].length);
  // One hyphen before the environment can only be the joint; among several nobody can tell.
  const spaced = !head.includes(' - ') && head.split('-').length === 2 ? head.replace(/\s*-\s*/u, ' - ') : head;
  return `${spaced} - ${tight[1]} - ${tail}`;
}
