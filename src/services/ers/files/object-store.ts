/**
 * The object store that A042 redirects to: a place of its own in this environment, without e-RS's headers. Whoever holds a link may
 * fetch the file until the link expires, and nobody can make a link but e-RS (ers.md §15). Addresses and refusals are those of a
 * presigned request to Amazon S3.
 */
import { type Instant, isoInstant } from '../../../kernel/clock.ts';
import { type Explanation, Refusal } from '../../../kernel/errors.ts';
import type { Sealer } from '../../../kernel/sealer.ts';

export const OBJECT_STORE_PATH = '/object-store';
/** How long a link holds, on the environment's clock. */
export const LINK_SECONDS = 60;
const PURPOSE = 'ers-object-store';

/** Where a file is: the instance is the bucket, the file's id the key. */
export interface ObjectPlace {
  readonly instance: string;
  readonly fileId: string;
}

/** The object store says no, in XML. */
export class ObjectStoreRefusal extends Refusal {
  readonly status: number;
  readonly code: string;
  /** Further elements of the body. */
  readonly facts: Readonly<Record<string, string>>;

  constructor(status: number, code: string, message: string, explanation: Explanation, facts: Readonly<Record<string, string>> = {}) {
    super(message, explanation);
    this.status = status;
    this.code = code;
    this.facts = facts;
  }
}

/** The path and query of a link that holds for {@link LINK_SECONDS} from `now`. */
export function signedLink(sealer: Sealer, place: ObjectPlace, now: Instant): string {
  const query = new URLSearchParams({ 'X-Amz-Date': amazonDate(now), 'X-Amz-Expires': String(LINK_SECONDS) });
  query.set('X-Amz-Signature', sealer.sign(PURPOSE, signedText(place, query)));
  return `${OBJECT_STORE_PATH}/${place.instance}/${place.fileId}?${query}`;
}

/**
 * Whether a link is one of ours and still holds.
 *
 * Throws ObjectStoreRefusal 403: AccessDenied "Request has expired"; SignatureDoesNotMatch for one that was changed, or made by
 * someone else; AccessDenied for an address without a signature.
 */
export function checkLink(sealer: Sealer, place: ObjectPlace, query: URLSearchParams, now: Instant): void {
  const signature = query.get('X-Amz-Signature');
  if (signature === null)
    throw new ObjectStoreRefusal(403, 'AccessDenied', 'Access Denied', {
      check: 'ers.object-store.signature',
      why: 'The address carries no signature.',
      fix: 'Follow the Location of A042 as it is.',
    });
  if (!sealer.verifies(PURPOSE, signedText(place, query), signature)) {
    throw new ObjectStoreRefusal(
      403,
      'SignatureDoesNotMatch',
      'The request signature we calculated does not match the signature you provided. Check your key and signing method.',
      {
        check: 'ers.object-store.signature',
        why: 'The link was changed, or made elsewhere.',
        fix: 'Follow the Location of A042 as it is, query included.',
      },
    );
  }
  const expires = instantOf(query.get('X-Amz-Date') ?? '') + Number(query.get('X-Amz-Expires')) * 1000;
  if (now < expires) return;
  throw new ObjectStoreRefusal(
    403,
    'AccessDenied',
    'Request has expired',
    {
      check: 'ers.object-store.expiry',
      why: `The link held until ${isoInstant(expires)}; the environment's clock shows ${isoInstant(now)}.`,
      fix: 'Call A042 again: each download needs a new redirect.',
    },
    { 'X-Amz-Expires': query.get('X-Amz-Expires') ?? '', Expires: toSecond(expires), ServerTime: toSecond(now) },
  );
}

/** Bytes of a file that a `Range` header asks for, both ends included. */
export interface ByteRange {
  readonly start: number;
  readonly end: number;
}

/**
 * The one range of a `Range` header, or undefined when the whole file is to be sent: without a header, with one that is not understood,
 * or with several ranges, which object stores do not serve (RFC 9110 §14.2 lets a server ignore it).
 *
 * Throws ObjectStoreRefusal 416 when the range lies outside the file.
 */
export function requestedRange(header: string | undefined, size: number): ByteRange | undefined {
  const [, first = '', last = ''] = /^bytes=(\d{0,15})-(\d{0,15})$/.exec(header?.trim() ?? '') ?? [];
  if (first === '' && last === '') return undefined;
  if (first !== '' && last !== '' && Number(last) < Number(first)) return undefined;
  const start = first === '' ? Math.max(0, size - Number(last)) : Number(first);
  const end = first === '' || last === '' ? size - 1 : Math.min(Number(last), size - 1);
  if (start < size && start <= end) return { start, end };
  throw new ObjectStoreRefusal(
    416,
    'InvalidRange',
    'The requested range is not satisfiable',
    { check: 'ers.object-store.range', why: `The file has ${size} bytes; ${header} lies outside.` },
    { RangeRequested: header ?? '', ActualObjectSize: String(size) },
  );
}

/** The body of a refusal. */
export function refusalXml(refusal: ObjectStoreRefusal, requestId: string): string {
  const elements = { Code: refusal.code, Message: refusal.message, ...refusal.facts, RequestId: requestId };
  const lines = Object.entries(elements).map(([name, value]) => `<${name}>${escapeXml(value)}</${name}>`);
  return `<?xml version="1.0" encoding="UTF-8"?>\n<Error>${lines.join('')}</Error>`;
}

function escapeXml(text: string): string {
  const entities: Readonly<Record<string, string>> = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;', "'": '&apos;' };
  return text.replace(/[&<>"']/g, (character) => entities[character] ?? '').replace(/[^\x20-\x7e]/g, '?');
}

function signedText({ instance, fileId }: ObjectPlace, query: URLSearchParams): string {
  return ['GET', instance, fileId, query.get('X-Amz-Date'), query.get('X-Amz-Expires')].join('\n');
}

/** `20261124T090000Z`. */
function amazonDate(instant: Instant): string {
  return toSecond(instant).replaceAll(/[-:]/g, '');
}

function instantOf(text: string): Instant {
  return Date.parse(text.replace(/^(\d{4})(\d\d)(\d\d)T(\d\d)(\d\d)(\d\d)Z$/, '$1-$2-$3T$4:$5:$6Z'));
}

function toSecond(instant: Instant): string {
  return `${isoInstant(instant).slice(0, 19)}Z`;
}
