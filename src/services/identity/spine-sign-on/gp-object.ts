/** `gpOBJECT`: the XML that smartcard authentication speaks (identity.md A.2). */
import { escapeXml, parseXml, XmlError } from '../../../kernel/xml/xml.ts';

/** Parameters by name, those that came once. */
export type GpParameters = ReadonlyMap<string, string>;

/** One parameter to be sent; attributes come after the name. */
export interface GpParameter {
  readonly name: string;
  readonly value: string;
  readonly attributes?: Readonly<Record<string, string>>;
}

const MOST_PARAMETERS = 64;

/**
 * Reads a `gpOBJECT`. The document type it names is never fetched.
 *
 * @throws XmlError for anything that is not a `gpOBJECT` of distinct parameters
 */
export async function readGpObject(text: string): Promise<GpParameters> {
  const { name, children } = await parseXml(text);
  if (name !== 'gpOBJECT') throw new XmlError(`the element is ${name.slice(0, 40)}, not gpOBJECT`);
  if (children.length > MOST_PARAMETERS) throw new XmlError(`there are more than ${MOST_PARAMETERS} parameters`);
  const parameters = new Map<string, string>();
  for (const each of children) {
    const parameter = each.attributes['name'];
    if (each.name !== 'gpPARAM' || parameter === undefined || each.children.length > 0)
      throw new XmlError('it holds something other than gpPARAM with a name');
    if (parameters.has(parameter)) throw new XmlError(`${parameter.slice(0, 40)} comes twice`);
    parameters.set(parameter, each.text);
  }
  return parameters;
}

/**
 * Writes a `gpOBJECT`. Replies are scraped by line: one parameter to a line, `name` before the other attributes, nothing else on the line.
 *
 * @param dtd what the document type names: `gpOBJECT.DTD` in requests, the address of `/login/dtd` in replies
 */
export function writeGpObject(dtd: string, parameters: readonly GpParameter[]): string {
  const lines = parameters.map(({ name, value, attributes = {} }) => {
    const all = Object.entries({ name, ...attributes }).map(([each, text]) => ` ${each}="${escapeXml(text)}"`);
    return `<gpPARAM${all.join('')}>${escapeElement(value)}</gpPARAM>`;
  });
  return ['<?xml version="1.0" encoding="UTF-8"?>', `<!DOCTYPE USER SYSTEM "${dtd}">`, '<gpOBJECT>', ...lines, '</gpOBJECT>', ''].join(
    '\n',
  );
}

/** Clients split the text of a role at `":"` without reading entities, so quotation marks stay as they are. */
function escapeElement(text: string): string {
  return escapeXml(text).replaceAll('&quot;', '"').replaceAll('&apos;', "'");
}

/** What `/login/dtd` answers: the document type that replies name. */
export const GP_OBJECT_DTD = `<!ELEMENT gpOBJECT (gpPARAM*)>
<!ELEMENT gpPARAM (#PCDATA)>
<!ATTLIST gpPARAM name CDATA #REQUIRED encoding CDATA #IMPLIED id CDATA #IMPLIED orgcode CDATA #IMPLIED>
`;
