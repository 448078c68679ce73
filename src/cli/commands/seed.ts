import type { Command } from 'commander';
import { ResetAnswer } from '../answers.ts';
import type { CommandBook } from '../invocation.ts';

/** `localspine seed`: puts the seed data back. The same as `reset` without `--all`: seed data and made data share their tables. */
export function addSeed(program: Command, book: CommandBook): void {
  book
    .add(program, 'seed', 'put the seed data back (the same as "reset": data made since is lost)', async (invocation) => {
      await invocation.agree(`This puts the seed data of ${invocation.environment} back; referrals and bookings made since are lost.`);
      invocation.progress(`Writing the seed data of ${invocation.environment} …`);
      const answer = await invocation.client().call(ResetAnswer, 'POST', '/reset', {});
      invocation.result(
        answer,
        `${invocation.environment} has its seed data back. Its text is LOCALSPINE_SEED; your own data goes in through the import (docs/import.md).`,
      );
    })
    .option('--yes', 'do not ask');
}
