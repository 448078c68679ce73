import { resolve } from 'node:path';
import { type Command, Option } from 'commander';
import Type, { type Static } from 'typebox';
import { type CommandBook, type Invocation, UsageError } from '../invocation.ts';
import { jsonFile } from '../json-file.ts';
import { table } from '../output.ts';
import { PortalClient } from '../portal-client.ts';

const Text = Type.String();
const Verdict = Type.Object({
  outcome: Text,
  faults: Type.Array(Type.Object({ code: Text, severity: Text, why: Text, fix: Text })),
  suggestion: Type.Optional(Text),
});
const Application = Type.Object({
  appId: Text,
  environment: Text,
  name: Text,
  accessMode: Text,
  state: Text,
  missing: Type.Array(Type.Object({ what: Text, who: Text, effect: Text })),
  api: Type.Optional(Type.Object({ product: Text, status: Text })),
  callbackUrl: Type.Optional(Text),
  asid: Type.Optional(Text),
  kids: Type.Array(Text),
});
type Application = Static<typeof Application>;
const Request = Type.Object({ requestId: Text, state: Text, asid: Type.Optional(Text), organisation: Text, use: Text });
const Checks = Type.Array(Type.Object({ check: Text, outcome: Text, why: Type.Optional(Text) }));

/** `localspine portal application …`: what the pages of *Environment access* do. */
export function addPortalApplicationCommands(portal: Command, book: CommandBook): void {
  const application = book.group(portal, 'application', 'applications: register, add the API, keys, secrets, ASID');
  addReading(application, book);
  addRegistering(application, book);
  addCredentials(application, book);
  addAsid(application, book);
  addOperating(application, book);
}

function pathOf(invocation: Invocation, rest = ''): string {
  return `/applications/${encodeURIComponent(invocation.argument(0))}${rest}`;
}

function show(invocation: Invocation, application: Application): void {
  invocation.result(application, () =>
    [
      table([
        ['AppID', application.appId],
        ['name', application.name],
        ['environment', application.environment],
        ['access mode', application.accessMode],
        ['state', application.state],
        ['API', application.api === undefined ? '(none)' : `${application.api.product} (${application.api.status})`],
        ['callback URL', application.callbackUrl ?? '(none)'],
        ['public keys', application.kids.join(', ') || '(none)'],
        ['ASID', application.asid ?? '(none)'],
      ]),
      ...application.missing.map((each) => `Missing: ${each.what} (${each.who}) ${each.effect}`),
    ].join('\n'),
  );
}

function verdictText({ faults, suggestion }: Static<typeof Verdict>): string {
  return [
    ...faults.map((each) => `${each.severity}: ${each.why} ${each.fix}`),
    ...(suggestion === undefined ? [] : [`It should be: ${suggestion}`]),
  ].join('\n');
}

function addReading(application: Command, book: CommandBook): void {
  book.add(application, 'list', 'list applications; with --environment those of one', async (invocation) => {
    const query = invocation.environmentChosen ? `?environment=${invocation.environment}` : '';
    const answer = await PortalClient.of(invocation).call(
      Type.Object({ applications: Type.Array(Application) }),
      'GET',
      `/applications${query}`,
    );
    invocation.result(answer, () =>
      answer.applications.length === 0
        ? 'There are no applications.'
        : table(answer.applications.map((each) => [each.appId, each.environment, each.state, each.asid ?? 'no ASID', each.name])),
    );
  });
  book.add(application, 'show <appId>', 'show one: how far it has come, and what is missing', async (invocation) =>
    show(invocation, await PortalClient.of(invocation).call(Application, 'GET', pathOf(invocation))),
  );
  book.add(application, 'usage <appId>', 'exchanges by outcome, and the last errors with what to do', async (invocation) => {
    const Outcome = Type.Object({ operation: Text, status: Type.Integer(), verdict: Text, count: Type.Integer() });
    const Failure = Type.Object({
      at: Text,
      method: Text,
      url: Text,
      status: Type.Integer(),
      why: Type.Optional(Text),
      fix: Type.Optional(Text),
    });
    const shape = Type.Object({ exchanges: Type.Integer(), outcomes: Type.Array(Outcome), errors: Type.Array(Failure) });
    const usage = await PortalClient.of(invocation).call(shape, 'GET', pathOf(invocation, '/usage'));
    invocation.result(usage, () =>
      [
        table([
          ['operation', 'status', 'verdict', 'count'],
          ...usage.outcomes.map((each) => [each.operation, String(each.status), each.verdict, String(each.count)]),
        ]),
        ...usage.errors.map((each) => `${each.at}  ${each.status} ${each.method} ${each.url}\n  ${each.why ?? ''} ${each.fix ?? ''}`),
      ].join('\n'),
    );
  });
}

const MODES = new Option('--mode <mode>', 'access mode').choices(['user-restricted', 'application-restricted']);
const CAPABILITIES = new Option('--capability <side>', 'of an application-restricted one').choices(['referrer', 'provider']);

/** The members of a body whose options were given. */
function given(invocation: Invocation, names: Readonly<Record<string, string>>): Record<string, string> {
  return Object.fromEntries(
    Object.entries(names).flatMap(([member, option]) => {
      const value = invocation.text(option);
      return value === undefined ? [] : [[member, value]];
    }),
  );
}

const NAME_MEMBERS = { accessMode: 'mode', supplier: 'supplier', app: 'app', name: 'name' } as const;

function addRegistering(application: Command, book: CommandBook): void {
  book
    .add(application, 'name', 'build a name, or judge one, by the guidance', async (invocation) => {
      const body = { environment: invocation.environment, strict: invocation.flag('strict'), ...given(invocation, NAME_MEMBERS) };
      const shape = Type.Object({ name: Text, verdict: Verdict });
      const answer = await PortalClient.of(invocation).call(shape, 'POST', '/applications/name-checks', body);
      if (answer.verdict.outcome === 'refused') invocation.exitCode = 1;
      invocation.result(answer, () => [answer.name, verdictText(answer.verdict) || 'It follows the guidance.'].join('\n'));
    })
    .addOption(MODES)
    .option('--supplier <name>', 'supplier name')
    .option('--app <name>', 'app name')
    .option('--name <name>', 'a whole name, to be judged')
    .option('--strict', 'a fault refuses it');
  book
    .add(application, 'register', 'register an application: AppID, API key, and a secret that is shown once', async (invocation) => {
      const members = {
        ...NAME_MEMBERS,
        capability: 'capability',
        teamId: 'team',
        appId: 'appId',
        product: 'product',
        productVersion: 'productVersion',
      };
      const body = { environment: invocation.environment, strict: invocation.flag('strict'), ...given(invocation, members) };
      if (invocation.text('name') === undefined && invocation.text('app') === undefined) throw new UsageError('--app or --name is missing');
      const shape = Type.Object({
        appId: Text,
        environment: Text,
        apiKey: Text,
        secret: Type.Optional(Text),
        name: Text,
        verdict: Verdict,
      });
      const made = await PortalClient.of(invocation).call(shape, 'POST', '/applications', body);
      invocation.result(made, () =>
        [
          table([
            ['AppID', made.appId],
            ['environment', made.environment],
            ['name', made.name],
            ['API key', made.apiKey],
            ['secret', made.secret ?? '(shown before)'],
          ]),
          verdictText(made.verdict),
        ].join('\n'),
      );
    })
    .addOption(new Option('--mode <mode>', 'access mode').choices(['user-restricted', 'application-restricted']).makeOptionMandatory())
    .addOption(CAPABILITIES)
    .option('--team <id>', 'application owner; you personally when left out')
    .option('--supplier <name>', 'supplier name; that of the owner when left out')
    .option('--app <name>', 'app name')
    .option('--name <name>', 'a whole name instead')
    .option('--product <name>', 'DEP: the product it belongs to, as in its plan under Getting connected')
    .option('--product-version <version>', 'DEP: the version that has access')
    .option('--app-id <id>', 'an AppID of your own, so that the command can be repeated')
    .option('--strict', 'a name that differs from the guidance is refused');
  book
    .add(application, 'rename <appId> <name>', 'give it another name', async (invocation) => {
      const body = { name: invocation.argument(1), strict: invocation.flag('strict') };
      const shape = Type.Object({ application: Application, verdict: Verdict });
      const { application: renamed } = await PortalClient.of(invocation).call(shape, 'PUT', pathOf(invocation, '/name'), body);
      show(invocation, renamed);
    })
    .option('--strict', 'a name that differs from the guidance is refused');
  book
    .add(application, 'add-api <appId> <product>', 'add its one API', async (invocation) => {
      const body = { product: invocation.argument(1), ...given(invocation, { callbackUrl: 'callbackUrl' }) };
      show(invocation, await PortalClient.of(invocation).call(Application, 'PUT', pathOf(invocation, '/api'), body));
    })
    .option('--callback-url <url>', 'callback URL, which a user-restricted API needs');
  book.add(application, 'callback <appId> <url>', 'set the one callback URL', async (invocation) => {
    const body = { callbackUrl: invocation.argument(1) };
    show(invocation, await PortalClient.of(invocation).call(Application, 'PUT', pathOf(invocation, '/callback'), body));
  });
}

function keySource(invocation: Invocation): { readonly jwks: unknown } | { readonly jwksUrl: string } {
  const [file, jwksUrl] = [invocation.text('jwks'), invocation.text('jwksUrl')];
  if ((file === undefined) === (jwksUrl === undefined)) throw new UsageError('give --jwks FILE or --jwks-url URL');
  return jwksUrl === undefined ? { jwks: jsonFile(resolve(invocation.surroundings.folder, file ?? '')) } : { jwksUrl };
}

function addCredentials(application: Command, book: CommandBook): void {
  for (const [verb, description] of [
    ['set-keys', 'register a public key set, or its address'],
    ['check-keys', 'make every check of a public key set, and register nothing'],
  ] as const)
    book
      .add(application, `${verb} <appId>`, description, async (invocation) => {
        const checking = verb === 'check-keys';
        const { checks } = await PortalClient.of(invocation).call(
          Type.Object({ checks: Checks }),
          checking ? 'POST' : 'PUT',
          pathOf(invocation, checking ? '/key-checks' : '/keys'),
          keySource(invocation),
        );
        if (checks.some((each) => each.outcome === 'failed')) invocation.exitCode = 1;
        invocation.result({ checks }, () => table(checks.map((each) => [each.outcome, each.check, each.why ?? ''])));
      })
      .option('--jwks <file>', 'file with the public key set (localspine key create)')
      .option('--jwks-url <url>', 'its address');
  const secrets = Type.Object({ apiKey: Text, secret: Type.Optional(Text), environment: Text });
  book
    .add(application, 'new-secret <appId>', 'make a new API key; its secret is shown once', async (invocation) => {
      const body = { revokeOthers: invocation.flag('revokeOthers') };
      const made = await PortalClient.of(invocation).call(secrets, 'POST', pathOf(invocation, '/secrets'), body);
      invocation.result(made, () =>
        table([
          ['environment', made.environment],
          ['API key', made.apiKey],
          ['secret', made.secret ?? '(shown before)'],
        ]),
      );
    })
    .option('--revoke-others', 'revoke the others at once');
  book.add(application, 'revoke-key <appId> <apiKey>', 'revoke one API key', async (invocation) =>
    show(
      invocation,
      await PortalClient.of(invocation).call(
        Application,
        'DELETE',
        pathOf(invocation, `/secrets/${encodeURIComponent(invocation.argument(1))}`),
      ),
    ),
  );
}

function addAsid(application: Command, book: CommandBook): void {
  book
    .add(application, 'request-asid <appId>', 'ask for its ASID: at once in INT and DEP, waiting in PROD', async (invocation) => {
      const allowList = invocation.text('allowList')?.split(',');
      const body = {
        ...given(invocation, { odsCode: 'ods', product: 'product', actingUser: 'user' }),
        ...(allowList === undefined ? {} : { allowList: allowList.map((each) => each.trim()) }),
      };
      const request = await PortalClient.of(invocation).call(Request, 'POST', pathOf(invocation, '/asid-requests'), body);
      invocation.result(request, `${request.use} for ${request.organisation}: ${request.asid ?? request.state}`);
    })
    .requiredOption('--ods <code>', 'end-user organisation; the connecting party where one ASID serves all of them')
    .option('--allow-list <codes>', 'end-user organisations with commas, where one ASID serves all of them')
    .requiredOption('--product <name>', 'product name, for the display name')
    .option('--user <id>', 'user id that an application-restricted one acts with');
  book.add(application, 'allocate-asid <requestId>', 'allocate and bind what was asked for (operators)', async (invocation) => {
    const path = `/asid-requests/${encodeURIComponent(invocation.argument(0))}/allocate`;
    const request = await PortalClient.of(invocation).call(Request, 'POST', path, {});
    invocation.result(request, `${request.use} for ${request.organisation}: ${request.asid ?? request.state}`);
  });
  const Done = Type.Object({ done: Type.Literal(true) });
  book.add(application, 'bind-asid <appId> <asid>', 'bind an ASID that is there (operators)', async (invocation) => {
    await PortalClient.of(invocation).call(Done, 'PUT', pathOf(invocation, '/asid'), { asid: invocation.argument(1) });
    invocation.result({ done: true }, `${invocation.argument(1)} is bound.`);
  });
  book.add(application, 'unbind-asid <appId>', 'take the ASID off (operators)', async (invocation) => {
    await PortalClient.of(invocation).call(Done, 'DELETE', pathOf(invocation, '/asid'));
    invocation.result({ done: true }, 'The application has no ASID.');
  });
}

function addOperating(application: Command, book: CommandBook): void {
  for (const [verb, path, description] of [
    ['approve-api', '/api/approve', 'approve the API that waits (operators)'],
    ['suspend', '/suspend', 'refuse its keys and tokens until it is resumed (operators)'],
    ['resume', '/resume', 'let it call again (operators)'],
  ] as const)
    book.add(application, `${verb} <appId>`, description, async (invocation) =>
      show(invocation, await PortalClient.of(invocation).call(Application, 'POST', pathOf(invocation, path), {})),
    );
  book
    .add(application, 'revoke <appId>', 'revoke it for good', async (invocation) => {
      await invocation.agree(`This revokes the application ${invocation.argument(0)} for good.`);
      show(invocation, await PortalClient.of(invocation).call(Application, 'POST', pathOf(invocation, '/revoke'), {}));
    })
    .option('--yes', 'do not ask');
}
