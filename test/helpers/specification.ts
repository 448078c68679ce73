/** The published specification of e-RS (OpenAPI 3.0) as a judge of answers. */

import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { Ajv, type ErrorObject, type ValidateFunction } from 'ajv';
import { differenceFor } from '../wire/differences.ts';
import type { Recorded } from './recorder.ts';

interface Specification {
  readonly paths: Readonly<Record<string, Readonly<Record<string, unknown>>>>;
}

/** What is wrong with an answer; `undefined` operation: the specification has no such path. */
export interface Judgement {
  /** `POST /STU3/Slot`. */
  readonly operation: string | undefined;
  /** In words that stay the same for the same fault. */
  readonly faults: readonly string[];
}

const MOST_FAULTS = 10;
const FORMATS = {
  'date-time': /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?(Z|[+-]\d\d:\d\d)$/,
  date: /^\d{4}-\d\d-\d\d$/,
  uri: true,
  token: true,
  binary: true,
  int32: true,
} as const;

/** Judges answers by the specification that REFERENCE_DIR has. */
export class Judge {
  readonly #document: Specification;
  readonly #ajv = new Ajv({ strict: false, allErrors: true, formats: FORMATS, validateSchema: false });
  readonly #compiled = new Map<string, ValidateFunction>();
  readonly #paths: readonly { readonly path: string; readonly pattern: RegExp }[];

  constructor(document: Specification) {
    openBaseAddresses(document);
    this.#document = document;
    this.#ajv.addSchema(document, 'specification');
    this.#paths = Object.keys(document.paths)
      // Fixed segments first: `$ers.createReferral` is no UBRN.
      .sort((one, other) => one.split('{').length - other.split('{').length)
      .map((path) => ({
        path,
        pattern: new RegExp(`^${path.replaceAll(/[$.]/g, String.raw`\$&`).replaceAll(/\{\w+\}/g, '[^/]+')}$`),
      }));
  }

  /** The judge of the published e-RS API. Throws when REFERENCE_DIR names no folder that has it: tests skip themselves before. */
  static ofErs(): Judge {
    return new Judge(JSON.parse(readFileSync(join(process.env['REFERENCE_DIR'] ?? '', 'ers/openapi.json'), 'utf8')));
  }

  /** What is wrong with an answer that no known difference explains. */
  unexplained(answer: Recorded): readonly string[] {
    const { operation = 'no published operation', faults } = this.judge(answer);
    return faults.filter((fault) => differenceFor(operation, fault) === undefined).map((fault) => `${operation}: ${fault}`);
  }

  judge({ method, path, status, contentType, body }: Recorded): Judgement {
    const plain = path.split('?')[0] ?? path;
    const found = this.#paths.find(
      (each) => each.pattern.test(plain) && this.#document.paths[each.path]?.[method.toLowerCase()] !== undefined,
    );
    if (found === undefined) return { operation: undefined, faults: [] };
    const operation = `${method} ${found.path}`;
    const place = `specification#/paths/${pointer(found.path)}/${method.toLowerCase()}/responses/${status}`;
    const response = this.#resolve(place);
    if (response === undefined) return { operation, faults: [`status ${status} is not documented`] };
    const content = response.value['content'];
    const type = (contentType ?? '').split(';')[0] ?? '';
    if (body === '' || content === undefined || !isObject(content)) {
      return { operation, faults: body !== '' && content === undefined ? [`status ${status} has a body where none is documented`] : [] };
    }
    const media = Object.keys(content).find((each) => (each.split(';')[0] ?? '').trim() === type || each === '*/*');
    if (media === undefined)
      return { operation, faults: [`status ${status} in ${type}, where ${Object.keys(content).join(' or ')} is documented`] };
    if (!type.endsWith('json')) return { operation, faults: [] };
    return { operation, faults: this.#schemaFaults(`${response.place}/content/${pointer(media)}/schema`, status, body) };
  }

  #schemaFaults(place: string, status: number, body: string): readonly string[] {
    if (this.#resolve(place) === undefined) return [];
    let validate = this.#compiled.get(place);
    if (validate === undefined) {
      validate = this.#ajv.compile({ $ref: place });
      this.#compiled.set(place, validate);
    }
    if (validate(JSON.parse(body))) return [];
    const faults = relevant(validate.errors ?? []).map(({ instancePath, message, params }) => {
      const at = instancePath.replaceAll(/\/\d+(?=\/|$)/g, '/*');
      return `status ${status} at ${at === '' ? 'the resource' : at}: ${message ?? ''}${'allowedValues' in params ? ` (${String(params['allowedValues'])})` : ''}`;
    });
    return [...new Set(faults)].slice(0, MOST_FAULTS);
  }

  /** What a pointer into the document leads to, references followed. */
  #resolve(place: string): { readonly place: string; readonly value: Readonly<Record<string, unknown>> } | undefined {
    const [, path = ''] = place.split('#/');
    let value: unknown = this.#document;
    for (const segment of path.split('/')) {
      const key = decodeURIComponent(segment).replaceAll('~1', '/').replaceAll('~0', '~');
      value = isObject(value) ? value[key] : undefined;
    }
    if (!isObject(value)) return undefined;
    const reference = value['$ref'];
    return typeof reference === 'string' ? this.#resolve(`specification${reference}`) : { place, value };
  }
}

/** The specification writes `_baseurl_` where the server puts the address it was called by: any address will do there. */
function openBaseAddresses(value: unknown): void {
  if (typeof value !== 'object' || value === null) return;
  if ('enum' in value && Array.isArray(value.enum) && value.enum.some((each) => /^_base[uU]rl_/.test(String(each)))) {
    const endings = value.enum.map((each) =>
      String(each)
        .replace(/^_base[uU]rl_/, '')
        .replaceAll(/[.$]/g, String.raw`\$&`),
    );
    Object.assign(value, { pattern: `^https?://[^/]+/.*(${endings.join('|')})$` });
    delete value.enum;
  }
  for (const each of Object.values(value)) openBaseAddresses(each);
}

/** Extensions are lists of alternatives told apart by `url`: what the alternatives of another url miss is no fault. */
function relevant(errors: readonly ErrorObject[]): readonly ErrorObject[] {
  const wrongUrl = errors
    .filter((each) => each.schemaPath.endsWith('/properties/url/enum'))
    .map((each) => ({
      schema: each.schemaPath.slice(0, -'properties/url/enum'.length),
      instance: each.instancePath.slice(0, -'/url'.length),
    }));
  const left = errors.filter(
    (each) =>
      !wrongUrl.some(({ schema, instance }) => each.schemaPath.startsWith(schema) && `${each.instancePath}/`.startsWith(`${instance}/`)),
  );
  return left.length === 0 ? errors : left;
}

function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function pointer(key: string): string {
  return encodeURIComponent(key.replaceAll('~', '~0').replaceAll('/', '~1'));
}
