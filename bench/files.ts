/** Files under load: uploads and downloads of 5 MB, and downloads of 100 MB through the link of A042, with the server's memory beside. */
import { readFileSync, writeFileSync } from 'node:fs';
import type { LocalSpine } from '../test/helpers/localspine.ts';
import type { LoadPlan, LoadResult } from './load.ts';

const MEGABYTE = 1024 * 1024;
const SMALL = 5 * MEGABYTE;
const BIG = 100 * MEGABYTE;
const UBRN = '000000070001';

/** What measurements of files need of the bench around them. */
export interface FileBench<Result extends LoadResult> {
  readonly spine: LocalSpine;
  /** A plan for a call of e-RS as a referrer. */
  readonly plan: (path: string, parts: Partial<LoadPlan>) => Promise<LoadPlan>;
  /** Runs a plan against a process. */
  readonly measure: (pid: number, plan: LoadPlan) => Result;
  readonly milliseconds: number;
}

/** One line of the table. */
export interface FileMeasurement<Result> {
  readonly name: string;
  readonly result: Result;
  readonly note: string;
}

/** Measures, one after the other. The notes tell the throughput, and the memory before, at its highest and after. */
export async function measureFiles<Result extends LoadResult>(bench: FileBench<Result>): Promise<readonly FileMeasurement<Result>[]> {
  const small = await putFile(bench.spine, 'bench-5.txt', SMALL);
  const big = await putFile(bench.spine, 'bench-100.txt', BIG);
  const timing = { connections: 4, milliseconds: bench.milliseconds };
  const upload = await bench.plan('/STU3/Binary', { ...timing, bodies: ['x'.repeat(SMALL)], expect: 201 });
  const headers = { ...upload.headers, 'content-type': 'text/plain', 'nhsd-ers-file-name': 'bench.txt' };
  const download = await bench.plan(`/STU3/Binary/${small}`, timing);
  const linked = async (id: string, connections: number): Promise<LoadPlan> => ({
    ...download,
    url: await linkTo(bench, id),
    headers: {},
    connections,
  });
  return [
    watched('A020 upload, 5 MB', SMALL, bench, { ...upload, headers }),
    watched('A006 download, 5 MB', SMALL, bench, download),
    watched('A042 link, 5 MB', SMALL, bench, await linked(small, 4)),
    watched('A042 link, 100 MB', BIG, bench, await linked(big, 2)),
  ];
}

/** Where A042 sends a client to. */
async function linkTo({ spine, plan }: Pick<FileBench<LoadResult>, 'spine' | 'plan'>, id: string): Promise<string> {
  const { url, headers } = await plan(`/R4/Binary/${id}`, {});
  const reply = await spine.call('INT', url, { headers: { ...headers } });
  const { location } = reply.headers;
  if (reply.status !== 307 || location === undefined) throw new Error(`${reply.status} ${reply.text}`);
  return location;
}

function watched<Result extends LoadResult>(
  name: string,
  bytes: number,
  bench: Pick<FileBench<Result>, 'spine' | 'measure'>,
  plan: LoadPlan,
): FileMeasurement<Result> {
  const { pid } = bench.spine;
  const before = memory(pid, 'VmRSS');
  writeFileSync(`/proc/${pid}/clear_refs`, '5'); // the high-water mark begins anew (proc(5))
  const result = bench.measure(pid, plan);
  const rate = (result.requests * bytes) / MEGABYTE / result.seconds;
  return {
    name,
    result,
    note: `${rate.toFixed(0)} MB/s; memory ${before} → ${memory(pid, 'VmHWM')} at most → ${memory(pid, 'VmRSS')} MiB`,
  };
}

/** Memory of a process in MiB (Linux). */
function memory(pid: number, name: 'VmRSS' | 'VmHWM'): string {
  const kilobytes = Number(new RegExp(`${name}:\\s+(\\d+)`).exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1] ?? 0);
  return (kilobytes / 1024).toFixed(0);
}

async function putFile(spine: LocalSpine, name: string, size: number): Promise<string> {
  const reply = await spine.call('INT', `/_localspine/ers/files?ubrn=${UBRN}`, {
    method: 'POST',
    body: Buffer.alloc(size, 'x'),
    headers: { 'content-type': 'text/plain', 'nhsd-ers-file-name': name },
  });
  if (reply.status !== 201) throw new Error(reply.text);
  return reply.json.fileId;
}
