/** The tasks of the registration authority and of card holders (applications.md §8, PTL-017, PTL-047). */
import { isoDate } from '../../../kernel/clock.ts';
import { activities, areasOfWork, fullJobRoles, type Person, shortName } from '../../directory/index.ts';
import { REASONS } from '../cards/credentials.ts';
import type { Actor } from '../cards/duties.ts';
import { CardRefusal } from '../cards/errors.ts';
import { DOCUMENTS, faultsOf, registerPerson, setPersonActive } from '../cards/people.ts';
import { addPosition, decidePosition, endPosition } from '../cards/positions.ts';
import { insertCard, removeCard } from '../cards/readers.ts';
import { actOnCard, issueCard } from '../cards/register.ts';
import { type CardAction, EFFECTS } from '../cards/states.ts';
import { type CardView, cardKind, nameOf } from '../cards/views.ts';
import type { CardWorld } from '../cards/world.ts';
import { CARE_ID_PATH } from '../clients/register.ts';
import { type Answers, answer, type Fault, type Field, type Option, type Task } from './task.ts';

const options = (texts: readonly string[]): readonly Option[] => texts.map((text) => ({ value: text, text }));
const NO_FAULTS = (): readonly Fault[] => [];
const NEW_PASSCODE: readonly Field[] = [
  { name: 'passcode', label: 'New passcode', hint: '4 to 8 digits, typed by the holder of the card', type: 'passcode', width: 10 },
  { name: 'passcodeAgain', label: 'New passcode again', type: 'passcode', width: 10 },
];
const REASON: Field = { name: 'reason', label: 'Reason', type: 'radios', options: options(REASONS) };

/** Titles, and what to do before it is too late to think. */
const CARD_TASKS: Readonly<Partial<Record<CardAction | 'insert' | 'remove', { readonly title: string; readonly warning?: string }>>> = {
  unlock: { title: 'Unlock the card' },
  renew: { title: 'Renew the certificates' },
  repair: { title: 'Repair the card', warning: 'The card gets new certificates and a new passcode. Sessions opened with it end.' },
  'repair-locked': { title: 'Repair the card and leave it locked', warning: 'The holder unlocks it later. Sessions opened with it end.' },
  clear: { title: 'Clear the card', warning: 'The certificates on the card are revoked. It can be issued again.' },
  revoke: { title: 'Cancel the card', warning: 'The certificates on the card are revoked, and it can never be used again.' },
  issue: { title: 'Issue the card' },
  'issue-locked': { title: 'Issue the card locked' },
  'change-passcode': { title: 'Change your passcode' },
  insert: { title: 'Put the card into the reader' },
  remove: { title: 'Take the card out of the reader', warning: 'Everything you are signed in to with this card ends, this page too.' },
};

/** Whether there is a task of that name. */
export function isCardTask(name: string): name is keyof typeof CARD_TASKS & (CardAction | 'insert' | 'remove') {
  return Object.hasOwn(CARD_TASKS, name);
}

/** What is done to a card. `home` is the page that the browser goes back to. */
export function cardTask(world: CardWorld, actor: Actor, card: CardView, action: CardAction | 'insert' | 'remove', home: string): Task {
  const { title = action, warning } = CARD_TASKS[action] ?? {};
  const effects = action === 'insert' || action === 'remove' ? {} : EFFECTS[action];
  const current: readonly Field[] =
    action === 'change-passcode' ? [{ name: 'currentPasscode', label: 'Passcode until now', type: 'passcode', width: 10 }] : [];
  return {
    title,
    ...(warning === undefined ? {} : { warning }),
    facts: [
      { key: 'Card', value: card.cardNumber },
      { key: 'Holder', value: `${card.holder} (${card.userId})` },
      { key: 'State', value: card.state },
    ],
    fields: effects.reason === true ? [REASON] : [],
    secrets: effects.passcode === true ? [...current, ...NEW_PASSCODE] : [],
    button: title,
    back: home,
    faults: (answers) =>
      effects.reason === true && !options(REASONS).some((each) => each.value === answer(answers, 'reason'))
        ? [{ field: 'reason', text: 'Choose a reason' }]
        : [],
    async perform(answers) {
      if (action === 'insert') await insertCard(world, actor, card.cardNumber);
      else if (action === 'remove') await removeCard(world, actor, card.cardNumber);
      else {
        const passcode = effects.passcode === true ? twice(answers) : undefined;
        const reason = effects.reason === true ? answer(answers, 'reason') : undefined;
        await actOnCard(world, actor, card.cardNumber, action, { passcode, reason, currentPasscode: answer(answers, 'currentPasscode') });
      }
      return `${home}?done=${action}`;
    },
  };
}

/** Registering a person. */
export function registrationTask(world: CardWorld, actor: Actor): Task {
  const valuesOf = (answers: Answers): object => ({
    ...Object.fromEntries(
      ['title', 'givenName', 'familyName', 'birthDate', 'email', 'photoDocument', 'addressDocument', 'furtherDocument'].map((name) => [
        name,
        answer(answers, name),
      ]),
    ),
    ...(answer(answers, 'ignoreDuplicate') === 'yes' ? { ignoreDuplicate: true } : {}),
  });
  return {
    title: 'Register a person',
    facts: [],
    fields: [
      { name: 'title', label: 'Title', type: 'text', width: 5 },
      { name: 'givenName', label: 'Given name', hint: 'As it is on the identity document', type: 'text', width: 20 },
      { name: 'familyName', label: 'Family name', type: 'text', width: 20 },
      { name: 'birthDate', label: 'Date of birth', hint: 'For example, 31 1 1980', type: 'date' },
      { name: 'email', label: 'Email address', type: 'email', width: 20 },
      { name: 'photoDocument', label: 'Document with a photograph', type: 'radios', options: options(DOCUMENTS.photo) },
      { name: 'addressDocument', label: 'Document that shows the address', type: 'radios', options: options(DOCUMENTS.address) },
      {
        name: 'furtherDocument',
        label: 'A third document of either kind',
        type: 'select',
        options: [{ value: '', text: 'Choose a document' }, ...options([...DOCUMENTS.photo, ...DOCUMENTS.address])],
      },
      {
        name: 'ignoreDuplicate',
        label: 'If somebody of that name and date of birth is registered',
        type: 'checkboxes',
        options: [{ value: 'yes', text: 'I looked at that person: this is somebody else' }],
      },
    ],
    secrets: [],
    button: 'Register the person',
    back: CARE_ID_PATH,
    faults: (answers) => faultsOf(valuesOf(answers), isoDate(world.clock.now())),
    async perform(answers) {
      const { userId } = await registerPerson(world, actor, valuesOf(answers));
      return `${CARE_ID_PATH}/people/${userId}?done=register`;
    },
  };
}

/** Giving a person a position; a sponsor asks for it. */
export function positionTask(world: CardWorld, actor: Actor, person: Person, granted: boolean): Task {
  const page = `${CARE_ID_PATH}/people/${person.userId}`;
  return {
    title: granted ? 'Give a position' : 'Ask for a position',
    ...(granted ? {} : { warning: 'The registration authority decides about it.' }),
    facts: personFacts(person),
    fields: [
      { name: 'odsCode', label: 'Organisation', hint: 'Its ODS code, for example R69', type: 'text', width: 10 },
      {
        name: 'jobRoleCode',
        label: 'Job role',
        type: 'select',
        options: [
          { value: '', text: 'Choose a job role' },
          ...fullJobRoles.map(({ code, name }) => ({ value: code, text: `${shortName(name)} (${code.split(':').at(-1)})` })),
        ],
      },
      {
        name: 'activityCodes',
        label: 'Activities beside those of the job role',
        type: 'checkboxes',
        options: activities.map(({ code, name }) => ({ value: code, text: `${name} (${code})` })),
      },
      {
        name: 'areaOfWorkCodes',
        label: 'Areas of work',
        type: 'checkboxes',
        options: areasOfWork.map(({ code, name }) => ({ value: code, text: shortName(name) })),
      },
    ],
    secrets: [],
    button: granted ? 'Give the position' : 'Ask for the position',
    back: page,
    faults: (answers) => [
      ...(answer(answers, 'odsCode') === '' ? [{ field: 'odsCode', text: 'Enter the ODS code of the organisation' }] : []),
      ...(answer(answers, 'jobRoleCode') === '' ? [{ field: 'jobRoleCode', text: 'Choose a job role' }] : []),
    ],
    async perform(answers) {
      await addPosition(world, actor, person.userId, {
        odsCode: answer(answers, 'odsCode').toUpperCase(),
        jobRoleCode: answer(answers, 'jobRoleCode'),
        activityCodes: answers['activityCodes'] ?? [],
        areaOfWorkCodes: answers['areaOfWorkCodes'] ?? [],
      });
      return `${page}?done=${granted ? 'position' : 'position-request'}`;
    },
  };
}

/** Issuing a card, at once with a passcode or locked. */
export function issueTask(world: CardWorld, actor: Actor, person: Person, locked: boolean): Task {
  const page = `${CARE_ID_PATH}/people/${person.userId}`;
  return {
    title: locked ? 'Issue a card, locked' : 'Issue a card',
    ...(locked ? { warning: 'The card is unlocked when its holder has it.' } : {}),
    facts: personFacts(person),
    fields: [
      {
        name: 'kind',
        label: 'What kind of card',
        type: 'radios',
        options: [
          { value: 'smartcard', text: 'Smartcard', hint: 'For a reader' },
          { value: 'virtual', text: 'Virtual smartcard', hint: 'In software' },
        ],
      },
    ],
    secrets: locked ? [] : NEW_PASSCODE,
    button: 'Issue the card',
    back: page,
    faults: (answers) => (answer(answers, 'kind') === '' ? [{ field: 'kind', text: 'Choose what kind of card' }] : []),
    async perform(answers) {
      const passcode = locked ? undefined : twice(answers);
      await issueCard(world, actor, { userId: person.userId, kind: cardKind(answer(answers, 'kind')), passcode });
      return `${page}?done=issue`;
    },
  };
}

/** Closing a person's profile, or opening it again. */
export function profileTask(world: CardWorld, actor: Actor, person: Person, close: boolean): Task {
  const page = `${CARE_ID_PATH}/people/${person.userId}`;
  return {
    title: close ? 'Close the profile' : 'Open the profile again',
    ...(close ? { warning: 'The person is signed out everywhere and cannot sign in any more.' } : {}),
    facts: personFacts(person),
    fields: [{ name: 'reason', label: 'Reason', type: 'text', width: 30 }],
    secrets: [],
    button: close ? 'Close the profile' : 'Open the profile',
    back: page,
    faults: (answers) => (answer(answers, 'reason') === '' ? [{ field: 'reason', text: 'Say why' }] : []),
    async perform(answers) {
      await setPersonActive(world, actor, person.userId, !close, answer(answers, 'reason'));
      return `${page}?done=${close ? 'close' : 'reopen'}`;
    },
  };
}

const DECISIONS = {
  approve: { title: 'Approve the position', reason: false },
  reject: { title: 'Reject the position', reason: true },
  end: { title: 'End the position', reason: true },
} as const;
export type Decision = keyof typeof DECISIONS;
export const isDecision = (name: string): name is Decision => Object.hasOwn(DECISIONS, name);

/** Deciding about a position, or ending it. */
export function decisionTask(
  world: CardWorld,
  actor: Actor,
  position: { readonly roleProfileId: string; readonly userId: string; readonly jobRoleName: string; readonly odsCode: string },
  decision: Decision,
): Task {
  const { title, reason } = DECISIONS[decision];
  const { roleProfileId, userId, jobRoleName, odsCode } = position;
  const page = `${CARE_ID_PATH}/people/${userId}`;
  return {
    title,
    facts: [
      { key: 'Person', value: userId },
      { key: 'Position', value: `${shortName(jobRoleName)} at ${odsCode} (${roleProfileId})` },
    ],
    fields: reason ? [{ name: 'reason', label: 'Reason', type: 'text', width: 30 }] : [],
    secrets: [],
    button: title,
    back: page,
    faults: reason ? (answers) => (answer(answers, 'reason') === '' ? [{ field: 'reason', text: 'Say why' }] : []) : NO_FAULTS,
    async perform(answers) {
      if (decision === 'end') await endPosition(world, actor, roleProfileId, answer(answers, 'reason'));
      else await decidePosition(world, actor, roleProfileId, decision, answer(answers, 'reason'));
      return `${page}?done=${decision}`;
    },
  };
}

function personFacts(person: Person): Task['facts'] {
  return [{ key: 'Person', value: `${nameOf(person)} (${person.userId})` }];
}

/** The passcode, typed the same twice. Throws CardRefusal 400. */
function twice(answers: Answers): string {
  const passcode = answer(answers, 'passcode');
  if (passcode !== answer(answers, 'passcodeAgain'))
    throw new CardRefusal(400, 'passcode_differs', 'The two passcodes are not the same', undefined, 'passcodeAgain');
  return passcode;
}
