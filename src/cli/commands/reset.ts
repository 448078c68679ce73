import type { Command } from 'commander';
import { ResetAnswer } from '../answers.ts';
import { createDemo } from '../demo.ts';
import type { CommandBook } from '../invocation.ts';

/** `localspine reset [--all]`: puts seed data back, or begins the environment anew. */
export function addReset(program: Command, book: CommandBook): void {
  book
    .add(program, 'reset', 'put seed data, clock and faults back as they were; applications and certificates stay', async (invocation) => {
      const all = invocation.flag('all');
      const { environment } = invocation;
      await invocation.agree(
        all
          ? `This begins ${environment} anew: applications, people and all data are lost.`
          : `This puts the seed data of ${environment} back; referrals and bookings made since are lost.`,
      );
      invocation.progress(`Resetting ${environment} …`);
      const client = invocation.client();
      const answer = await client.call(ResetAnswer, 'POST', '/reset', all ? { all: true } : {});
      const demo = all && environment === 'INT' ? await createDemo(invocation.configuration, client) : [];
      invocation.result(
        {
          ...answer,
          ...(demo.length === 0 ? {} : { demo: demo.map(({ appId, apiKey, mode }) => ({ appId, apiKey, mode, alias: `demo/${mode}` })) }),
        },
        all
          ? `${environment} is new.${demo.length === 0 ? '' : ' The demo applications were made again.'}`
          : `${environment} has its seed data back.`,
      );
    })
    .option('--all', 'begin anew: applications and people go as well')
    .option('--yes', 'do not ask');
}
