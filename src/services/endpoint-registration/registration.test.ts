import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import fc from 'fast-check';
import { LocalRefusal } from '../../kernel/errors.ts';
import type { Organisation, Product } from '../directory/index.ts';
import { hasDuty, mayRead, requireDuty, spokenFor } from './access.ts';
import type { Actor, RequestEvent, RequestState, Wish } from './model.ts';
import { endpointFault, type Facts, faultsOf, type NewProduct, productFaults, systemInteractions } from './rules.ts';
import { after, TRANSITIONS } from './states.ts';

const ORGANISATION: Organisation = {
  odsCode: 'B81001',
  name: 'Primary Care Practice',
  kind: 'gp-practice',
  open: true,
  referring: true,
  providing: false,
  addressLines: [],
};
const PRODUCT: Product = {
  productKey: '10001',
  manufacturerOdsCode: 'ZS001',
  name: 'Acme Record',
  version: '1.0',
  kind: 'CMA',
  messageSet: ['urn:a:b', 'urn:a:c'],
  additionalInteractions: ['urn:a:c', 'urn:a:d'],
};
const FACTS: Facts = { organisation: ORGANISATION, product: PRODUCT, fqdnHolders: [], registered: false, speaksFor: ['B81001'] };
const WISH = { kind: 'register', odsCode: 'B81001', productKey: '10001', fqdn: 'app.b81001.thirdparty.nhs.uk' } as const;
const CHANGE: Wish = { kind: 'retire', partyKey: 'B81001-823001', productKey: '10001', version: 1 };

const textsOf = (wish: Parameters<typeof faultsOf>[0], facts: Partial<Facts> = {}): readonly string[] =>
  faultsOf(wish, { ...FACTS, ...facts }).map((each) => each.text);

describe('a registration', () => {
  test('that is right has no fault', () => assert.deepEqual(textsOf(WISH), []));

  test('names what is wrong, each by its field', () => {
    assert.match(textsOf(WISH, { organisation: undefined })[0] ?? '', /could not resolve 'B81001'/);
    assert.match(textsOf(WISH, { organisation: { ...ORGANISATION, open: false } })[0] ?? '', /is closed/);
    assert.match(textsOf(WISH, { registered: true })[0] ?? '', /already an existing MHS Device/);
    assert.match(textsOf({ kind: 'register', odsCode: 'B81001', productKey: '10001' })[0] ?? '', /MHS FQDN/);
    assert.match(textsOf(WISH, { fqdnHolders: ['RR8-1'] })[0] ?? '', /belongs to the party key RR8-1/);
    assert.match(textsOf({ ...WISH, partyKey: 'RR8-12345' })[0] ?? '', /no party key RR8-12345/);
    assert.match(textsOf({ ...WISH, ipAddress: '10.239.14.256' })[0] ?? '', /IPv4/);
    assert.match(textsOf(WISH, { product: { ...PRODUCT, kind: 'AS' } })[0] ?? '', /unexpected fields: MHS FQDN/);
  });

  test('shares a host name with its own party key only, however it is written', () => {
    const shared = { ...WISH, partyKey: 'rr8-12345' };
    assert.deepEqual(textsOf(shared, { fqdnHolders: ['RR8-12345'], partyKeyOwner: 'RR8' }), []);
  });

  test('takes the host name of an organisation only with its right, whoever made the product', () => {
    const makers = { nameOwnership: { known: 'registered', organisations: ['ZS001'] } } as const;
    assert.match(textsOf(WISH, makers)[0] ?? '', /registered to ZS001/, 'a customer chose the product');
    assert.deepEqual(textsOf(WISH, { ...makers, speaksFor: ['ZS001'] }), []);
    assert.match(textsOf(WISH, { nameOwnership: { known: 'registered', organisations: ['B81001'] }, speaksFor: [] })[0] ?? '', /B81001/);
  });

  test('an endpoint is https, on the registered host, without a port; or on this machine', () => {
    const at = (url: string): string | undefined => endpointFault(url, 'app.nhs.uk');
    for (const url of ['https://app.nhs.uk/', 'https://APP.nhs.uk/a/b?c=d', 'https://localhost:9443/mhs', 'https://127.0.0.1:1/'])
      assert.equal(at(url), undefined, url);
    for (const url of [
      'http://app.nhs.uk/',
      'https://app.nhs.uk:443/',
      'https://app.nhs.uk:8443',
      'https://app.nhs.uk:/',
      'https://user@app.nhs.uk/',
      'https://app.nhs.uk/#x',
      'https://app.nhs.uk.example/',
      'javascript:alert(1)',
      'nonsense',
      '',
    ])
      assert.ok(at(url), url);
  });

  test('whatever is typed, a host name that is taken ends in nhs.uk and holds no blank, bar or slash', () => {
    fc.assert(
      fc.property(
        fc.oneof(
          fc.string(),
          fc.domain(),
          fc.domain().map((each) => `${each}.nhs.uk`),
        ),
        (fqdn) => {
          const taken = textsOf({ ...WISH, fqdn }).length === 0;
          assert.ok(!taken || /^[a-z0-9.-]+\.nhs\.uk$/i.test(fqdn), fqdn);
        },
      ),
    );
  });
});

describe('a product', () => {
  const facts = { manufacturer: ORGANISATION, existing: [], unknown: [] };
  const { productKey: _, ...wish } = PRODUCT;
  const textOf = (changes: Partial<NewProduct>, more: Partial<Parameters<typeof productFaults>[1]> = {}): string =>
    productFaults({ ...wish, ...changes }, { ...facts, ...more })
      .map((each) => each.text)
      .join(' ');

  test('is refused by the register’s own texts', () => {
    assert.equal(textOf({}), '');
    assert.equal(
      textOf({ messageSet: ['urn:a:b', 'urn:a:b'] }),
      "Duplicate 'Interaction ID' provided: value 'urn:a:b' occurs 2 times in the questionnaire response.",
    );
    assert.match(textOf({ messageSet: [] }), /exactly one MessageSet Device Reference Data before creating an MHS Device/);
    assert.match(textOf({ kind: 'AS', messageSet: [], additionalInteractions: [] }), /before creating an AS Device/);
    assert.match(textOf({}, { existing: [PRODUCT] }), /registered already/);
    assert.match(textOf({}, { unknown: ['urn:a:d'] }), /urn:a:d is not known/);
    assert.match(textOf({}, { manufacturer: undefined }), /could not resolve 'ZS001'/);
  });

  test('gives its systems the message set and the additional interactions, each once', () =>
    assert.deepEqual(systemInteractions(PRODUCT), ['urn:a:b', 'urn:a:c', 'urn:a:d']));
});

describe('the life of a request', () => {
  const EVENTS: readonly RequestEvent[] = ['submit', 'approve-dns', 'approve', 'refuse', 'withdraw'];

  test('a host name is approved before the request is', () => {
    assert.throws(() => after('submitted', 'approve', WISH), LocalRefusal);
    assert.equal(after('dns-approved', 'approve', WISH), 'live');
    assert.equal(after('submitted', 'approve', CHANGE), 'live', 'there is no name to approve');
  });

  test('whatever happens, live and withdrawn are the end, and live was approved', () => {
    fc.assert(
      fc.property(fc.constantFrom<Wish>(WISH, CHANGE), fc.array(fc.constantFrom(...EVENTS), { maxLength: 20 }), (wish, events) => {
        let state: RequestState = 'draft';
        const taken: RequestEvent[] = [];
        for (const event of events) {
          const before: RequestState = state;
          try {
            state = after(state, event, wish);
            taken.push(event);
          } catch (error) {
            assert.ok(error instanceof LocalRefusal && error.status === 409);
            assert.equal(state, before);
          }
          if (before === 'live' || before === 'withdrawn') assert.equal(state, before);
        }
        if (state === 'live') {
          assert.equal(taken.at(-1), 'approve');
          assert.ok(wish.kind !== 'register' || taken.at(-2) === 'approve-dns');
        }
      }),
    );
    assert.deepEqual([TRANSITIONS.live, TRANSITIONS.withdrawn], [{}, {}]);
  });
});

test('a duty is one for a maker, and nothing follows from it elsewhere', () => {
  const grant = { userId: '1', duty: 'endpoint-administrator', odsCode: 'ZS001', grantedAt: 0, grantedBy: 'System' } as const;
  const actor: Actor = { id: '1', urp: 'x', odsCodes: new Set(['R69']), grants: [grant], operator: false };
  assert.deepEqual(
    [hasDuty(actor, 'endpoint-administrator', 'ZS001'), hasDuty(actor, 'endpoint-administrator', 'RR8'), hasDuty(actor, 'approver')],
    [true, false, false],
  );
  assert.throws(() => requireDuty(actor, 'directory-administrator'), LocalRefusal);
  assert.deepEqual([mayRead(actor, 'R69', 'X26'), mayRead(actor, 'A83008', 'ZS001'), mayRead(actor, 'A83008', 'X26')], [true, true, false]);
});

test('a person speaks for the organisations of their roles and the makers they are endpoint administrator for; the operator for all', () => {
  const grants: Actor['grants'] = [
    { userId: '1', duty: 'endpoint-administrator', odsCode: 'ZS001', grantedAt: 0, grantedBy: 'System' },
    { userId: '1', duty: 'approver', odsCode: '', grantedAt: 0, grantedBy: 'System' },
  ];
  const actor: Actor = { id: '1', urp: 'x', odsCodes: new Set(['R69']), grants, operator: false };
  assert.deepEqual(spokenFor(actor, ['R69', 'ZS001', 'RR8']), ['R69', 'ZS001']);
  assert.deepEqual(spokenFor({ ...actor, operator: true }, ['R69', 'RR8']), ['R69', 'RR8']);
});
