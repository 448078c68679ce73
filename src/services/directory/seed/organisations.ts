import type { SeededRandom } from '../../../kernel/seeded-random.ts';
import type { Organisation, OrganisationKind } from '../model.ts';
import { PLACES, STREETS } from './names.ts';

type Row = readonly [odsCode: string, name: string, kind: OrganisationKind, parent?: string];

/** Organisations that the published examples and test packs name; facts of `known-organisations.csv` and the API examples. */
const PUBLISHED: readonly Row[] = [
  ['R69', 'Cicero-Clinic', 'nhs-trust'],
  ['R68', 'Cicero North Clinic', 'nhs-trust'],
  ['R100', 'Cicero South Clinic', 'nhs-trust'],
  ['R6901', 'Cicero-Clinic Main Site', 'trust-site', 'R69'],
  ['RCD', 'Local Test District Hospital', 'nhs-trust'],
  ['RR8', 'Leeds Teaching Hospital Trust', 'nhs-trust'],
  ['RBA', 'Taunton and Somerset NHS Foundation Trust', 'nhs-trust'],
  ['D82106', 'Local Test Surgery', 'gp-practice'],
  ['A83008', 'Hallgarth Surgery', 'gp-practice'],
  ['B81001', 'Primary Care Practice', 'gp-practice'],
  ['C81007', 'Vernon Street Medical Ctr', 'gp-practice'],
  ['A20047', "Dr Legg's Surgery", 'gp-practice'],
  ['A21471', 'Local Test Practice 71', 'gp-practice'],
  ['A21472', 'Local Test Practice 72', 'gp-practice'],
  ['H81109', 'Local Test Practice 109', 'gp-practice'],
  ['M85011', 'The Bridge Street Practice', 'gp-practice'],
  ['M85019', 'Local Test Practice 19', 'gp-practice'],
  ['RVL', 'Local Test Teaching Hospitals', 'nhs-trust'],
  ['Y12345', 'Sandbox Practice', 'gp-practice'],
  ['X26', 'NHS England', 'national-body'],
  ['X09', 'NHS Connecting for Health', 'national-body'],
  ['Y51', 'The North Midlands and East Programme for IT (NMEPFIT)', 'national-body'],
  ['YES', 'Spine', 'national-body'],
  ['YEO', 'NHS e-Referral Service', 'national-body'],
  ['X09001', 'Spine manufacturer', 'supplier'],
];

/** Codes of invented organisations: prefixes outside the allocated blocks (applications.md §16.1). */
export const PRACTICES = Array.from({ length: 12 }, (_, n) => `ZP90${String(n + 1).padStart(2, '0')}`);
export const TRUSTS = ['ZT1', 'ZT2', 'ZT3', 'ZT4'] as const;

/** All organisations of a fresh environment. */
export function seedOrganisations(random: SeededRandom): readonly Organisation[] {
  return [...PUBLISHED.map((row) => organisation(random, row)), ...invented().map((row) => organisation(random, row))];
}

function invented(): Row[] {
  const place = (n: number): string => PLACES[n % PLACES.length] ?? PLACES[0];
  return [
    ...PRACTICES.map((code, n): Row => [code, `${place(n)} Surgery`, 'gp-practice']),
    ...TRUSTS.flatMap((code, n): Row[] => [
      [code, `${place(n * 3)} Hospitals Trust`, 'nhs-trust'],
      [`${code}01`, `${place(n * 3)} General Hospital`, 'trust-site', code],
      [`${code}02`, `${place(n * 3 + 1)} Community Hospital`, 'trust-site', code],
    ]),
    ['ZI001', 'Larkhill Independent Clinic', 'independent-provider'],
    ['ZQ1', 'Ashdale Integrated Care Board', 'icb'],
    ['ZS001', 'Localspine Test Supplier', 'supplier'],
  ];
}

function organisation(random: SeededRandom, [odsCode, name, kind, parent]: Row): Organisation {
  const stream = random.stream('organisation', odsCode);
  const leeds = ['R69', 'R68', 'R100', 'R6901', 'RR8', 'RCD'].includes(odsCode);
  return {
    odsCode,
    name,
    kind,
    ...(parent === undefined ? {} : { parentOdsCode: parent }),
    open: true,
    // The examples use R69 and its kin on both sides.
    referring: kind === 'gp-practice' || kind === 'nhs-trust' || kind === 'independent-provider',
    providing: kind === 'nhs-trust' || kind === 'trust-site' || kind === 'independent-provider',
    addressLines: [`${stream.int(1, 120)} ${stream.pick(STREETS)}`, stream.pick(PLACES)],
    postcode: leeds ? 'LS1 2TW' : `ZY${stream.int(1, 9)} ${stream.int(1, 9)}${stream.pick(['AB', 'DE', 'FG', 'HJ', 'LN'])}`,
    telephone: `01632 960${String(stream.int(0, 999)).padStart(3, '0')}`,
  };
}
