import { answersRow } from '../../kernel/connection.ts';
import { dnsOf } from '../authorities.ts';
import type { Environment } from '../environment.ts';
import { SLOT_SERVICES } from '../maintenance/slots.ts';
import type { ConnectionRow, SlotName } from './model.ts';
import { type Reality, type RowStatus, statusOf } from './status.ts';
import { connectionTable } from './table.ts';

/** A row with what is really there, as the manifest carries it. */
export type ConnectionEntry = Omit<ConnectionRow, 'place' | 'published' | 'slot'> & {
  readonly published: {
    readonly dns?: string;
    readonly url?: string;
    readonly certainty: 'documented' | 'inferred' | 'unknown';
    readonly address: 'varies';
  };
  readonly maintenanceSlot?: SlotName;
} & RowStatus;

/** Connection information of an environment as it is now (PTL-015): the table, joined with what listens. */
export async function connections(environment: Environment): Promise<readonly ConnectionEntry[]> {
  const { definition } = environment;
  const reality = await realityOf(environment);
  return connectionTable(definition).map(({ place, published, slot, ...row }) => {
    const here = published[definition.id];
    const { url } = publishedUrl(row, here);
    return {
      ...row,
      published: {
        ...(here?.dns !== undefined && { dns: here.dns }),
        ...(url !== undefined && { url }),
        certainty: here?.certainty ?? 'unknown',
        address: 'varies',
      },
      ...(slot !== undefined && { maintenanceSlot: slot }),
      ...statusOf({ ...row, place, published, slot }, reality),
    };
  });
}

function publishedUrl(
  { path, port, direction }: Pick<ConnectionRow, 'path' | 'port' | 'direction'>,
  here: ConnectionRow['published'][keyof ConnectionRow['published']],
): { readonly url?: string } {
  if (here?.dns === undefined || direction === 'out') return {};
  return { url: port === 636 ? `ldaps://${here.dns}:636` : `https://${here.dns}${here.path ?? path ?? ''}` };
}

async function realityOf(environment: Environment): Promise<Reality> {
  await environment.doors.app(); // its routes are what is asked about
  const disturbed = new Set((await environment.faults.list()).map(({ service }) => service));
  for (const { manifest, running } of environment.services) {
    try {
      await running.health?.();
    } catch {
      disturbed.add(manifest.name);
    }
  }
  return {
    routeOwner: (method, path) => environment.routes.find(method, path)?.service,
    listeners: environment.doors.listeners,
    doors: environment.serviceDoors.list,
    jobs: environment.services.flatMap(({ manifest, running }) =>
      Object.keys(running.jobs ?? {}).map((kind) => ({ service: manifest.name, kind })),
    ),
    answers: environment.offered(answersRow).map(({ row, path, listener = 'https', method = 'GET' }) => ({ row, path, listener, method })),
    disturbed,
    slots: new Set(SLOT_SERVICES.filter((each) => environment.maintenance.inMaintenance(each))),
    enforced: environment.maintenance.mode === 'enforced',
    portalPage: environment.portalUrl && `${environment.portalUrl}/environments/${environment.definition.id}`,
    sourceAddress: dnsOf(environment).describe().addresses[0] ?? '127.0.0.1',
  };
}
