import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import type { Command } from 'commander';
import { LocalRefusal, messageOf } from '../../kernel/errors.ts';
import type { BundleVerdict } from '../../kernel/evidence/bundle.ts';
import { fits, ProblemAnswer } from '../answers.ts';
import { type CommandBook, type Invocation, UsageError } from '../invocation.ts';
import { PortalClient } from '../portal-client.ts';
import { runOf } from './conformance.ts';

/** `localspine evidence …`: the signed record of a run, for whoever has to believe it. */
export function addEvidenceCommands(program: Command, book: CommandBook): void {
  const evidence = book
    .group(program, 'evidence', 'the evidence of a conformance run: one signed file that can be checked anywhere')
    .option('--as <email>', 'act for this person of the portal; the audit trail says so');
  book
    .add(evidence, 'export [run]', 'write the evidence of a finished run to a file (default: the newest run)', async (invocation) => {
      const runId = await runOf(invocation, 0);
      const file = resolve(invocation.surroundings.folder, invocation.text('to') ?? `${runId}.evidence.jsonl`);
      const { status, bytes } = await PortalClient.of(invocation).bytes(
        'GET',
        `/api/conformance/runs/${encodeURIComponent(runId)}/evidence`,
      );
      if (status >= 400) throw refusalIn(bytes, status);
      writeFileSync(file, bytes);
      invocation.result({ run: runId, file, bytes: bytes.length }, `Evidence of the run ${runId}: ${file}`);
    })
    .option('--to <file>', 'where to write it (default: named after the run)');
  book
    .add(evidence, 'verify <file>', 'check a file offline: nothing changed, removed, added or moved, and who signed it', verify)
    .option('--ca <file>', 'certificates of the authorities that are trusted (default: those of this data folder)')
    .option('--fingerprint <sha256>', 'fingerprint of the root authority that is trusted');
}

async function verify(invocation: Invocation): Promise<void> {
  const { verifyBundle } = await import('../../kernel/evidence/bundle.ts');
  const verdict = await verifyBundle(read(resolve(invocation.surroundings.folder, invocation.argument(0))), await trusted(invocation));
  invocation.result(answerOf(verdict), () => render(invocation, verdict));
  if (!verdict.sound) invocation.exitCode = 1;
}

/** Fingerprints of the roots that count. Throws UsageError for a fingerprint that is none. */
async function trusted(invocation: Invocation): Promise<ReadonlySet<string>> {
  const { trustedBy } = await import('../../kernel/evidence/bundle.ts');
  const [file, fingerprint] = [invocation.text('ca'), invocation.text('fingerprint')?.replaceAll(':', '').toLowerCase()];
  if (fingerprint !== undefined) {
    if (!/^[0-9a-f]{64}$/.test(fingerprint)) throw new UsageError('--fingerprint is 64 hexadecimal digits');
    return new Set([fingerprint]);
  }
  const own = join(invocation.configuration.home, 'ca.pem');
  if (file === undefined && !existsSync(own)) return new Set();
  return trustedBy(read(file === undefined ? own : resolve(invocation.surroundings.folder, file)).toString('utf8'));
}

function read(file: string): Buffer {
  try {
    return readFileSync(file);
  } catch (error) {
    throw new LocalRefusal(404, 'file_unreadable', `${file} cannot be read (${messageOf(error)}).`);
  }
}

function answerOf({ sound, problems, exchanges, run, verdicts, seal }: BundleVerdict): object {
  return {
    sound,
    problems,
    exchanges,
    cases: verdicts.length,
    ...(run !== undefined && { run }),
    ...(seal !== undefined && { environment: seal.facts.environment, sealedAt: seal.facts.sealedAt, signer: seal.signer, root: seal.root }),
  };
}

function render(invocation: Invocation, { sound, problems, exchanges, run, verdicts, seal, closing }: BundleVerdict): string {
  const lines = [sound ? invocation.paint('green', 'Sound.') : invocation.paint('red', 'Not sound.')];
  for (const { line, why } of problems.slice(0, 20)) lines.push(`  ${line === undefined ? '' : `Line ${line}: `}${why}`);
  if (problems.length > 20) lines.push(`  and ${problems.length - 20} more.`);
  if (problems.some((each) => each.why.includes('not trusted here')))
    lines.push('  Ask whoever runs that environment for their fingerprint, and check with --fingerprint or --ca.');
  if (run !== undefined)
    lines.push(
      `${String(run['product'])} ${String(run['version'])} in ${String(run['environment'])}, ${String(run['purpose'])}: ${String(run['verdict'])}${typeof run['justified'] === 'number' && run['justified'] > 0 ? ` with ${run['justified']} justified` : ''}.`,
    );
  if (run?.['gap'] !== undefined) lines.push(`A run with a gap in its recording does not pass: ${String(run['gap'])}`);
  lines.push(`${exchanges} exchanges, ${verdicts.length} cases.`);
  if (closing !== undefined && closing['missed'] !== 0) lines.push(`${String(closing['missed'])} exchanges could not be written.`);
  if (seal !== undefined)
    lines.push(`Signed by ${seal.signer} below ${seal.root.name} at ${seal.facts.sealedAt}.`, `Root SHA-256 ${seal.root.sha256}`);
  return lines.join('\n');
}

function refusalIn(bytes: Buffer, status: number): LocalRefusal {
  try {
    const answer: unknown = JSON.parse(bytes.toString('utf8'));
    if (fits(ProblemAnswer, answer)) return new LocalRefusal(status, answer.error, answer.message, answer.fix);
  } catch {
    // not JSON
  }
  return new LocalRefusal(status, 'portal', `The portal answered ${status}.`);
}
