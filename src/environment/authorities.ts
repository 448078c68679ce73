import type { DemographicsApi } from '../services/demographics/index.ts';
import type { DirectoryApi } from '../services/directory/index.ts';
import type { DnsApi } from '../services/dns/index.ts';
import type { GatewayApi } from '../services/gateway/index.ts';
import type { IdentityApi } from '../services/identity/index.ts';
import type { PkiApi } from '../services/pki/index.ts';
import type { Environment } from './environment.ts';

/** The certificates of an environment, which its own doors need before any request can ask for them. */
export function pkiOf(environment: Environment): PkiApi {
  return apiOf(environment, 'pki') as PkiApi;
}

/** What the environment shows at its secure doors, and whose clients it knows, in PEM. */
export interface Credentials {
  readonly key: string;
  readonly cert: string;
  readonly ca: string;
}

/** The credentials for the doors as they are now. Throws as PkiApi.serverCredentials. */
export async function credentialsOf(environment: Environment): Promise<Credentials> {
  const { privateKeyPem, certificateChainPem, caPem } = await pkiOf(environment).serverCredentials(environment.store.db);
  return { key: privateKeyPem, cert: certificateChainPem, ca: caPem };
}

/** Where the names of an environment point, which its doors listen on. */
export function dnsOf(environment: Environment): DnsApi {
  return apiOf(environment, 'dns') as DnsApi;
}

/** The API platform of an environment, for what stands above it. */
export function gatewayOf(environment: Environment): GatewayApi {
  return apiOf(environment, 'gateway') as GatewayApi;
}

/** People, organisations and systems of an environment, for what stands above it. */
export function directoryOf(environment: Environment): DirectoryApi {
  return apiOf(environment, 'directory') as DirectoryApi;
}

/** Smartcards of an environment, for what stands above it. */
export function identityOf(environment: Environment): IdentityApi {
  return apiOf(environment, 'identity') as IdentityApi;
}

/** Patients of an environment, for what stands above it. */
export function demographicsOf(environment: Environment): DemographicsApi {
  return apiOf(environment, 'demographics') as DemographicsApi;
}

function apiOf(environment: Environment, name: string): unknown {
  const found = environment.services.find((each) => each.manifest.name === name);
  if (found === undefined) throw new Error(`an environment needs the service ${name}`);
  return found.running.api;
}
