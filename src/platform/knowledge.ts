import { houseShelves } from '../environment/knowledge.ts';
import { type ErrorPage, pagesOf } from '../kernel/knowledge.ts';

let library: Promise<readonly ErrorPage[]> | undefined;

/** The whole knowledge base: environments and their services, starting, the command line, the portal. Read when first asked for. */
export function allErrorPages(): Promise<readonly ErrorPage[]> {
  library ??= readLibrary();
  return library;
}

async function readLibrary(): Promise<readonly ErrorPage[]> {
  const { MANIFESTS } = await import('../environment/services.ts');
  return pagesOf([
    ...houseShelves(MANIFESTS),
    { title: 'Starting LocalSpine', load: async () => (await import('./known-errors.ts')).PLATFORM_ERRORS },
    { title: 'Command line', load: async () => (await import('../cli/known-errors.ts')).CLI_ERRORS },
    { title: 'Portal', load: async () => (await import('../portal/known-errors.ts')).PORTAL_ERRORS },
    { title: 'Portal: getting connected', load: async () => (await import('../portal/connecting/known-errors.ts')).CONNECTING_ERRORS },
    { title: 'Portal: applications', load: async () => (await import('../portal/applications/known-errors.ts')).APPLICATION_ERRORS },
    { title: 'Portal: ASIDs', load: async () => (await import('../portal/asids/known-errors.ts')).ASID_ERRORS },
    { title: 'Portal: conformance', load: async () => (await import('../portal/conformance/known-errors.ts')).CONFORMANCE_ERRORS },
  ]);
}
