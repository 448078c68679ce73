/** What may be registered (sds.md §9.2, §9.3; path-to-live.md §3.3). Pure: facts in, faults out. */
import { LocalRefusal } from '../../kernel/errors.ts';
import type { Organisation, Product } from '../directory/index.ts';
import type { Ownership } from '../pki/index.ts';
import { hostNameFault, ownershipFault } from './host-names.ts';
import type { ChangeAddressWish, RegisterWish } from './model.ts';

/** A fault of one field, as a form shows it. */
export interface FieldFault {
  readonly field: string;
  readonly text: string;
}

/** Everything that is wrong with what was sent, at once. */
export class FieldsRefusal extends LocalRefusal {
  readonly faults: readonly FieldFault[];

  constructor(faults: readonly FieldFault[]) {
    super(422, 'registration_refused', faults.map((each) => each.text).join(' '), 'See docs/systems/directory.md, “Registering a system”.');
    this.faults = faults;
  }
}

/** What is known about a wish when it is checked. */
export interface Facts {
  readonly organisation: Organisation | undefined;
  readonly product: Product | undefined;
  /** Party keys that use the host name now. */
  readonly fqdnHolders: readonly string[];
  /** Whether the organisation has this product registered under another or the same party key. */
  readonly registered: boolean;
  /** The organisation of the named party key; undefined when there is no such key. */
  readonly partyKeyOwner?: string | undefined;
  /** Whose the host name is; unregistered when absent. */
  readonly nameOwnership?: Ownership | undefined;
  /** Organisations whose host names the requestor may use. */
  readonly speaksFor: readonly string[];
}

const IPV4 = /^(?:(?:25[0-5]|2[0-4]\d|1?\d?\d)(?:\.(?!$)|$)){4}$/;

/** Every fault of a registration; none when it may be made. */
export function faultsOf(wish: RegisterWish, facts: Facts): readonly FieldFault[] {
  const { organisation, product } = facts;
  const faults: FieldFault[] = [];
  if (organisation === undefined) faults.push({ field: 'odsCode', text: `Invalid ODS Code: could not resolve '${wish.odsCode}'` });
  else if (!organisation.open) faults.push({ field: 'odsCode', text: `The organisation ${wish.odsCode} is closed.` });
  if (product === undefined) {
    faults.push({ field: 'productKey', text: `There is no product ${wish.productKey}: register manufacturer, product and version first.` });
    return faults;
  }
  if (wish.partyKey !== undefined && facts.partyKeyOwner === undefined)
    faults.push({ field: 'partyKey', text: `There is no party key ${wish.partyKey}.` });
  if (wish.ipAddress !== undefined && !IPV4.test(wish.ipAddress))
    faults.push({ field: 'ipAddress', text: 'The source address must be an IPv4 address, like 10.239.14.26.' });
  if (facts.registered)
    faults.push({
      field: 'productKey',
      text:
        product.kind === 'AS'
          ? 'There is already an existing AS Device for this Product'
          : 'There is already an existing MHS Device for this Product',
    });
  if (product.kind === 'AS') {
    if (wish.fqdn !== undefined) faults.push({ field: 'fqdn', text: 'Payload contains unexpected fields: MHS FQDN' });
  } else if (wish.fqdn === undefined)
    faults.push({ field: 'fqdn', text: 'The following required fields are missing in the response to spine_mhs: MHS FQDN' });
  else
    faults.push(
      ...addressFaults(wish.fqdn, wish.endpoint, wish.partyKey, {
        holders: facts.fqdnHolders,
        ownership: facts.nameOwnership,
        speaksFor: facts.speaksFor,
      }),
    );
  return faults;
}

/** What is known about a host name when it is checked. */
export interface NameFacts {
  /** Party keys that use it now. */
  readonly holders: readonly string[];
  readonly ownership?: Ownership | undefined;
  /** Organisations whose host names the requestor may use. */
  readonly speaksFor: readonly string[];
}

/** Faults of a new address. */
export function addressChangeFaults(wish: ChangeAddressWish, facts: NameFacts): readonly FieldFault[] {
  return addressFaults(wish.fqdn, wish.endpoint, wish.partyKey, facts);
}

function addressFaults(
  fqdn: string,
  endpoint: string | undefined,
  partyKey: string | undefined,
  { holders, ownership, speaksFor }: NameFacts,
): readonly FieldFault[] {
  const faults: FieldFault[] = [];
  const others = holders.filter((each) => each.toLowerCase() !== partyKey?.toLowerCase());
  const taken =
    others.length > 0 ? `The host name ${fqdn} belongs to the party key ${others[0]}.` : ownershipFault(fqdn, ownership, speaksFor);
  const text = hostNameFault(fqdn) ?? taken;
  if (text !== undefined) faults.push({ field: 'fqdn', text });
  if (endpoint !== undefined) {
    const text = endpointFault(endpoint, fqdn);
    if (text !== undefined) faults.push({ field: 'endpoint', text });
  }
  return faults;
}

/**
 * Why a URL cannot be an endpoint; undefined when it can. The national rule is https, the registered host name, no port. A loopback address
 * with any port is taken as well: that is where a system under development answers.
 */
export function endpointFault(endpoint: string, fqdn: string): string | undefined {
  if (endpoint.length > 500 || !URL.canParse(endpoint)) return 'The endpoint must be a URL, like https://app.supplier.thirdparty.nhs.uk/.';
  const url = new URL(endpoint);
  if (url.protocol !== 'https:') return 'The endpoint must begin with https://.';
  if (url.username !== '' || url.password !== '' || url.hash !== '') return 'The endpoint must have no user name and no fragment.';
  if (['localhost', '127.0.0.1', '[::1]'].includes(url.hostname)) return undefined;
  if (/^https:\/\/[^/?]*:\d*(?:[/?]|$)/i.test(endpoint)) return 'The endpoint must not state a port: 443 is implied.';
  return url.hostname.toLowerCase() === fqdn.toLowerCase() ? undefined : `The host of the endpoint must be ${fqdn}.`;
}

/** A row of the manufacturer, product and version register as it is asked for. */
export interface NewProduct {
  readonly manufacturerOdsCode: string;
  readonly name: string;
  readonly version: string;
  readonly kind: Product['kind'];
  readonly messageSet: readonly string[];
  readonly additionalInteractions: readonly string[];
}

/** Every fault of a new product. */
export function productFaults(
  product: NewProduct,
  facts: { readonly manufacturer: Organisation | undefined; readonly existing: readonly Product[]; readonly unknown: readonly string[] },
): readonly FieldFault[] {
  const { manufacturerOdsCode, name, version, kind, messageSet, additionalInteractions } = product;
  const faults: FieldFault[] = [];
  if (facts.manufacturer === undefined)
    faults.push({ field: 'manufacturerOdsCode', text: `Invalid ODS Code: could not resolve '${manufacturerOdsCode}'` });
  if (name.trim() === '') faults.push({ field: 'name', text: 'Enter the name of the product.' });
  if (version.trim() === '') faults.push({ field: 'version', text: 'Enter the version of the product.' });
  if (facts.existing.some((each) => each.name === name && each.version === version))
    faults.push({ field: 'version', text: `${name} ${version} is registered already.` });
  for (const [field, list] of [
    ['messageSet', messageSet],
    ['additionalInteractions', additionalInteractions],
  ] as const)
    for (const id of new Set(list.filter((each, index) => list.indexOf(each) !== index)))
      faults.push({
        field,
        text: `Duplicate 'Interaction ID' provided: value '${id}' occurs ${list.filter((each) => each === id).length} times in the questionnaire response.`,
      });
  for (const id of facts.unknown)
    faults.push({ field: messageSet.includes(id) ? 'messageSet' : 'additionalInteractions', text: `The interaction ${id} is not known.` });
  if (kind === 'AS' && messageSet.length > 0)
    faults.push({ field: 'messageSet', text: 'A product that only sends has no message set: give its interactions as additional ones.' });
  if (kind !== 'AS' && messageSet.length === 0)
    faults.push({
      field: 'messageSet',
      text: 'You must configure exactly one MessageSet Device Reference Data before creating an MHS Device.',
    });
  if (kind === 'AS' && additionalInteractions.length === 0)
    faults.push({
      field: 'additionalInteractions',
      text: 'You must configure the AS and MessageSet Device Reference Data before creating an AS Device',
    });
  return faults;
}

/** Interactions of an accredited system of a product: its message set and the additional ones, each once. */
export function systemInteractions(product: Product): readonly string[] {
  return [...new Set([...product.messageSet, ...product.additionalInteractions])];
}
