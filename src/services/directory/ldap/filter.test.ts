/** Filters say of an entry what sds.md §6.5 says, and what a plain model of three-valued logic says. */
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import fc from 'fast-check';
import { distinguishedName } from './distinguished-name.ts';
import type { Entry } from './entry.ts';
import { EntryStore } from './entry-store.ts';
import { compileFilter, evaluate, FALSE, TRUE, type Truth, UNDEFINED } from './filter.ts';
import type { Filter } from './message.ts';
import { candidates } from './planner.ts';
import { DirectoryTree } from './tree.ts';

const store = new EntryStore();
const UNDATED = { createdAt: 0, modifiedAt: 0 };
const STRICT = { defaultEquality: false };
const NO_CHILDREN = { childrenOf: () => 0 };

function entry(dn: string, attributes: Readonly<Record<string, readonly string[]>>): Entry {
  return store.entry(store.add(dn, distinguishedName(dn)?.key ?? '', Object.entries(attributes), UNDATED));
}

const system = entry('uniqueIdentifier=S1,ou=Services,o=nhs', {
  objectClass: ['top', 'nhsMhs'],
  uniqueIdentifier: ['S1'],
  nhsIDCode: ['B8Y02'],
  nhsMHSPartyKey: ['B8Y02-1234567 '],
  nhsMhsFQDN: ['a.nhs.uk'],
  nhsDateApproved: ['20150302145732'],
  description: ['One  two\tÉcole'],
});
const person = entry('uid=123456789012,ou=People,o=nhs', {
  objectClass: ['top', 'person', 'nhsPerson'],
  uid: ['123456789012'],
  cn: ['Armstrong Peregrine Dr'],
  postalCode: ['LS1 6AE'],
});

const equal = (attribute: string, value: string): Filter => ({ kind: 'equal', attribute, value });
const not = (filter: Filter): Filter => ({ kind: 'not', filter });
const say = (filter: Filter, of: Entry, options = STRICT): Truth => evaluate(compileFilter(filter, options), of, NO_CHILDREN);
const substrings = (attribute: string, initial: string | undefined, any: string[], final?: string): Filter => ({
  kind: 'substrings',
  attribute,
  any,
  ...(initial === undefined ? {} : { initial }),
  ...(final === undefined ? {} : { final }),
});
const extensible = (attribute: string | undefined, rule: string | undefined, value: string, dnAttributes = false): Filter => ({
  kind: 'extensible',
  value,
  dnAttributes,
  ...(attribute === undefined ? {} : { attribute }),
  ...(rule === undefined ? {} : { rule }),
});

type Row = readonly [what: string, filter: Filter, of: Entry, truth: Truth];
const ROWS: readonly Row[] = [
  ['blanks around a value do not count', equal('nhsIDCode', '  B8Y02 '), system, TRUE],
  ['case counts in an ODS code', equal('nhsIDCode', 'b8y02'), system, FALSE],
  ['case does not count in a party key, nor its stored trailing blank', equal('nhsMHSPartyKey', 'b8y02-1234567'), system, TRUE],
  ['runs of blanks count as one', equal('description', 'one two école'), system, TRUE],
  ['composed and decomposed letters are the same', equal('description', 'ONE TWO E\u0301COLE'), system, TRUE],
  ['an attribute by its OID', equal('1.2.826.0.1285.0.1.10', 'B8Y02'), system, TRUE],
  ['an unknown type is undefined', equal('objectlass', 'nhsMhs'), system, UNDEFINED],
  ['and so is what negates it', not(equal('objectlass', 'nhsMhs')), system, UNDEFINED],
  ['an OR is decided by its other members', { kind: 'or', filters: [equal('objectlass', 'x'), equal('nhsIDCode', 'B8Y02')] }, system, TRUE],
  ['an AND with it finds nothing', { kind: 'and', filters: [equal('objectlass', 'x'), equal('nhsIDCode', 'B8Y02')] }, system, UNDEFINED],
  ['a type without equality rule is undefined', equal('nhsMhsFQDN', 'a.nhs.uk'), system, UNDEFINED],
  ['but it can be present', { kind: 'present', attribute: 'nhsmhsfqdn' }, system, TRUE],
  ['a known type that the entry lacks is false', equal('nhsAsACF', 'RBAC'), system, FALSE],
  ['its negation is true', not(equal('nhsAsACF', 'RBAC')), system, TRUE],
  ['substrings of nhs types are undefined', substrings('nhsIDCode', 'B8', []), system, UNDEFINED],
  ['order of nhs dates is undefined', { kind: 'greater', attribute: 'nhsDateApproved', value: '2015' }, system, UNDEFINED],
  ['approximately is equality', { kind: 'approximate', attribute: 'nhsIDCode', value: 'B8Y02' }, system, TRUE],
  ['a class in any case', equal('OBJECTCLASS', 'nhsmhs'), system, TRUE],
  ['a class above', equal('objectClass', 'inetOrgPerson'), person, TRUE],
  ['a class that is not there is undefined', equal('objectClass', 'nhsNothing'), person, UNDEFINED],
  ['everything', { kind: 'present', attribute: 'objectClass' }, person, TRUE],
  ['substrings of a name', substrings('cn', 'arm', ['PEREG'], 'dr'), person, TRUE],
  ['substrings in order', substrings('cn', undefined, ['peregrine', 'armstrong']), person, FALSE],
  ['parts do not overlap', substrings('uid', '1234567', [], '789012'), person, FALSE],
  ['any part', substrings('postalCode', undefined, ['1 6']), person, TRUE],
  ['a type finds those derived from it', equal('name', 'armstrong peregrine dr'), person, TRUE],
  ['a named rule', extensible('nhsIDCode', 'caseIgnoreMatch', 'b8y02'), system, TRUE],
  ['a rule by OID', extensible('nhsIDCode', '2.5.13.2', 'b8y02'), system, TRUE],
  ['an unknown rule is undefined', extensible('nhsIDCode', '1.2.3', 'b8y02'), system, UNDEFINED],
  ['values of the name', extensible('ou', undefined, 'services', true), system, TRUE],
  ['not without asking for them', extensible('ou', undefined, 'services'), system, FALSE],
  ['nothing to fulfil is true', { kind: 'and', filters: [] }, system, TRUE],
  ['nothing to choose from is false', { kind: 'or', filters: [] }, system, FALSE],
  ['an operational attribute', equal('entryDN', 'UniqueIdentifier = s1 ; OU=services,o=NHS'), system, TRUE],
];

describe('filters', () => {
  for (const [what, filter, of, truth] of ROWS) test(what, () => assert.equal(say(filter, of), truth));

  test('where the setting says so, types without a rule compare without case', () => {
    assert.equal(say(equal('nhsMhsFQDN', 'A.NHS.UK'), system, { defaultEquality: true }), TRUE);
  });
});

/** Values that are alike under one rule and unlike under another. */
const VALUES = ['A', 'a', ' A ', 'A  b', 'a B', 'B', ''];
const TYPES = { nhsIDCode: 'exact', nhsMHSPartyKey: 'ignore', nhsProductKey: 'none', nhsNothing: 'unknown' } as const;
type Name = keyof typeof TYPES;

/** The model: values compared as the words of the standard say. */
function model(filter: Filter, values: Readonly<Partial<Record<string, readonly string[]>>>): boolean | undefined {
  switch (filter.kind) {
    case 'and':
    case 'or': {
      const all = filter.filters.map((each) => model(each, values));
      const decisive = filter.kind === 'or';
      if (all.includes(decisive)) return decisive;
      return all.includes(undefined) ? undefined : !decisive;
    }
    case 'not': {
      const truth = model(filter.filter, values);
      return truth === undefined ? undefined : !truth;
    }
    case 'present':
      return TYPES[filter.attribute as Name] === 'unknown' ? undefined : (values[filter.attribute] ?? []).length > 0;
    case 'equal': {
      const rule = TYPES[filter.attribute as Name];
      if (rule === 'none' || rule === 'unknown') return undefined;
      const form = (text: string): string =>
        (rule === 'ignore' ? text.toLowerCase() : text)
          .split(' ')
          .filter((each) => each !== '')
          .join(' ');
      return (values[filter.attribute] ?? []).some((each) => form(each) === form(filter.value));
    }
    default:
      throw new Error(`the model has no ${filter.kind}`);
  }
}

const { filter: modelled } = fc.letrec<{ filter: Filter }>((tie) => ({
  filter: fc.oneof(
    { maxDepth: 4, depthIdentifier: 'modelled' },
    fc.record({
      kind: fc.constant('equal' as const),
      attribute: fc.constantFrom(...Object.keys(TYPES)),
      value: fc.constantFrom(...VALUES),
    }),
    fc.record({ kind: fc.constant('present' as const), attribute: fc.constantFrom(...Object.keys(TYPES)) }),
    fc.record({
      kind: fc.constantFrom('and' as const, 'or' as const),
      filters: fc.array(tie('filter'), { maxLength: 4, depthIdentifier: 'modelled' }),
    }),
    fc.record({ kind: fc.constant('not' as const), filter: tie('filter') }),
  ),
}));
const valuesOfEntry = fc.record({
  nhsIDCode: fc.subarray(VALUES),
  nhsMHSPartyKey: fc.subarray(VALUES),
  nhsProductKey: fc.subarray(VALUES),
});

describe('filters and their model', () => {
  test('say the same of every entry', () => {
    fc.assert(
      fc.property(modelled, valuesOfEntry, (filter, values) => {
        const truth = model(filter, values);
        assert.equal(say(filter, entry('uniqueIdentifier=X,o=nhs', values)), truth === undefined ? UNDEFINED : truth ? TRUE : FALSE);
      }),
      { numRuns: 2_000 },
    );
  });

  test('with indexes a search finds what looking at every entry finds, also after changes', () => {
    fc.assert(
      fc.property(
        modelled,
        fc.array(valuesOfEntry, { maxLength: 12 }),
        fc.array(fc.record({ at: fc.nat(11), values: fc.option(valuesOfEntry) })),
        (filter, all, changes) => {
          const tree = new DirectoryTree(['nhsIDCode', 'nhsMHSPartyKey', 'objectClass']);
          const at = (index: number): string => `uniqueIdentifier=${index},o=nhs`;
          const now = new Map(all.map((values, index) => [at(index), values]));
          const put = (dn: string, values: Readonly<Record<string, readonly string[]>>): void =>
            tree.put(dn, distinguishedName(dn)?.key ?? '', Object.entries(values), UNDATED);
          for (const [dn, values] of now) put(dn, values);
          for (const { at: index, values } of changes) {
            if (values === null) {
              now.delete(at(index));
              tree.remove(distinguishedName(at(index))?.key ?? '');
            } else {
              now.set(at(index), values);
              put(at(index), values);
            }
          }
          const compiled = compileFilter(filter, STRICT);
          const looked = candidates(compiled, tree).map((row) => tree.entries.entry(row));
          const found = looked.filter((each) => evaluate(compiled, each, tree) === TRUE);
          const wanted = [...now].filter(([, values]) => model(filter, values) === true).map(([dn]) => dn);
          assert.deepEqual(found.map((each) => each.dn).sort(), wanted.sort());
          assert.equal(tree.childrenOf('o=nhs'), now.size);
        },
      ),
      { numRuns: 500 },
    );
  });
});
