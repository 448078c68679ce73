import { type Command, Option } from 'commander';
import { AuthoritiesAnswer, AuthorityChangeAnswer } from '../answers.ts';
import type { CommandBook, Invocation } from '../invocation.ts';
import { table } from '../output.ts';

const REASONS = ['unspecified', 'keyCompromise', 'affiliationChanged', 'superseded', 'cessationOfOperation', 'privilegeWithdrawn'];

/** `localspine certificate authorities|renew-authority|revoke-authority`: the life of an environment's sub CAs. */
export function addAuthorityCommands(certificate: Command, book: CommandBook): void {
  book.add(certificate, 'authorities', 'list the sub CAs, and those of before', list);
  book
    .add(certificate, 'renew-authority', 'have the root sign a sub CA anew; its key and all certificates stay', renew)
    .addOption(generation());
  book
    .add(certificate, 'revoke-authority', 'have the root revoke a sub CA: every certificate below it loses its worth', revoke)
    .addOption(generation())
    .addOption(new Option('--reason <reason>', 'why').choices(REASONS).default('unspecified'))
    .option('--yes', 'do not ask');
}

function generation(): Option {
  return new Option('--generation <number>', 'which of the two').choices(['1', '2']).default('2');
}

async function list(invocation: Invocation): Promise<void> {
  const answer = await invocation.client().call(AuthoritiesAnswer, 'GET', '/pki/authorities');
  invocation.result({ environment: invocation.environment, ...answer }, () =>
    table([
      ...answer.authorities.map((each) => [each.generation, each.commonName, each.serial, `until ${each.until.slice(0, 10)}`]),
      ...answer.former.map((each) => [
        each.generation,
        each.commonName,
        each.serial,
        each.revoked === undefined ? `replaced ${each.replacedAt.slice(0, 10)}` : invocation.paint('red', `revoked: ${each.revoked}`),
      ]),
    ]),
  );
}

async function renew(invocation: Invocation): Promise<void> {
  const change = await invocation.client().call(AuthorityChangeAnswer, 'POST', `${pathOf(invocation)}/renew`, {});
  invocation.result(change, `${change.commonName} has the serial number ${change.serial} now, until ${change.until}.`);
}

async function revoke(invocation: Invocation): Promise<void> {
  await invocation.agree(
    `This revokes a sub CA of ${invocation.environment} for good, and with it every certificate it has signed: systems', smartcards' and the doors' own.`,
  );
  const body = { reason: invocation.requiredText('reason') };
  const change = await invocation.client().call(AuthorityChangeAnswer, 'POST', `${pathOf(invocation)}/revoke`, body);
  invocation.result(
    change,
    `${change.commonName} (${change.former.serial}) is revoked, and ${change.revokedCertificates} certificates with it. The new one is ${change.serial}.`,
  );
}

function pathOf(invocation: Invocation): string {
  return `/pki/authorities/generation-${invocation.requiredText('generation')}`;
}
