import { X509Certificate } from 'node:crypto';
import { mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { type Command, Option } from 'commander';
import Type from 'typebox';
import { ENVIRONMENTS } from '../../environment/definitions.ts';
import { LocalRefusal, messageOf } from '../../kernel/errors.ts';
import { ManifestAnswer } from '../answers.ts';
import { findEnvironment, readRunning } from '../client.ts';
import type { CardReader } from '../identity-agent/agent.ts';
import { askAgent, StatusAnswer, type StatusView } from '../identity-agent/running-agent.ts';
import {
  CLIENT_IDS,
  CLIENTS,
  type ClientId,
  FORMATS,
  readSettings,
  type Settings,
  SettingsError,
  type SettingsPlace,
  settingsFile,
} from '../identity-agent/settings.ts';
import { type CommandBook, type Invocation, wholeNumber } from '../invocation.ts';
import { writePrivate } from '../local-applications.ts';
import { table } from '../output.ts';
import { CardPageAnswer } from '../smartcards.ts';

const CredentialAnswer = Type.Object({
  cardNumber: Type.String(),
  certificatePem: Type.String(),
  privateKeyPem: Type.String(),
});
/** How often the reader is looked at. */
const FOLLOW_MILLISECONDS = 1_000;
/** Above the base and the environment's block of ports. */
const AGENT_PORT = 46;

/** `localspine identity-agent …`: the stand-in for the Identity Agent of a workstation (identity.md A.6, A.7). */
export function addIdentityAgentCommands(program: Command, book: CommandBook): void {
  const agent = book.group(program, 'identity-agent', 'stand-in for the Identity Agent of a workstation, and settings for the real one');
  withPasscode(
    book
      .add(agent, 'start', 'run the agent; it answers desktop software on this machine until Ctrl-C', start)
      .option('--card <card>', 'card to put in at once: its number, or the user id of its holder')
      .option('--role <roleProfileId>', 'role to put in force when the user has it')
      .option('--settings <file>', 'settings file (.reg, .ini or .json) that names the environment; left out, the running one')
      .option('--port <number>', 'port of the ticket API on loopback (default: base + block + 46)', wholeNumber(0, 65_535))
      .option('--push <url>', 'listener on this machine that is handed each ticket: PUT <url>/set_ticket/<ticket>')
      .option('--ticket-file <file>', 'where the ticket is kept while somebody is signed on'),
  );
  withPasscode(book.add(agent, 'insert <card>', 'put a card into the running agent and sign on', insert));
  book.add(agent, 'remove', 'take the card out of the running agent: the session ends', async (invocation) => {
    await askAgent(invocation, 'DELETE', '/card');
    invocation.result({ card: null }, 'The card is out; the session has ended.');
  });
  book.add(agent, 'status', 'show who is signed on, and in which role', async (invocation) =>
    show(invocation, await askAgent(invocation, 'GET', '/status', StatusAnswer)),
  );
  book.add(agent, 'role <roleProfileId>', 'put a role of the user in force', async (invocation) =>
    show(invocation, await askAgent(invocation, 'PUT', '/role', StatusAnswer, { roleProfileId: invocation.argument(0) })),
  );
  book
    .add(agent, 'ticket', 'print the ticket; signs on when nobody is', async (invocation) => {
      const ticket = await askAgent(invocation, 'POST', invocation.flag('new') ? '/ticket/new' : '/ticket');
      invocation.result({ ticket }, ticket);
    })
    .option('--new', 'of a new session; the one before ends');
  book
    .add(agent, 'settings', 'write the settings of an Identity Agent for this environment', settings)
    .addOption(new Option('--client <client>', 'which agent').choices(CLIENT_IDS).default('hscic-ia2-64'))
    .addOption(new Option('--format <format>', 'reg for Windows; ini and json for the stand-in').choices(FORMATS).default('reg'))
    .addOption(
      new Option('--host-names <which>', 'addresses of this machine, or the published ones')
        .choices(['local', 'published'])
        .default('local'),
    )
    .option('--out <file>', 'file to write; left out, the text is printed');
}

function withPasscode(command: Command): void {
  command.option('--passcode <digits>', 'passcode of the card').option('--passcode-file <file>', 'file that holds the passcode');
}

/** From the option, a file, or the person; never shown. Throws LocalRefusal when nobody can be asked. */
async function passcodeOf(invocation: Invocation): Promise<string> {
  const given = invocation.text('passcode');
  if (given !== undefined) return given;
  const file = invocation.text('passcodeFile');
  if (file !== undefined) return readFile(file).toString('utf8').trim();
  if (!invocation.terminal.interactive)
    throw new LocalRefusal(400, 'passcode_missing', 'Nobody is here to type the passcode.', 'Add --passcode or --passcode-file.');
  return invocation.terminal.secret('Passcode of the card:');
}

async function start(invocation: Invocation): Promise<void> {
  const [{ IdentityAgent }, { SpineClient }, { serveTickets }, { ticketPush }] = await Promise.all([
    import('../identity-agent/agent.ts'),
    import('../identity-agent/spine-client.ts'),
    import('../identity-agent/ticket-api.ts'),
    import('../identity-agent/ticket-push.ts'),
  ]);
  const { caPath } = invocation.client().place;
  const card = invocation.text('card');
  const passcode = card === undefined ? '' : await passcodeOf(invocation);
  const folder = join(invocation.configuration.home, invocation.slug, 'identity-agent');
  mkdirSync(folder, { recursive: true, mode: 0o700 });
  const ticketFile = invocation.text('ticketFile') ?? join(folder, 'ticket');
  const client = new SpineClient(await agentSettings(invocation), readFileSync(caPath, 'utf8'));
  const pushTo = invocation.text('push');
  const push =
    pushTo === undefined ? undefined : ticketPush(pushTo, invocation.client().place.baseUrl, (why) => invocation.terminal.note(why));
  const agent = new IdentityAgent({ client, reader: readerOf(invocation), ticketFile, preferredRole: invocation.text('role'), push });
  const server = await serveTickets(agent, invocation.number('port') ?? defaultPort(invocation));
  const address = server.address();
  const url = `http://127.0.0.1:${typeof address === 'object' && address !== null ? address.port : 0}`;
  const stopped = new Promise<void>((resolve) => {
    for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.once(signal, () => resolve());
  });
  const following = setInterval(() => {
    agent.follow().catch((error: unknown) => invocation.terminal.note(`The card reader did not answer: ${messageOf(error)}`));
  }, FOLLOW_MILLISECONDS);
  try {
    if (card !== undefined) await agent.insert(card, passcode);
    writePrivate(folder, 'agent.json', JSON.stringify({ url, pid: process.pid }));
    invocation.result({ url, ticketFile, ...agent.status() }, () =>
      table([
        ['ticket API', `${url}/ticket`],
        ['ticket file', ticketFile],
        ['signed on', agent.status().name ?? 'nobody; put a card in with: npx localspine identity-agent insert'],
      ]),
    );
    await stopped;
  } finally {
    clearInterval(following);
    rmSync(join(folder, 'agent.json'), { force: true });
    await agent.remove().catch((error: unknown) => invocation.terminal.note(messageOf(error)));
    server.close();
    server.closeAllConnections();
    await client.close();
  }
}

function defaultPort({ configuration, environment }: Invocation): number {
  return configuration.portBase === 0 ? 0 : configuration.portBase + ENVIRONMENTS[environment].portBlock + AGENT_PORT;
}

/** Virtual cards of the running environment, through its admin API. */
function readerOf(invocation: Invocation): CardReader {
  const client = invocation.client();
  const at = (card: string, below = ''): string => `/identity/cards/${encodeURIComponent(card)}${below}`;
  return {
    async insert(card, passcode) {
      const { userId } = await client.call(CardPageAnswer, 'GET', at(card));
      const credential = await client.call(CredentialAnswer, 'POST', at(card, '/credential'), { passcode });
      await client.raw('POST', at(credential.cardNumber, '/insert'));
      return { userId, ...credential };
    },
    async remove(cardNumber) {
      await client.raw('POST', at(cardNumber, '/remove'));
    },
    async isIn(cardNumber) {
      const { inserted, state } = await client.call(CardPageAnswer, 'GET', at(cardNumber));
      return inserted && state === 'active';
    },
  };
}

async function agentSettings(invocation: Invocation): Promise<Settings> {
  const file = invocation.text('settings');
  const content = file === undefined ? settingsFile('json', 'bt-ia13', await placeOf(invocation)) : readFile(file);
  try {
    return readSettings(content);
  } catch (error) {
    if (!(error instanceof SettingsError)) throw error;
    throw new LocalRefusal(
      400,
      'agent_settings',
      `${file ?? 'The settings'} cannot be read: ${error.message}.`,
      'Make one with: npx localspine identity-agent settings',
    );
  }
}

async function settings(invocation: Invocation): Promise<void> {
  const client: ClientId = CLIENT_IDS.find((each) => each === invocation.text('client')) ?? 'hscic-ia2-64';
  const format = FORMATS.find((each) => each === invocation.text('format')) ?? 'reg';
  const file = settingsFile(format, client, await placeOf(invocation));
  const out = invocation.text('out');
  const text = file.toString(format === 'reg' ? 'utf16le' : 'utf8').replace(/^\uFEFF/, '');
  if (out === undefined) {
    invocation.result({ client, format, text }, text.trimEnd());
    return;
  }
  try {
    writeFileSync(out, file);
  } catch (error) {
    throw new LocalRefusal(400, 'file_unwritable', `${out} cannot be written (${messageOf(error)}).`);
  }
  invocation.result(
    { client, format, out, bytes: file.length },
    `Settings of the ${CLIENTS[client].title} for ${invocation.environment} are in ${out}.`,
  );
}

async function placeOf(invocation: Invocation): Promise<SettingsPlace> {
  const manifest = await invocation.client().call(ManifestAnswer, 'GET', '/manifest');
  const published = manifest.publishedNames.find((each) => each.startsWith('gas.'));
  const local = invocation.text('hostNames') !== 'published' || published === undefined;
  return {
    environment: manifest.id,
    gas: local ? manifest.baseUrl : `https://${published}`,
    portal: new URL(readRunning(invocation.configuration)?.portal ?? manifest.baseUrl).href,
    issuers: issuersIn(readFileSync(findEnvironment(invocation.configuration, invocation.environment).caPath, 'utf8')),
  };
}

/** Authorities that sign cards, as the agents write names: the other way round. */
function issuersIn(pem: string): readonly string[] {
  const certificates = pem.match(/-----BEGIN CERTIFICATE-----[^-]+-----END CERTIFICATE-----/g) ?? [];
  return certificates
    .map((each) => new X509Certificate(each))
    .filter((each) => each.subject !== each.issuer)
    .map((each) => each.subject.split('\n').reverse().join(', '));
}

async function insert(invocation: Invocation): Promise<void> {
  const passcode = await passcodeOf(invocation);
  show(invocation, await askAgent(invocation, 'PUT', '/card', StatusAnswer, { card: invocation.argument(0), passcode }));
}

function show(invocation: Invocation, status: StatusView): void {
  invocation.result(status, () =>
    table([
      ['card', status.card === undefined ? 'none' : `${status.card.cardNumber} of ${status.card.userId}`],
      ['signed on', status.name ?? 'nobody'],
      ...status.roles.map((each) => [
        each.roleProfileId === status.roleProfileId ? 'role in force' : 'role',
        `${each.roleProfileId} at ${each.odsCode}: ${each.name}`,
      ]),
    ]),
  );
}

function readFile(path: string): Buffer {
  try {
    return readFileSync(path);
  } catch (error) {
    throw new LocalRefusal(400, 'bad_file', `${path} cannot be read (${messageOf(error)}).`);
  }
}
