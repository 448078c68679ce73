import { secureServerOptions } from '../kernel/tls/server.ts';
import { type Credentials, pkiOf } from './authorities.ts';
import type { Environment } from './environment.ts';
import type { ServiceDoorPlan } from './service-doors.ts';

/** The doors that services declare in their manifests, with their keepers. Throws when a declared door has none. */
export function serviceDoorPlans(environment: Environment, tls: Credentials): readonly ServiceDoorPlan[] {
  const pki = pkiOf(environment);
  return environment.services.flatMap(({ manifest, running }) =>
    (manifest.doors ?? []).flatMap((door) => {
      const keeper = running.doors?.[door.name];
      const port = environment.parts.ports.services[door.name];
      if (keeper === undefined || port === undefined) throw new Error(`nobody keeps the door ${door.name} of ${manifest.name}`);
      if (keeper.closed === true) return [];
      const plan = { service: manifest.name, door, keeper, port };
      if (!door.secure) return plan;
      const { clientCertificate = 'ignored' } = keeper;
      const options = secureServerOptions({
        ...tls,
        requireClient: clientCertificate === 'required',
        askClient: clientCertificate === 'asked',
      });
      return { ...plan, tls: options, admit: (der: Uint8Array) => pki.verifyClient(der) };
    }),
  );
}
