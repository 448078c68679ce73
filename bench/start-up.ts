import { LocalSpine } from '../test/helpers/localspine.ts';
import { median, residentMegabytes, short } from './measure.ts';

const THREE = 'INT,DEP,PROD';
const ALL = 'SANDBOX,INT,DEP,PROD';

/** How long a first and a later start take to the first answer, and the memory, of three environments and of all four. */
export async function startUp(): Promise<void> {
  await measureStart('three environments', THREE);
  await measureStart('all four', ALL);
}

async function measureStart(what: string, environments: string): Promise<void> {
  const cold: number[] = [];
  const warm: number[] = [];
  let resident = 0;
  for (let round = 0; round < (short ? 2 : 5); round += 1) {
    const spine = new LocalSpine({ LOCALSPINE_ENVIRONMENTS: environments });
    for (const times of [cold, warm]) {
      const from = performance.now();
      await spine.start();
      await spine.call('INT', '/_localspine/health');
      times.push(performance.now() - from);
      for (const id of environments.split(',')) await spine.call(id, '/_localspine/health');
      resident = Math.max(resident, residentMegabytes(spine.pid));
      await spine.stop();
    }
    await spine.remove();
  }
  console.log(
    `${what}: first boot to first answer ${median(cold).toFixed(0)} ms (aim 5000), warm ${median(warm).toFixed(0)} ms (aim 1500), ` +
      `memory open and seeded ${resident.toFixed(0)} MiB (aim 250)`,
  );
}
