import { type ErrorShelf, errorShelf } from '../kernel/knowledge.ts';
import { offeredBy, type Service } from '../kernel/service.ts';

/** Shelves of the rooms that are no services. */
const HOUSE: readonly ErrorShelf[] = [
  { title: 'LocalSpine', load: async () => (await import('../kernel/known-errors.ts')).KERNEL_ERRORS },
  { title: 'Environment and admin API', load: async () => (await import('./known-errors.ts')).ENVIRONMENT_ERRORS },
  { title: 'Maintenance', load: async () => (await import('./maintenance/known-errors.ts')).MAINTENANCE_ERRORS },
];

/** The shelves of an environment with these services: its own and theirs. */
export function houseShelves(services: readonly Pick<Service<unknown>, 'offers'>[]): readonly ErrorShelf[] {
  return [...HOUSE, ...offeredBy(services, errorShelf)];
}
