import { type Command, Option } from 'commander';
import Type, { type Static } from 'typebox';
import { type CommandBook, type Invocation, UsageError } from '../invocation.ts';
import { table } from '../output.ts';

const Text = Type.String();
const ProductAnswer = Type.Object({
  productKey: Text,
  manufacturerOdsCode: Text,
  name: Text,
  version: Text,
  kind: Text,
  messageSet: Type.Array(Text),
  additionalInteractions: Type.Array(Text),
});
const RegistrationAnswer = Type.Object({
  partyKey: Text,
  odsCode: Text,
  version: Type.Number(),
  product: ProductAnswer,
  accreditedSystems: Type.Array(Type.Object({ asid: Text })),
  messageHandlingSystems: Type.Array(Type.Object({ cpaId: Text, endpoints: Type.Array(Text) })),
});
const RequestAnswer = Type.Object({
  requestId: Text,
  state: Text,
  odsCode: Text,
  manufacturerOdsCode: Text,
  wish: Type.Object({ kind: Text }),
  reason: Type.Optional(Text),
  outcome: Type.Optional(
    Type.Object({
      partyKey: Type.Optional(Text),
      asid: Type.Optional(Text),
      cpaIds: Type.Array(Text),
      name: Type.Optional(
        Type.Object({
          fqdn: Text,
          registeredBy: Text,
          addresses: Type.Array(Text),
          certificate: Type.Optional(Type.Object({ serial: Text, expiresAt: Type.Number() })),
          advice: Type.Optional(Text),
        }),
      ),
    }),
  ),
});
const GrantAnswer = Type.Object({ userId: Text, duty: Text, odsCode: Text });
const ChangesAnswer = Type.Object({
  changes: Type.Array(Type.Object({ changeNumber: Type.Number(), changedAt: Type.Number(), type: Text, actor: Text })),
});
const API = '/endpoint-registration';
const DUTIES = ['endpoint-administrator', 'approver', 'dns-approver', 'directory-administrator'] as const;
const RECORDS = [
  'accredited-system',
  'message-handling-system',
  'product',
  'party-key',
  'interaction',
  'organisation',
  'person',
  'role-profile',
] as const;

/** `localspine directory …`: the register of systems, as the endpoint registration service changes it. */
export function addDirectoryCommands(program: Command, book: CommandBook): void {
  const directory = book.group(program, 'directory', 'systems, products, requests and duties of the directory');
  addReading(directory, book);
  addRegistering(directory, book);
  addDuties(directory, book);
}

function addReading(directory: Command, book: CommandBook): void {
  book
    .add(directory, 'systems', 'list registered systems', async (invocation) => {
      const ods = invocation.text('ods');
      const shape = Type.Object({ registrations: Type.Array(RegistrationAnswer) });
      const query = ods === undefined ? '' : `?ods=${encodeURIComponent(ods)}`;
      const { registrations } = await invocation.client().call(shape, 'GET', `${API}/registrations${query}`);
      invocation.result({ environment: invocation.environment, registrations }, () =>
        registrations.length === 0
          ? 'No systems are registered there.'
          : table(
              registrations.map((each) => [
                each.odsCode,
                each.partyKey,
                each.product.productKey,
                `${each.product.name} ${each.product.version}`,
                each.accreditedSystems.map(({ asid }) => asid).join(' ') || 'no ASID',
                `${each.messageHandlingSystems.length} CPA ids`,
              ]),
            ),
      );
    })
    .option('--ods <code>', 'of one organisation');
  book.add(directory, 'products', 'list manufacturers, products and versions', async (invocation) => {
    const shape = Type.Object({ products: Type.Array(ProductAnswer) });
    const { products } = await invocation.client().call(shape, 'GET', `${API}/products`);
    invocation.result({ environment: invocation.environment, products }, () =>
      table(products.map((each) => [each.productKey, each.manufacturerOdsCode, `${each.name} ${each.version}`, each.kind])),
    );
  });
  book.add(directory, 'requests', 'list requests for registration', async (invocation) => {
    const shape = Type.Object({ requests: Type.Array(RequestAnswer) });
    const { requests } = await invocation.client().call(shape, 'GET', `${API}/requests`);
    invocation.result({ environment: invocation.environment, requests }, () =>
      requests.length === 0
        ? 'There are no requests.'
        : table(requests.map((each) => [each.requestId, each.state, each.wish.kind, each.odsCode, each.manufacturerOdsCode])),
    );
  });
  book.add(directory, 'history <kind> <id>', `show the changes of a record: ${RECORDS.join(', ')}`, async (invocation) => {
    const [kind, id] = [invocation.argument(0), invocation.argument(1)];
    if (!RECORDS.some((each) => each === kind)) throw new UsageError(`the kind of a record is one of ${RECORDS.join(', ')}`);
    const { changes } = await invocation.client().call(ChangesAnswer, 'GET', `${API}/history/${kind}/${encodeURIComponent(id)}`);
    invocation.result({ environment: invocation.environment, kind, id, changes }, () =>
      changes.length === 0
        ? 'Nothing was changed since the environment was made.'
        : table(changes.map((each) => [String(each.changeNumber), new Date(each.changedAt).toISOString(), each.type, each.actor])),
    );
  });
}

function addRegistering(directory: Command, book: CommandBook): void {
  book
    .add(directory, 'add-product', 'register a product or a new version', async (invocation) => {
      const list = (name: string): readonly string[] => (invocation.text(name) ?? '').split(/[\s,]+/).filter((each) => each !== '');
      const product = await invocation.client().call(ProductAnswer, 'POST', `${API}/products`, {
        manufacturerOdsCode: invocation.requiredText('maker'),
        name: invocation.requiredText('name'),
        version: invocation.requiredText('productVersion'),
        kind: invocation.requiredText('kind'),
        messageSet: list('takes'),
        additionalInteractions: list('sends'),
      });
      invocation.result(product, `Product ${product.productKey}: ${product.name} ${product.version} of ${product.manufacturerOdsCode}.`);
    })
    .requiredOption('--maker <code>', 'ODS code of the manufacturer')
    .requiredOption('--name <name>', 'name of the product')
    .requiredOption('--product-version <version>', 'version of the product')
    .addOption(new Option('--kind <kind>', 'takes messages, sends them, or both').choices(['CMA', 'MHS', 'AS']).makeOptionMandatory())
    .option('--takes <ids>', 'interaction ids it takes, separated by commas')
    .option('--sends <ids>', 'interaction ids it only sends, separated by commas');
  book
    .add(directory, 'register', 'register a system: party key, ASID and CPA ids', (invocation) =>
      submit(invocation, {
        kind: 'register',
        odsCode: invocation.requiredText('ods'),
        productKey: invocation.requiredText('product'),
        ...given(invocation, ['fqdn', 'endpoint', 'partyKey', 'ipAddress', 'description']),
      }),
    )
    .requiredOption('--ods <code>', 'organisation that will use the product')
    .requiredOption('--product <key>', 'product key (localspine directory products)')
    .option('--fqdn <name>', 'host name; needed when the product takes messages')
    .option('--endpoint <url>', 'endpoint (default: https:// and the host name)')
    .option('--party-key <key>', 'an existing party key, to share it')
    .option('--ip-address <address>', 'source address')
    .option('--description <text>', 'description')
    .option('--as <user>', 'send it as this person, with their duties');
  book
    .add(directory, 'change-address <partyKey> <productKey>', 'move a system to another host or endpoint', async (invocation) =>
      submit(invocation, {
        ...(await changeOf(invocation, 'change-address')),
        fqdn: invocation.requiredText('fqdn'),
        ...given(invocation, ['endpoint']),
      }),
    )
    .requiredOption('--fqdn <name>', 'host name')
    .option('--endpoint <url>', 'endpoint (default: https:// and the host name)')
    .option('--as <user>', 'send it as this person, with their duties');
  book
    .add(directory, 'change-version <partyKey> <productKey>', 'move a system to another version of its product', async (invocation) =>
      submit(invocation, { ...(await changeOf(invocation, 'change-version')), newProductKey: invocation.requiredText('to') }),
    )
    .requiredOption('--to <productKey>', 'product key of the version')
    .option('--as <user>', 'send it as this person, with their duties');
  book
    .add(directory, 'retire <partyKey> <productKey>', 'take a system out of the directory', async (invocation) =>
      submit(invocation, await changeOf(invocation, 'retire')),
    )
    .option('--as <user>', 'send it as this person, with their duties');
  book
    .add(directory, 'decide <requestId>', 'decide on a request', async (invocation) => {
      const id = encodeURIComponent(invocation.argument(0));
      const body = { event: invocation.requiredText('event'), ...given(invocation, ['reason', 'as']) };
      show(invocation, await invocation.client().call(RequestAnswer, 'POST', `${API}/requests/${id}/decision`, body));
    })
    .addOption(new Option('--event <event>', 'what to do').choices(['approve-dns', 'approve', 'refuse', 'withdraw']).makeOptionMandatory())
    .option('--reason <text>', 'why it is refused')
    .option('--as <user>', 'decide as this person, with their duties');
}

function given(invocation: Invocation, names: readonly string[]): Readonly<Record<string, string>> {
  return Object.fromEntries(
    names.flatMap((name) => {
      const value = invocation.text(name);
      return value === undefined ? [] : [[name, value]];
    }),
  );
}

/** What a change says of the registration it is about: its keys, and its version as it is now. */
async function changeOf(invocation: Invocation, kind: string): Promise<object> {
  const [partyKey, productKey] = [invocation.argument(0), invocation.argument(1)];
  const path = `${API}/registrations/${encodeURIComponent(partyKey)}/${encodeURIComponent(productKey)}`;
  const { version } = await invocation.client().call(RegistrationAnswer, 'GET', path);
  return { kind, partyKey, productKey, version };
}

/** Sends a wish to the registration service and shows what became of it. */
export async function submit(invocation: Invocation, wish: object): Promise<void> {
  const as = invocation.text('as');
  const body = { wish, ...(as === undefined ? {} : { as }) };
  show(invocation, await invocation.client().call(RequestAnswer, 'POST', `${API}/requests`, body));
}

function show(invocation: Invocation, request: Static<typeof RequestAnswer>): void {
  const { outcome } = request;
  const { name } = outcome ?? {};
  invocation.result(request, () =>
    table([
      ['request', request.requestId],
      ['state', request.state],
      ...(request.reason === undefined ? [] : [['reason', request.reason]]),
      ...(outcome === undefined
        ? []
        : outcome.partyKey === undefined
          ? []
          : [
              ['party key', outcome.partyKey],
              ['ASID', outcome.asid ?? '(none)'],
              ['CPA ids', outcome.cpaIds.join(' ') || '(none)'],
            ]),
      ...(name === undefined
        ? []
        : [
            ['host name', `${name.fqdn} (resolves to ${name.addresses.join(' ') || 'nothing'})`],
            ['certificate', name.certificate?.serial ?? name.advice ?? '(none)'],
          ]),
    ]),
  );
}

function addDuties(directory: Command, book: CommandBook): void {
  for (const [name, method, text] of [
    ['grant', 'POST', 'give a person a duty'],
    ['revoke', 'DELETE', 'take a duty away'],
  ] as const)
    book
      .add(directory, name, text, async (invocation) => {
        const maker = invocation.text('maker');
        const body = {
          userId: invocation.requiredText('user'),
          duty: invocation.requiredText('duty'),
          ...(maker === undefined ? {} : { odsCode: maker }),
        };
        await invocation.client().call(Type.Unknown(), method, `${API}/grants`, body);
        invocation.result({ environment: invocation.environment, done: name, ...body }, `${body.userId}: ${name} ${body.duty}`);
      })
      .requiredOption('--user <id>', 'user id, 12 digits')
      .addOption(new Option('--duty <duty>', 'the duty').choices(DUTIES).makeOptionMandatory())
      .option('--maker <code>', 'with endpoint-administrator: the maker whose systems they register');
  book.add(directory, 'duties', 'list who has which duty', async (invocation) => {
    const shape = Type.Object({ grants: Type.Array(GrantAnswer) });
    const { grants } = await invocation.client().call(shape, 'GET', `${API}/grants`);
    invocation.result({ environment: invocation.environment, grants }, () =>
      table(grants.map((each) => [each.userId, each.duty, each.odsCode])),
    );
  });
}
