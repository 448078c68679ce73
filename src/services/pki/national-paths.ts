import type { IssuerPointers } from '../../kernel/tls/certificates.ts';
import type { Generation } from './authorities.ts';

/** Paths of one generation on the plain HTTP door. */
export interface GenerationPaths {
  /** Revocation list of the sub CA. */
  readonly list: string;
  /** The sub CA's certificate, for whoever builds a chain (authority information access). */
  readonly issuer: string;
  /** Revocation list of the root above it. */
  readonly rootList: string;
}

/** Paths by plain HTTP at which an environment publishes what verifiers ask for. */
export interface NationalPaths {
  readonly generations: Readonly<Record<Generation, GenerationPaths>>;
  /** The responder; serves both generations. */
  readonly ocsp: string;
}

/**
 * The paths that national certificates name: `http://crl.nhs.uk/int/1c/crlc7.crl`, `pki.nhs.uk/int/G2/auth/NHSINTAuthG2.crt`
 * (path-to-live.md §2.3, sds.md §11), and by their pattern those of DEP and live, of the roots, and the responder's.
 */
export function nationalPaths(environment: string): NationalPaths {
  const prefix = environment === 'PROD' ? 'live' : environment.toLowerCase();
  const name = environment === 'PROD' ? 'NHSAuthG2' : `NHS${environment}AuthG2`;
  const root = environment === 'PROD' ? 'NHSRootG2' : 'NHSPTLRootG2';
  return {
    generations: {
      'generation-1': { list: `/${prefix}/1c/crlc7.crl`, issuer: `/${prefix}/1c/ca.crt`, rootList: `/${prefix}/root/root.crl` },
      'generation-2': {
        list: `/${prefix}/G2/auth/${name}.crl`,
        issuer: `/${prefix}/G2/auth/${name}.crt`,
        rootList: `/${prefix}/G2/root/${root}.crl`,
      },
    },
    ocsp: `/${prefix}/ocsp`,
  };
}

/** What certificates of each generation carry as the places to ask. */
export function issuerPointers(environment: string, httpUrl: string): Readonly<Record<Generation, IssuerPointers>> {
  const { generations, ocsp } = nationalPaths(environment);
  const pointers = ({ list, issuer }: GenerationPaths): IssuerPointers => ({
    crlUrl: `${httpUrl}${list}`,
    issuerUrl: `${httpUrl}${issuer}`,
    ocspUrl: `${httpUrl}${ocsp}`,
  });
  return { 'generation-1': pointers(generations['generation-1']), 'generation-2': pointers(generations['generation-2']) };
}

/** Where each generation's sub CA says that its root's revocation list is. */
export function rootListUrls(environment: string, httpUrl: string): Readonly<Record<Generation, string>> {
  const { generations } = nationalPaths(environment);
  return {
    'generation-1': `${httpUrl}${generations['generation-1'].rootList}`,
    'generation-2': `${httpUrl}${generations['generation-2'].rootList}`,
  };
}
