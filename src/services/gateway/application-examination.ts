/** The application doctor: what stands between an application and its first answered call (path-to-live.md §6). */
import type { Examination, ExaminedCheck } from './examination.ts';
import { type ApplicationView, listApplications } from './management.ts';
import type { GatewayWorld } from './world.ts';

interface Link {
  readonly check: string;
  readonly fix: string;
  /** Why it fails, or undefined when it holds. */
  readonly fault: (application: ApplicationView) => string | undefined;
}

/** The links of the chain, in the order in which a caller meets them. */
const LINKS: readonly Link[] = [
  {
    check: 'application.approved',
    fix: 'A suspended application is resumed by the operator; a revoked one gets no tokens ever: make a new one.',
    fault: ({ status }) => (status === 'approved' ? undefined : `The application is ${status}.`),
  },
  {
    check: 'application.api-key',
    fix: 'Make a new key: POST /_localspine/gateway/applications/{appId}/keys.',
    fault: ({ keys }) => (keys.some((each) => each.status === 'approved') ? undefined : 'It has no API key that is in force.'),
  },
  {
    check: 'application.key-set',
    fix: 'Upload a JWKS, or give the address of one: PUT /_localspine/gateway/applications/{appId}/jwks.',
    fault: ({ kids, jwksUrl, accessMode }) =>
      kids.length > 0 || jwksUrl !== undefined || accessMode === 'user-restricted'
        ? undefined
        : 'It has no key set, without which no client assertion can be checked.',
  },
  {
    check: 'application.callback',
    fix: 'Set it: PUT /_localspine/gateway/applications/{appId}/callback.',
    fault: ({ callbackUrl, accessMode }) =>
      accessMode === 'application-restricted' || callbackUrl !== undefined
        ? undefined
        : 'It has no callback URL to come back to after sign-in.',
  },
  {
    check: 'application.product',
    fix: 'Subscribe it: POST /_localspine/gateway/applications/{appId}/products with {"productName": …, "approve": true}.',
    fault: ({ subscriptions }) =>
      subscriptions.some((each) => each.status === 'approved') ? undefined : 'It has no approved product, so that its tokens open no API.',
  },
  {
    check: 'application.asid',
    fix: 'Bind one: PUT /_localspine/gateway/applications/{appId}/asid. In the real service the operator does it after the form.',
    fault: ({ asid }) => (asid === undefined || asid === '' ? 'It is not bound to an ASID: e-RS refuses its calls (403).' : undefined),
  },
];

/**
 * Follows an application of this environment.
 *
 * @param text its AppID, one of its API keys, or its name
 * @returns undefined when no application, or more than one, goes by it
 */
export async function examineApplication(world: GatewayWorld, text: string): Promise<Examination | undefined> {
  const all = await listApplications(world, world.store.db);
  const named = all.filter((each) => each.appId === text || each.name === text || each.keys.some((key) => key.apiKey === text));
  const [application] = named;
  if (application === undefined || named.length > 1) return undefined;
  const checks = LINKS.map(({ check, fix, fault }): ExaminedCheck => {
    const why = fault(application);
    return why === undefined
      ? { check, outcome: 'passed' }
      : { check, outcome: 'failed', why, fix: fix.replace('{appId}', application.appId) };
  });
  const { appId, name, accessMode, asid, callbackUrl, kids } = application;
  return {
    kind: 'application',
    verdict: checks.every((each) => each.outcome === 'passed') ? 'good' : 'refused',
    checks,
    contents: { appId, name, accessMode, asid, callbackUrl, kids, products: application.subscriptions },
  };
}
