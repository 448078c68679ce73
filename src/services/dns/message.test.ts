import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import packet, { type Packet } from 'dns-packet';
import fc from 'fast-check';
import { PLAIN_PAYLOAD, readQuery, writeAnswer, writeFault } from './message.ts';
import type { Resolution } from './resolution.ts';

const question = { name: 'gas.nis1.national.ncrs.nhs.uk', type: 'A', class: 'IN' } as const;

function query(change: Packet = {}): Buffer {
  return packet.encode({ type: 'query', id: 4711, flags: packet.RECURSION_DESIRED, questions: [question], ...change });
}

function withEdns(change: Partial<{ udpPayloadSize: number; ednsVersion: number }> = {}): Buffer {
  const option = {
    type: 'OPT',
    name: '.',
    udpPayloadSize: 4_096,
    extendedRcode: 0,
    ednsVersion: 0,
    flags: 0,
    flag_do: false,
    options: [],
  } as const;
  return query({ additionals: [{ ...option, options: [], ...change }] });
}

function addresses(count: number): Resolution {
  const answers = Array.from(
    { length: count },
    (_, index) => ({ type: 'A', name: question.name, ttl: 60, data: `127.0.0.${index}` }) as const,
  );
  return { rcode: 'NOERROR', authoritative: true, answers, authorities: [] };
}

describe('DNS messages', () => {
  test('a question is read and repeated in the answer', () => {
    const read = readQuery(query());
    assert.deepEqual(read, { id: 4711, recursionDesired: true, question });
    assert.ok(read);
    const answer = packet.decode(writeAnswer(read, addresses(1), PLAIN_PAYLOAD));
    assert.equal(answer.id, 4711);
    assert.deepEqual([answer.type, answer.flag_aa, answer.flag_tc, answer.flag_rd, answer.flag_ra], ['response', true, false, true, false]);
    assert.deepEqual(answer.questions, [question]);
    assert.equal(answer.answers?.length, 1);
    assert.deepEqual(answer.additionals, []);
  });

  test('EDNS is answered with EDNS; sizes beyond what networks pass are cut to 1232', () => {
    const read = readQuery(withEdns());
    assert.equal(read?.edns?.payload, 1_232);
    assert.equal(readQuery(withEdns({ udpPayloadSize: 100 }))?.edns?.payload, 512);
    assert.ok(read);
    assert.equal(packet.decode(writeAnswer(read, addresses(1), 1_232)).additionals?.[0]?.type, 'OPT');
  });

  test('an EDNS version of the future is BADVERS', () => {
    const read = readQuery(withEdns({ ednsVersion: 1 }));
    assert.equal(read?.fault, 'BADVERS');
    assert.ok(read);
    const answer = packet.decode(writeFault(read, 'BADVERS'));
    const [option] = answer.additionals ?? [];
    assert.ok(option?.type === 'OPT');
    assert.equal((option.extendedRcode << 4) | (answer.flags === undefined ? 0 : answer.flags & 0xf), 16);
  });

  test('what does not fit is left out whole, and the client sent to TCP', () => {
    const read = readQuery(query());
    assert.ok(read);
    const bytes = writeAnswer(read, addresses(32), PLAIN_PAYLOAD);
    assert.ok(bytes.length <= PLAIN_PAYLOAD);
    const answer = packet.decode(bytes);
    assert.equal(answer.flag_tc, true);
    assert.deepEqual(answer.answers, []);
    assert.equal(packet.decode(writeAnswer(read, addresses(32), 65_535)).answers?.length, 32);
  });

  test('answers are never answered, nor scraps: two servers would talk for ever', () => {
    assert.equal(readQuery(packet.encode({ type: 'response', id: 1, questions: [question] })), undefined);
    assert.equal(readQuery(Buffer.alloc(11)), undefined);
    assert.equal(readQuery(Buffer.alloc(0)), undefined);
  });

  test('faults of form', () => {
    const faultOf = (message: Buffer): string | undefined => readQuery(message)?.fault;
    assert.equal(faultOf(packet.encode({ type: 'query', questions: [] })), 'FORMERR');
    assert.equal(faultOf(packet.encode({ type: 'query', questions: [question, question] })), 'FORMERR');
    assert.equal(faultOf(query({ answers: [{ type: 'A', name: 'x', ttl: 1, data: '127.0.0.1' }] })), 'FORMERR');
    assert.equal(faultOf(query().subarray(0, 30)), 'FORMERR');
    assert.equal(faultOf(Buffer.concat([query(), Buffer.alloc(5_000)])), 'FORMERR');
    const update = query();
    update.writeUInt16BE(5 << 11, 2);
    assert.equal(faultOf(update), 'NOTIMP');
    const pointsAtItself = query();
    pointsAtItself.writeUInt16BE(0xc00c, 12);
    assert.equal(faultOf(pointsAtItself), 'FORMERR');
  });

  test('no bytes whatever make it throw, and what it answers can be read and is small', () => {
    const start = fc.constantFrom(query(), withEdns(), Buffer.alloc(0));
    const damaged = fc.tuple(start, fc.array(fc.tuple(fc.nat(80), fc.nat(255)), { maxLength: 12 }), fc.uint8Array({ maxLength: 600 }));
    fc.assert(
      fc.property(damaged, ([bytes, changes, tail]) => {
        const message = Buffer.concat([bytes, tail]);
        for (const [at, value] of changes) if (at < message.length) message[at] = value;
        const read = readQuery(message);
        if (read === undefined) return;
        const answer = read.fault === undefined ? writeAnswer(read, addresses(4), 512) : writeFault(read, read.fault);
        assert.ok(answer.length <= 512 + 12);
        assert.equal(packet.decode(answer).id, message.readUInt16BE(0));
      }),
      { numRuns: 2_000 },
    );
  });
});
