/** The XML of smartcard authentication: scraped by line on one side, read strictly on the other. */
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import fc from 'fast-check';
import { XmlError } from '../../../kernel/xml/xml.ts';
import { readGpObject, writeGpObject } from './gp-object.ts';
import { readResponse, writeResponse } from './response.ts';

test('one parameter to a line, the name first, quotation marks as they are', () => {
  const text = writeGpObject('https://gas.example/login/dtd', [
    { name: 'cn', value: 'Userq Random Mr' },
    { name: 'nhsjobrole0', value: 'A & B SURGERY, "Clinical":"Support":"Role"', attributes: { id: '555254242105', orgcode: 'A21464' } },
  ]);
  assert.deepEqual(text.split('\n'), [
    '<?xml version="1.0" encoding="UTF-8"?>',
    '<!DOCTYPE USER SYSTEM "https://gas.example/login/dtd">',
    '<gpOBJECT>',
    '<gpPARAM name="cn">Userq Random Mr</gpPARAM>',
    '<gpPARAM name="nhsjobrole0" id="555254242105" orgcode="A21464">A &amp; B SURGERY, "Clinical":"Support":"Role"</gpPARAM>',
    '</gpOBJECT>',
    '',
  ]);
});

test('whatever values are written are read again', async () => {
  const values = fc.dictionary(fc.stringMatching(/^[a-z_]{1,12}$/), fc.string({ unit: 'grapheme-ascii' }), { maxKeys: 10 });
  await fc.assert(
    fc.asyncProperty(values, async (wanted) => {
      const text = writeGpObject(
        'gpOBJECT.DTD',
        Object.entries(wanted).map(([name, value]) => ({ name, value })),
      );
      assert.deepEqual(Object.fromEntries(await readGpObject(text)), { ...wanted });
      assert.equal(text.split('\n').length, Object.keys(wanted).length + 5, 'a value never breaks the line');
    }),
  );
});

for (const [what, body] of [
  ['another element', '<gpObject/>'],
  ['a parameter twice', '<gpOBJECT><gpPARAM name="a">1</gpPARAM><gpPARAM name="a">2</gpPARAM></gpOBJECT>'],
  ['a parameter without a name', '<gpOBJECT><gpPARAM>1</gpPARAM></gpOBJECT>'],
  ['elements inside a parameter', '<gpOBJECT><gpPARAM name="a"><b/></gpPARAM></gpOBJECT>'],
  ['something else inside', '<gpOBJECT><other name="a"/></gpOBJECT>'],
  ['too many parameters', `<gpOBJECT>${Array.from({ length: 65 }, (_, n) => `<gpPARAM name="p${n}"/>`).join('')}</gpOBJECT>`],
] as const)
  test(`${what} is refused`, async () => {
    await assert.rejects(readGpObject(body), XmlError);
  });

describe('the response of a card', () => {
  const message = Buffer.from('3082010000112233445566778899aabbccddeeff00', 'hex');
  const base64 = message.toString('base64');
  const wrapped = (text: string): string => Buffer.from(text).toString('base64');

  for (const [what, response] of [
    ['as we write it', writeResponse(message)],
    ['with indented headers, a separator of blanks and one long line', wrapped(`MIME-Version: 1.0\n  Content-Type: x\n   \n${base64}\n`)],
    ['with a payload in lines', wrapped(`A: b\r\n\r\n${base64.slice(0, 8)}\r\n${base64.slice(8, 16)}\r\n${base64.slice(16)}\r\n`)],
    ['without a line between headers and payload', wrapped(`MIME-Version: 1.0\nContent-Transfer-Encoding: base64\n${base64}`)],
    ['in lines itself', writeResponse(message).replace(/(.{60})/g, '$1\n')],
    ['without a MIME text', base64],
  ] as const)
    test(`is found ${what}`, () => {
      assert.deepEqual(readResponse(response), message);
    });

  test('is not found where there is no base64', () => {
    for (const response of ['', '!!', '<x/>']) assert.equal(readResponse(response), undefined);
  });

  test('any text gives bytes or nothing', () => {
    fc.assert(fc.property(fc.string(), (text) => readResponse(text) === undefined || Buffer.isBuffer(readResponse(text))));
  });
});
