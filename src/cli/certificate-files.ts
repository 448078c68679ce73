import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { CertificateChainView } from './answers.ts';
import type { Invocation } from './invocation.ts';

/** Where the files of a name are kept. */
export function folderOf(invocation: Invocation, commonName: string): string {
  return join(invocation.configuration.home, invocation.slug, 'certificates', commonName);
}

/** Writes a certificate, and with its sub CA. */
export function writeChain(folder: string, made: CertificateChainView): { readonly certificatePath: string; readonly chainPath: string } {
  return {
    certificatePath: written(folder, 'certificate.pem', made.chain[0] ?? ''),
    chainPath: written(folder, 'chain.pem', chainText(made)),
  };
}

/** A certificate in one line. */
export function described({ commonName, serial, generation, expiresAt, organisation }: CertificateChainView): string {
  return `${commonName}${organisation === null ? '' : ` (${organisation})`}: serial number ${serial}, ${generation}, until ${expiresAt}`;
}

/** What a server or client shows: its certificate, then the sub CA. */
export function chainText({ chain }: CertificateChainView): string {
  return chain.slice(0, 2).join('');
}

/** Writes a file into a folder that is made when it is not there; gives its path. */
export function written(folder: string, name: string, content: string | Buffer): string {
  mkdirSync(folder, { recursive: true });
  const path = join(folder, name);
  writeFileSync(path, content);
  return path;
}
