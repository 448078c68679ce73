/** What the catalogue's pages say of an environment: pure arrangements of its manifest. */
import type { OutputOf } from '../../environment/management/index.ts';
import type { Role } from '../access/permissions.ts';
import type { Visitor } from '../access/visitor.ts';

export type Manifest = OutputOf<'environment.manifest'>;
export type Row = Manifest['rows'][number];

/** The seeds' tables, in their order and with their headings. */
export const SECTIONS: readonly { readonly section: Row['section']; readonly title: string }[] = [
  { section: 'portal', title: 'Portal URLs' },
  { section: 'system', title: 'System URLs' },
  { section: 'messaging', title: 'Messaging URLs' },
  { section: 'outbound', title: 'Outbound addresses' },
  { section: 'application', title: 'Application URLs' },
  { section: 'ers', title: 'e-Referral Service' },
  { section: 'platform', title: 'API platform and sign-in' },
];

const STATES: Readonly<Record<Row['state'], { readonly text: string; readonly colour: string }>> = {
  up: { text: 'Up', colour: 'green' },
  degraded: { text: 'Degraded', colour: 'orange' },
  maintenance: { text: 'In maintenance', colour: 'yellow' },
  'not-in-this-version': { text: 'Not in this version', colour: 'grey' },
};

const CERTAINTIES: Readonly<Record<Row['published']['certainty'], string>> = {
  documented: 'documented publicly',
  inferred: 'inferred from a documented pattern',
  unknown: 'published value unknown',
};

/** A row as its table shows it. */
export interface ShownRow {
  readonly id: string;
  readonly ref: string;
  readonly title: string;
  readonly purpose: string;
  readonly notFor?: string;
  readonly published: string;
  readonly certainty: string;
  readonly port: string;
  readonly zone: string;
  readonly local?: string;
  /** The local address when a browser can open it. */
  readonly link?: string;
  readonly state: { readonly text: string; readonly colour: string };
  readonly reason?: string;
  readonly partyKey?: string;
  readonly asid?: string;
}

export interface ShownSection {
  readonly section: string;
  readonly title: string;
  readonly rows: readonly ShownRow[];
}

/** Every row in its table; tables without rows are left out. What the portal itself answers is linked as a path: a page stays where it was asked. */
export function sectionsOf(manifest: Pick<Manifest, 'rows'>, portalUrl: string): readonly ShownSection[] {
  return SECTIONS.map(({ section, title }) => ({
    section,
    title,
    rows: manifest.rows.filter((row) => row.section === section).map((row) => shownRow(row, portalUrl)),
  })).filter((each) => each.rows.length > 0);
}

function shownRow(row: Row, portalUrl?: string): ShownRow {
  const { id, ref, title, purpose, notFor, published, port, zone, audience, local, state, reason, partyKey, asid } = row;
  const ours = portalUrl !== undefined && local?.url.startsWith(`${portalUrl}/`) === true;
  const address = ours ? local.url.slice(portalUrl.length) : local?.url;
  return {
    id,
    ref,
    title,
    purpose,
    ...(notFor !== undefined && { notFor }),
    published: published.url ?? published.dns ?? '',
    certainty: CERTAINTIES[published.certainty],
    port: String(port),
    zone: zone === 'hscn' ? 'HSCN' : 'internet',
    ...(address !== undefined && { local: address }),
    ...(address !== undefined && audience === 'users' && /^(https:\/)?\//.test(address) && { link: address }),
    state: STATES[state],
    ...(reason !== undefined && { reason }),
    ...(partyKey !== undefined && { partyKey }),
    ...(asid !== undefined && { asid }),
  };
}

/** An application of an environment on its central portal page (PTL-023). */
export interface Application {
  readonly id: string;
  readonly title: string;
  readonly purpose: string;
  readonly state: { readonly text: string; readonly colour: string };
  readonly href?: string;
  /** Why it cannot be opened from here, when it cannot. */
  readonly closed?: string;
}

/** Whom an application is made for. */
export type Clientele = 'patients' | 'staff';

/**
 * Who may open what from the portal (PTL-023): in every environment, or in those for tests only; whoever is not written here may not. Health and care
 * staff use the live applications, and those who run them; a supplier tries them where tests are made.
 */
export const OPENINGS: Readonly<Record<Clientele, Readonly<Partial<Record<Role, 'everywhere' | 'tests'>>>>> = {
  patients: { anyone: 'everywhere', supplier: 'everywhere', euo: 'everywhere', reviewer: 'everywhere', operator: 'everywhere' },
  staff: { supplier: 'tests', euo: 'everywhere', reviewer: 'everywhere', operator: 'everywhere' },
};

const clienteleOf = (row: Pick<Row, 'id'>): Clientele => (/^ers-.+-patient$/.test(row.id) ? 'patients' : 'staff');

/** Applications that people open, and whether this visitor may: who may not sees what there is, and why. */
export function applicationsOf(manifest: Pick<Manifest, 'rows' | 'production'>, visitor: Pick<Visitor, 'role'>): readonly Application[] {
  const seen = new Set<string>();
  return manifest.rows
    .filter((row) => row.audience === 'users' && row.id !== 'portal-central' && !seen.has(row.title) && seen.add(row.title))
    .map((row): Application => {
      const shown = shownRow(row);
      const closed = shown.link === undefined ? 'LocalSpine does not have it yet.' : closedBecause(clienteleOf(row), manifest, visitor);
      return {
        id: row.id,
        title: row.title,
        purpose: row.purpose,
        state: shown.state,
        ...(closed === undefined ? shown.link !== undefined && { href: shown.link } : { closed }),
      };
    });
}

function closedBecause(
  clientele: Clientele,
  { production }: Pick<Manifest, 'production'>,
  { role }: Pick<Visitor, 'role'>,
): string | undefined {
  const opening = OPENINGS[clientele][role];
  if (opening === 'everywhere' || (opening === 'tests' && !production)) return undefined;
  if (role === 'anyone') return 'Sign in to open it.';
  return 'For health and care staff: open it in an environment for tests.';
}

/** Party keys and ASIDs that the tables publish, once each. */
export function identifiersOf(
  manifest: Pick<Manifest, 'rows'>,
): readonly { readonly kind: string; readonly value: string; readonly of: string }[] {
  const found = new Map<string, { kind: string; value: string; of: string }>();
  for (const { partyKey, asid, title } of manifest.rows) {
    if (partyKey !== undefined && !found.has(partyKey)) found.set(partyKey, { kind: 'Party key', value: partyKey, of: title });
    if (asid !== undefined && !found.has(asid)) found.set(asid, { kind: 'ASID', value: asid, of: title });
  }
  return [...found.values()];
}

/** How it is with an environment as a whole: the worst of what is here. */
export function overallState(manifest: Pick<Manifest, 'rows'>): { readonly text: string; readonly colour: string } {
  for (const state of ['degraded', 'maintenance'] as const) if (manifest.rows.some((row) => row.state === state)) return STATES[state];
  return STATES.up;
}

/** Maintenance in force now: the slots that rows say are on. */
export function maintenanceOf(manifest: Pick<Manifest, 'rows'>): readonly string[] {
  const slots = new Set(manifest.rows.filter((row) => row.state === 'maintenance').map((row) => row.maintenanceSlot));
  const names = { 'spine-core': 'Spine Core', cis: 'Spine CIS', ers: 'e-Referral Service' } as const;
  return [...slots].flatMap((slot) => (slot === undefined ? [] : [names[slot]]));
}
