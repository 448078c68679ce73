import { X509Certificate } from 'node:crypto';
import { fingerprintOf } from '../../kernel/evidence/seal.ts';
import { productVersion } from '../../kernel/product-version.ts';
import type { EnvironmentSettings } from '../../kernel/service.ts';
import { GENERATIONS } from '../../services/pki/index.ts';
import { pkiOf } from '../authorities.ts';
import type { Environment } from '../environment.ts';

/** What an environment is at a moment, so that evidence can be compared and a run be repeated (path-to-live.md §4.3). */
export interface EnvironmentFingerprint {
  readonly product: 'LocalSpine';
  readonly version: string;
  readonly environment: string;
  readonly title: string;
  readonly baseUrl: string;
  readonly ersInstances: readonly string[];
  readonly services: readonly string[];
  readonly settings: Readonly<Record<string, unknown>>;
  readonly clockOffsetSeconds: number;
  readonly faultRules: readonly object[];
  /** The build of each national application that this environment says it runs. */
  readonly builds: readonly { readonly application: string; readonly version: string }[];
  readonly authorities: readonly {
    readonly generation: string;
    readonly name: string;
    readonly sha256: string;
    readonly rootSha256: string;
  }[];
}

/** Takes the fingerprint. Secrets among the settings are left out. */
export async function fingerprint(environment: Environment): Promise<EnvironmentFingerprint> {
  const { facts, world } = environment;
  const pki = pkiOf(environment);
  const authorities = [];
  for (const generation of GENERATIONS) {
    const { root, subordinate } = await pki.authorities(environment.store.db, generation);
    const [above, own] = [root.pem, subordinate.pem].map((pem) => fingerprintOf(new X509Certificate(pem)));
    authorities.push({ generation, name: subordinate.commonName, sha256: own ?? '', rootSha256: above ?? '' });
  }
  const rules = await environment.faults.list();
  const histories = await environment.maintenance.builds();
  return {
    product: 'LocalSpine',
    version: productVersion(),
    environment: facts.id,
    title: facts.title,
    baseUrl: facts.baseUrl,
    ersInstances: facts.ersInstances,
    services: environment.services.map(({ manifest }) => manifest.name),
    settings: shown(facts.settings),
    clockOffsetSeconds: Math.round(world.clockOffset / 1_000),
    faultRules: rules.map(({ service, operation, effect, remaining }) => ({ service, operation, effect, remaining })),
    builds: histories.map(({ application, builds }) => ({ application, version: builds[0]?.version ?? '' })),
    authorities,
  };
}

function shown({ ldap, ...settings }: EnvironmentSettings): Readonly<Record<string, unknown>> {
  if (ldap === undefined) return settings;
  const { readerPassword, ...open } = ldap;
  return { ...settings, ldap: { ...open, readers: readerPassword === undefined ? 'everybody' : 'by password' } };
}
