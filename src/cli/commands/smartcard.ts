import { type Command, Option } from 'commander';
import { type CommandBook, type Invocation, wholeNumber } from '../invocation.ts';
import { table } from '../output.ts';
import {
  CardPageAnswer,
  type CardPageView,
  type CardSummary,
  CardsAnswer,
  PersonAnswer,
  PositionAnswer,
  RbacAnswer,
} from '../smartcards.ts';

const STATES = ['requested', 'issued', 'active', 'locked', 'expired', 'revoked'] as const;
const CARD = '<card>';
const CARD_HELP = 'a card is named by its number, or by the user id of its holder';

/** `localspine smartcard …`: cards, people and positions, as the operator of the environment. */
export function addSmartcardCommands(program: Command, book: CommandBook): void {
  const smartcard = book.group(program, 'smartcard', `smartcards and who holds them; ${CARD_HELP}`);
  book
    .add(smartcard, 'list', 'list cards, of everybody or of the people whose name or id has a text', list)
    .option('--text <text>', 'part of a name or user id')
    .addOption(new Option('--state <state>', 'only cards in this state').choices(STATES))
    .option('--limit <number>', 'how many at most', wholeNumber(1, 500), 50);
  book.add(smartcard, `show ${CARD}`, 'show a card with certificates and history', (invocation) =>
    showCard(invocation, 'GET', invocation.argument(0)),
  );
  book
    .add(smartcard, 'issue <userId>', 'issue a card: active with a passcode, locked without', issue)
    .option('--passcode <digits>', '4 to 8 digits; left out, the card is issued locked')
    .addOption(new Option('--kind <kind>', 'to hold, or in software').choices(['smartcard', 'virtual']).default('smartcard'));
  const withPasscode = { unlock: 'unlock a card and set its passcode', repair: 'put new certificates and a passcode on a card' } as const;
  for (const [action, description] of Object.entries(withPasscode))
    book
      .add(smartcard, `${action} ${CARD}`, description, (invocation) => act(invocation, action))
      .requiredOption('--passcode <digits>', 'the new passcode: 4 to 8 digits');
  book
    .add(smartcard, `passcode ${CARD}`, 'change the passcode of a card', (invocation) => act(invocation, 'change-passcode'))
    .requiredOption('--passcode <digits>', 'the new passcode: 4 to 8 digits');
  const plain = {
    lock: 'lock a card, as wrong passcodes would',
    renew: 'renew the certificates of a card',
    insert: 'put a card into its reader',
    remove: 'take a card out of its reader: sessions opened with it end',
  } as const;
  for (const [action, description] of Object.entries(plain))
    book.add(smartcard, `${action} ${CARD}`, description, (invocation) => act(invocation, action));
  const withReason = { revoke: 'cancel a card for good', clear: 'wipe a card so that it can be issued again' } as const;
  for (const [action, description] of Object.entries(withReason))
    book
      .add(smartcard, `${action} ${CARD}`, description, (invocation) => act(invocation, action))
      .requiredOption('--reason <text>', 'why, for the history');
  addPeople(smartcard, book);
}

function addPeople(smartcard: Command, book: CommandBook): void {
  book
    .add(smartcard, 'register', 'register a person after checking three identity documents; gives the user id', register)
    .option('--title <title>', 'title', '')
    .requiredOption('--given-name <name>', 'given name')
    .requiredOption('--family-name <name>', 'family name')
    .requiredOption('--birth-date <date>', 'date of birth, like 1980-01-31')
    .requiredOption('--email <address>', 'email address')
    .option('--photo-document <kind>', 'document with a photograph', 'Passport')
    .option('--address-document <kind>', 'document that shows the address', 'Utility bill')
    .option('--further-document <kind>', 'a third document', 'Driving licence photocard')
    .option('--ignore-duplicate', 'somebody of that name and birth date was looked at and is another person');
  book.add(smartcard, 'person <userId>', 'show a person with positions, cards and history', async (invocation) => {
    const path = `/identity/people/${encodeURIComponent(invocation.argument(0))}`;
    const answer = await invocation.client().call(PersonAnswer, 'GET', path);
    invocation.result(answer, () =>
      [
        `${answer.name}, ${answer.person.userId}${answer.person.active ? '' : ' (closed)'}`,
        '',
        table(answer.positions.map((each) => [each.roleProfileId, each.state, each.odsCode, each.jobRoleName.replaceAll('"', '')])),
        '',
        cardTable(answer.cards),
      ].join('\n'),
    );
  });
  book
    .add(smartcard, 'position <userId>', 'give a person a position', position)
    .requiredOption('--ods <code>', 'organisation')
    .requiredOption('--job-role <code>', 'job role, like S8000:G8000:R8000 or R8000')
    .option('--activity <code...>', 'activities; may be repeated')
    .option('--area-of-work <code...>', 'areas of work; may be repeated');
  book.add(smartcard, 'rbac', 'list job roles and activities', async (invocation) => {
    const answer = await invocation.client().call(RbacAnswer, 'GET', '/identity/rbac');
    invocation.result(answer, () => table([...answer.jobRoles, ...answer.activities].map((each) => [each.code, each.name])));
  });
}

async function list(invocation: Invocation): Promise<void> {
  const [text, state] = [invocation.text('text'), invocation.text('state')];
  const query = new URLSearchParams({
    limit: String(invocation.number('limit') ?? 50),
    ...(text === undefined ? {} : { text }),
    ...(state === undefined ? {} : { state }),
  });
  const { cards } = await invocation.client().call(CardsAnswer, 'GET', `/identity/cards?${query}`);
  invocation.result({ environment: invocation.environment, cards }, () =>
    cards.length === 0 ? 'There are no such cards.' : cardTable(cards),
  );
}

async function issue(invocation: Invocation): Promise<void> {
  const passcode = invocation.text('passcode');
  await showCard(invocation, 'POST', '', {
    userId: invocation.argument(0),
    kind: invocation.text('kind'),
    ...(passcode === undefined ? {} : { passcode }),
  });
}

async function act(invocation: Invocation, action: string): Promise<void> {
  const [passcode, reason] = [invocation.text('passcode'), invocation.text('reason')];
  const body = { ...(passcode === undefined ? {} : { passcode }), ...(reason === undefined ? {} : { reason }) };
  await showCard(invocation, 'POST', `${encodeURIComponent(invocation.argument(0))}/${action}`, body);
}

async function showCard(invocation: Invocation, method: 'GET' | 'POST', below: string, body?: object): Promise<void> {
  const path = below === '' ? '/identity/cards' : `/identity/cards/${below}`;
  const card = await invocation.client().call(CardPageAnswer, method, path, body);
  invocation.result(card, () => cardText(card));
}

async function register(invocation: Invocation): Promise<void> {
  const person = await invocation.client().call(PersonAnswer, 'POST', '/identity/people', {
    title: invocation.text('title') ?? '',
    givenName: invocation.requiredText('givenName'),
    familyName: invocation.requiredText('familyName'),
    birthDate: invocation.requiredText('birthDate'),
    email: invocation.requiredText('email'),
    photoDocument: invocation.text('photoDocument'),
    addressDocument: invocation.text('addressDocument'),
    furtherDocument: invocation.text('furtherDocument'),
    ...(invocation.flag('ignoreDuplicate') ? { ignoreDuplicate: true } : {}),
  });
  const { userId } = person.person;
  invocation.result({ userId, name: person.name }, () =>
    [
      `${person.name} is registered: ${userId}`,
      `Next: npx localspine smartcard position ${userId} --ods R69 --job-role R8000`,
      `      npx localspine smartcard issue ${userId} --passcode 1234`,
    ].join('\n'),
  );
}

async function position(invocation: Invocation): Promise<void> {
  const client = invocation.client();
  const wanted = invocation.requiredText('jobRole');
  const { jobRoles } = await client.call(RbacAnswer, 'GET', '/identity/rbac');
  const jobRoleCode = jobRoles.find((each) => each.code === wanted || each.code.endsWith(`:${wanted}`))?.code ?? wanted;
  const made = await client.call(PositionAnswer, 'POST', `/identity/people/${encodeURIComponent(invocation.argument(0))}/positions`, {
    odsCode: invocation.requiredText('ods'),
    jobRoleCode,
    activityCodes: invocation.texts('activity') ?? [],
    areaOfWorkCodes: invocation.texts('areaOfWork') ?? [],
  });
  invocation.result(
    made,
    () => `${made.roleProfileId}: ${made.jobRoleName.replaceAll('"', '')} at ${made.organisationName} (${made.odsCode})`,
  );
}

function cardTable(cards: readonly CardSummary[]): string {
  return table(
    cards.map((each) => [
      each.cardNumber,
      each.userId,
      each.kind,
      each.state,
      each.inserted ? 'in reader' : '',
      each.expiresAt?.slice(0, 10) ?? '',
      each.holder,
    ]),
  );
}

function cardText(card: CardPageView): string {
  const rows: [string, string][] = [
    ['card', card.cardNumber],
    ['holder', `${card.holder} (${card.userId})`],
    ['kind', card.kind],
    ['state', card.aboutToExpire ? `${card.state}, about to expire` : card.state],
    ['in reader', card.inserted ? 'yes' : 'no'],
    ['expires', card.expiresAt ?? '-'],
    ['can be done', card.possibleActions.join(', ')],
  ];
  if (card.endedSessions !== undefined) rows.push(['sessions ended', String(card.endedSessions)]);
  const certificates = card.certificates.map((each) => [
    each.use,
    each.serial,
    `until ${each.expiresAt.slice(0, 10)}`,
    each.revoked === undefined ? '' : `revoked: ${each.revoked.reason}`,
  ]);
  const history = card.history.map((each) => [each.at.slice(0, 19), each.action, each.actor, each.detail]);
  return [
    table(rows),
    ...(certificates.length === 0 ? [] : ['', table(certificates)]),
    ...(history.length === 0 ? [] : ['', table(history)]),
  ].join('\n');
}
