/**
 * The headers e-RS itself receives, after the gateway has renamed, removed and set some (ers.md §3.3). The published proxies show them to
 * whoever asks with the header `echo`, outside production (ers.md §18).
 */
import type { InternalHeaders } from './proxy.ts';

/** Client's names and the names behind the gateway. The first is only renamed when it is not empty. */
const RENAMED: Readonly<Record<string, string>> = {
  'nhsd-ers-business-function': 'x-ers-business-function',
  'nhsd-end-user-organisation-ods': 'x-ers-ods-code',
  'nhsd-ers-on-behalf-of-user-id': 'x-ers-obo-user-id',
  'nhsd-ers-file-name': 'x-ers-xapi-meta-file_name',
  'nhsd-ers-referral-id': 'x-ers-xapi-meta-intended_ubrn',
  'nhsd-ers-comm-rule-org': 'x-ers-xapi-comm-rule-org',
};
/** Headers that end at the gateway. */
const REMOVED: ReadonlySet<string> = new Set(['authorization', 'x-request-id', 'x-correlation-id']);

export interface ProxyFacts {
  /** `https://{host}/{base path}`. */
  readonly networkBaseUrl: string;
  /** The gateway's own id of the request, which it appends to the client's correlation id. */
  readonly messageId: string;
}

/**
 * The headers behind the gateway, by lower-case name.
 *
 * @param sent the client's headers by lower-case name
 * @param internal what the gateway made of token and headers
 */
export function backEndHeaders(
  sent: Readonly<Record<string, string | readonly string[] | undefined>>,
  internal: InternalHeaders,
  facts: ProxyFacts,
): Readonly<Record<string, string>> {
  const headers: Record<string, string> = {};
  for (const [name, value] of Object.entries(sent)) {
    if (value === undefined || REMOVED.has(name)) continue;
    const text = typeof value === 'string' ? value : value.join(', ');
    const renamed = name === 'nhsd-ers-business-function' && text === '' ? undefined : RENAMED[name];
    headers[renamed ?? name] = text;
  }
  const correlationId = sent['x-correlation-id'];
  const set: Readonly<Record<string, string | undefined>> = {
    'nhsd-correlation-id': typeof correlationId === 'string' ? `${correlationId}.${facts.messageId}` : facts.messageId,
    xapi_asid: internal.asid,
    'x-ers-network-baseurl': facts.networkBaseUrl,
    'x-ers-access-mode': internal.accessMode,
    'x-ers-user-id': internal.userId,
    ...(internal.accessMode === 'application-restricted' && {
      'x-ers-ods-code': internal.odsCode,
      'x-ers-business-function': internal.businessFunction,
    }),
    ...(internal.assurance !== undefined && {
      'x-ers-amr': internal.assurance.amr.join(','),
      'x-ers-authentication-assurance-level': String(internal.assurance.authentication),
      'x-ers-id-assurance-level': String(internal.assurance.identity),
    }),
  };
  for (const [name, value] of Object.entries(set)) if (value !== undefined) headers[name] = value;
  return headers;
}
