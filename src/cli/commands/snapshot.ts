import type { Command } from 'commander';
import { SnapshotAnswer, SnapshotsAnswer } from '../answers.ts';
import type { CommandBook } from '../invocation.ts';
import { table } from '../output.ts';

/** `localspine snapshot …`: keep the data of an environment and go back to it. */
export function addSnapshotCommands(program: Command, book: CommandBook): void {
  const snapshot = book.group(program, 'snapshot', 'keep the data of an environment under a name, and go back to it');
  book.add(snapshot, 'save <name>', 'keep the data as it is now', async (invocation) => {
    const { name } = await invocation.client().call(SnapshotAnswer, 'POST', '/snapshots', { name: invocation.argument(0) });
    invocation.result({ environment: invocation.environment, name, saved: true }, `${invocation.environment} is kept as "${name}".`);
  });
  book
    .add(snapshot, 'load <name>', 'go back to data kept before; what came after is lost', async (invocation) => {
      const name = invocation.argument(0);
      await invocation.agree(`This replaces the data of ${invocation.environment} by the snapshot "${name}".`);
      await invocation.client().call(SnapshotAnswer, 'POST', `/snapshots/${encodeURIComponent(name)}/load`, {});
      invocation.result(
        { environment: invocation.environment, name, loaded: true },
        `${invocation.environment} is as it was in "${name}".`,
      );
    })
    .option('--yes', 'do not ask');
  book.add(snapshot, 'list', 'list what was kept', async (invocation) => {
    const { snapshots } = await invocation.client().call(SnapshotsAnswer, 'GET', '/snapshots');
    invocation.result({ environment: invocation.environment, snapshots }, () =>
      snapshots.length === 0
        ? 'No snapshots. Make one with: npx localspine snapshot save NAME'
        : table(snapshots.map((each) => [each.name, each.savedAt])),
    );
  });
}
