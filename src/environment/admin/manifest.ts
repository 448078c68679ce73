import { isoInstant } from '../../kernel/clock.ts';
import { dnsOf } from '../authorities.ts';
import { connections } from '../connection/connections.ts';
import type { Manifest } from '../connection/manifest-schema.ts';
import { NOT_FOR, PURPOSES } from '../connection/status.ts';
import type { Environment } from '../environment.ts';
import { SLOT_BEGINS, SLOT_ENDS, SLOT_RULES, SLOT_SERVICES } from '../maintenance/slots.ts';

/**
 * Machine-readable account of an environment: what it is, where its doors are, what runs in it, and every row of its connection information
 * (PTL-001, PTL-015, path-to-live.md §8). Its shape is `/_localspine/manifest.schema.json`.
 */
export async function manifestOf(environment: Environment): Promise<Manifest> {
  const { facts, definition } = environment;
  const rows = await connections(environment);
  const nameServer = environment.serviceDoors.list.find((each) => each.name === 'dns');
  const { publishedNames: _published, ...names } = dnsOf(environment).describe();
  return {
    id: definition.id,
    title: facts.title,
    purpose: definition.purpose,
    purposes: [...PURPOSES[definition.id]],
    notFor: [...NOT_FOR[definition.id]],
    production: facts.production,
    baseUrl: facts.baseUrl,
    listeners: environment.doors.listeners.map(({ name, port, baseUrl, ersInstance }) => ({ name, port, baseUrl, ersInstance })),
    doors: environment.serviceDoors.list.map(({ transports, ...door }) => ({ ...door, transports: [...transports] })),
    ers: definition.ersInstances.map((instance, index) => {
      const baseUrl = environment.doors.listeners.find((listener) =>
        index === 0 ? listener.name === 'https' : listener.name === 'second-ers',
      )?.baseUrl;
      return { instance, ...(baseUrl !== undefined && { baseUrl }), paths: facts.ersPaths.map((path) => `${path}/FHIR`) };
    }),
    tokenServers: facts.tokenServers.map((server) => ({ ...server, tokenUrl: `${facts.baseUrl}${server.path}/token` })),
    publishedNames: [...facts.publishedNames],
    names: {
      addresses: [...names.addresses],
      zones: [...names.zones],
      ...(names.range !== undefined && { range: names.range }),
      ...(nameServer !== undefined && { nameServer: nameServer.url }),
    },
    rows: [...rows],
    tablesLastEdited: '2021-09-29T13:53',
    services: environment.services.map(({ manifest }) => ({ name: manifest.name, title: manifest.title })),
    builds: (await environment.maintenance.builds()).map(({ application, title, builds: [current] }) => ({
      application,
      title,
      version: current?.version ?? '',
      deployedAt: isoInstant(current?.deployedAt ?? 0),
    })),
    maintenance: {
      mode: environment.maintenance.mode,
      slots: environment.maintenance.schedule.hasSlots
        ? SLOT_SERVICES.map((service) => ({
            service,
            zone: 'Europe/London',
            weekday: SLOT_RULES[service].weekday,
            begins: SLOT_BEGINS,
            ends: SLOT_ENDS,
            recurrence: SLOT_RULES[service].recurrence,
            inForce: environment.maintenance.inMaintenance(service),
          }))
        : [],
      schedule: '/_localspine/maintenance',
      availability: '/_localspine/availability',
      calendar: '/_localspine/maintenance/calendar.ics',
    },
    clock: { offsetSeconds: Math.round(environment.world.clockOffset / 1_000) },
    notAffiliated: 'LocalSpine is not affiliated with the NHS. Nothing here is real patient data.',
  };
}
