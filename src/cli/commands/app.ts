import { join } from 'node:path';
import { type Command, Option } from 'commander';
import { ENVIRONMENTS } from '../../environment/definitions.ts';
import { LocalRefusal } from '../../kernel/errors.ts';
import { ApplicationAnswer, ApplicationsAnswer, type NewApplication, registerApplication } from '../gateway-applications.ts';
import { type CommandBook, type Invocation, UsageError } from '../invocation.ts';
import {
  applicationsFolder,
  keepApplication,
  keptApplications,
  type LocalApplication,
  makeKeyPair,
  writePrivate,
} from '../local-applications.ts';
import { table } from '../output.ts';

/** National guidance: 4096 bits (identity.md C.11). */
const KEY_BITS = 4096;
const MODES = ['application-restricted', 'user-restricted'] as const;

/** `localspine app …`: applications of the API platform. */
export function addAppCommands(program: Command, book: CommandBook): void {
  const app = book.group(program, 'app', 'applications of the API platform, with their keys');
  book
    .add(app, 'create', 'make an application with key pair, products and ASID in one step', create)
    .addOption(new Option('--mode <mode>', 'how it calls').choices(MODES).makeOptionMandatory())
    .addOption(
      new Option('--capability <side>', 'which side of a referral it works on').choices(['referrer', 'provider']).default('provider'),
    )
    .option('--ods <code>', 'organisation it acts for', 'R69')
    .option('--name <name>', 'name (default: made from environment and mode)')
    .option('--product <name>', 'API product it subscribes to (default: that of e-RS for the mode)')
    .option('--callback-url <url>', 'callback URL; user-restricted only');
  book.add(app, 'list', 'list the applications of an environment', async (invocation) => {
    const { applications } = await invocation.client().call(ApplicationsAnswer, 'GET', '/gateway/applications');
    const kept = new Set(keptApplications(invocation.configuration, invocation.slug).map((each) => each.application.appId));
    const shown = applications.map((each) => ({ ...each, keysHere: kept.has(each.appId) }));
    invocation.result({ environment: invocation.environment, applications: shown }, () =>
      shown.length === 0
        ? `${invocation.environment} has no applications. Make one with: npx localspine app create --mode application-restricted`
        : table(shown.map((each) => [each.appId, each.accessMode, each.asid ?? 'no ASID', each.keysHere ? 'keys here' : '', each.name])),
    );
  });
  book.add(app, 'show <appId>', 'show one application', async (invocation) => {
    const application = await invocation
      .client()
      .call(ApplicationAnswer, 'GET', `/gateway/applications/${encodeURIComponent(invocation.argument(0))}`);
    invocation.result(application, () => JSON.stringify(application, null, 2));
  });
}

async function create(invocation: Invocation): Promise<void> {
  const { environment, slug, configuration } = invocation;
  const mode: NewApplication['mode'] = invocation.requiredText('mode') === 'user-restricted' ? 'user-restricted' : 'application-restricted';
  if (ENVIRONMENTS[environment].access === 'open')
    throw new LocalRefusal(
      409,
      'open_access',
      `${environment} takes no applications: e-RS answers there without a token.`,
      'Call it as it is, or choose --environment int.',
    );
  const callbackUrl = invocation.text('callbackUrl');
  if (mode === 'application-restricted' && callbackUrl !== undefined)
    throw new UsageError('--callback-url goes with --mode user-restricted');
  const client = invocation.client();
  if (environment === 'PROD') invocation.terminal.note('PROD: this is an operator’s override; the record of the application says so.');
  if (environment === 'DEP') invocation.terminal.note('DEP: this is an operator’s override; the portal shows it as made past it.');
  invocation.progress(`Making a key pair of ${KEY_BITS} bits …`);
  const keys = await makeKeyPair(`${slug}-1`, KEY_BITS);
  const made = await registerApplication(client, {
    name:
      invocation.text('name') ??
      `LocalSpine - ${environment} - e-Referral Service - ${mode === 'user-restricted' ? 'User-restricted' : 'Application-restricted'}`,
    mode,
    capability: invocation.text('capability') === 'referrer' ? 'referrer' : 'provider',
    ods: invocation.text('ods') ?? 'R69',
    callbackUrl: mode === 'user-restricted' ? (callbackUrl ?? `${client.place.baseUrl}/_localspine/demo/callback`) : undefined,
    product: invocation.text('product'),
    jwks: keys.jwks,
  });
  const folder = join(applicationsFolder(configuration, slug), made.appId);
  const privateKeyPath = writePrivate(folder, 'private-key.pem', keys.privateKeyPem);
  const application: LocalApplication = {
    appId: made.appId,
    name: made.name,
    environment,
    mode,
    apiKey: made.apiKey,
    secret: made.secret,
    kid: keys.kid,
    privateKeyPath,
    asid: made.asid ?? null,
    callbackUrl: made.callbackUrl ?? null,
  };
  const path = keepApplication(folder, 'application', application);
  const { appId, apiKey, secret, kid, asid } = application;
  invocation.result({ appId, apiKey, secret, kid, privateKeyPath, asid, callbackUrl: application.callbackUrl }, () =>
    [
      table([
        ['AppID', appId],
        ['API key', apiKey],
        ['secret', secret],
        ['kid', kid],
        ['private key', privateKeyPath],
        ['ASID', asid ?? '(none)'],
        ['callback URL', application.callbackUrl ?? '(none)'],
        ['kept in', path],
      ]),
      '',
      `Try: npx localspine token --environment ${slug} --app ${appId}`,
    ].join('\n'),
  );
}
