import { LocalRefusal } from '../kernel/errors.ts';
import type { Configuration } from '../platform/configuration.ts';
import type { AdminClient } from './client.ts';
import { type NewApplication, registerApplication } from './gateway-applications.ts';
import { demoFolder, findApplication, keepApplication, type LocalApplication, makeKeyPair, writePrivate } from './local-applications.ts';

/** Small enough to be made in a moment on first boot; what users make themselves gets 4096 bits. */
const DEMO_KEY_BITS = 2048;
const SLUG = 'int';
const MODES = ['application-restricted', 'user-restricted'] as const;

/** The demo applications kept in the data folder. */
export function readDemo(configuration: Configuration): readonly LocalApplication[] {
  return MODES.flatMap((mode) => {
    try {
      return [findApplication(configuration, SLUG, `demo/${mode}`)];
    } catch (error) {
      if (error instanceof LocalRefusal) return [];
      throw error;
    }
  });
}

/**
 * Makes one application of each access mode in INT, so that there is something to try at once. Their names follow the form the national
 * onboarding asks for: supplier, product, environment, API, access mode.
 */
export async function createDemo(configuration: Configuration, client: AdminClient): Promise<readonly LocalApplication[]> {
  return Promise.all(MODES.map((mode) => createOne(configuration, client, mode)));
}

async function createOne(configuration: Configuration, client: AdminClient, mode: NewApplication['mode']): Promise<LocalApplication> {
  const folder = demoFolder(configuration, SLUG);
  const callbackUrl = mode === 'user-restricted' ? `${client.place.baseUrl}/_localspine/demo/callback` : undefined;
  const keys = await makeKeyPair('demo-1', DEMO_KEY_BITS);
  const name = `LocalSpine demo - tour - INT - e-Referral Service - ${mode === 'user-restricted' ? 'User-restricted' : 'Application-restricted'}`;
  const made = await registerApplication(client, { name, mode, capability: 'provider', ods: 'R69', callbackUrl, jwks: keys.jwks });
  const privateKeyPath = writePrivate(folder, `${mode}.pem`, keys.privateKeyPem);
  const application: LocalApplication = {
    appId: made.appId,
    name: made.name,
    environment: 'INT',
    mode,
    apiKey: made.apiKey,
    secret: made.secret,
    kid: keys.kid,
    privateKeyPath,
    asid: made.asid ?? null,
    callbackUrl: made.callbackUrl ?? null,
  };
  keepApplication(folder, mode, application);
  return application;
}
