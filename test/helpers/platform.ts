/** LocalSpine in the test's own process, for what is asked of its insides: free ports, a data folder of its own. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Environment } from '../../src/environment/environment.ts';
import { boot } from '../../src/platform/boot.ts';
import { readConfiguration } from '../../src/platform/configuration.ts';

export interface BootedPlatform {
  readonly environment: Environment;
  /** All that were opened. */
  readonly environments: readonly Environment[];
  /** Loopback HTTP address of the environment. */
  readonly httpUrl: string;
  readonly portalUrl: string;
  remove(): Promise<void>;
}

/** Opens one environment and the portal. */
export async function bootForTests(environments: string, variables: Readonly<Record<string, string>> = {}): Promise<BootedPlatform> {
  const home = mkdtempSync(join(tmpdir(), 'localspine-platform-'));
  const configuration = readConfiguration(
    {
      LOCALSPINE_HOME: home,
      LOCALSPINE_PORT_BASE: '0',
      LOCALSPINE_ENVIRONMENTS: environments,
      LOCALSPINE_QUOTA: 'off',
      LOCALSPINE_LOG_LEVEL: 'error',
      ...variables,
    },
    home,
    false,
  );
  const platform = await boot({ configuration, progress: () => undefined });
  const [environment] = platform.environments;
  if (environment === undefined) throw new Error('no environment was opened');
  const http = environment.doors.listeners.find((each) => each.name === 'http');
  return {
    environment,
    environments: platform.environments,
    httpUrl: `http://127.0.0.1:${http?.port ?? 0}`,
    portalUrl: platform.portalUrl,
    async remove() {
      await platform.stop();
      rmSync(home, { recursive: true, force: true });
    },
  };
}
