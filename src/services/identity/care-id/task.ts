/** A task at the pages: questions, a page to check the answers, and what is done then. Tasks are data; one handler shows all of them. */
import type { FastifyReply, FastifyRequest } from 'fastify';
import type { Pages } from '../../../kernel/web/pages.ts';
import { CardRefusal } from '../cards/errors.ts';
import { checkForm, type Visitor } from './session.ts';

export interface Option {
  readonly value: string;
  readonly text: string;
  readonly hint?: string;
}

export interface Field {
  readonly name: string;
  readonly label: string;
  readonly hint?: string;
  readonly type: 'text' | 'email' | 'date' | 'passcode' | 'radios' | 'select' | 'checkboxes';
  readonly options?: readonly Option[];
  readonly width?: number;
}

export interface Fault {
  readonly field: string;
  readonly text: string;
}

/** Answers by field; several for checkboxes. */
export type Answers = Readonly<Record<string, readonly string[]>>;

export interface Task {
  readonly title: string;
  /** What it is about, above the questions and the answers. */
  readonly facts: readonly { readonly key: string; readonly value: string }[];
  readonly warning?: string;
  /** Asked first. Without any, the page to check comes at once. */
  readonly fields: readonly Field[];
  /** Asked on the last page, so that they are never shown again: passcodes. */
  readonly secrets: readonly Field[];
  readonly button: string;
  readonly back: string;
  faults(answers: Answers): readonly Fault[];
  /** Does it. Throws CardRefusal. @returns where the browser goes on */
  perform(answers: Answers): Promise<string>;
}

/** The first answer to a question, without blanks around it. */
export function answer(answers: Answers, name: string): string {
  return answers[name]?.[0]?.trim() ?? '';
}

interface Shown {
  readonly pages: Pages;
  readonly reply: FastifyReply;
  readonly task: Task;
  readonly common: Readonly<Record<string, unknown>>;
}

/** Shows a task, or goes a step on with what was posted. */
export async function handleTask(request: FastifyRequest, visitor: Visitor, shown: Shown): Promise<FastifyReply> {
  const { task } = shown;
  if (request.method !== 'POST') return task.fields.length > 0 ? ask(shown, {}, []) : check(shown, {}, []);
  const form = request.body instanceof URLSearchParams ? request.body : new URLSearchParams();
  checkForm(request, visitor, form);
  const answers = answersOf(form, [...task.fields, ...task.secrets]);
  if (form.has('change')) return ask(shown, answers, []);
  const faults = task.faults(answers);
  if (faults.length > 0) return ask(shown, answers, faults);
  if (!form.has('confirmed')) return check(shown, answers, []);
  try {
    return shown.reply.header('cache-control', 'no-store').redirect(await task.perform(answers), 303);
  } catch (error) {
    if (!(error instanceof CardRefusal) || error.status === 403 || error.status === 404) throw error;
    request.exchange.refused(error.explanation);
    const asked = task.fields.some((each) => each.name === error.field);
    const fault = { field: error.field ?? 'confirmed', text: error.message };
    return asked ? ask(shown, answers, [fault]) : check(shown, answers, [fault]);
  }
}

function ask({ pages, reply, task, common }: Shown, answers: Answers, faults: readonly Fault[]): Promise<FastifyReply> {
  return pages.send(reply, 'task.njk', {
    ...common,
    title: task.title,
    task,
    faults,
    fields: task.fields.map((each) => fieldValues(each, answers, faults)),
  });
}

function check({ pages, reply, task, common }: Shown, answers: Answers, faults: readonly Fault[]): Promise<FastifyReply> {
  const given = task.fields.map((each) => ({ key: each.label, value: answerText(each, answers) }));
  return pages.send(reply, 'check.njk', {
    ...common,
    title: task.title,
    task,
    faults,
    rows: [...task.facts, ...given].map(({ key, value }) => ({ key: { text: key }, value: { text: value === '' ? 'Not given' : value } })),
    hidden: task.fields.flatMap(({ name, type }) =>
      type === 'date' ? datePieces(name, answers) : (answers[name] ?? []).map((value) => ({ name, value })),
    ),
    secrets: task.secrets.map((each) => fieldValues(each, {}, faults)),
  });
}

const PIECES = ['day', 'month', 'year'] as const;

/** What the form says, field by field; a date comes in three pieces. */
function answersOf(form: URLSearchParams, fields: readonly Field[]): Answers {
  return Object.fromEntries(
    fields.map(({ name, type }) => {
      if (type !== 'date') return [name, form.getAll(name).map((each) => each.slice(0, 300))];
      const [day = '', month = '', year = ''] = PIECES.map((piece) => (form.get(`${name}[${piece}]`) ?? '').trim().slice(0, 4));
      return [name, day + month + year === '' ? [] : [`${year}-${month.padStart(2, '0')}-${day.padStart(2, '0')}`]];
    }),
  );
}

function datePieces(name: string, answers: Answers): { name: string; value: string }[] {
  const [year = '', month = '', day = ''] = answer(answers, name).split('-');
  return [
    { name: `${name}[day]`, value: day },
    { name: `${name}[month]`, value: month },
    { name: `${name}[year]`, value: year },
  ];
}

function fieldValues(field: Field, answers: Answers, faults: readonly Fault[]): object {
  const given = answers[field.name] ?? [];
  const fault = faults.find((each) => each.field === field.name);
  return {
    ...field,
    value: given[0] ?? '',
    pieces: datePieces(field.name, answers),
    error: fault === undefined ? undefined : { text: fault.text },
    items: (field.options ?? []).map((each) => ({
      value: each.value,
      text: each.text,
      ...(each.hint === undefined ? {} : { hint: { text: each.hint } }),
      checked: given.includes(each.value),
      selected: given.includes(each.value),
    })),
  };
}

function answerText({ name, options = [] }: Field, answers: Answers): string {
  const given = answers[name] ?? [];
  return given.map((value) => options.find((each) => each.value === value)?.text ?? value).join(', ');
}
