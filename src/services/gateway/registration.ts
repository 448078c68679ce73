/** The rules of the application register (path-to-live.md §3.3, identity.md C.11). Pure. */
import { LocalRefusal } from '../../kernel/errors.ts';
import type { Application, Subscription } from './application.ts';
import { judgeJwks } from './jwks.ts';
import type { AccessMode, ApiProduct } from './products.ts';

/** The name without spaces around it. Throws LocalRefusal 400 for none. */
export function checkName(name: string): string {
  if (name.trim() === '') throw new LocalRefusal(400, 'bad_name', 'An application needs a name.');
  return name.trim();
}

/** Throws LocalRefusal 409 when an application would subscribe to a second product (PTL-105). */
export function checkOneProduct(application: Application, product: ApiProduct): void {
  const held = application.subscriptions.find((each) => each.product !== product.name);
  if (held !== undefined)
    throw new LocalRefusal(
      409,
      'one_api',
      `The application ${application.name} has the API ${held.product}: an application has one.`,
      'Register another application for another API.',
    );
}

const LOOPBACK = new Set(['localhost', '127.0.0.1', '[::1]']);

/** Attributes that have an operation of their own. */
const OWN_OPERATION: Readonly<Record<string, string>> = {
  asid: 'Bind an ASID instead.',
  'jwks-resource-url': 'Register the key set instead.',
};

/**
 * Whether a URL may be registered as callback: absolute https without fragment. Plain http is taken on loopback, where the
 * application under development runs.
 *
 * @throws LocalRefusal 400
 */
export function checkCallbackUrl(text: string): void {
  const url = URL.canParse(text) ? new URL(text) : undefined;
  const secure = url !== undefined && (url.protocol === 'https:' || (url.protocol === 'http:' && LOOPBACK.has(url.hostname)));
  if (!secure || text.includes('#') || text.length > 2_000) {
    throw new LocalRefusal(
      400,
      'bad_callback_url',
      `"${text.slice(0, 200)}" cannot be a callback URL.`,
      'Give an absolute https URL without a fragment; http only for localhost. It is compared character by character.',
    );
  }
}

/**
 * The product an application is to subscribe to: the one named, or the only one of the access mode that need not be named.
 *
 * @throws LocalRefusal 400 when there is none, or the mode is another
 */
export function chooseProduct(products: ReadonlyMap<string, ApiProduct>, accessMode: AccessMode, name: string | undefined): ApiProduct {
  const fitting = [...products.values()].filter((product) => product.accessMode === accessMode);
  const named = fitting.map((product) => product.name).join(', ') || 'none';
  if (name === undefined) {
    const [first, second] = fitting.filter((product) => product.byNameOnly !== true);
    if (first === undefined || second !== undefined)
      throw new LocalRefusal(
        400,
        'product_unclear',
        `Say which product the application subscribes to: ${accessMode} ones are ${named}.`,
        'Give productName.',
      );
    return first;
  }
  const product = products.get(name);
  if (product === undefined)
    throw new LocalRefusal(
      400,
      'product_unknown',
      `This environment has no product "${name}".`,
      `Products for ${accessMode} access: ${named}.`,
    );
  if (product.accessMode !== accessMode)
    throw new LocalRefusal(
      400,
      'product_mode',
      `The product ${name} is for ${product.accessMode} access, the application for ${accessMode}.`,
      `Products for ${accessMode} access: ${named}.`,
    );
  return product;
}

/** A subscription as it begins: approved at once, but in production an operator has to approve it (path-to-live.md §2.6). */
export function newSubscription(product: ApiProduct, production: boolean, approve: boolean): Subscription {
  if (!production) return { product: product.name, status: 'approved' };
  return approve ? { product: product.name, status: 'approved', override: true } : { product: product.name, status: 'pending' };
}

/** Throws LocalRefusal 400 for an attribute that is set in another way. */
export function checkAttributes(attributes: Readonly<Record<string, string>>): void {
  for (const name of Object.keys(attributes)) {
    const instead = OWN_OPERATION[name];
    if (instead !== undefined) throw new LocalRefusal(400, 'attribute_reserved', `The attribute ${name} cannot be set directly.`, instead);
  }
}

/** Where an application's public keys are. */
export type KeySource = { readonly jwks: unknown } | { readonly jwksUrl: string };

/** Key source as it is stored, with remarks. */
export interface AcceptedKeySource {
  readonly jwks: string | undefined;
  readonly jwksUrl: string | undefined;
  readonly kids: readonly string[];
  readonly warnings: readonly string[];
}

/**
 * Checks public keys before they are registered (path-to-live.md §3.3).
 *
 * @throws LocalRefusal 400 that names every fault of the set, or for a URL that is not http(s) with a path
 */
export function acceptKeySource(source: KeySource): AcceptedKeySource {
  if ('jwksUrl' in source) {
    const url = URL.canParse(source.jwksUrl) ? new URL(source.jwksUrl) : undefined;
    if (url === undefined || (url.protocol !== 'https:' && url.protocol !== 'http:') || url.username !== '') {
      throw new LocalRefusal(
        400,
        'bad_jwks_url',
        `"${source.jwksUrl.slice(0, 200)}" cannot be a JWKS URL.`,
        'Give an absolute http or https URL.',
      );
    }
    const warnings = url.pathname === '/' ? ['The URL has no path: the token server will not read it.'] : [];
    return { jwks: undefined, jwksUrl: source.jwksUrl, kids: [], warnings };
  }
  const verdict = judgeJwks(source.jwks);
  if ('problems' in verdict)
    throw new LocalRefusal(
      400,
      'bad_jwks',
      `The key set was not registered. ${verdict.problems.join(' ')}`,
      'Register the public half only: kty RSA, n, e, kid, and if you like use "sig" and alg "RS512".',
    );
  return { jwks: JSON.stringify(source.jwks), jwksUrl: undefined, kids: verdict.kids, warnings: verdict.warnings };
}

/** Throws LocalRefusal 400 unless the text is a 12-digit ASID. */
export function checkAsid(asid: string): void {
  if (!/^\d{12}$/.test(asid)) throw new LocalRefusal(400, 'bad_asid', `"${asid.slice(0, 40)}" is not an ASID.`, 'An ASID has 12 digits.');
}

/**
 * An ASID belongs to one application of an environment and an application has one ASID.
 *
 * @param holder the application that has the ASID now
 * @throws LocalRefusal 409 when either is bound elsewhere
 */
export function checkBinding(application: Application, asid: string, holder: Application | undefined): void {
  if (holder !== undefined && holder.appId !== application.appId) {
    throw new LocalRefusal(
      409,
      'asid_taken',
      `The ASID ${asid} is bound to the application ${holder.name} (${holder.appId}).`,
      'Each ASID serves one application: request another, or unbind this one first.',
    );
  }
  if (application.asid !== undefined && application.asid !== asid) {
    throw new LocalRefusal(
      409,
      'application_has_asid',
      `The application ${application.name} is bound to the ASID ${application.asid}.`,
      'Unbind it first: DELETE /_localspine/gateway/applications/{appId}/asid.',
    );
  }
}
