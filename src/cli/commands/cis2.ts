import { type Command, Option } from 'commander';
import Type from 'typebox';
import { RelyingPartiesAnswer, RelyingPartyAnswer, type RelyingPartyView, SessionsAnswer } from '../answers.ts';
import { type CommandBook, type Invocation, UsageError } from '../invocation.ts';
import { jsonFile } from '../json-file.ts';
import { table } from '../output.ts';

const METHODS = ['client_secret_post', 'client_secret_basic', 'private_key_jwt'] as const;
const STEPS = ['publish', 'sign', 'withdraw'] as const;

/** `localspine cis2 …`: relying parties that sign their users in with CIS2 or the simulated log-on. */
export function addCis2Commands(program: Command, book: CommandBook): void {
  const cis2 = book.group(program, 'cis2', 'relying parties of CIS2 and the simulated log-on, their sessions, and signing keys');
  book
    .add(cis2, 'register', 'register a relying party; its secret is shown this once', register)
    .requiredOption('--name <name>', 'name')
    .requiredOption('--redirect-uri <url...>', 'where the code may be sent; may be repeated')
    .addOption(new Option('--auth <method>', 'how it shows who it is').choices(METHODS).default('client_secret_post'))
    .option('--jwks <file>', 'private_key_jwt: file with its public key set')
    .option('--jwks-uri <url>', 'private_key_jwt: where its public key set is')
    .option('--backchannel-logout-uri <url>', 'where it wants to be told of ended sessions')
    .option('--post-logout-redirect-uri <url...>', 'where the browser may go after logging out')
    .option('--scope <scopes>', 'scopes it may ask for (default: all)')
    .option('--refresh-tokens', 'give it refresh tokens');
  book.add(cis2, 'list', 'list the relying parties', async (invocation) => {
    const { clients } = await invocation.client().call(RelyingPartiesAnswer, 'GET', '/identity/clients');
    invocation.result({ environment: invocation.environment, clients }, () =>
      clients.length === 0
        ? `${invocation.environment} has no relying parties. Make one with: npx localspine cis2 register`
        : table(clients.map((each) => [each.client_id, each.token_endpoint_auth_method, each.client_name, each.redirect_uris.join(' ')])),
    );
  });
  book.add(cis2, 'show <clientId>', 'show one relying party', async (invocation) => show(invocation, 'GET', ''));
  book.add(cis2, 'renew-secret <clientId>', 'give it a new secret; the old one is dead at once', async (invocation) =>
    show(invocation, 'POST', '/secret'),
  );
  book.add(cis2, 'remove <clientId>', 'remove a relying party', async (invocation) => {
    const id = invocation.argument(0);
    await invocation.client().raw('DELETE', `/identity/clients/${encodeURIComponent(id)}`);
    invocation.result({ removed: id }, `${id} is removed.`);
  });
  addSessions(cis2, book);
}

function addSessions(cis2: Command, book: CommandBook): void {
  book.add(cis2, 'sessions', 'list who is signed in', async (invocation) => {
    const { sessions } = await invocation.client().call(SessionsAnswer, 'GET', '/identity/sessions');
    invocation.result({ environment: invocation.environment, sessions }, () =>
      sessions.length === 0 ? 'Nobody is signed in.' : table(sessions.map((each) => [each.sid, each.userId, each.provider, each.method])),
    );
  });
  book.add(cis2, 'end-session <sid>', 'end a session; its relying parties are told', async (invocation) => {
    await invocation.client().raw('DELETE', `/identity/sessions/${encodeURIComponent(invocation.argument(0))}`);
    invocation.result({ ended: invocation.argument(0) }, 'The session has ended.');
  });
  book
    .add(
      cis2,
      'rotate-keys',
      'take one step of a key rotation: publish a new key, sign with it, withdraw the old one',
      async (invocation) => {
        const path = `/identity/keys/${invocation.requiredText('provider')}/${invocation.requiredText('step')}`;
        const answer = await invocation.client().call(Type.Object({ keys: Type.Record(Type.String(), Type.String()) }), 'POST', path);
        invocation.result(answer, () => table(Object.entries(answer.keys).map(([kid, state]) => [kid, state])));
      },
    )
    .addOption(new Option('--step <step>', 'which step').choices(STEPS).makeOptionMandatory())
    .addOption(new Option('--provider <provider>', 'whose keys').choices(['cis2', 'mock']).default('cis2'));
}

async function register(invocation: Invocation): Promise<void> {
  const method = invocation.requiredText('auth');
  const jwks = invocation.text('jwks');
  if (method !== 'private_key_jwt' && (jwks !== undefined || invocation.text('jwksUri') !== undefined))
    throw new UsageError('keys go with --auth private_key_jwt');
  const optional = {
    jwks_uri: invocation.text('jwksUri'),
    backchannel_logout_uri: invocation.text('backchannelLogoutUri'),
    post_logout_redirect_uris: invocation.texts('postLogoutRedirectUri'),
    scope: invocation.text('scope'),
    jwks: jwks === undefined ? undefined : jsonFile(jwks),
    grant_types: invocation.flag('refreshTokens') ? ['authorization_code', 'refresh_token'] : undefined,
  };
  const made = await invocation.client().call(RelyingPartyAnswer, 'POST', '/identity/clients', {
    client_name: invocation.requiredText('name'),
    redirect_uris: invocation.texts('redirectUri'),
    token_endpoint_auth_method: method,
    ...Object.fromEntries(Object.entries(optional).filter(([, value]) => value !== undefined)),
  });
  print(invocation, made);
}

async function show(invocation: Invocation, method: 'GET' | 'POST', below: string): Promise<void> {
  const path = `/identity/clients/${encodeURIComponent(invocation.argument(0))}${below}`;
  print(invocation, await invocation.client().call(RelyingPartyAnswer, method, path));
}

function print(invocation: Invocation, client: RelyingPartyView): void {
  invocation.result(client, () =>
    table([
      ['client id', client.client_id],
      ...(client.client_secret === undefined ? [] : [['client secret', client.client_secret]]),
      ['authentication', client.token_endpoint_auth_method],
      ['redirect URIs', client.redirect_uris.join(' ')],
      ['issuer', `${invocation.client().place.baseUrl}/openam/oauth2/realms/root/realms/NHSIdentity/realms/Healthcare`],
    ]),
  );
}
