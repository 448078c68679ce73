import type { Command } from 'commander';
import Type from 'typebox';
import { LocalRefusal } from '../../kernel/errors.ts';
import { secureRandom } from '../../kernel/random.ts';
import { type CommandBook, type Invocation, wholeNumber } from '../invocation.ts';
import { table } from '../output.ts';
import { PortalClient } from '../portal-client.ts';

const Account = Type.Object({ teams: Type.Array(Type.Object({ teamId: Type.String(), name: Type.String() })) });
/** Release lead of the demonstration's supplier. */
const RELEASE_LEAD = 'release@localspine.example';
const FEWEST_KEY_BITS = 2048;

/** `localspine rehearse …`: whole journeys against the running LocalSpine. */
export function addRehearsals(program: Command, book: CommandBook): void {
  const rehearse = book.group(program, 'rehearse', 'rehearse a whole journey against the running LocalSpine');
  book
    .add(
      rehearse,
      'release',
      'from the use case to a live call in PROD: three access modes, two organisations; tells what people would have waited for',
      release,
    )
    .option('--as <email>', 'who releases (default: the release lead of the demonstration)')
    .option('--product <name>', 'name of the product', 'Care Vista Link')
    .option('--product-version <version>', 'its version (default: drawn)')
    .option('--key-bits <bits>', 'size of the key pairs', wholeNumber(FEWEST_KEY_BITS, 8192), FEWEST_KEY_BITS);
}

async function release(invocation: Invocation): Promise<void> {
  const portal = PortalClient.of(invocation, invocation.text('as') ?? RELEASE_LEAD);
  const [team] = (await portal.call(Account, 'GET', '/account')).teams;
  if (team === undefined)
    throw new LocalRefusal(409, 'no_team', 'Who releases is in no team.', 'Create one: npx localspine portal team create NAME --as EMAIL');
  const { ReleaseRehearsal } = await import('../rehearsal/release.ts');
  const rehearsal = new ReleaseRehearsal(invocation, portal, {
    team,
    product: invocation.requiredText('product'),
    version: invocation.text('productVersion') ?? `rehearsal-${secureRandom.text(6, 'abcdefghijkmnpqrstuvwxyz23456789')}`,
    keyBits: invocation.number('keyBits') ?? FEWEST_KEY_BITS,
  });
  const done = await rehearsal.run();
  invocation.result(done, () =>
    [
      table(done.steps.map(({ step, detail, milliseconds }) => [step, `${milliseconds} ms`, detail])),
      '',
      `Live after ${(done.milliseconds / 1_000).toFixed(1)} s. With people as reviewers, one after the other:`,
      ...done.waits.map((each) => `  ${each}`),
      `  together ${done.workingDays} working days (${done.documentedWorkingDays} published, the rest estimated)`,
      '',
      `The road: ${done.url}`,
    ].join('\n'),
  );
}
