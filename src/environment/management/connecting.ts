/** What the service desk of an environment does for somebody who gets connected (PTL-005…012). */
import Type, { type Static, type TSchema } from 'typebox';
import { LocalRefusal } from '../../kernel/errors.ts';
import { demographicsOf, directoryOf } from '../authorities.ts';
import type { Environment } from '../environment.ts';
import { askAdmin } from './admin-call.ts';
import { faultIn, hasShape, operation } from './operation.ts';

const Text = Type.String();
const closed = { additionalProperties: false } as const;
const OdsCode = Type.String({ pattern: '^[A-Z0-9]{2,9}$' });
const Person = Type.Object({ userId: Text, name: Text, roleProfileId: Text, role: Text, odsCode: Text });
const Place = Type.Object({ odsCode: Text, name: Text });

/** Test data as it is handed out (path-to-live.md §3.1, DataPack). */
export const DataPackSchema = Type.Object({
  patients: Type.Array(Type.Object({ nhsNumber: Text, name: Text, birthDate: Text, postcode: Type.Optional(Text) })),
  practice: Place,
  trust: Place,
  site: Place,
  users: Type.Array(Person),
});
export type DataPack = Static<typeof DataPackSchema>;

const MANY = 10_000;

export const connectingOperations = {
  'testData.choose': operation({
    summary: 'Choose test patients nobody has reserved, with a GP surgery, a trust, one of its sites, and users at both.',
    input: Type.Object({ patients: Type.Integer({ minimum: 1, maximum: 50 }), reserved: Type.Array(Text, { maxItems: MANY }) }, closed),
    output: DataPackSchema,
    run: (environment, { patients, reserved }) => chooseDataPack(environment, patients, new Set(reserved)),
  }),
  'smartcards.issue': operation({
    summary: 'Register a person with a position and issue a card. A person of the same name, birth date and address is the same person.',
    input: Type.Object(
      {
        givenName: Type.String({ minLength: 1, maxLength: 60 }),
        familyName: Type.String({ minLength: 1, maxLength: 60 }),
        email: Type.String({ minLength: 3, maxLength: 200 }),
        odsCode: OdsCode,
        jobRoleCode: Type.String({ minLength: 1, maxLength: 40 }),
        activityCodes: Type.Array(Type.String({ pattern: '^B[0-9]{4}$' }), { maxItems: 40 }),
        passcode: Type.String({ pattern: '^[0-9]{4,8}$' }),
      },
      closed,
    ),
    output: Type.Object({ userId: Text, cardNumber: Text }),
    run: issueCard,
  }),
  'register.product': operation({
    summary: 'Put a manufacturer’s product and version (MPV) in the register; one that is there already stays as it is.',
    input: Type.Object(
      {
        manufacturerOdsCode: OdsCode,
        name: Type.String({ minLength: 1, maxLength: 100 }),
        version: Type.String({ minLength: 1, maxLength: 40 }),
        interactions: Type.Array(Text, { maxItems: 100 }),
      },
      closed,
    ),
    output: Type.Object({ productKey: Text }),
    run: registerProduct,
  }),
  'register.interactions': operation({
    summary: 'The interactions that products may be registered for.',
    input: Type.Object({}, closed),
    output: Type.Object({ interactions: Type.Array(Text) }),
    run: async (environment) => {
      const { interactions } = await asked(environment, 'GET', '/endpoint-registration/interactions', Interactions);
      return { interactions: interactions.map((each) => each.interactionId) };
    },
  }),
  'register.endpoint': operation({
    summary: 'Register the message handling service of an organisation: party key, ASID and CPA ids.',
    input: Type.Object({ odsCode: OdsCode, productKey: Text, fqdn: Type.String({ minLength: 4, maxLength: 253 }) }, closed),
    output: Type.Object({ partyKey: Text, asid: Type.Optional(Text), cpaIds: Type.Array(Text) }),
    run: registerEndpoint,
  }),
  'register.name': operation({
    summary: 'Register a host name in the environment’s zones, for an organisation.',
    input: Type.Object(
      { odsCode: OdsCode, fqdn: Type.String({ minLength: 4, maxLength: 253 }), address: Type.String({ minLength: 7, maxLength: 45 }) },
      closed,
    ),
    output: Type.Object({ fqdn: Text, addresses: Type.Array(Text) }),
    run: registerName,
  }),
  'register.grantEndpointAdministrator': operation({
    summary: 'Grant a person the right to register endpoints of a maker themselves (PTL-010, route b).',
    input: Type.Object({ userId: Type.String({ pattern: '^[0-9]{12}$' }), manufacturerOdsCode: OdsCode }, closed),
    output: Type.Object({ userId: Text, manufacturerOdsCode: Text }),
    run: async (environment, { userId, manufacturerOdsCode }) => {
      await askAdmin(environment, 'POST', '/endpoint-registration/grants', {
        userId,
        duty: 'endpoint-administrator',
        odsCode: manufacturerOdsCode,
      });
      return { userId, manufacturerOdsCode };
    },
  }),
};

/** What the admin API answers, checked. */
async function asked<Schema extends TSchema>(
  environment: Environment,
  method: 'GET' | 'POST',
  path: string,
  shape: Schema,
  body?: object,
): Promise<Static<Schema>> {
  const answer = await askAdmin(environment, method, path, body);
  if (!hasShape(shape, answer)) throw new Error(`${path} answered in another shape: ${faultIn(shape, answer)}`);
  return answer;
}

const Interactions = Type.Object({ interactions: Type.Array(Type.Object({ interactionId: Text })) });
const Products = Type.Object({
  products: Type.Array(Type.Object({ productKey: Text, manufacturerOdsCode: Text, name: Text, version: Text })),
});

async function chooseDataPack(environment: Environment, wanted: number, reserved: ReadonlySet<string>): Promise<DataPack> {
  const { db } = environment.store;
  const free = (await demographicsOf(environment).patients(db, { limit: MANY })).filter(
    (patient) => patient.deathDate === undefined && patient.sensitivity === 'U' && !reserved.has(patient.nhsNumber),
  );
  const byPractice = Map.groupBy(
    free.filter((patient) => patient.gpPractice?.startsWith('ZP90')),
    (patient) => patient.gpPractice ?? '',
  );
  const [practice, patients] = [...byPractice].sort((left, right) => right[1].length - left[1].length)[0] ?? ['', []];
  if (patients.length < wanted)
    throw new LocalRefusal(
      409,
      'test_data_spent',
      `No GP surgery has ${wanted} test patients left that nobody has reserved.`,
      'Ask for fewer, or give a pack back.',
    );
  const [trust, site] = ['ZT1', 'ZT101'];
  return {
    patients: patients.slice(0, wanted).map(({ nhsNumber, givenNames, familyName, birthDate, postcode }) => ({
      nhsNumber,
      name: [...givenNames, familyName].join(' '),
      birthDate,
      ...(postcode !== undefined && { postcode }),
    })),
    practice: await place(environment, practice),
    trust: await place(environment, trust),
    site: await place(environment, site),
    users: [...(await usersAt(environment, practice)), ...(await usersAt(environment, trust)), ...(await usersAt(environment, site))],
  };
}

async function place(environment: Environment, odsCode: string): Promise<Static<typeof Place>> {
  const found = await directoryOf(environment).organisation(environment.store.db, odsCode);
  return { odsCode, name: found?.name ?? odsCode };
}

/** Up to four people with an active role at an organisation. */
async function usersAt(environment: Environment, odsCode: string): Promise<readonly Static<typeof Person>[]> {
  const directory = directoryOf(environment);
  const { db } = environment.store;
  const profiles = (await directory.allRoleProfiles(db)).filter((each) => each.odsCode === odsCode).slice(0, 4);
  const people = await Promise.all(profiles.map((each) => directory.person(db, each.userId)));
  return profiles.map((profile, index) => {
    const person = people[index];
    return {
      userId: profile.userId,
      name: person === undefined ? profile.userId : `${person.givenName} ${person.familyName}`,
      roleProfileId: profile.roleProfileId,
      role: profile.jobRoleCode,
      odsCode,
    };
  });
}

const PersonPage = Type.Object({
  person: Type.Object({ userId: Text }),
  cards: Type.Array(Type.Object({ cardNumber: Text, state: Text })),
});

async function issueCard(
  environment: Environment,
  wish: {
    givenName: string;
    familyName: string;
    email: string;
    odsCode: string;
    jobRoleCode: string;
    activityCodes: readonly string[];
    passcode: string;
  },
): Promise<{ userId: string; cardNumber: string }> {
  const { givenName, familyName, email, odsCode, jobRoleCode, activityCodes, passcode } = wish;
  const before = await cardOf(environment, wish);
  if (before !== undefined) return before;
  const { person } = await asked(environment, 'POST', '/identity/people', PersonPage, {
    title: '',
    givenName,
    familyName,
    birthDate: '1980-01-01',
    email,
    photoDocument: 'Passport',
    addressDocument: 'Utility bill',
    furtherDocument: 'Bank statement',
    ignoreDuplicate: true,
  });
  await askAdmin(environment, 'POST', `/identity/people/${person.userId}/positions`, {
    odsCode,
    jobRoleCode,
    activityCodes: [...activityCodes],
    areaOfWorkCodes: [],
  });
  const card = await asked(environment, 'POST', '/identity/cards', Type.Object({ cardNumber: Text }), { userId: person.userId, passcode });
  return { userId: person.userId, cardNumber: card.cardNumber };
}

/** What the same wish made before: a person of that name with that position, and a card that is good. */
async function cardOf(
  environment: Environment,
  wish: { givenName: string; familyName: string; odsCode: string; jobRoleCode: string },
): Promise<{ userId: string; cardNumber: string } | undefined> {
  const directory = directoryOf(environment);
  const { db } = environment.store;
  const people = await directory.people(db, { text: wish.familyName, limit: 100 });
  for (const { userId, givenName, familyName } of people) {
    if (givenName !== wish.givenName || familyName !== wish.familyName) continue;
    const profiles = await directory.roleProfiles(db, userId);
    if (!profiles.some((each) => each.odsCode === wish.odsCode && each.jobRoleCode === wish.jobRoleCode)) continue;
    const { cards } = await asked(environment, 'GET', `/identity/people/${userId}`, PersonPage);
    const card = cards.find((each) => each.state === 'active');
    if (card !== undefined) return { userId, cardNumber: card.cardNumber };
  }
  return undefined;
}

async function registerProduct(
  environment: Environment,
  wish: { manufacturerOdsCode: string; name: string; version: string; interactions: readonly string[] },
): Promise<{ productKey: string }> {
  const { manufacturerOdsCode, name, version, interactions } = wish;
  const { products } = await asked(environment, 'GET', '/endpoint-registration/products', Products);
  const there = products.find((each) => each.manufacturerOdsCode === manufacturerOdsCode && each.name === name && each.version === version);
  if (there !== undefined) return { productKey: there.productKey };
  return asked(environment, 'POST', '/endpoint-registration/products', Type.Object({ productKey: Text }), {
    manufacturerOdsCode,
    name,
    version,
    kind: 'CMA',
    messageSet: [...interactions],
    additionalInteractions: [],
  });
}

const Outcome = Type.Object({ partyKey: Text, asid: Type.Optional(Text), cpaIds: Type.Array(Text) });

async function registerEndpoint(
  environment: Environment,
  { odsCode, productKey, fqdn }: { odsCode: string; productKey: string; fqdn: string },
): Promise<Static<typeof Outcome>> {
  const before = await endpointOf(environment, { odsCode, productKey, fqdn });
  if (before !== undefined) return before;
  const { outcome } = await asked(
    environment,
    'POST',
    '/endpoint-registration/requests',
    Type.Object({ outcome: Type.Optional(Outcome), state: Text }),
    { wish: { kind: 'register', odsCode, productKey, fqdn } },
  );
  if (outcome === undefined)
    throw new LocalRefusal(
      409,
      'registration_waits',
      'The registration waits for a person who decides.',
      'Decide it in the registration service (/eprwebapp).',
    );
  return { partyKey: outcome.partyKey, cpaIds: [...outcome.cpaIds], ...(outcome.asid !== undefined && { asid: outcome.asid }) };
}

const Registrations = Type.Object({
  registrations: Type.Array(
    Type.Object({
      partyKey: Text,
      product: Type.Object({ productKey: Text }),
      accreditedSystems: Type.Array(Type.Object({ asid: Text })),
      messageHandlingSystems: Type.Array(Type.Object({ cpaId: Text, fqdn: Text })),
    }),
  ),
});

/** What the same wish registered before: the product of the organisation under that host name. */
async function endpointOf(
  environment: Environment,
  { odsCode, productKey, fqdn }: { odsCode: string; productKey: string; fqdn: string },
): Promise<Static<typeof Outcome> | undefined> {
  const { registrations } = await asked(environment, 'GET', `/endpoint-registration/registrations?ods=${odsCode}`, Registrations);
  const found = registrations.find(
    (each) => each.product.productKey === productKey && each.messageHandlingSystems.some((handler) => handler.fqdn === fqdn),
  );
  if (found === undefined) return undefined;
  const asid = found.accreditedSystems[0]?.asid;
  return {
    partyKey: found.partyKey,
    cpaIds: found.messageHandlingSystems.map((each) => each.cpaId),
    ...(asid !== undefined && { asid }),
  };
}

const NameOutcome = Type.Object({
  state: Text,
  outcome: Type.Optional(Type.Object({ name: Type.Optional(Type.Object({ fqdn: Text, addresses: Type.Array(Text) })) })),
});

async function registerName(
  environment: Environment,
  { odsCode, fqdn, address }: { odsCode: string; fqdn: string; address: string },
): Promise<{ fqdn: string; addresses: string[] }> {
  const { outcome } = await asked(environment, 'POST', '/endpoint-registration/requests', NameOutcome, {
    wish: { kind: 'register-name', odsCode, fqdn, addresses: [address] },
  });
  if (outcome?.name === undefined)
    throw new LocalRefusal(
      409,
      'registration_waits',
      'The name waits for a person who decides.',
      'Decide it in the registration service (/eprwebapp).',
    );
  return { fqdn, addresses: [...outcome.name.addresses] };
}
