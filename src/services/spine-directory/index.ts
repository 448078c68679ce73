import { offer, type Service } from '../../kernel/service.ts';
import { directory } from '../directory/index.ts';
import { apiProduct, gateway } from '../gateway/index.ts';
import { sdsProducts } from './products.ts';

/** The FHIR API has no functions for other services: they read the directory itself. */
export type SpineDirectoryApi = Readonly<Record<string, never>>;

/** The Spine Directory Service FHIR API (sds.md §8): what the API platform publishes of the register of systems. */
export const spineDirectory: Service<SpineDirectoryApi> = {
  name: 'spine-directory',
  title: 'Spine Directory Service FHIR API',
  migrations: {},
  tables: {},
  offers: sdsProducts.map((product) => offer(apiProduct, product)),
  create(context) {
    const register = context.use(directory);
    const platform = context.use(gateway);
    return {
      api: {},
      async routes(app) {
        const { registerSdsApi } = await import('./routes.ts');
        registerSdsApi(app, context, register, platform);
      },
    };
  },
};
