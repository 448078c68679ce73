import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import fc from 'fast-check';
import { LocalRefusal } from '../../kernel/errors.ts';
import type { Organisation } from '../directory/index.ts';
import { hostNameFault, nameRequestFaults, ownershipFault } from './host-names.ts';
import type { RegisterNameWish, RequestEvent, RequestState } from './model.ts';
import { after, approvals } from './states.ts';

const SUPPLIER: Organisation = {
  odsCode: 'ZS001',
  name: 'Supplier',
  kind: 'supplier',
  open: true,
  referring: false,
  providing: false,
  addressLines: [],
};
const WISH: RegisterNameWish = { kind: 'register-name', odsCode: 'ZS001', fqdn: 'app.acme.thirdparty.nhs.uk' };

describe('a host name (path-to-live.md §3.3)', () => {
  for (const [name, fault] of [
    ['app.acme.thirdparty.nhs.uk', undefined],
    ['msg01-r69.msg.mpe.ncrs.nhs.uk', undefined],
    ['app.acme.example.com', /end in nhs\.uk/],
    ['nhs.uk', /end in nhs\.uk/],
    ['*.acme.nhs.uk', /end in nhs\.uk/],
    ['app.acme.nhs.uk:443', /must not state a port/],
    ['https://app.acme.nhs.uk', /without https/],
    ['a.b.c.d.e.f.g.h.i.j.nhs.uk', /more than 10 parts/],
  ] as const)
    test(`${name} is ${fault === undefined ? 'taken' : 'refused'}`, () => {
      if (fault === undefined) assert.equal(hostNameFault(name), undefined);
      else assert.match(hostNameFault(name) ?? '', fault);
    });

  test('whatever is typed, one that is taken is letters, digits, hyphens and dots under nhs.uk', () => {
    fc.assert(
      fc.property(
        fc.oneof(
          fc.string(),
          fc.domain(),
          fc.domain().map((each) => `${each}.nhs.uk`),
        ),
        (name) => {
          assert.ok(hostNameFault(name) !== undefined || /^[a-z0-9.-]+\.nhs\.uk$/i.test(name), name);
        },
      ),
    );
  });

  test('can be had by those it is registered to, and by anybody when it is nobody’s', () => {
    const faultFor = (ownership: Parameters<typeof ownershipFault>[1]): string | undefined =>
      ownershipFault('a.nhs.uk', ownership, ['R69', 'ZS001']);
    assert.equal(faultFor({ known: 'unregistered' }), undefined);
    assert.equal(faultFor({ known: 'registered', organisations: [] }), undefined);
    assert.equal(faultFor({ known: 'registered', organisations: ['B81001', 'ZS001'] }), undefined);
    assert.match(faultFor({ known: 'registered', organisations: ['RCD'] }) ?? '', /registered to RCD/);
    assert.match(faultFor({ known: 'published' }) ?? '', /published name/);
  });
});

describe('a request for a name', () => {
  const fieldsOf = (wish: Partial<RegisterNameWish>, organisation: Organisation | undefined = SUPPLIER): readonly string[] =>
    nameRequestFaults({ ...WISH, ...wish }, { organisation, ownership: { known: 'unregistered' } }).map((each) => each.field);

  test('names what is wrong by field', () => {
    assert.deepEqual(fieldsOf({}), []);
    assert.deepEqual(fieldsOf({ addresses: ['10.1.2.3', '::1'] }), []);
    assert.deepEqual(fieldsOf({ addresses: ['10.1.2.300'] }), ['addresses']);
    assert.deepEqual(fieldsOf({ fqdn: 'x' }, { ...SUPPLIER, open: false }), ['odsCode', 'fqdn']);
    assert.deepEqual(
      nameRequestFaults(WISH, { organisation: undefined, ownership: { known: 'registered', organisations: ['RCD'] } }).map(
        (each) => each.field,
      ),
      ['odsCode', 'fqdn'],
    );
  });

  test('is live once the name is approved, and nothing else makes it so', () => {
    assert.deepEqual(approvals(WISH), ['approve-dns']);
    const EVENTS: readonly RequestEvent[] = ['submit', 'approve-dns', 'approve', 'refuse', 'withdraw'];
    fc.assert(
      fc.property(fc.array(fc.constantFrom(...EVENTS), { maxLength: 12 }), (events) => {
        let state: RequestState = 'draft';
        for (const event of events) {
          const before: RequestState = state;
          try {
            state = after(state, event, WISH);
          } catch (error) {
            assert.ok(error instanceof LocalRefusal && error.status === 409);
            continue;
          }
          if (state === 'live') assert.deepEqual([before, event], ['submitted', 'approve-dns']);
          assert.notEqual(state, 'dns-approved');
        }
      }),
    );
  });
});
