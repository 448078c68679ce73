/**
 * `npm run bench`: what is fast, measured the same way every time. One run, medians, printed as a table. `--short` for a quick look (CI),
 * `--large` adds the load of 100,000 referrals. Each topic is a module that takes the LocalSpine under test and adds its rows.
 */
import { mkdtempSync, rmSync } from 'node:fs';
import { cpus, tmpdir } from 'node:os';
import { join } from 'node:path';
import { benchDirectory } from './directory.ts';
import { measureFiles } from './files.ts';
import { benchListings } from './listings.ts';
import { CONNECTIONS, large, MILLISECONDS, measure, printTable, ROUNDS, residentMegabytes, row, short } from './measure.ts';
import { benchPortal } from './portal.ts';
import { benchRegistration } from './registration.ts';
import { benchReadAmongMany, benchSingleRequests } from './single-requests.ts';
import { startUp } from './start-up.ts';
import { referrer, startSubject } from './subject.ts';
import { benchTokens } from './tokens.ts';

console.log(
  `LocalSpine bench: ${cpus().length} cores (${cpus()[0]?.model ?? ''}), Node ${process.version}, ${ROUNDS} rounds of ${MILLISECONDS} ms, ${CONNECTIONS} connections, HTTPS keep-alive\n`,
);
await startUp();
console.log('');
const folder = mkdtempSync(join(tmpdir(), 'localspine-bench-'));
const bench = await startSubject();
try {
  const read = await benchSingleRequests(bench, folder);
  const files = await measureFiles({
    spine: bench.spine,
    plan: (path, parts) => bench.plan(referrer, path, parts),
    measure,
    milliseconds: MILLISECONDS,
  });
  for (const each of files) row(each.name, each.result, each.note);
  await benchRegistration(bench.spine);
  await benchListings(bench);
  if (large) await benchReadAmongMany(bench, read);
  printTable();
  console.log('');
  await benchTokens({ short });
  console.log('');
  await benchDirectory({ short });
  console.log('');
  await benchPortal({ short });
  console.log(`\nmemory after all this, INT alone: ${residentMegabytes(bench.spine.pid).toFixed(0)} MiB`);
} finally {
  await bench.spine.remove();
  rmSync(folder, { recursive: true, force: true });
}
