/** e-RS's part of the admin API, below `/_localspine/ers`: what the national API has no operations for. */
import type { FastifyInstance } from 'fastify';
import type { ServiceContext } from '../../../kernel/service.ts';
import { registerAdviceControl } from '../advice/control-routes.ts';
import { registerExplorer } from '../explorer/routes.ts';
import { registerFileAdmin } from '../files/admin-routes.ts';
import { operations } from '../operations.ts';
import { registerOutside } from '../outside/routes.ts';
import type { ErsWorld } from '../world.ts';
import { registerHospitals } from './hospitals.ts';

/** Registers every route of it. Each group has the encapsulation it needs: some read bodies their own way. */
export async function registerAdmin(app: FastifyInstance, world: ErsWorld, journal: ServiceContext['journal']): Promise<void> {
  await registerFileAdmin(app, world);
  registerAdviceControl(app, world);
  registerOutside(app, world);
  registerHospitals(app, world);
  registerExplorer(app, { world, journal, operations });
}
