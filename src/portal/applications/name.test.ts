/** Names of applications: every row of the table in path-to-live.md §3.3, the common paste faults, and what holds for any text. */
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import fc from 'fast-check';
import type { AccessMode } from './access-mode.ts';
import { buildName, judgeName, type NameContext, type NameEnvironment, type NameFaultCode } from './name.ts';
import { joinedByHyphens, tidyText } from './name-text.ts';

const USER: AccessMode = 'user-restricted';
const UNATTENDED: AccessMode = 'application-restricted';

interface Row {
  readonly name: string;
  readonly environment: NameEnvironment;
  readonly accessMode?: AccessMode;
  readonly supplier?: string;
  readonly faults: readonly NameFaultCode[];
  readonly suggestion?: string;
}

const TABLE: readonly Row[] = [
  { name: 'Care Vista - Care Vista Link - PROD - e-Referral Service, User Restricted', environment: 'PROD', accessMode: USER, faults: [] },
  {
    name: 'Acme - Acme Medical System - PROD - e-Referral Service, Application-Restricted',
    environment: 'PROD',
    accessMode: UNATTENDED,
    faults: [],
  },
  { name: 'Care Vista - Care Vista Link - INT - e-Referral Service - User-restricted', environment: 'INT', accessMode: USER, faults: [] },
  {
    name: 'Care Vista - Care Vista Link - INT - e-Referral Service, User Restricted',
    environment: 'PROD',
    faults: ['environment-differs'],
    suggestion: 'Care Vista - Care Vista Link - PROD - e-Referral Service, User Restricted',
  },
  {
    name: 'Acme - Acme Medical System - PROD - e-Referral Service, User Restricted',
    environment: 'PROD',
    accessMode: UNATTENDED,
    faults: ['mode-differs'],
    suggestion: 'Acme - Acme Medical System - PROD - e-Referral Service, Application-Restricted',
  },
  { name: 'Acme - PROD - e-Referral Service, User Restricted', environment: 'PROD', faults: ['app-missing'] },
  {
    name: 'Acme - Acme Medical System - PROD - e-RS, User Restricted',
    environment: 'PROD',
    faults: ['service-name'],
    suggestion: 'Acme - Acme Medical System - PROD - e-Referral Service, User Restricted',
  },
  {
    name: 'Acme–Acme Medical System–PROD–e-Referral Service, User Restricted',
    environment: 'PROD',
    faults: ['dashes'],
    suggestion: 'Acme - Acme Medical System - PROD - e-Referral Service, User Restricted',
  },
];

const BEYOND: readonly Row[] = [
  {
    name: 'Acme-Link-PROD-e-Referral Service, User Restricted',
    environment: 'PROD',
    faults: ['dashes'],
    suggestion: 'Acme - Link - PROD - e-Referral Service, User Restricted',
  },
  {
    name: ' Acme - Link  - PROD - e-Referral Service, User Restricted',
    environment: 'PROD',
    faults: ['surrounding-spaces', 'double-spaces'],
    suggestion: 'Acme - Link - PROD - e-Referral Service, User Restricted',
  },
  {
    name: 'Acme - Link - PROD - e-Referral Service, userrestricted',
    environment: 'PROD',
    faults: ['mode-spelling'],
    suggestion: 'Acme - Link - PROD - e-Referral Service, User Restricted',
  },
  {
    name: 'Acme - Link - PROD - e-Referral Service',
    environment: 'PROD',
    accessMode: UNATTENDED,
    faults: ['mode-missing'],
    suggestion: 'Acme - Link - PROD - e-Referral Service, Application-Restricted',
  },
  {
    name: 'Acme - Link - LIVE - e-Referral Service, User Restricted',
    environment: 'PROD',
    faults: ['environment-missing', 'service-name'],
    suggestion: 'Acme - Link - PROD - e-Referral Service, User Restricted',
  },
  { name: 'Acme - North - Link - PROD - e-Referral Service, User Restricted', environment: 'PROD', faults: ['ambiguous'] },
  { name: 'Acme - Link - PROD - e-Referral Service, User Restricted (R69, provider)', environment: 'PROD', accessMode: USER, faults: [] },
  {
    name: 'Acme - Link - PROD - e-Referral Service, User Restricted',
    environment: 'PROD',
    supplier: 'Acme Limited',
    faults: ['supplier-differs'],
  },
  {
    name: 'My app',
    environment: 'INT',
    faults: ['supplier-missing', 'app-missing', 'environment-missing', 'service-name', 'mode-missing'],
  },
];

function contextOf({ environment, accessMode, supplier }: Row): NameContext {
  return { environment, ...(accessMode === undefined ? {} : { accessMode }), ...(supplier === undefined ? {} : { supplier }) };
}

describe('the name of an application', () => {
  for (const row of [...TABLE, ...BEYOND])
    test(`${row.name} for ${row.environment}: ${row.faults.join(', ') || 'good'}`, () => {
      const verdict = judgeName(row.name, contextOf(row));
      assert.deepEqual(
        verdict.faults.map((each) => each.code),
        row.faults,
      );
      assert.equal(verdict.outcome, row.faults.length === 0 ? 'good' : 'warned', 'the pattern is guidance');
      assert.equal(verdict.suggestion, row.suggestion);
    });

  for (const row of TABLE)
    test(`strictly: ${row.name}`, () => {
      assert.equal(judgeName(row.name, contextOf(row), 'strict').outcome, row.faults.length === 0 ? 'good' : 'refused');
    });

  test('what only may be otherwise stays a warning however strictly names are judged', () => {
    const name = 'Acme - North - Link - PROD - e-Referral Service, User Restricted';
    assert.equal(judgeName(name, { environment: 'PROD' }, 'strict').outcome, 'warned');
    const other = { environment: 'PROD', supplier: 'Acme Limited' } as const;
    assert.equal(judgeName('Acme - Link - PROD - e-Referral Service, User Restricted', other, 'strict').outcome, 'warned');
  });

  test('a name that nothing can be made of is refused even as guidance', () => {
    const context: NameContext = { environment: 'INT' };
    assert.equal(judgeName('  ', context).outcome, 'refused');
    assert.equal(judgeName('x'.repeat(201), context).outcome, 'refused');
    assert.equal(judgeName('Acme\n- Link', context).outcome, 'refused');
  });
});

describe('for any text', () => {
  const environment = fc.constantFrom<NameEnvironment>('INT', 'DEP', 'PROD');
  const accessMode = fc.constantFrom(USER, UNATTENDED);
  /** A supplier or application name of people who do not write joints into it. */
  const word = fc
    .stringMatching(/^[A-Za-z0-9&'.]{1,12}(?:[ -][A-Za-z0-9&'.]{1,12}){0,2}$/)
    .filter((text) => !/(?:INT|DEP|PROD)/.test(text) && !/referral|restricted/i.test(text));

  test('what the builder makes is good, and says what it was made of', () => {
    fc.assert(
      fc.property(word, word, environment, accessMode, (supplier, app, where, mode) => {
        const verdict = judgeName(buildName({ supplier, app, environment: where, accessMode: mode }), {
          environment: where,
          accessMode: mode,
          supplier,
        });
        assert.deepEqual(verdict.faults, []);
        assert.deepEqual(verdict.fields, { supplier, app, environment: where, accessMode: mode });
      }),
    );
  });

  test('a suggestion is better than what it replaces: nothing is left in it that can be mended', () => {
    const pieces = fc.array(
      fc.constantFrom(
        'Acme',
        'Link',
        ' - ',
        '-',
        '–',
        '—',
        ' ',
        '  ',
        '\u00a0',
        'PROD',
        'INT',
        'e-Referral Service',
        'e–Referral Service',
        ', ',
        'User Restricted',
        'Application–restricted',
        '(R69)',
      ),
      { minLength: 1, maxLength: 14 },
    );
    fc.assert(
      fc.property(pieces, environment, fc.option(accessMode, { nil: undefined }), (made, where, mode) => {
        const context: NameContext = { environment: where, ...(mode === undefined ? {} : { accessMode: mode }), supplier: 'Acme' };
        const { suggestion } = judgeName(made.join(''), context);
        if (suggestion === undefined) return;
        const left = judgeName(suggestion, context, 'strict');
        assert.notEqual(
          left.outcome,
          'refused',
          `${JSON.stringify(made.join(''))} → ${JSON.stringify(suggestion)}: ${JSON.stringify(left.faults)}`,
        );
      }),
      { numRuns: 2_000 },
    );
  });

  test('tidying twice is tidying once', () => {
    fc.assert(
      fc.property(fc.string({ unit: fc.constantFrom('A', 'b', ' ', '-', '–', '\u2010', '\u00a0', 'PROD', 'INT') }), (text) => {
        assert.equal(joinedByHyphens(joinedByHyphens(text)), joinedByHyphens(text));
        assert.equal(tidyText(tidyText(text)), tidyText(text));
      }),
    );
  });

  test('no text makes the judge throw, and strictness only ever turns warnings into errors', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary', maxLength: 300 }), environment, (text, where) => {
        const [mild, strict] = [judgeName(text, { environment: where }), judgeName(text, { environment: where }, 'strict')];
        assert.deepEqual(
          mild.faults.map((each) => each.code),
          strict.faults.map((each) => each.code),
        );
      }),
    );
  });
});
