import Type, { type Static } from 'typebox';
import { LocalRefusal } from '../../kernel/errors.ts';
import type { Db } from '../../kernel/store/store.ts';
import { type AccreditedSystem, type Author, SHARED_SERVICES, servicesIn } from '../../services/directory/index.ts';
import { directoryOf, gatewayOf } from '../authorities.ts';
import type { Environment } from '../environment.ts';
import { operation } from './operation.ts';

const Text = Type.String();
const Word = Type.String({ minLength: 1, maxLength: 200 });
const closed = { additionalProperties: false } as const;
const Asid = Type.String({ pattern: '^[0-9]{12}$' });
const OdsCode = Type.String({ pattern: '^[A-Z0-9]{1,12}$' });
const SERVICE_IDS = SHARED_SERVICES.map((each) => each.id);
const ServiceId = Type.String({ pattern: `^(${SERVICE_IDS.join('|')})$` });
const One = Type.Object({ asid: Asid }, closed);

/** An accredited system as its environment knows it, with the application it is bound to. */
export const AsidSchema = Type.Object({
  asid: Text,
  displayName: Text,
  odsCode: Text,
  manufacturerOdsCode: Text,
  productName: Text,
  productVersion: Text,
  partyKey: Text,
  /** Services it serves, read from its interactions: `ers`, `pds` … */
  services: Type.Array(Text),
  interactions: Type.Array(Text),
  boundTo: Type.Optional(Type.Object({ appId: Text, name: Text })),
  registeredAt: Type.Integer(),
});
export type ManagedAsid = Static<typeof AsidSchema>;

/** Accredited systems: allocated by the operator, shared with services, retired for good. */
export const asidOperations = {
  'directory.organisation': operation({
    summary: 'An organisation of the directory, by its ODS code.',
    input: Type.Object({ odsCode: OdsCode }, closed),
    output: Type.Object({ odsCode: Text, name: Text, kind: Text }),
    run: async (environment, { odsCode }) => {
      const found = await directoryOf(environment).organisation(environment.store.db, odsCode);
      if (found === undefined)
        throw new LocalRefusal(404, 'organisation_unknown', `The directory of this environment has no organisation ${odsCode}.`);
      return { odsCode: found.odsCode, name: found.name, kind: found.kind };
    },
  }),
  'asids.allocate': operation({
    summary: 'Registers a system under a new ASID; a request that was made before finds the ASID it got.',
    input: Type.Object(
      {
        requestId: Word,
        odsCode: OdsCode,
        productName: Word,
        displayName: Word,
        manufacturerOdsCode: Type.Optional(OdsCode),
        productVersion: Type.Optional(Word),
        services: Type.Array(ServiceId, { minItems: 1, maxItems: 10 }),
      },
      closed,
    ),
    output: AsidSchema,
    run: async (environment, request) => {
      const author = authorOf(environment, `request ${request.requestId}`);
      const { asid } = await environment.store.transaction((tx) => directoryOf(environment).asids.allocate(tx, request, author));
      return view(environment, asid.asid);
    },
  }),
  'asids.list': operation({
    summary: 'Accredited systems in the order of registration: those named, those of an organisation, or all.',
    input: Type.Object({ odsCode: Type.Optional(OdsCode), asids: Type.Optional(Type.Array(Asid, { maxItems: 5_000 })) }, closed),
    output: Type.Object({ asids: Type.Array(AsidSchema) }),
    run: async (environment, { odsCode, asids }) => {
      const { register } = directoryOf(environment);
      const all = await register.findAccreditedSystems(environment.store.db, odsCode === undefined ? {} : { odsCode });
      const wanted = asids === undefined ? undefined : new Set(asids);
      const holders = await holdersOf(environment);
      return { asids: all.filter((each) => wanted?.has(each.asid) ?? true).map((each) => shown(each, holders)) };
    },
  }),
  'asids.view': operation({
    summary: 'One accredited system.',
    input: One,
    output: AsidSchema,
    run: (environment, { asid }) => view(environment, asid),
  }),
  'asids.join': operation({
    summary: 'Lets an ASID serve one service more: the interactions of that service are added to it.',
    input: Type.Object({ asid: Asid, service: ServiceId }, closed),
    output: AsidSchema,
    run: async (environment, { asid, service }) => {
      // Whoever asks from above has asked about services that no rule is known for.
      const joining = { asid, service, confirmed: true };
      await environment.store.transaction((tx) => directoryOf(environment).asids.join(tx, joining, authorOf(environment, 'System')));
      return view(environment, asid);
    },
  }),
  'asids.retire': operation({
    summary: 'Retires an ASID, which is never used again; an application that was bound to it has none then.',
    input: One,
    output: Type.Object({ asid: Text, retired: Type.Literal(true) }),
    run: async (environment, { asid }) => {
      await environment.store.transaction(async (tx) => {
        const { asids } = directoryOf(environment);
        const { boundTo } = await asids.describe(tx, asid);
        if (boundTo !== undefined) await gatewayOf(environment).unbindAsid(tx, boundTo.appId);
        await asids.retire(tx, asid, authorOf(environment, 'System'));
      });
      return { asid, retired: true as const };
    },
  }),
};

function authorOf({ world }: Environment, actor: string): Author {
  return { actor, at: world.now() };
}

async function requireAsid(environment: Environment, db: Db, asid: string): Promise<AccreditedSystem> {
  const system = await directoryOf(environment).accreditedSystem(db, asid);
  if (system === undefined) throw unknownAsid(asid);
  return system;
}

function unknownAsid(asid: string): LocalRefusal {
  return new LocalRefusal(
    404,
    'asid_unknown',
    `The directory of this environment has no accredited system ${asid}.`,
    'List them: asids.list.',
  );
}

type Holders = ReadonlyMap<string, { readonly appId: string; readonly name: string }>;

async function holdersOf(environment: Environment, db: Db = environment.store.db): Promise<Holders> {
  const applications = await gatewayOf(environment).listApplications(db);
  return new Map(applications.flatMap(({ asid, appId, name }) => (asid === undefined ? [] : [[asid, { appId, name }]])));
}

async function view(environment: Environment, asid: string): Promise<ManagedAsid> {
  return shown(await requireAsid(environment, environment.store.db, asid), await holdersOf(environment));
}

function shown(system: AccreditedSystem, holders: Holders): ManagedAsid {
  const { asid, displayName, odsCode, manufacturerOdsCode, productName, productVersion, partyKey, interactions, approval } = system;
  const boundTo = holders.get(asid);
  return {
    asid,
    displayName,
    odsCode,
    manufacturerOdsCode,
    productName,
    productVersion,
    partyKey,
    services: servicesIn(interactions).filter((each) => SERVICE_IDS.includes(each)),
    interactions: [...interactions],
    ...(boundTo === undefined ? {} : { boundTo }),
    registeredAt: approval.requestedAt,
  };
}
