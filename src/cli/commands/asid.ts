import { type Command, Option } from 'commander';
import Type, { type Static } from 'typebox';
import type { CommandBook, Invocation } from '../invocation.ts';
import { table } from '../output.ts';

const Text = Type.String();
const Asid = Type.Object({
  asid: Text,
  state: Text,
  odsCode: Text,
  displayName: Text,
  partyKey: Text,
  services: Type.Array(Text),
  interactions: Type.Array(Text),
  requestId: Type.Optional(Text),
  boundTo: Type.Optional(Type.Object({ appId: Text, name: Text })),
  retiredAt: Type.Optional(Text),
});
const AsidsAnswer = Type.Object({ asids: Type.Array(Asid) });
const OutcomeAnswer = Type.Intersect([Asid, Type.Object({ warnings: Type.Array(Text) })]);
const API = '/directory/asids';

/** `localspine asid …`: ASIDs of an environment, and which services share one (path-to-live.md §3.6). */
export function addAsidCommands(program: Command, book: CommandBook): void {
  const asid = book.group(program, 'asid', 'ASIDs: allocate, name, join with services, retire');
  book
    .add(asid, 'list', 'list ASIDs', list)
    .option('--ods <code>', 'of one organisation')
    .addOption(new Option('--state <state>', 'only those').choices(['allocated', 'bound', 'retired']));
  book.add(asid, 'show <asid>', 'show one, in use or retired', async (invocation) => {
    show(invocation, await invocation.client().call(Asid, 'GET', pathOf(invocation)), []);
  });
  book
    .add(asid, 'allocate <requestId>', 'allocate one; the same request gets the same ASID', allocate)
    .requiredOption('--ods <code>', 'organisation the system is for')
    .requiredOption('--services <ids>', 'services it serves, separated by commas: ers, pds, eps, scr, nems, cp-is, gp-connect')
    .option('--product <key>', 'product key (localspine directory products)')
    .option('--product-name <name>', 'name of the product, when it is not registered')
    .addOption(new Option('--access-mode <mode>', 'access mode').choices(['user-restricted', 'application-restricted']))
    .addOption(new Option('--capability <capability>', 'of an application-restricted one').choices(['referrer', 'provider']))
    .option('--display-name <name>', 'by the national pattern when left out');
  book.add(asid, 'rename <asid> <displayName>', 'give it another display name', async (invocation) => {
    const body = { displayName: invocation.argument(1) };
    outcome(invocation, await invocation.client().call(OutcomeAnswer, 'PUT', `${pathOf(invocation)}/display-name`, body));
  });
  book
    .add(asid, 'join <asid> <service>', 'let it serve one service more, where the services may share an ASID', async (invocation) => {
      const body = { service: invocation.argument(1), confirmed: invocation.flag('confirmed') };
      outcome(invocation, await invocation.client().call(OutcomeAnswer, 'POST', `${pathOf(invocation)}/services`, body));
    })
    .option('--confirmed', 'somebody has asked about a service no rule is known for');
  book
    .add(asid, 'retire <asid>', 'retire it for good', async (invocation) => {
      await invocation.agree(`This retires the ASID ${invocation.argument(0)} of ${invocation.environment} for good.`);
      outcome(invocation, await invocation.client().call(OutcomeAnswer, 'DELETE', pathOf(invocation)));
    })
    .option('--yes', 'do not ask');
}

function pathOf(invocation: Invocation): string {
  return `${API}/${encodeURIComponent(invocation.argument(0))}`;
}

async function list(invocation: Invocation): Promise<void> {
  const [ods, state] = [invocation.text('ods'), invocation.text('state')];
  const query = new URLSearchParams({ ...(ods === undefined ? {} : { ods }), ...(state === undefined ? {} : { state }) });
  const { asids } = await invocation.client().call(AsidsAnswer, 'GET', `${API}?${query}`);
  invocation.result({ environment: invocation.environment, asids }, () =>
    asids.length === 0
      ? 'No ASIDs.'
      : table(asids.map((each) => [each.asid, each.state, each.odsCode, each.displayName, each.boundTo?.name ?? ''])),
  );
}

async function allocate(invocation: Invocation): Promise<void> {
  const options = Object.entries({
    productKey: invocation.text('product'),
    productName: invocation.text('productName'),
    accessMode: invocation.text('accessMode'),
    capability: invocation.text('capability'),
    displayName: invocation.text('displayName'),
  }).filter(([, value]) => value !== undefined);
  const body = {
    requestId: invocation.argument(0),
    odsCode: invocation.requiredText('ods').toUpperCase(),
    services: invocation
      .requiredText('services')
      .split(/[\s,]+/)
      .filter((each) => each !== ''),
    ...Object.fromEntries(options),
  };
  outcome(invocation, await invocation.client().call(OutcomeAnswer, 'POST', API, body));
}

function outcome(invocation: Invocation, asid: Static<typeof OutcomeAnswer>): void {
  show(invocation, asid, asid.warnings);
}

function show(invocation: Invocation, asid: Static<typeof Asid>, warnings: readonly string[]): void {
  invocation.result(asid, () =>
    table([
      ['ASID', asid.asid],
      ['name', asid.displayName],
      ['organisation', asid.odsCode],
      ['state', asid.state],
      ['services', asid.services.join(', ')],
      ['party key', asid.partyKey],
      ...(asid.boundTo === undefined ? [] : [['bound to', `${asid.boundTo.name} (${asid.boundTo.appId})`]]),
      ...warnings.map((each) => ['note', each]),
    ]),
  );
}
