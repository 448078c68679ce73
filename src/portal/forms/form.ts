/**
 * What a form of the path to live asks, as data: pages, "check your answers", validation and the API read the same definition. Pure.
 */
import { isIPv4 } from 'node:net';

/** Answers as they are kept and sent: a text per question, or a list where several may be chosen. */
export type Answers = Readonly<Record<string, string | readonly string[]>>;

export interface Option {
  readonly value: string;
  readonly text: string;
  readonly hint?: string;
}

/** One question. `name` is the key of its answer. */
export interface Question {
  readonly name: string;
  readonly label: string;
  readonly hint?: string;
  /** May stay empty; every other question must be answered. */
  readonly optional?: true;
  readonly kind:
    | { readonly is: 'text'; readonly rule?: TextRule; readonly long?: true }
    | { readonly is: 'one-of'; readonly options: readonly Option[] }
    | { readonly is: 'some-of'; readonly options: readonly Option[] };
}

/** A rule for texts, with the sentence that is shown when it fails. */
export interface TextRule {
  readonly pattern: RegExp;
  /** What a pattern cannot say; asked once the pattern fits. */
  readonly holds?: (text: string) => boolean;
  readonly fault: string;
}

export interface FormPage {
  /** Used in the address of the page. */
  readonly id: string;
  readonly title: string;
  readonly intro?: string;
  readonly questions: readonly Question[];
}

export interface Form {
  readonly title: string;
  readonly intro: string;
  readonly pages: readonly FormPage[];
  /** What one question alone cannot see. */
  readonly together?: (answers: Answers) => readonly FormFault[];
}

/** What is wrong with the answer to one question. */
export interface FormFault {
  readonly question: string;
  readonly text: string;
}

const LONGEST = 4_000;

export const RULES = {
  odsCode: { pattern: /^[A-Z0-9]{2,8}$/u, fault: 'must be an ODS code, like R69 or A12345' },
  email: { pattern: /^[^\s@]+@[^\s@]+\.[^\s@]+$/u, fault: 'must be an email address, like name@example.com' },
  appId: {
    pattern: /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/u,
    fault: 'must be an AppID: the UUID that the portal shows for the application, not its name or API key',
  },
  userId: { pattern: /^\d{12}$/u, fault: 'must be a user id of 12 digits' },
  asid: { pattern: /^\d{12}$/u, fault: 'must be an ASID of 12 digits' },
  date: { pattern: /^\d{4}-(0[1-9]|1[0-2])-(0[1-9]|[12]\d|3[01])$/u, fault: 'must be a date like 2026-11-25' },
  ipv4: { pattern: /^[\d.]{7,15}$/u, holds: isIPv4, fault: 'must be an IPv4 address, like 10.1.2.3' },
  ipv4Ranges: {
    pattern: /^[\d./]+(, ?[\d./]+)*$/u,
    holds: (text) => text.split(',').every((each) => isRange(each.trim())),
    fault: 'must be IPv4 addresses or ranges with commas between them, like 10.1.2.0/24',
  },
  odsCodes: { pattern: /^[A-Z0-9]{2,8}(, ?[A-Z0-9]{2,8})*$/u, fault: 'must be ODS codes with commas between them, like R69, RCD' },
} as const satisfies Record<string, TextRule>;

/** An IPv4 address, or a range of them with a prefix of 0 to 32 bits. */
function isRange(text: string): boolean {
  const [address = '', prefix, ...more] = text.split('/');
  return isIPv4(address) && more.length === 0 && (prefix === undefined || (/^\d{1,2}$/u.test(prefix) && Number(prefix) <= 32));
}

/** Every question of a form, page by page. */
export function questionsOf(form: Form): readonly Question[] {
  return form.pages.flatMap((page) => page.questions);
}

/** The text answered, trimmed; '' when there is none. */
export function textOf(answers: Answers, name: string): string {
  const value = answers[name];
  return typeof value === 'string' ? value.trim() : (value?.join(', ') ?? '');
}

/** The choices made; none when there is no answer. */
export function choicesOf(answers: Answers, name: string): readonly string[] {
  const value = answers[name];
  return typeof value === 'string' ? (value.trim() === '' ? [] : [value.trim()]) : (value ?? []);
}

/** Everything that is wrong with one question's answer. */
export function faultsOfQuestion(question: Question, answers: Answers): readonly FormFault[] {
  const fault = (text: string): readonly FormFault[] => [{ question: question.name, text }];
  if (question.kind.is === 'text') {
    const text = textOf(answers, question.name);
    if (text === '') return question.optional === true ? [] : fault(`Enter: ${question.label}`);
    if (text.length > LONGEST) return fault(`${question.label} must be ${LONGEST} characters or fewer`);
    const { rule } = question.kind;
    if (rule === undefined || (rule.pattern.test(text) && (rule.holds?.(text) ?? true))) return [];
    return fault(`${question.label} ${rule.fault}`);
  }
  const chosen = choicesOf(answers, question.name);
  const { options, is } = question.kind;
  if (chosen.length === 0) return question.optional === true ? [] : fault(`Select: ${question.label}`);
  if (is === 'one-of' && chosen.length > 1) return fault(`Select one answer only: ${question.label}`);
  const unknown = chosen.find((each) => !options.some((option) => option.value === each));
  return unknown === undefined ? [] : fault(`"${unknown.slice(0, 40)}" is not one of the answers to: ${question.label}`);
}

/** Everything that is wrong with the answers to a page. */
export function faultsOfPage(page: FormPage, answers: Answers): readonly FormFault[] {
  return page.questions.flatMap((question) => faultsOfQuestion(question, answers));
}

/** Everything that is wrong with a form; what spans questions is looked at once each of them is sound. */
export function faultsOf(form: Form, answers: Answers): readonly FormFault[] {
  const single = form.pages.flatMap((page) => faultsOfPage(page, answers));
  return single.length > 0 ? single : (form.together?.(answers) ?? []);
}

/** Only the answers a form asks for, tidied; anything else that came with them is left out. */
export function answersFor(questions: readonly Question[], given: Answers): Answers {
  return Object.fromEntries(
    questions.flatMap((question): [string, string | readonly string[]][] => {
      if (given[question.name] === undefined) return [];
      return [
        [
          question.name,
          question.kind.is === 'some-of'
            ? [...new Set(choicesOf(given, question.name))]
            : textOf(given, question.name).slice(0, LONGEST + 1),
        ],
      ];
    }),
  );
}

/** An answer in words, for "check your answers" and mail. */
export function answerInWords(question: Question, answers: Answers): string {
  if (question.kind.is === 'text') return textOf(answers, question.name);
  const { options } = question.kind;
  return choicesOf(answers, question.name)
    .map((each) => options.find((option) => option.value === each)?.text ?? each)
    .join(', ');
}
