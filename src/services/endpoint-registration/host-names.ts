/** What a host name must be, and whose it may be (path-to-live.md §3.3). Pure. */
import type { Organisation } from '../directory/index.ts';
import type { Ownership } from '../pki/index.ts';
import type { RegisterNameWish } from './model.ts';

const FQDN = /^(?=.{4,253}$)(?:[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?\.)+nhs\.uk$/i;
const IPV4 = /^(?:(?:25[0-5]|2[0-4]\d|1?\d?\d)(?:\.(?!$)|$)){4}$/;
const IPV6 = /^[0-9a-f:.]{2,45}$/i;
/** As deep as the zones look. */
const MOST_LABELS = 10;

/** Why a text is no host name for an endpoint; undefined when it is one. */
export function hostNameFault(fqdn: string): string | undefined {
  if (fqdn.includes('/')) return 'Give the host name alone, without https:// and path.';
  if (fqdn.includes(':')) return 'The host name must not state a port: endpoints are on 443.';
  if (!FQDN.test(fqdn)) return 'The host name must end in nhs.uk, like app.supplier.thirdparty.nhs.uk.';
  if (fqdn.split('.').length > MOST_LABELS) return `The host name has more than ${MOST_LABELS} parts.`;
  return undefined;
}

/** Why a host name cannot be had by who speaks for some organisations: the environment's own, or another organisation's. */
export function ownershipFault(fqdn: string, ownership: Ownership | undefined, speaksFor: readonly string[]): string | undefined {
  if (ownership?.known === 'published') return `${fqdn} is a published name of this environment: choose one of your own.`;
  if (ownership?.known !== 'registered') return undefined;
  const { organisations } = ownership;
  if (organisations.length === 0 || organisations.some((each) => speaksFor.includes(each))) return undefined;
  return `The host name ${fqdn} is registered to ${organisations[0]}.`;
}

/** What is known about a request for a name when it is checked. */
export interface NameRequestFacts {
  readonly organisation: Organisation | undefined;
  readonly ownership: Ownership;
}

/** Every fault of a request for a name; none when it may be registered. */
export function nameRequestFaults(
  wish: RegisterNameWish,
  { organisation, ownership }: NameRequestFacts,
): readonly { readonly field: string; readonly text: string }[] {
  const { odsCode, fqdn, addresses = [] } = wish;
  const faults: { field: string; text: string }[] = [];
  if (organisation === undefined) faults.push({ field: 'odsCode', text: `Invalid ODS Code: could not resolve '${odsCode}'` });
  else if (!organisation.open) faults.push({ field: 'odsCode', text: `The organisation ${odsCode} is closed.` });
  const text = hostNameFault(fqdn) ?? ownershipFault(fqdn, ownership, [odsCode]);
  if (text !== undefined) faults.push({ field: 'fqdn', text });
  const strange = addresses.find((each) => !IPV4.test(each) && !(each.includes(':') && IPV6.test(each)));
  if (strange !== undefined)
    faults.push({ field: 'addresses', text: `${strange.slice(0, 60)} is no IP address: write it like 127.0.0.1.` });
  return faults;
}
