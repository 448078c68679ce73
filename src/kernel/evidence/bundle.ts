/**
 * An evidence bundle: one file of lines of JSON, every byte of which is covered by the chain and the seal (docs/conformance-runs.md).
 * Order of lines: recording, its exchanges, closing, run, verdicts, signature.
 */
import { X509Certificate } from 'node:crypto';
import Type from 'typebox';
import { Compile } from 'typebox/compile';
import { BEGINNING, hashOfLine, type LineKind } from './chain.ts';
import { RecordedExchange } from './recorded-exchange.ts';
import { fingerprintOf, type OpenedSeal, openSeal, SealBroken } from './seal.ts';

/** Which kinds may come before a kind. */
const MAY_FOLLOW: Readonly<Record<LineKind, readonly (LineKind | 'nothing')[]>> = {
  recording: ['nothing'],
  exchange: ['recording', 'exchange'],
  closing: ['recording', 'exchange'],
  run: ['closing'],
  verdict: ['run', 'verdict'],
};
const LINE_BREAK = 0x0a;

const checkLine = Compile(
  Type.Object({ kind: Type.Enum(['recording', 'exchange', 'closing', 'run', 'verdict']), previous: Type.String() }),
);
const checkExchange = Compile(RecordedExchange);
const checkSignature = Compile(Type.Object({ kind: Type.Literal('signature'), jws: Type.String() }, { additionalProperties: false }));

/** The bytes of a bundle. */
export function writeBundle(lines: readonly string[], jws: string): Buffer {
  return Buffer.from([...lines, signatureLine(jws), ''].join('\n'));
}

function signatureLine(jws: string): string {
  return JSON.stringify({ kind: 'signature', jws });
}

/** Something that is wrong with a bundle, and the line where it shows. */
export interface BundleProblem {
  readonly line?: number;
  readonly why: string;
}

/** What became of a look at a bundle. */
export interface BundleVerdict {
  /** Nothing was changed, removed, added or moved since it was signed by an authority that is trusted. */
  readonly sound: boolean;
  readonly problems: readonly BundleProblem[];
  readonly exchanges: number;
  /** The lines that are no exchanges, read: what was recorded, run and judged. */
  readonly recording?: Readonly<Record<string, unknown>>;
  readonly closing?: Readonly<Record<string, unknown>>;
  readonly run?: Readonly<Record<string, unknown>>;
  readonly verdicts: readonly Readonly<Record<string, unknown>>[];
  readonly seal?: OpenedSeal;
}

/**
 * Looks at a bundle from its first byte to its last; needs nothing but the file.
 *
 * @param trusted fingerprints (SHA-256, hexadecimal) of root authorities whose signature counts
 */
export async function verifyBundle(bytes: Uint8Array, trusted: ReadonlySet<string>): Promise<BundleVerdict> {
  const problems: BundleProblem[] = [];
  const lines = splitLines(bytes, problems);
  const signature = lines.pop();
  const chained = lines.map((line, index) => readLine(line, index, problems));
  checkLinks(lines, chained, problems);
  const opened = await readSignature(signature, lines.length + 1, problems);
  if (opened !== undefined) checkSeal(opened, lines, chained, trusted, problems);
  const found = (kind: LineKind): Readonly<Record<string, unknown>> | undefined => chained.find((each) => each?.kind === kind)?.facts;
  const [recording, closing, run] = [found('recording'), found('closing'), found('run')];
  return {
    sound: problems.length === 0,
    problems,
    exchanges: chained.filter((each) => each?.kind === 'exchange').length,
    verdicts: chained.flatMap((each) => (each?.kind === 'verdict' ? [each.facts] : [])),
    ...(recording !== undefined && { recording }),
    ...(closing !== undefined && { closing }),
    ...(run !== undefined && { run }),
    ...(opened !== undefined && { seal: opened }),
  };
}

/** Fingerprints of the certificates in a PEM text, for {@link verifyBundle}. Throws for a text with something else in it. */
export function trustedBy(pem: string): ReadonlySet<string> {
  const certificates = pem.match(/-----BEGIN CERTIFICATE-----[^-]+-----END CERTIFICATE-----/g) ?? [];
  return new Set(certificates.map((each) => fingerprintOf(new X509Certificate(each))));
}

interface Line {
  readonly kind: LineKind;
  readonly previous: string;
  readonly facts: Readonly<Record<string, unknown>>;
}

function splitLines(bytes: Uint8Array, problems: BundleProblem[]): Uint8Array[] {
  const lines: Uint8Array[] = [];
  let start = 0;
  for (let end = bytes.indexOf(LINE_BREAK); end !== -1; end = bytes.indexOf(LINE_BREAK, start)) {
    lines.push(bytes.subarray(start, end));
    start = end + 1;
  }
  if (start !== bytes.length) problems.push({ line: lines.length + 1, why: 'The file does not end where its last line does.' });
  return lines;
}

function readLine(bytes: Uint8Array, index: number, problems: BundleProblem[]): Line | undefined {
  const line = index + 1;
  const value = parse(bytes);
  if (!checkLine.Check(value)) {
    problems.push({ line, why: 'This is not a line of evidence.' });
    return undefined;
  }
  const facts: Readonly<Record<string, unknown>> = { ...value };
  if (value.kind === 'exchange' && !checkExchange.Check(value)) problems.push({ line, why: 'This exchange is not whole.' });
  return { kind: value.kind, previous: value.previous, facts };
}

function checkLinks(lines: readonly Uint8Array[], chained: readonly (Line | undefined)[], problems: BundleProblem[]): void {
  let exchanges = 0;
  let before: LineKind | 'nothing' = 'nothing';
  for (const [index, each] of chained.entries()) {
    if (each === undefined) continue;
    const earlier = lines[index - 1];
    if (each.previous !== (earlier === undefined ? BEGINNING : hashOfLine(earlier)))
      problems.push({ line: index + 1, why: 'The line before this one is not the one that was written.' });
    if (!MAY_FOLLOW[each.kind].includes(before)) problems.push({ line: index + 1, why: `A line "${each.kind}" has no place here.` });
    before = each.kind;
    if (each.kind !== 'exchange') continue;
    exchanges += 1;
    if (each.facts['number'] !== exchanges) problems.push({ line: index + 1, why: `This should be exchange ${exchanges}.` });
  }
}

async function readSignature(bytes: Uint8Array | undefined, line: number, problems: BundleProblem[]): Promise<OpenedSeal | undefined> {
  const value = bytes === undefined ? undefined : parse(bytes);
  if (bytes === undefined || !checkSignature.Check(value) || !Buffer.from(signatureLine(value.jws)).equals(bytes)) {
    problems.push({ line, why: 'The signature is missing.' });
    return undefined;
  }
  try {
    return await openSeal(value.jws);
  } catch (error) {
    if (!(error instanceof SealBroken)) throw error;
    problems.push({ line, why: `The signature is not good: ${error.message}.` });
    return undefined;
  }
}

function checkSeal(
  { facts, root }: OpenedSeal,
  lines: readonly Uint8Array[],
  chained: readonly (Line | undefined)[],
  trusted: ReadonlySet<string>,
  problems: BundleProblem[],
): void {
  const last = lines.at(-1);
  const ended = chained.findLastIndex((each) => each?.kind === 'closing' || each?.kind === 'exchange' || each?.kind === 'recording');
  const recorded = lines[ended];
  if (last === undefined || facts.head !== hashOfLine(last) || facts.lines !== lines.length)
    problems.push({ line: lines.length, why: 'The signature is for other lines than these.' });
  if (recorded === undefined || facts.recordingHead !== hashOfLine(recorded))
    problems.push({ line: ended + 1, why: 'The environment recorded something else than this.' });
  if (facts.exchanges !== chained.filter((each) => each?.kind === 'exchange').length)
    problems.push({ why: `The environment recorded ${facts.exchanges} exchanges.` });
  if (facts.recording !== chained[0]?.facts['id']) problems.push({ line: 1, why: 'The signature is for another recording.' });
  if (!trusted.has(root.sha256))
    problems.push({ why: `It is signed below an authority that is not trusted here: ${root.name}, SHA-256 ${root.sha256}.` });
}

function parse(bytes: Uint8Array): unknown {
  try {
    return JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(bytes));
  } catch {
    return undefined;
  }
}
