/** XML from strangers: nothing is fetched, nothing grows, and what was written is what is read. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { cdata, escapeXml, parseXml, XmlError } from './xml.ts';

test('elements, attributes, text and CDATA are read as plain data', async () => {
  const read = await parseXml('\uFEFF<?xml version="1.0"?>\n<a x="1"><b>t&amp;<![CDATA[<c>]]></b><!-- no --><d/></a>');
  assert.deepEqual(read, {
    name: 'a',
    attributes: { x: '1' },
    text: '',
    children: [
      { name: 'b', attributes: {}, children: [], text: 't&<c>' },
      { name: 'd', attributes: {}, children: [], text: '' },
    ],
  });
});

test('a document type that is only named is never fetched and does no harm', async () => {
  assert.equal((await parseXml('<!DOCTYPE USER SYSTEM "file:///etc/passwd"><gpOBJECT>x</gpOBJECT>')).text, 'x');
});

for (const [what, document] of [
  ['an external entity', '<!DOCTYPE a [<!ENTITY e SYSTEM "file:///etc/passwd">]><a>&e;</a>'],
  ['an external entity that is not used', '<!DOCTYPE a [<!ENTITY e SYSTEM "file:///etc/passwd">]><a>x</a>'],
  ['a parameter entity', '<!DOCTYPE a [<!ENTITY % e SYSTEM "http://127.0.0.1/x"> %e;]><a/>'],
  ['entities that grow', '<!DOCTYPE a [<!ENTITY b "bbbb"><!ENTITY c "&b;&b;&b;">]><a>&c;</a>'],
  ['an undeclared entity', '<a>&nobody;</a>'],
  ['an open tag', '<a><b></a>'],
  ['two roots', '<a/><b/>'],
  ['an attribute twice', '<a x="1" x="2"/>'],
  ['nothing', ''],
  ['text', 'hello'],
  ['too much depth', '<a>'.repeat(60) + '</a>'.repeat(60)],
] as const)
  test(`${what} is refused`, async () => {
    await assert.rejects(parseXml(document), XmlError);
  });

test('whatever text is written is read again, in elements, attributes and CDATA', async () => {
  const text = fc.string({ unit: 'grapheme', maxLength: 60 });
  await fc.assert(
    fc.asyncProperty(text, async (value) => {
      const carried = escapeXml(value) === '' ? '' : value.toWellFormed().replace(/[^\t\n\r\u0020-\ufffd\u{10000}-\u{10ffff}]/gu, '');
      const read = await parseXml(`<a x="${escapeXml(value)}"><b>${escapeXml(value)}</b></a>`);
      assert.equal(read.attributes['x'], carried);
      assert.equal(read.children[0]?.text, carried);
    }),
  );
  assert.equal((await parseXml(`<a>${cdata('one]]>two]]>')}</a>`)).text, 'one]]>two]]>');
});

test('only carriage returns are line ends: U+0085 and U+2028 stay what they are', async () => {
  assert.equal((await parseXml('<a x="1\u20282\u00853">1\u20282\u00853\r\n4\r5</a>')).text, '1\u20282\u00853\n4\n5');
  assert.equal((await parseXml('<a x="1\u20282\u00853"/>')).attributes['x'], '1\u20282\u00853');
});

test('arbitrary bytes are read or refused, never anything else', async () => {
  await fc.assert(
    fc.asyncProperty(fc.string({ unit: 'binary' }), async (value) => {
      await parseXml(`<a>${value}`).catch((error: unknown) => assert.ok(error instanceof XmlError));
    }),
  );
});
