import { faultChapter } from '../../kernel/faults/catalogue.ts';
import { errorShelf } from '../../kernel/knowledge.ts';
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
  offers: [
    ...sdsProducts.map((product) => offer(apiProduct, product)),
    offer(errorShelf, {
      title: 'Spine Directory Service FHIR API',
      load: async () => (await import('./known-errors.ts')).SPINE_DIRECTORY_ERRORS,
    }),
    offer(faultChapter, async () => (await import('./faults.ts')).SPINE_DIRECTORY_FAULTS),
  ],
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
