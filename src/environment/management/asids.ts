import Type, { type Static } from 'typebox';
import { LocalRefusal } from '../../kernel/errors.ts';
import { type AsidView, mayJoin, SHARED_SERVICES } from '../../services/directory/index.ts';
import { directoryOf, gatewayOf } from '../authorities.ts';
import { operation } from './operation.ts';

export { type AsidModel, allowListAttributes, allowListIn, hasAllowList } from '../../services/gateway/index.ts';

const Text = Type.String();
const Word = Type.String({ minLength: 1, maxLength: 200 });
const closed = { additionalProperties: false } as const;
const Asid = Type.String({ pattern: '^[0-9]{12}$' });
const OdsCode = Type.String({ pattern: '^[A-Z0-9]{1,12}$' });
const One = Type.Object({ asid: Asid }, closed);
const Verdict = Type.Object({
  answer: Type.Union([Type.Literal('yes'), Type.Literal('no'), Type.Literal('warn'), Type.Literal('ask')]),
  why: Text,
});

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
});
export type ManagedAsid = Static<typeof AsidSchema>;

/** Accredited systems: allocated by the operator, shared with services, retired for good. The directory has the rules. */
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
        services: Type.Array(Word, { minItems: 1, maxItems: 10 }),
      },
      closed,
    ),
    output: AsidSchema,
    run: async (environment, request) =>
      shown((await environment.store.transaction((tx) => directoryOf(environment).asids.allocate(tx, request))).asid),
  }),
  'asids.list': operation({
    summary: 'Accredited systems in use, in the order of registration: those named, those of an organisation, or all.',
    input: Type.Object({ odsCode: Type.Optional(OdsCode), asids: Type.Optional(Type.Array(Asid, { maxItems: 5_000 })) }, closed),
    output: Type.Object({ asids: Type.Array(AsidSchema) }),
    run: async (environment, { odsCode, asids: named }) => {
      const { asids } = directoryOf(environment);
      const { db } = environment.store;
      const found =
        named === undefined
          ? await asids.list(db, odsCode === undefined ? {} : { odsCode })
          : await Promise.all(named.map((asid) => asids.describe(db, asid).catch(unlessUnknown)));
      const inUse = found.filter((each) => each !== undefined).filter((each) => each.state !== 'retired');
      return { asids: inUse.filter((each) => odsCode === undefined || each.odsCode === odsCode).map(shown) };
    },
  }),
  'asids.view': operation({
    summary: 'One accredited system, in use or retired.',
    input: One,
    output: AsidSchema,
    run: async (environment, { asid }) => shown(await directoryOf(environment).asids.describe(environment.store.db, asid)),
  }),
  'asids.join': operation({
    summary: 'Lets an ASID serve one service more, where the services may share one: the interactions of that service are added to it.',
    input: Type.Object({ asid: Asid, service: Word, confirmed: Type.Boolean() }, closed),
    output: AsidSchema,
    run: async (environment, joining) =>
      shown((await environment.store.transaction((tx) => directoryOf(environment).asids.join(tx, joining))).asid),
  }),
  'asids.retire': operation({
    summary: 'Retires an ASID, which is never used again; an application that was bound to it has none then.',
    input: One,
    output: Type.Object({ asid: Text, retired: Type.Literal(true) }),
    run: async (environment, { asid }) => {
      await environment.store.transaction(async (tx) => {
        const { asids } = directoryOf(environment);
        const { boundTo, state } = await asids.describe(tx, asid);
        if (boundTo !== undefined && state !== 'retired') await gatewayOf(environment).unbindAsid(tx, boundTo.appId);
        await asids.retire(tx, asid);
      });
      return { asid, retired: true as const };
    },
  }),
  'asids.sharing': operation({
    summary: 'Which services may join an ASID that serves some, with reasons: those a rule is known for, and one that is asked about.',
    input: Type.Object({ held: Type.Array(Word, { maxItems: 20 }), wanted: Type.Optional(Word) }, closed),
    output: Type.Object({
      services: Type.Array(Type.Object({ id: Text, title: Text, platform: Text, held: Type.Boolean(), verdict: Verdict })),
      wanted: Type.Optional(Verdict),
    }),
    run: async (_environment, { held, wanted }) => ({
      services: SHARED_SERVICES.map(({ id, title, platform }) => ({
        id,
        title,
        platform,
        held: held.includes(id),
        verdict: { ...mayJoin(held, id) },
      })),
      ...(wanted === undefined ? {} : { wanted: { ...mayJoin(held, wanted) } }),
    }),
  }),
};

/** Undefined for an ASID that was never given out. */
function unlessUnknown(error: unknown): undefined {
  if (error instanceof LocalRefusal && error.status === 404) return undefined;
  throw error;
}

function shown(view: AsidView): ManagedAsid {
  const { asid, displayName, odsCode, manufacturerOdsCode, productName, productVersion, partyKey, services, interactions, boundTo } = view;
  return {
    asid,
    displayName,
    odsCode,
    manufacturerOdsCode,
    productName,
    productVersion,
    partyKey,
    services: [...services],
    interactions: [...interactions],
    ...(boundTo === undefined ? {} : { boundTo }),
  };
}
