/** Why a client did not get through the handshake, in words for the journal. */
import type { TLSSocket } from 'node:tls';
import type { Explanation } from '../kernel/errors.ts';

export const NO_CERTIFICATE: Explanation = {
  check: 'mutual-tls.no-certificate',
  why: 'The client presented no certificate.',
  fix: 'Configure the client with a certificate of this environment and its key.',
};

/** What OpenSSL makes of a chain, in words. */
const CHAIN_FAILURES: ReadonlyMap<string, Explanation> = new Map([
  [
    'CERT_HAS_EXPIRED',
    { check: 'mutual-tls.expired', why: "The client's certificate, or one above it, has expired.", fix: 'Get a new certificate.' },
  ],
  [
    'CERT_NOT_YET_VALID',
    {
      check: 'mutual-tls.not-yet-valid',
      why: "The client's certificate is not valid yet.",
      fix: "Check the date of the client's machine.",
    },
  ],
]);

const UNTRUSTED: Explanation = {
  check: 'mutual-tls.untrusted',
  why: "The client's certificate does not chain to an authority of this environment.",
  fix: 'Use a certificate of this environment, issued by its sub CA; "localspine doctor chain" says what is wrong with a file.',
};

export const NOT_CHECKED: Explanation = {
  check: 'mutual-tls.not-checked',
  why: 'The certificate could not be checked, so the client was not let in.',
};

/** What is wrong with the chain of a certificate, by the code OpenSSL gives; undefined when it found nothing. */
export function chainFailure(socket: TLSSocket): Explanation | undefined {
  // Typed as an error, but it is the code of what OpenSSL found.
  const found: unknown = socket.authorizationError;
  return typeof found === 'string' ? (CHAIN_FAILURES.get(found) ?? UNTRUSTED) : undefined;
}

/** Why a handshake failed, as far as TLS says; undefined when the client just went away, as port checks do. */
export function handshakeFailure({ code = '' }: NodeJS.ErrnoException, socket: TLSSocket): Explanation | undefined {
  if (code === 'ERR_SSL_PEER_DID_NOT_RETURN_A_CERTIFICATE') return NO_CERTIFICATE;
  const found = chainFailure(socket);
  if (found !== undefined) return found;
  if (code === 'ECONNRESET' || code === 'EPIPE') return undefined;
  const fix = "TLS 1.2 or 1.3 is spoken here, with the environment's own certificate: the client must trust its authorities.";
  return { check: 'mutual-tls.handshake', why: `The handshake failed (${code}).`, fix };
}
