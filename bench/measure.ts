/** What every bench needs: a load on a process, medians, the table, and how long a run is. */
import { execFileSync, spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import type { LoadPlan, LoadResult } from './load.ts';

/** A quick look, for CI. */
export const short = process.argv.includes('--short');
/** With the load of 100,000 referrals. */
export const large = process.argv.includes('--large') || !short;
export const ROUNDS = short ? 3 : 5;
export const MILLISECONDS = short ? 1_500 : 4_000;
export const CONNECTIONS = 16;

/** One load with what it cost the process that served it. */
export interface Measured extends LoadResult {
  readonly perSecond: number;
  readonly perProcessorSecond: number;
}

/** Processor time of a process and its threads so far, in seconds (Linux). */
export function processorSeconds(pid: number): number {
  const fields = readFileSync(`/proc/${pid}/stat`, 'utf8').split(') ')[1]?.split(' ') ?? [];
  return (Number(fields[11]) + Number(fields[12])) / Number(execFileSync('getconf', ['CLK_TCK'], { encoding: 'utf8' }));
}

/** Memory of a process that is in RAM (Linux). */
export function residentMegabytes(pid: number): number {
  return Number(/VmRSS:\s+(\d+)/.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1] ?? 0) / 1024;
}

/** Puts a load on a process; throws when an answer was not the one expected. */
export function measure(pid: number, plan: LoadPlan): Measured {
  const before = processorSeconds(pid);
  const { stdout, stderr, status } = spawnSync(process.execPath, [resolve(import.meta.dirname, 'load.ts')], {
    input: JSON.stringify(plan),
    encoding: 'utf8',
    maxBuffer: 1 << 26,
  });
  if (status !== 0) throw new Error(stderr);
  const used = processorSeconds(pid) - before;
  const result: LoadResult = JSON.parse(stdout);
  if (result.unexpected > 0) throw new Error(`${result.unexpected} of ${result.requests} answers were not ${plan.expect}: ${plan.url}`);
  return { ...result, perSecond: result.requests / result.seconds, perProcessorSecond: result.requests / used };
}

/** The middle of some values. */
export function median(values: readonly number[]): number {
  return [...values].sort((a, b) => a - b)[Math.floor(values.length / 2)] ?? Number.NaN;
}

/** The medians of several rounds. */
export function medianOf(rounds: readonly Measured[]): Measured {
  const of = (pick: (round: Measured) => number): number => median(rounds.map(pick));
  return {
    requests: of((r) => r.requests),
    unexpected: 0,
    seconds: of((r) => r.seconds),
    p50: of((r) => r.p50),
    p99: of((r) => r.p99),
    perSecond: of((r) => r.perSecond),
    perProcessorSecond: of((r) => r.perProcessorSecond),
  };
}

const HEADINGS = ['what', 'requests/s', 'per processor-second', 'p50 ms', 'p99 ms', 'beside the floor'] as const;
const rows: (readonly string[])[] = [HEADINGS];
/** Adds a line to the table. */
export function row(name: string, result: Measured, note = ''): void {
  rows.push([name, result.perSecond.toFixed(0), result.perProcessorSecond.toFixed(0), result.p50.toFixed(2), result.p99.toFixed(2), note]);
}

/** Prints the table, and what follows begins a new one. */
export function printTable(): void {
  const widths = rows[0]?.map((_, column) => Math.max(...rows.map((each) => each[column]?.length ?? 0))) ?? [];
  rows.forEach((each, index) => {
    console.log(
      each
        .map((cell, column) => (column === 0 || column === 5 ? cell.padEnd(widths[column] ?? 0) : cell.padStart(widths[column] ?? 0)))
        .join('  '),
    );
    if (index === 0) console.log(widths.map((width) => '-'.repeat(width)).join('  '));
  });
}
