import type { Access, TokenServer } from '../kernel/service.ts';

export const ENVIRONMENT_IDS = ['SANDBOX', 'INT', 'DEP', 'PROD'] as const;
export type EnvironmentId = (typeof ENVIRONMENT_IDS)[number];

/** What each environment is, before it has ports (path-to-live.md §2.1, DESIGN.md fixed points). */
export interface EnvironmentDefinition {
  readonly id: EnvironmentId;
  readonly slug: string;
  readonly title: string;
  readonly purpose: string;
  /** Hundreds block of its ports above the base. */
  readonly portBlock: number;
  /** Place of its HTTPS door in the block, where another has the usual one. */
  readonly httpsPort?: number;
  /** First: on the main listener; second: on a listener of its own (PTL-058). */
  readonly ersInstances: readonly [string, ...string[]];
  readonly ersPaths: readonly string[];
  readonly tokenServers: readonly TokenServer[];
  readonly access: Access;
  readonly production: boolean;
  readonly root: 'path-to-live' | 'production';
  /** Names published for this environment, carried in its server certificates (path-to-live.md §2.1, §2.2). */
  readonly publishedNames: readonly string[];
}

export const ENVIRONMENTS: Readonly<Record<EnvironmentId, EnvironmentDefinition>> = {
  SANDBOX: {
    id: 'SANDBOX',
    slug: 'sandbox',
    title: 'Sandbox',
    purpose: 'First tries without registration: open to every caller on this machine.',
    portBlock: 0,
    httpsPort: 83, // the portal has the usual one
    ersInstances: ['Sandbox1'],
    ersPaths: ['/referrals'],
    tokenServers: [],
    access: 'open',
    production: false,
    root: 'path-to-live',
    publishedNames: ['sandbox.api.service.nhs.uk'],
  },
  INT: {
    id: 'INT',
    slug: 'int',
    title: 'Integration',
    purpose: 'Formal, supervised supplier testing and assurance.',
    portBlock: 100,
    ersInstances: ['Int1'],
    ersPaths: ['/referrals'],
    tokenServers: [
      { path: '/oauth2', signIn: 'cis2' },
      { path: '/oauth2-mock', signIn: 'mock' },
    ],
    access: 'token',
    production: false,
    root: 'path-to-live',
    publishedNames: [
      'int.api.service.nhs.uk',
      'api.int1.ers.ncrs.nhs.uk',
      'am.nhsint.auth-ptl.cis2.spineservices.nhs.uk',
      'identity.ptl.api.platform.nhs.uk',
      'msg.int.spine2.ncrs.nhs.uk',
      'msg.intspineservices.nhs.uk',
      'simple-sync.int.spine2.ncrs.nhs.uk',
      'proxy.int.spine2.ncrs.nhs.uk',
      'proxy.intspineservices.nhs.uk',
      'gas.nis1.national.ncrs.nhs.uk',
      'sbapi.nis1.national.ncrs.nhs.uk',
      'ldap.nis1.national.ncrs.nhs.uk',
      'uim.nis1.national.ncrs.nhs.uk',
    ],
  },
  DEP: {
    id: 'DEP',
    slug: 'dep',
    title: 'Deployment',
    purpose: 'Testing in place before live, local process rehearsal and user acceptance testing.',
    portBlock: 200,
    ersInstances: ['Dep1', 'Dep2'],
    ersPaths: ['/referrals', '/referrals-dep'],
    tokenServers: [
      { path: '/oauth2', signIn: 'cis2' },
      { path: '/oauth2-dep', signIn: 'cis2' },
    ],
    access: 'token',
    production: false,
    root: 'path-to-live',
    publishedNames: [
      'dev.api.service.nhs.uk',
      'dep.api.service.nhs.uk',
      'api.dep1.ers.ncrs.nhs.uk',
      'msg.dep.spine2.ncrs.nhs.uk',
      'nww.dep.spine2.ncrs.nhs.uk',
      'msg.depspineservices.nhs.uk',
      'simple-sync.dep.spine2.ncrs.nhs.uk',
      'proxy.dep.spine2.ncrs.nhs.uk',
      'gas.vn1.national.ncrs.nhs.uk',
      'sbapi.vn1.national.ncrs.nhs.uk',
      'ldap.vn1.national.ncrs.nhs.uk',
      'uim.vn1.national.ncrs.nhs.uk',
    ],
  },
  PROD: {
    id: 'PROD',
    slug: 'prod',
    title: 'Production twin',
    purpose: 'Rehearsal of go-live. Nothing here is the real production.',
    portBlock: 300,
    ersInstances: ['Prod1'],
    ersPaths: ['/referrals'],
    tokenServers: [{ path: '/oauth2', signIn: 'cis2' }],
    access: 'token',
    production: true,
    root: 'production',
    publishedNames: [
      'api.service.nhs.uk',
      'am.nhsidentity.spineservices.nhs.uk',
      'gas.national.ncrs.nhs.uk',
      'sbapi.national.ncrs.nhs.uk',
      'ldap.national.ncrs.nhs.uk',
      'mesh-sync.national.ncrs.nhs.uk',
      'mesh-sync.spineservices.nhs.uk',
      'mmquery.national.ncrs.nhs.uk',
      'spine-proxy.national.ncrs.nhs.uk',
      'portal2.national.ncrs.nhs.uk',
    ],
  },
};

/** The portal's own port above the base. */
export const PORTAL_PORT = 43;

/** Ports of an environment's doors above the base and its block (DESIGN.md, fixed points). */
export const DOOR_PORTS = { https: 43, 'mutual-tls': 44, http: 80, 'second-ers': 83 } as const;
