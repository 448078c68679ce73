/** Reading and writing XML: strict, without external things, and with one way to escape. */
import type { Document, Element as XmlDomElement } from '@xmldom/xmldom';
import { messageOf } from '../errors.ts';

/** An element as plain data. `text` is the text directly inside it, CDATA included. */
export interface XmlElement {
  /** As written, prefix included. */
  readonly name: string;
  readonly attributes: Readonly<Record<string, string>>;
  readonly children: readonly XmlElement[];
  readonly text: string;
}

/** A document that cannot be read. The message says why. */
export class XmlError extends Error {
  override readonly name = 'XmlError';
}

const MOST_DEPTH = 50;
const ELEMENT = 1;
const TEXT = 3;
const CDATA = 4;

/**
 * Reads a document. A document type may be named but is never fetched, and must declare nothing: entities are how XML reads files and
 * grows without end.
 *
 * @throws XmlError
 */
export async function parseXml(text: string): Promise<XmlElement> {
  const { DOMParser, onErrorStopParsing } = await import('@xmldom/xmldom');
  let document: Document;
  try {
    document = new DOMParser({ onError: onErrorStopParsing, normalizeLineEndings }).parseFromString(
      text.replace(/^\uFEFF/, '').trimStart(),
      'text/xml',
    );
  } catch (error) {
    throw new XmlError(`not well-formed: ${messageOf(error).split('\n')[0] ?? ''}`);
  }
  if ((document.doctype?.internalSubset ?? '') !== '') throw new XmlError('the document type declares something inside the document');
  const { documentElement } = document;
  if (documentElement === null) throw new XmlError('there is no element');
  return elementOf(documentElement, 0);
}

/** Line ends of XML 1.0 (§2.11). The parser's own are those of XML 1.1, which would change U+0085 and U+2028 in what people write. */
function normalizeLineEndings(text: string): string {
  return text.replace(/\r\n?/g, '\n');
}

function elementOf(element: XmlDomElement, depth: number): XmlElement {
  if (depth > MOST_DEPTH) throw new XmlError(`nested deeper than ${MOST_DEPTH}`);
  const attributes: Record<string, string> = {};
  for (const { name, value } of element.attributes) if (name !== '__proto__') attributes[name] = value;
  const children: XmlElement[] = [];
  let text = '';
  for (let node = element.firstChild; node !== null; node = node.nextSibling) {
    if (node.nodeType === ELEMENT) children.push(elementOf(node as XmlDomElement, depth + 1));
    else if (node.nodeType === TEXT || node.nodeType === CDATA) text += node.nodeValue ?? '';
  }
  return { name: element.nodeName, attributes, children, text };
}

const ESCAPES: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&apos;',
  '\t': '&#9;',
  '\n': '&#10;',
  '\r': '&#13;',
};

/** Text made fit for element content and attribute values; characters that XML cannot carry are left out. */
export function escapeXml(text: string): string {
  return (
    text
      .toWellFormed()
      // biome-ignore lint/suspicious/noControlCharactersInRegex: these are what XML 1.0 forbids
      .replace(/[\u0000-\u0008\u000b\u000c\u000e-\u001f\ufffe\uffff]/g, '')
      .replace(/[&<>"'\t\n\r]/g, (each) => ESCAPES[each] ?? each)
  );
}

/** A document inside another, as CDATA; its own end marks are split. */
export function cdata(text: string): string {
  return `<![CDATA[${text.replaceAll(']]>', ']]]]><![CDATA[>')}]]>`;
}
