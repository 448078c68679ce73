import { createHash } from 'node:crypto';
import type { TlsOptions } from 'node:tls';

/** What a TLS listener shows, and whom it lets in. */
export interface SecureServer {
  /** Private key in PEM. */
  readonly key: string;
  /** Own certificate, then the sub CA's, in PEM. */
  readonly cert: string;
  /** For mutual TLS: root and this environment's sub CA, nothing else, in PEM. Both are announced to the client (sds.md §11). */
  readonly ca?: string;
  /** Mutual TLS: a handshake without a certificate that chains to `ca` fails. */
  readonly requireClient: boolean;
  /** Asks for a client certificate but lets a client without one in; the listener must look at `socket.authorized` where one was shown. */
  readonly askClient?: boolean;
}

/**
 * Suites for TLS 1.3 and 1.2, best first: forward secrecy with authenticated encryption. The two CBC suites with SHA-2 at the end
 * are for old Windows and Java clients; CBC with SHA-1 and key exchange without forward secrecy are not offered.
 */
const CIPHERS = [
  'TLS_AES_128_GCM_SHA256',
  'TLS_AES_256_GCM_SHA384',
  'TLS_CHACHA20_POLY1305_SHA256',
  'ECDHE-RSA-AES128-GCM-SHA256',
  'ECDHE-RSA-AES256-GCM-SHA384',
  'ECDHE-RSA-CHACHA20-POLY1305',
  'ECDHE-RSA-AES128-SHA256',
  'ECDHE-RSA-AES256-SHA384',
].join(':');

/**
 * Options for `https.createServer` and `tls.createServer`: TLS 1.2 and up, our order of suites.
 *
 * A chain to the path-to-live root is all that TLS itself can check, and INT and DEP share that root: the listener must also ask
 * `PkiApi.verifyClient` about the peer's certificate (DESIGN.md D13).
 *
 * Throws TypeError when a client certificate is wanted without saying whose: Node would then trust every public authority.
 */
export function secureServerOptions(server: SecureServer): TlsOptions {
  const asks = server.requireClient || server.askClient === true;
  if (asks && server.ca === undefined) throw new TypeError('mutual TLS needs the authorities it trusts');
  return {
    key: server.key,
    cert: server.cert,
    minVersion: 'TLSv1.2',
    ciphers: CIPHERS,
    honorCipherOrder: true,
    requestCert: asks,
    rejectUnauthorized: server.requireClient,
    ...(asks && server.ca !== undefined ? { ca: server.ca, sessionIdContext: sessionContext(server.cert, server.ca) } : {}),
  };
}

/** Ties resumed sessions to this listener's identity: one process hosts several environments, and Node's default is one for all. */
function sessionContext(cert: string, ca: string): string {
  return createHash('sha256').update(cert).update(ca).digest('hex').slice(0, 32);
}
