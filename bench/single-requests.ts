import { createReferralBody } from '../test/helpers/messages.ts';
import { startFloor } from './floor-process.ts';
import type { LoadPlan } from './load.ts';
import { CONNECTIONS, type Measured, MILLISECONDS, measure, medianOf, ROUNDS, row, short } from './measure.ts';
import { referrer, type Subject, USER } from './subject.ts';

const PATH = '/STU3/ReferralRequest/000000070001';

/** A read beside the floor in alternating rounds, a write, and a token request. Gives the read, to compare with when there is more data. */
export async function benchSingleRequests(bench: Subject, folder: string): Promise<Measured> {
  const token: string = (await bench.supplier.userToken(bench.app, USER)).json.access_token;
  const sample = await bench.supplier.ers(token, referrer, PATH);
  if (sample.status !== 200) throw new Error(sample.text);
  const floor = await startFloor(folder, sample.text);
  const rounds: { floor: Measured[]; read: Measured[] } = { floor: [], read: [] };
  const floorPlan: LoadPlan = {
    url: `https://localhost:${floor.port}/row/17`,
    method: 'GET',
    headers: {},
    caPath: floor.caPath,
    connections: CONNECTIONS,
    milliseconds: MILLISECONDS,
    expect: 200,
  };
  const readPlan = await bench.plan(referrer, PATH);
  measure(floor.pid, floorPlan); // warm up both
  measure(bench.spine.pid, readPlan);
  for (let round = 0; round < ROUNDS; round += 1) {
    rounds.floor.push(measure(floor.pid, floorPlan));
    rounds.read.push(measure(bench.spine.pid, readPlan));
  }
  floor.stop();
  const [atFloor, read] = [medianOf(rounds.floor), medianOf(rounds.read)];
  row('floor: Fastify, Kysely, one row', atFloor, `${sample.bytes.length} bytes`);
  row(
    'A005 retrieve referral',
    read,
    `${(read.perProcessorSecond / atFloor.perProcessorSecond).toFixed(2)} of its work per processor-second (aim 0.5, at least 0.33); p99 ×${(read.p99 / atFloor.p99).toFixed(1)} (aim 3)`,
  );
  const bodies = [createReferralBody()];
  row(
    'A011 create referral',
    measure(bench.spine.pid, await bench.plan(referrer, '/STU3/ReferralRequest/$ers.createReferral', { bodies, expect: 201 })),
  );
  const tokens = measure(bench.spine.pid, {
    url: bench.supplier.tokenUrl(),
    method: 'POST',
    headers: { 'content-type': 'application/x-www-form-urlencoded' },
    bodies: bench.assertions(short ? 800 : 3_000),
    once: true,
    caPath: bench.caPath,
    connections: CONNECTIONS,
    milliseconds: 60_000,
    expect: 401,
  });
  row('token request: JWT checked to the end', tokens, 'RS512 verified; refused for want of an application scope');
  return read;
}

/** The same read among 100,000 referrals. */
export async function benchReadAmongMany(bench: Subject, read: Measured): Promise<void> {
  const many = measure(bench.spine.pid, await bench.plan(referrer, PATH));
  row('A005 with 100,000 referrals', many, `median ${((many.p50 / read.p50 - 1) * 100).toFixed(0)} % slower than with few (aim below 20)`);
}
