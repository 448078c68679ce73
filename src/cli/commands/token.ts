import { readFileSync } from 'node:fs';
import { type Command, Option } from 'commander';
import { LocalRefusal } from '../../kernel/errors.ts';
import { ManifestAnswer, type ManifestView } from '../answers.ts';
import { type CommandBook, type Invocation, UsageError, wholeNumber } from '../invocation.ts';
import { findApplication, type LocalApplication } from '../local-applications.ts';
import type { SignIn } from '../token-server.ts';

/** `localspine token`: what the token endpoint answers an application. */
export function addToken(program: Command, book: CommandBook): void {
  book
    .add(program, 'token', 'get an access token for an application made here; prints what the token endpoint answered', token)
    .requiredOption('--app <id>', 'application: its AppID, or demo/application-restricted, demo/user-restricted')
    .option('--user <uuid>', 'user-restricted: who signs in (user id, 12 digits)')
    .option('--patient <nhsNumber>', 'user-restricted: a patient who signs in with NHS login, instead of --user')
    .option('--role <roleProfile>', 'user-restricted: role profile to act in, when the user has several')
    .option('--aal <level>', 'user-restricted: authentication assurance level', wholeNumber(1, 3), 3)
    .option('--passcode <digits>', 'user-restricted: passcode of the smartcard, when it was changed')
    .addOption(new Option('--sign-in <how>', 'user-restricted: which token server').choices(['cis2', 'mock']))
    .option('--raw', 'print the access token only');
}

async function token(invocation: Invocation): Promise<void> {
  const client = invocation.client();
  const application = findApplication(invocation.configuration, invocation.slug, invocation.requiredText('app'));
  const manifest = await client.call(ManifestAnswer, 'GET', '/manifest');
  const server = tokenServer(manifest, application, invocation.text('signIn'));
  const { TokenServer } = await import('../token-server.ts');
  const answers = new TokenServer(server.tokenUrl, readFileSync(client.place.caPath, 'utf8'));
  try {
    const answer =
      application.mode === 'application-restricted'
        ? await answers.clientCredentials(application)
        : await answers.signIn(application, signInOf(invocation));
    if (answer.status >= 400) invocation.exitCode = 1;
    report(invocation, answer);
  } finally {
    await answers.close();
  }
}

function signInOf(invocation: Invocation): SignIn {
  const patient = invocation.text('patient');
  if (patient !== undefined) return { user: patient, role: undefined, aal: 3, nhsLogin: true };
  const user = invocation.text('user');
  if (user === undefined) throw new UsageError('a user-restricted application needs --user, the id of who signs in, or --patient');
  const passcode = invocation.text('passcode');
  return { user, role: invocation.text('role'), aal: invocation.number('aal') ?? 3, ...(passcode === undefined ? {} : { passcode }) };
}

/** The token server the way in asks for; the first of the environment otherwise. */
export function tokenServer(
  manifest: ManifestView,
  application: Pick<LocalApplication, 'mode'>,
  wanted: string | undefined,
): ManifestView['tokenServers'][number] {
  if (wanted !== undefined && application.mode === 'application-restricted')
    throw new UsageError('--sign-in goes with user-restricted applications');
  const found = manifest.tokenServers.find((each) => wanted === undefined || each.signIn === wanted);
  if (found === undefined)
    throw new LocalRefusal(
      404,
      'no_token_server',
      `${manifest.id} has no token server with ${wanted ?? 'any'} sign-in.`,
      `It has: ${manifest.tokenServers.map((each) => `${each.path} (${each.signIn})`).join(', ')}.`,
    );
  return found;
}

function report(invocation: Invocation, { status, body }: { status: number; body: unknown }): void {
  const accessToken =
    typeof body === 'object' && body !== null && 'access_token' in body && typeof body.access_token === 'string'
      ? body.access_token
      : undefined;
  if (invocation.flag('raw') && accessToken !== undefined) invocation.terminal.out(accessToken);
  else invocation.result(body, () => JSON.stringify(body, null, 2));
  if (status >= 400 && !invocation.json) {
    invocation.terminal.note(
      `The token endpoint answered ${status}. Why, and what to do: npx localspine journal tail --environment ${invocation.slug} --service gateway --verdict refused --limit 1`,
    );
  }
}
