import type { GatewayApi } from '../services/gateway/index.ts';
import type { Environment } from './environment.ts';

/** The API platform of an environment, for what stands above it. */
export function gatewayOf(environment: Environment): GatewayApi {
  const gateway = environment.services.find((each) => each.manifest.name === 'gateway');
  if (gateway === undefined) throw new Error('an environment needs the service gateway');
  return gateway.running.api as GatewayApi;
}
