import Type, { type Static } from 'typebox';
import { ENVIRONMENT_IDS } from '../definitions.ts';
import { SECTIONS } from './model.ts';

const Text = Type.String();

const Listener = Type.Object(
  { name: Text, port: Type.Integer(), baseUrl: Text, ersInstance: Text },
  { description: 'A door that speaks HTTP.' },
);
const Door = Type.Object(
  { service: Text, name: Text, port: Type.Integer(), transports: Type.Array(Type.Enum(['tcp', 'udp'])), url: Text },
  { description: 'A door that speaks something else: DNS, LDAP.' },
);

export const RowSchema = Type.Object(
  {
    id: Text,
    ref: Type.String({ description: 'Requirement the row comes from.' }),
    section: Type.Enum([...SECTIONS]),
    title: Text,
    purpose: Text,
    notFor: Type.Optional(Text),
    audience: Type.Enum(['users', 'systems', 'developers']),
    direction: Type.Enum(['in', 'out']),
    zone: Type.Enum(['hscn', 'internet']),
    port: Type.Union([Type.Integer(), Type.Literal('any')], { description: 'Published port.' }),
    path: Type.Optional(Text),
    published: Type.Object(
      {
        dns: Type.Optional(Text),
        url: Type.Optional(Text),
        certainty: Type.Enum(['documented', 'inferred', 'unknown']),
        address: Type.Literal('varies'),
      },
      { description: 'What is published about it. Unknown values are absent; no address is given, since addresses vary.' },
    ),
    maintenanceSlot: Type.Optional(Type.Enum(['spine-core', 'cis', 'ers'])),
    ersInstance: Type.Optional(Text),
    partyKey: Type.Optional(Text),
    asid: Type.Optional(Text),
    state: Type.Enum(['up', 'degraded', 'maintenance', 'not-in-this-version']),
    reason: Type.Optional(Text),
    local: Type.Optional(
      Type.Object(
        { url: Text, port: Type.Optional(Type.Integer()), service: Text },
        { description: 'Where it is answered here; absent when it is not.' },
      ),
    ),
  },
  { description: 'One row of the connection information.' },
);

/** The shape of the manifest, as JSON Schema. */
export const ManifestSchema = Type.Object(
  {
    id: Type.Enum([...ENVIRONMENT_IDS]),
    title: Text,
    purpose: Text,
    purposes: Type.Array(Text),
    notFor: Type.Array(Text),
    production: Type.Boolean(),
    baseUrl: Text,
    listeners: Type.Array(Listener),
    doors: Type.Array(Door),
    ers: Type.Array(Type.Object({ instance: Text, baseUrl: Type.Optional(Text), paths: Type.Array(Text) })),
    tokenServers: Type.Array(Type.Object({ path: Text, signIn: Text, tokenUrl: Text })),
    publishedNames: Type.Array(Text),
    names: Type.Object(
      { addresses: Type.Array(Text), range: Type.Optional(Text), nameServer: Type.Optional(Text), zones: Type.Array(Text) },
      { description: 'Where names point. With a range, addresses are drawn anew at each start.' },
    ),
    rows: Type.Array(RowSchema),
    tablesLastEdited: Type.String({ description: 'When the published tables were last edited.' }),
    services: Type.Array(Type.Object({ name: Text, title: Text })),
    builds: Type.Array(Type.Object({ application: Text, title: Text, version: Text, deployedAt: Text }), {
      description: 'Build of each national application that runs now; its history is at /_localspine/maintenance/builds.',
    }),
    maintenance: Type.Object(
      {
        mode: Type.Enum(['announced', 'enforced']),
        slots: Type.Array(
          Type.Object({
            service: Text,
            zone: Text,
            weekday: Type.Integer({ description: 'Day on whose evening it begins, 0 for Sunday.' }),
            begins: Text,
            ends: Text,
            recurrence: Type.Enum(['weekly', 'after-live-release']),
            inForce: Type.Boolean(),
          }),
        ),
        schedule: Text,
        availability: Text,
        calendar: Text,
      },
      { description: 'Maintenance slots, and where the Forward Change Schedule is read.' },
    ),
    clock: Type.Object({ offsetSeconds: Type.Number() }),
    notAffiliated: Text,
  },
  { $schema: 'https://json-schema.org/draft/2020-12/schema', title: 'LocalSpine environment manifest' },
);
export type Manifest = Static<typeof ManifestSchema>;
