/** What the service desk of an environment does for somebody who gets connected (PTL-005…012). */
import Type, { type Static } from 'typebox';
import { LocalRefusal } from '../../kernel/errors.ts';
import { demographicsOf, directoryOf, identityOf } from '../authorities.ts';
import type { Environment } from '../environment.ts';
import { askAdmin } from './admin-call.ts';
import { operation } from './operation.ts';
import { asked, registerEndpoint, registerName, registerProduct } from './registering.ts';

const Text = Type.String();
const closed = { additionalProperties: false } as const;
/** The caller's own name for what it asks: the same request is carried out once. */
const RequestId = Type.String({ pattern: '^[A-Za-z0-9._:-]{1,200}$' });
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
    summary:
      'Register a new person with a position and issue a card, or nothing of it; a request that was made before finds the card it got.',
    input: Type.Object(
      {
        requestId: RequestId,
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
    summary:
      'Put a manufacturer’s product and version (MPV) in the register; one that is there with the same interactions is that product.',
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
    input: Type.Object(
      { requestId: RequestId, odsCode: OdsCode, productKey: Text, fqdn: Type.String({ minLength: 4, maxLength: 253 }) },
      closed,
    ),
    output: Type.Object({ partyKey: Text, asid: Type.Optional(Text), cpaIds: Type.Array(Text) }),
    run: registerEndpoint,
  }),
  'register.name': operation({
    summary:
      'Register a host name in the environment’s zones, for an organisation. A name that is there already is moved only when that is said.',
    input: Type.Object(
      {
        requestId: RequestId,
        odsCode: OdsCode,
        fqdn: Type.String({ minLength: 4, maxLength: 253 }),
        address: Type.String({ minLength: 7, maxLength: 45 }),
        /** The caller knows that a name which is registered already belongs to whoever asks. */
        move: Type.Optional(Type.Boolean()),
        /** Product of whoever asks: a system of it may be registered under the name already. */
        productKey: Type.Optional(Text),
      },
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

const Interactions = Type.Object({ interactions: Type.Array(Type.Object({ interactionId: Text })) });
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

async function issueCard(
  environment: Environment,
  wish: {
    requestId: string;
    givenName: string;
    familyName: string;
    email: string;
    odsCode: string;
    jobRoleCode: string;
    activityCodes: readonly string[];
    passcode: string;
  },
): Promise<{ userId: string; cardNumber: string }> {
  const { requestId, givenName, familyName, email, odsCode, jobRoleCode, activityCodes, passcode } = wish;
  const { userId, cardNumber } = await identityOf(environment).staffCard({
    requestId,
    person: {
      title: '',
      givenName,
      familyName,
      birthDate: '1980-01-01',
      email,
      photoDocument: 'Passport',
      addressDocument: 'Utility bill',
      furtherDocument: 'Bank statement',
    },
    position: { odsCode, jobRoleCode, activityCodes: [...activityCodes], areaOfWorkCodes: [] },
    passcode,
  });
  return { userId, cardNumber };
}
