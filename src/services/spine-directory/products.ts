import type { AccessMode, ApiProduct } from '../gateway/index.ts';

export const SDS_BASE = '/spine-directory/FHIR/R4';

/** Environments with the API platform in front, and the name of the product's variant there. */
const VARIANTS = [
  { environment: 'INT', variant: 'int', display: 'Integration Testing' },
  { environment: 'DEP', variant: 'dep', display: 'Deployment' },
  { environment: 'PROD', variant: 'prod', display: 'Production' },
] as const;
const MODES: readonly AccessMode[] = ['application-restricted', 'user-restricted'];

/** The directory's API takes a key from any application: one product for each access mode, asked for by name. */
export const sdsProducts: readonly ApiProduct[] = VARIANTS.flatMap(({ environment, variant, display }) =>
  MODES.map((accessMode) => ({
    name: `spine-directory-service-api-${variant}${accessMode === 'user-restricted' ? '-user-restricted' : ''}`,
    displayName: `Spine Directory Service - FHIR API ( ${display} )`,
    accessMode,
    scopes: [],
    pathPrefixes: [SDS_BASE],
    callbackRequired: false,
    byNameOnly: true,
    quotaPerMinute: 2_400,
    spikeArrestPerMinute: 2_400,
    attributes: {},
    environments: [environment],
  })),
);
