import type { SeededRandom } from '../../../kernel/seeded-random.ts';
import type { Patient } from '../model.ts';
import { testNhsNumber } from '../nhs-number.ts';
import { KNOWN_PATIENTS } from './known-patients.ts';

/** Size of the invented population. */
export const POPULATION = 300;

const GIVEN = {
  female: [
    'Alice',
    'Bethany',
    'Charlotte',
    'Deborah',
    'Emily',
    'Freya',
    'Georgia',
    'Harriet',
    'Ivy',
    'Joanne',
    'Kirsty',
    'Lauren',
    'Megan',
    'Niamh',
    'Poppy',
    'Ruth',
    'Sarah',
    'Tanisha',
    'Vera',
    'Yasmin',
  ],
  male: [
    'Alan',
    'Brian',
    'Christopher',
    'David',
    'Elliot',
    'Frank',
    'Graham',
    'Hugh',
    'Ian',
    'James',
    'Keith',
    'Lewis',
    'Martin',
    'Neil',
    'Owen',
    'Philip',
    'Robert',
    'Stephen',
    'Tyrone',
    'Victor',
  ],
} as const;
const FAMILY = [
  'Ainsworth',
  'Begum',
  'Clough',
  'Dixon',
  'Entwistle',
  'Fairclough',
  'Greenwood',
  'Holroyd',
  'Iqbal',
  'Jagger',
  'Kershaw',
  'Lumb',
  'Mistry',
  'Naylor',
  'Ogden',
  'Priestley',
  'Ramsden',
  'Singh',
  'Sutcliffe',
  'Tordoff',
  'Uttley',
  'Verity',
  'Wormald',
  'Young',
] as const;
const STREETS = [
  'Albert Road',
  'Beech Grove',
  'Cavendish Street',
  'Dale View',
  'Elm Drive',
  'Fountain Street',
  'Grange Avenue',
  'Hill Top',
] as const;

/** Patients of the public e-RS examples and of the simulated NHS login (ers.md §22). R69 is their practice, as the samples imply. */
const EXAMPLE_PATIENTS: readonly (readonly [
  nhsNumber: string,
  given: string,
  family: string,
  birthDate: string,
  gender: 'male' | 'female',
])[] = [
  ['9912003888', 'Rowan', 'Hatfield', '1972-03-14', 'female'],
  ['9462979626', 'Marcus', 'Penrose', '1958-11-02', 'male'],
  ['1000000001', 'Edith', 'Calloway', '1944-06-21', 'female'],
  ['9312201101', 'Stuart', 'Baines', '1981-09-30', 'male'],
  ['99120038881', 'Rowan', 'Hatfield', '1972-03-14', 'female'],
  ['9912003071', 'Iris', 'Langley', '1990-01-18', 'female'],
  ['9912003072', 'Noah', 'Langley', '1988-07-05', 'male'],
  ['9912003073', 'Ada', 'Langley', '2001-12-12', 'female'],
];

/** All patients of a fresh environment: published ones as they are, invented ones by the seed, and one or two of each special case. */
export function seedPopulation(random: SeededRandom, practices: readonly string[]): readonly Patient[] {
  const examples = EXAMPLE_PATIENTS.map(
    ([nhsNumber, given, family, birthDate, gender]): Patient => ({
      ...address(random.stream('address', nhsNumber), 'LS1 2TW'),
      nhsNumber,
      title: gender === 'female' ? 'Ms' : 'Mr',
      givenNames: [given],
      familyName: family,
      birthDate,
      gender,
      gpPractice: 'R69',
      sensitivity: 'U',
    }),
  );
  const known = KNOWN_PATIENTS.map((row) => knownPatient(random, row));
  const invented = Array.from({ length: POPULATION }, (_, index) => inventedPatient(random.stream('patient', index), index, practices));
  return [
    ...new Map([...known, ...invented, ...specialCases(random, practices), ...examples].map((each) => [each.nhsNumber, each])).values(),
  ];
}

function knownPatient(random: SeededRandom, row: readonly string[]): Patient {
  const [nhsNumber = '', family = '', given = '', birthDate = '', gender = '', postcode = '', practice = '', sensitivity = '', death = ''] =
    row;
  return {
    ...address(random.stream('address', nhsNumber), postcode === '' ? 'LS1 4HY' : postcode),
    nhsNumber,
    title: '',
    givenNames: given.split(' '),
    familyName: family,
    birthDate,
    gender: gender === 'male' || gender === 'female' || gender === 'other' ? gender : 'unknown',
    ...(death === '' ? {} : { deathDate: death }),
    ...(practice === '' ? {} : { gpPractice: practice }),
    sensitivity: sensitivity === 'R' ? 'R' : 'U',
  };
}

function inventedPatient(random: SeededRandom, index: number, practices: readonly string[]): Patient {
  const gender = random.chance(0.51) ? 'female' : 'male';
  const year = 2026 - random.int(0, 95);
  return {
    ...address(random, `ZY${random.int(1, 9)} ${random.int(1, 9)}${random.pick(['AB', 'DE', 'FG', 'HJ', 'LN'])}`),
    nhsNumber: testNhsNumber(index + 1),
    title: gender === 'female' ? 'Mrs' : 'Mr',
    givenNames: [random.pick(GIVEN[gender])],
    familyName: random.pick(FAMILY),
    birthDate: `${year}-${String(random.int(1, 12)).padStart(2, '0')}-${String(random.int(1, 28)).padStart(2, '0')}`,
    gender,
    telephone: `07700 900${String(random.int(0, 999)).padStart(3, '0')}`,
    gpPractice: random.pick(practices),
    sensitivity: 'U',
  };
}

/** What suppliers trip over: one or two of each (applications.md §16.1). */
function specialCases(random: SeededRandom, practices: readonly string[]): Patient[] {
  const cases: readonly Partial<Patient>[] = [
    { sensitivity: 'S', familyName: 'Sensitive' },
    { sensitivity: 'S', familyName: 'Sensitive', givenNames: ['Second'] },
    { familyName: 'Unregistered' },
    { familyName: 'Unregistered', givenNames: ['Second'] },
    { familyName: 'Departed', deathDate: '2025-02-01' },
    { familyName: 'Departed', deathDate: '2026-05-17', givenNames: ['Second'] },
    { familyName: 'Nowhere', addressLines: [] },
    { familyName: 'Smith-Jones', givenNames: ['Mary-Ann'] },
    { familyName: "O'Neill", givenNames: ["D'Arcy"] },
    { familyName: 'Åström', givenNames: ['Zoë'] },
    { familyName: 'Wolfeschlegelsteinhausenbergerdorff', givenNames: ['Bartholomew', 'Maximilian'] },
    { familyName: 'Child', birthDate: '2021-04-09' },
    { familyName: 'Twin', givenNames: ['Elder'], birthDate: '1999-09-09' },
    { familyName: 'Twin', givenNames: ['Younger'], birthDate: '1999-09-09' },
  ];
  return cases.map((special, index) => {
    const { gpPractice, postcode, ...patient } = inventedPatient(random.stream('special', index), POPULATION + 10 + index, practices);
    const registered = special.familyName === 'Unregistered' ? {} : { gpPractice: gpPractice ?? 'R69' };
    const housed = special.familyName === 'Nowhere' || postcode === undefined ? {} : { postcode };
    return { ...patient, ...registered, ...housed, ...special };
  });
}

function address(random: SeededRandom, postcode: string): Pick<Patient, 'addressLines' | 'postcode'> {
  return { addressLines: [`${random.int(1, 150)} ${random.pick(STREETS)}`, 'Ashdale'], postcode };
}
