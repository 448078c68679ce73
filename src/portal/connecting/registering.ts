/**
 * What registering an application needs of getting connected (path-to-live.md §4.2, §4.6, §7.1). Pure.
 *
 * INT asks for nothing: the application is registered first, and its environment is asked for with it (step 2.1 before 2.2). PROD asks
 * later: its applications are entered in the PROD form, and nothing passes before go-live (gates 7 and 8). Between them DEP is closed to a
 * product version until its access is granted (gate 3).
 */
import { LocalRefusal } from '../../kernel/errors.ts';
import type { NameEnvironment, ProductVersion } from '../applications/index.ts';
import type { Access } from './states.ts';

const NEEDS_ACCESS: Readonly<Record<NameEnvironment, boolean>> = { INT: false, DEP: true, PROD: false };

/** Whether applications are registered in an environment only by who has access to it. */
export function registeringNeedsAccess(environment: NameEnvironment): boolean {
  return NEEDS_ACCESS[environment];
}

/**
 * Refuses to register for a product version whose access is not in force.
 *
 * @throws LocalRefusal 400 when the product version is not said; 409 with what to do next when access is not granted, or suspended
 */
export function refuseWithoutAccess(environment: NameEnvironment, wanted: ProductVersion | undefined, access: Access | 'none'): void {
  if (!registeringNeedsAccess(environment)) return;
  if (wanted === undefined)
    throw new LocalRefusal(
      400,
      'bad_product',
      `${environment} is opened for one version of a product: say which the application belongs to.`,
      'Give the product and its version as they are in its plan under Getting connected.',
    );
  const { product, version } = wanted;
  switch (access) {
    case 'granted':
      return;
    case 'suspended':
      throw new LocalRefusal(
        409,
        'access_suspended',
        `Access of ${product} ${version} to ${environment} is suspended.`,
        'Ask the service desk.',
      );
    case 'prerequisites-open':
      throw new LocalRefusal(
        409,
        'access_not_granted',
        `${product} ${version} has no access to ${environment} yet: prerequisites of its plan are open.`,
        'Have them granted under Getting connected; the integration test phase needs a conformance run passed in INT.',
      );
    case 'none':
      throw new LocalRefusal(
        409,
        'access_not_granted',
        `The owner of the application has no access to ${environment} for ${product} ${version}.`,
        `Begin a plan for it: /connecting/new, or npx localspine portal connect begin "${product}" "${version}" --environment ${environment.toLowerCase()}.`,
      );
  }
}
