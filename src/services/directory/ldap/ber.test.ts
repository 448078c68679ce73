/** BER: what is written is read back, and nothing that is not BER does more harm than a BerError. */
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import fc from 'fast-check';
import { BerError, BerReader, BerWriter, SEQUENCE } from './ber.ts';
import { Framing, LARGEST_MESSAGE } from './framing.ts';
import { FILTER_DEPTH, type Filter, readMessage } from './message.ts';
import { bindMessage, searchMessage } from './test-client.ts';

const present: Filter = { kind: 'present', attribute: 'objectClass' };
const read = (octets: Buffer): ReturnType<typeof readMessage> => readMessage(new BerReader(octets));

/** Without the prototypes that generators vary. */
const plain = (value: unknown): unknown => JSON.parse(JSON.stringify(value));

/** Any filter, three deep. */
const { filter: anyFilter } = fc.letrec<{ filter: Filter }>((tie) => {
  const text = fc.string({ maxLength: 20, unit: 'grapheme' });
  const members = fc.array(tie('filter'), { maxLength: 3, depthIdentifier: 'filter' });
  return {
    filter: fc.oneof(
      { maxDepth: 3, depthIdentifier: 'filter' },
      fc.record({ kind: fc.constant('present' as const), attribute: text }),
      fc.record({
        kind: fc.constantFrom('equal' as const, 'greater' as const, 'less' as const, 'approximate' as const),
        attribute: text,
        value: text,
      }),
      fc.record(
        {
          kind: fc.constant('substrings' as const),
          attribute: text,
          initial: text,
          any: fc.array(text, { minLength: 1, maxLength: 3 }),
          final: text,
        },
        { requiredKeys: ['kind', 'attribute', 'any'] },
      ),
      fc.record(
        { kind: fc.constant('extensible' as const), rule: text, attribute: text, value: text, dnAttributes: fc.boolean() },
        { requiredKeys: ['kind', 'value', 'dnAttributes'] },
      ),
      fc.record({ kind: fc.constantFrom('and' as const, 'or' as const), filters: members }),
      fc.record({ kind: fc.constant('not' as const), filter: tie('filter') }),
    ),
  };
});

describe('BER', () => {
  test('numbers, texts and booleans come back as they were written', () => {
    fc.assert(
      fc.property(fc.integer(), fc.string({ unit: 'grapheme', maxLength: 400 }), fc.boolean(), (number, text, flag) => {
        const writer = new BerWriter(16);
        const start = writer.begin(SEQUENCE);
        writer.integer(number);
        writer.text(text);
        writer.boolean(flag);
        writer.end(start);
        const reader = new BerReader(writer.take()).enter(SEQUENCE);
        assert.deepEqual([reader.integer(), reader.text(), reader.boolean(), reader.done], [number, text, flag, true]);
      }),
    );
  });

  test('a search comes back as it was written, whatever its filter', () => {
    fc.assert(
      fc.property(anyFilter, fc.string(), fc.array(fc.string(), { maxLength: 4 }), (filter, base, attributes) => {
        const { id, request } = read(searchMessage(7, { base, filter, attributes, scope: 1, sizeLimit: 5 }));
        assert.equal(id, 7);
        assert.deepEqual(
          plain(request),
          plain({ kind: 'search', base, scope: 1, dereference: 0, sizeLimit: 5, timeLimit: 0, typesOnly: false, filter, attributes }),
        );
      }),
    );
  });

  test('a message with some octets changed, cut or added is read or is a BerError', () => {
    const octets = searchMessage(3, {
      base: 'o=nhs',
      filter: { kind: 'and', filters: [present, { kind: 'not', filter: present }] },
      page: { size: 5, cookie: Buffer.from('x') },
    });
    const change = fc.record({ at: fc.nat(octets.length - 1), octet: fc.nat(255) });
    fc.assert(
      fc.property(fc.array(change, { minLength: 1, maxLength: 6 }), fc.nat(octets.length), (changes, length) => {
        const mutated = Buffer.from(octets);
        for (const { at, octet } of changes) mutated[at] = octet;
        try {
          read(mutated.subarray(0, length));
        } catch (error) {
          assert.ok(error instanceof BerError, String(error));
        }
      }),
      { numRuns: 5_000 },
    );
  });

  const HOSTILE: Readonly<Record<string, string>> = {
    'an indefinite length': '3080020101420000',
    'a length of five octets': '308500000000050201014200',
    'a length bomb': '3084ffffffff020101',
    'a tag of two octets': '30057f010101aa',
    'message id 0': '30050201004200',
    'a negative message id': '30050201ff4200',
    'no operation of LDAP': '30050201014700',
    'not a sequence': '0403020101',
    'an inner length beyond its outer one': '30050201014204aabbccdd',
  };
  for (const [name, octets] of Object.entries(HOSTILE))
    test(`${name} is refused`, () => {
      const framing = new Framing();
      framing.push(Buffer.from(octets, 'hex'));
      assert.throws(() => framing.next(), BerError);
    });

  test(`filters nested ${FILTER_DEPTH} deep are read, a thousand deep are refused`, () => {
    const nested = (depth: number): Filter => (depth === 0 ? present : { kind: 'not', filter: nested(depth - 1) });
    assert.equal(read(searchMessage(1, { base: '', filter: nested(FILTER_DEPTH) })).request.kind, 'search');
    assert.throws(() => read(searchMessage(1, { base: '', filter: nested(1_000) })), BerError);
  });
});

describe('framing', () => {
  test('messages are found however the octets are cut', () => {
    const all = Buffer.concat([
      bindMessage(1),
      searchMessage(2, { base: 'o=nhs', filter: present }),
      bindMessage(3, 'cn=x', 'y'.repeat(300)),
    ]);
    fc.assert(
      fc.property(fc.array(fc.integer({ min: 1, max: 40 }), { minLength: 1, maxLength: 60 }), (sizes) => {
        const framing = new Framing();
        const found: number[] = [];
        let at = 0;
        for (const size of [...sizes, all.length]) {
          framing.push(all.subarray(at, at + size));
          at = Math.min(at + size, all.length);
          for (let next = framing.next(); next !== undefined; next = framing.next()) found.push(next.id);
        }
        assert.deepEqual(found, [1, 2, 3]);
      }),
    );
  });

  test('a message over the limit is refused by its header alone', () => {
    const writer = new BerWriter(16);
    writer.header(SEQUENCE, LARGEST_MESSAGE);
    const framing = new Framing();
    framing.push(writer.take());
    assert.throws(() => framing.next(), BerError);
  });
});
