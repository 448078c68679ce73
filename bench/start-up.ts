import { LocalSpine } from '../test/helpers/localspine.ts';
import { median, residentMegabytes, short } from './measure.ts';

/** How long a first and a later start take to the first answer, and the memory of three environments. */
export async function startUp(): Promise<void> {
  const cold: number[] = [];
  const warm: number[] = [];
  let resident = 0;
  for (let round = 0; round < (short ? 2 : 5); round += 1) {
    const spine = new LocalSpine();
    for (const times of [cold, warm]) {
      const from = performance.now();
      await spine.start();
      await spine.call('INT', '/_localspine/health');
      times.push(performance.now() - from);
      for (const id of ['DEP', 'PROD']) await spine.call(id, '/_localspine/health');
      resident = Math.max(resident, residentMegabytes(spine.pid));
      await spine.stop();
    }
    await spine.remove();
  }
  console.log(`first boot to first answer, three environments: ${median(cold).toFixed(0)} ms (aim 5000)`);
  console.log(`warm boot to first answer, three environments:  ${median(warm).toFixed(0)} ms (aim 1500)`);
  console.log(`memory, three environments open and seeded:      ${resident.toFixed(0)} MiB (aim 250)\n`);
}
