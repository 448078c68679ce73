/** What operators fill in about one environment: a night of a slot, how a slot is rehearsed, a build that was put in. Forms as data. */
import { APPLICATION_NAMES, APPLICATIONS } from '../../environment/maintenance/builds.ts';
import { BuildInput, NightInput, PatternInput, readInstant } from '../../environment/maintenance/reading.ts';
import { PATTERNS } from '../../environment/maintenance/schedule.ts';
import { SERVICE_TITLES, SLOT_SERVICES } from '../../environment/maintenance/slots.ts';
import type { Visitor } from '../access/visitor.ts';
import { type Answers, type Form, type FormFault, type Option, type Question, RULES, textOf } from '../forms/form.ts';
import type { Portal } from '../portal.ts';
import { shaped } from '../web/site.ts';
import { addBuild, setNight, setPattern } from './changing.ts';
import { HELD_TEXTS, PATTERN_TEXTS } from './words.ts';

/** A form of operators: where it is, what it asks, and what it does. */
export interface OperatorForm {
  readonly path: string;
  /** Page that shows what came of it, with the word for its notice. */
  readonly after: string;
  readonly form: (environments: readonly Option[]) => Form;
  /** Question at which a refusal is shown that concerns no other one. */
  readonly blamed: string;
  /** Throws LocalRefusal. */
  readonly apply: (portal: Portal, visitor: Visitor, answers: Answers) => Promise<unknown>;
}

const LINE = { pattern: /^[^\p{Cc}]{1,200}$/u, fault: 'must be one line of 200 characters or fewer' };
const VERSION = { pattern: /^[^\p{Cc}]{1,60}$/u, fault: 'must be 60 characters or fewer' };
const MINUTES = { pattern: /^([1-9]\d?|[1-5]\d\d|600)$/u, fault: 'must be a number from 1 to 600' };

function options<Value extends string>(values: readonly Value[], texts: Readonly<Record<Value, string>>): readonly Option[] {
  return values.map((value) => ({ value, text: texts[value] }));
}

function oneOf(name: string, label: string, choices: readonly Option[]): Question {
  return { name, label, kind: { is: 'one-of', options: choices } };
}

function time(name: string, label: string): Question {
  return { name, label, optional: true, hint: 'By London’s clocks, like 2026-12-03T20:00', kind: { is: 'text' } };
}

function line(name: string, label: string, hint?: string): Question {
  return { name, label, optional: true, ...(hint !== undefined && { hint }), kind: { is: 'text', rule: LINE } };
}

/** The answers that were given, by the names of the input that they become. */
function given(answers: Answers, names: readonly string[]): Readonly<Record<string, string>> {
  return Object.fromEntries(names.flatMap((name) => (textOf(answers, name) === '' ? [] : [[name, textOf(answers, name)]])));
}

function timeFaults(answers: Answers, name: string): readonly FormFault[] {
  const text = textOf(answers, name);
  return text === '' || readInstant(text) !== undefined
    ? []
    : [{ question: name, text: 'Enter a date and time by London’s clocks, like 2026-12-03T20:00' }];
}

const NIGHT: OperatorForm = {
  path: '/schedule/nights',
  after: '/schedule/slots?done=night',
  blamed: 'night',
  form: (environments) => ({
    title: 'Change a night of a slot',
    intro: 'One night is left out, held at another time, called off, or put back. Calendars tell everybody.',
    pages: [
      {
        id: 'night',
        title: 'Night',
        questions: [
          oneOf('environment', 'Environment', environments),
          oneOf('service', 'Slot', options(SLOT_SERVICES, SERVICE_TITLES)),
          {
            name: 'night',
            label: 'Night',
            hint: 'The day on whose evening it begins, like 2026-12-23',
            kind: { is: 'text', rule: RULES.date },
          },
          oneOf('kind', 'What happens', options(['skipped', 'moved', 'withdrawn', 'as-usual'], HELD_TEXTS)),
          time('start', 'New start'),
          time('end', 'New end'),
          line('reason', 'Reason', 'For those who read the calendar'),
        ],
      },
    ],
    together: nightFaults,
  }),
  apply: (portal, visitor, answers) =>
    setNight(
      portal,
      visitor,
      textOf(answers, 'environment'),
      shaped(NightInput, given(answers, ['service', 'night', 'kind', 'start', 'end', 'reason']), 'night'),
    ),
};

function nightFaults(answers: Answers): readonly FormFault[] {
  const moved = textOf(answers, 'kind') === 'moved';
  const [start, end] = [textOf(answers, 'start'), textOf(answers, 'end')];
  if (!moved)
    return ['start', 'end']
      .filter((question) => textOf(answers, question) !== '')
      .map((question) => ({ question, text: 'Only a night that is held at another time has a new start and end' }));
  const missing = [
    ...(start === '' ? [{ question: 'start', text: 'Enter when it starts instead' }] : []),
    ...(end === '' ? [{ question: 'end', text: 'Enter when it ends instead' }] : []),
    ...timeFaults(answers, 'start'),
    ...timeFaults(answers, 'end'),
  ];
  if (missing.length > 0) return missing;
  return (readInstant(end) ?? 0) > (readInstant(start) ?? 0) ? [] : [{ question: 'end', text: 'The end must be after the start' }];
}

const PATTERN: OperatorForm = {
  path: '/schedule/patterns',
  after: '/schedule/slots?done=pattern',
  blamed: 'pattern',
  form: (environments) => ({
    title: 'Change how a slot takes its service down',
    intro: 'It is felt where maintenance is enforced.',
    pages: [
      {
        id: 'pattern',
        title: 'Pattern',
        questions: [
          oneOf('environment', 'Environment', environments),
          oneOf('service', 'Slot', options(SLOT_SERVICES, SERVICE_TITLES)),
          oneOf('pattern', 'It is down', options(PATTERNS, PATTERN_TEXTS)),
          {
            name: 'minutes',
            label: 'Minutes',
            optional: true,
            hint: 'How long it is down at its beginning; or how long down, and then up',
            kind: { is: 'text', rule: MINUTES },
          },
        ],
      },
    ],
    together: patternFaults,
  }),
  apply: (portal, visitor, answers) => {
    const minutes = textOf(answers, 'minutes');
    const wanted = { ...given(answers, ['service', 'pattern']), ...(minutes !== '' && { minutes: Number(minutes) }) };
    return setPattern(portal, visitor, textOf(answers, 'environment'), shaped(PatternInput, wanted, 'pattern'));
  },
};

function patternFaults(answers: Answers): readonly FormFault[] {
  const timed = ['partial', 'flap'].includes(textOf(answers, 'pattern'));
  const minutes = textOf(answers, 'minutes') !== '';
  if (timed === minutes) return [];
  return [{ question: 'minutes', text: timed ? 'Enter the minutes' : 'Only “at first” and “on and off” have minutes' }];
}

const BUILD: OperatorForm = {
  path: '/schedule/builds/new',
  after: '/schedule/builds?done=build',
  blamed: 'version',
  form: (environments) => ({
    title: 'Record a build',
    intro:
      'Which build of a national application was put into an environment. Completing a forward change that brings a build records it, too.',
    pages: [
      {
        id: 'build',
        title: 'Build',
        questions: [
          oneOf('environment', 'Environment', environments),
          oneOf('application', 'Application', options(APPLICATION_NAMES, APPLICATIONS)),
          { name: 'version', label: 'Build', kind: { is: 'text', rule: VERSION } },
          time('deployedAt', 'Since when'),
          line('note', 'Note'),
        ],
      },
    ],
    together: (answers) => timeFaults(answers, 'deployedAt'),
  }),
  apply: (portal, visitor, answers) =>
    addBuild(
      portal,
      visitor,
      textOf(answers, 'environment'),
      shaped(BuildInput, given(answers, ['application', 'version', 'deployedAt', 'note']), 'build'),
    ),
};

export const OPERATOR_FORMS: readonly OperatorForm[] = [NIGHT, PATTERN, BUILD];
