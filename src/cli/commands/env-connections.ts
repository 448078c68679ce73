import { writeFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { type Command, Option } from 'commander';
import { EXPORT_NAMES, exported } from '../../environment/connection/exports.ts';
import { SECTIONS } from '../../environment/connection/model.ts';
import { ManifestAnswer, type ManifestView } from '../answers.ts';
import type { CommandBook, Invocation } from '../invocation.ts';
import { type Style, table } from '../output.ts';

/** `localspine env rows` and `env export`: the connection information of an environment, to read and to hand on. */
export function addConnectionCommands(env: Command, book: CommandBook): void {
  book
    .add(env, 'rows', 'show every row of the connection information, and whether it is here', rows)
    .addOption(new Option('--section <section>', 'only rows of one section').choices(SECTIONS))
    .option('--here', 'only rows that are answered here');
  book
    .add(env, 'export', 'write the allow list, hosts lines or client variables', exportAs)
    .addOption(new Option('--format <format>', 'what to write').choices(EXPORT_NAMES).default('firewall'))
    .option('--output <file>', 'file to write; printed when left out');
}

type Row = ManifestView['rows'][number];

const STYLES: Readonly<Record<Row['state'], Style>> = { up: 'green', degraded: 'red', maintenance: 'yellow', 'not-in-this-version': 'dim' };

async function rows(invocation: Invocation): Promise<void> {
  const manifest = await invocation.client().call(ManifestAnswer, 'GET', '/manifest');
  const section = invocation.text('section');
  const wanted = manifest.rows.filter(
    (row) => (section === undefined || row.section === section) && (!invocation.flag('here') || row.local !== undefined),
  );
  invocation.result({ environment: manifest.id, names: manifest.names, rows: wanted }, () => rowsText(wanted, invocation));
}

function rowsText(wanted: readonly Row[], { paint }: Invocation): string {
  const head = ['SECTION', 'ROW', 'STATE', 'PUBLISHED', 'CERTAINTY', 'ZONE', 'HERE'].map((each) => paint('dim', each));
  const lines = wanted.map((row) => [
    row.section,
    row.title,
    paint(STYLES[row.state], row.state),
    row.published.url ?? row.published.dns ?? '-',
    row.published.certainty,
    row.zone,
    row.local?.url ?? '-',
  ]);
  return table([head, ...lines]);
}

async function exportAs(invocation: Invocation): Promise<void> {
  const client = invocation.client();
  const manifest = await client.call(ManifestAnswer, 'GET', '/manifest');
  const format = EXPORT_NAMES.find((each) => each === invocation.text('format')) ?? 'firewall';
  const text = exported(format, manifest, { caPath: client.place.caPath });
  const output = invocation.text('output');
  if (output === undefined) {
    invocation.result({ environment: manifest.id, format, text }, text.trimEnd());
    return;
  }
  const file = resolve(invocation.surroundings.folder, output);
  writeFileSync(file, text);
  invocation.result({ environment: manifest.id, format, output: file }, `${file} is written.`);
}
