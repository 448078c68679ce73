import type { Command } from 'commander';
import Type from 'typebox';
import { type CommandBook, UsageError } from '../invocation.ts';
import { table } from '../output.ts';

const Name = Type.Object({
  name: Type.String(),
  addresses: Type.Array(Type.String()),
  odsCode: Type.Optional(Type.String()),
  registeredAt: Type.String(),
});
const NamesAnswer = Type.Object({ names: Type.Array(Name) });
const ZonesAnswer = Type.Object({
  zones: Type.Array(Type.String()),
  publishedNames: Type.Array(Type.String()),
  addresses: Type.Array(Type.String()),
  range: Type.Optional(Type.String()),
});
const WithdrawnAnswer = Type.Object({ withdrawn: Type.String() });

/** `localspine dns`: the zones of an environment, and names of one's own in them (PTL-011). */
export function addDnsCommands(program: Command, book: CommandBook): void {
  const dns = book.group(program, 'dns', 'names of an environment');
  book.add(dns, 'zones', 'show what the name server answers for', async (invocation) => {
    const zones = await invocation.client().call(ZonesAnswer, 'GET', '/dns');
    invocation.result({ environment: invocation.environment, ...zones }, () =>
      [...zones.zones, '', `Names point to ${zones.range ?? zones.addresses.join(', ')}`].join('\n'),
    );
  });
  book.add(dns, 'list', 'list the names that were registered', async (invocation) => {
    const { names } = await invocation.client().call(NamesAnswer, 'GET', '/dns/names');
    invocation.result({ environment: invocation.environment, names }, () =>
      names.length === 0
        ? 'No name is registered.'
        : table(names.map((each) => [each.name, each.addresses.join(' '), each.odsCode ?? '-'])),
    );
  });
  book
    .add(
      dns,
      'register <name> [addresses...]',
      'register a name below nhs.uk; it points to this machine when no address is given',
      async (invocation) => {
        const ods = invocation.text('ods');
        const given = invocation.list(1);
        const body = {
          name: invocation.argument(0),
          ...(given.length > 0 && { addresses: given }),
          ...(ods !== undefined && { odsCode: ods }),
        };
        const entry = await invocation.client().call(Name, 'POST', '/dns/names', body);
        invocation.result({ environment: invocation.environment, ...entry }, `${entry.name} points to ${entry.addresses.join(', ')}.`);
      },
    )
    .option('--ods <code>', 'organisation it belongs to');
  book
    .add(dns, 'request <name> [addresses...]', 'ask for a name, as the form to the DNS team does', async (invocation) => {
      const { submit } = await import('./directory.ts');
      const addresses = invocation.list(1);
      return submit(invocation, {
        kind: 'register-name',
        odsCode: invocation.requiredText('ods').toUpperCase(),
        fqdn: invocation.argument(0),
        ...(addresses.length > 0 && { addresses }),
      });
    })
    .requiredOption('--ods <code>', 'organisation it will belong to')
    .option('--as <user>', 'ask as this person');
  book.add(dns, 'withdraw <name>', 'take a registered name away', async (invocation) => {
    const name = invocation.argument(0);
    if (name.includes('/')) throw new UsageError('the name is not a path');
    const answer = await invocation.client().call(WithdrawnAnswer, 'DELETE', `/dns/names/${encodeURIComponent(name)}`);
    invocation.result({ environment: invocation.environment, ...answer }, `${answer.withdrawn} is gone.`);
  });
}
