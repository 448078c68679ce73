/** The published contract (`ers/openapi.json` of REFERENCE_DIR): whether an answer has the form that it promises. */
import { Ajv, type ValidateFunction } from 'ajv';
import { mapStrings } from './comparison.ts';
import type { Json } from './pair.ts';

/** What the contract writes for the address of the server, in one of its two spellings. */
const BASE = '_baseUrl_';
/** The first ones say enough: each alternative that does not fit adds its own. */
const FAULTS_SHOWN = 8;

/** The promises of an OpenAPI document. */
export class Contract {
  readonly #document: Json;
  readonly #ajv = new Ajv({ strict: false, allErrors: true, validateFormats: false });
  readonly #validators = new Map<string, ValidateFunction>();

  constructor(document: Json) {
    this.#document = mapStrings(document, (text) => text.replaceAll(/_base[uU]rl_/g, BASE));
    this.#ajv.addSchema({ $id: 'openapi', components: this.#document.components });
  }

  /**
   * What is wrong with the body of an answer; nothing when the contract has no schema for it.
   *
   * @param path with variables like `{ubrn}`, whatever their names
   * @param base our own address, where the contract has a placeholder
   */
  faults(method: string, path: string, status: number, body: Json, base: string): readonly string[] {
    const schema = this.#schemaOf(method, path, status);
    if (schema === undefined) return [];
    const key = `${method} ${path} ${status}`;
    const validate = this.#validators.get(key) ?? this.#ajv.compile(schema);
    this.#validators.set(key, validate);
    validate(mapStrings(body, (text) => text.replace(base, BASE)));
    return (validate.errors ?? [])
      .slice(0, FAULTS_SHOWN)
      .map((each) => `${each.instancePath} ${each.message} ${JSON.stringify(each.params)}`);
  }

  #schemaOf(method: string, path: string, status: number): Json {
    const known = Object.keys(this.#document.paths).find((each) => withoutNames(each) === withoutNames(path));
    const operation = known === undefined ? undefined : this.#document.paths[known][method.toLowerCase()];
    const response = this.#resolve(operation?.responses?.[status]);
    const schema = response?.content?.['application/fhir+json']?.schema;
    return schema === undefined ? undefined : JSON.parse(JSON.stringify(schema).replaceAll('"#/components/', '"openapi#/components/'));
  }

  #resolve(value: Json): Json {
    if (value?.$ref === undefined) return value;
    const steps: readonly string[] = value.$ref.slice(2).split('/');
    return this.#resolve(steps.reduce((node, step) => node?.[step], this.#document));
  }
}

function withoutNames(path: string): string {
  return path.replaceAll(/\{\w+\}/g, '{}');
}
