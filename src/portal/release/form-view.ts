import { type Answers, answerInWords, choicesOf, type Form, type FormFault, type FormPage, type Question, textOf } from '../forms/form.ts';
import type { Problems, SentForm } from '../web/site.ts';

/** A question as the template shows it. */
export interface QuestionView {
  /** Id of its field, for labels and links to problems. */
  readonly id: string;
  readonly name: string;
  readonly label: string;
  readonly hint: string | undefined;
  readonly kind: 'text' | 'long' | 'one-of' | 'some-of';
  readonly value: string;
  readonly items: readonly {
    readonly value: string;
    readonly text: string;
    readonly hint?: { readonly text: string };
    readonly checked: boolean;
  }[];
}

/** Ids are counted: names of questions hold dots and slashes, which links cannot. */
function idOf(page: FormPage, name: string): string {
  return `question-${page.questions.findIndex((each) => each.name === name) + 1}`;
}

export function questionViews(page: FormPage, answers: Answers): readonly QuestionView[] {
  return page.questions.map((question) => {
    const { name, label, hint, kind } = question;
    const chosen = choicesOf(answers, name);
    return {
      id: idOf(page, name),
      name,
      label: question.optional === true ? `${label} (optional)` : label,
      hint,
      kind: kind.is === 'text' ? (kind.long === true ? 'long' : 'text') : kind.is,
      value: textOf(answers, name),
      items:
        kind.is === 'text'
          ? []
          : kind.options.map((option) => ({
              value: option.value,
              text: option.text,
              checked: chosen.includes(option.value),
              ...(option.hint === undefined ? {} : { hint: { text: option.hint } }),
            })),
    };
  });
}

/** Faults of a page by the id of the field they are about; what is not on this page stands at its first field. */
export function problemsOf(page: FormPage, faults: readonly FormFault[]): Problems {
  const problems: Record<string, string> = {};
  for (const { question, text } of faults) {
    const id = page.questions.some(({ name }) => name === question) ? idOf(page, question) : 'question-1';
    problems[id] ??= text;
  }
  return problems;
}

/** The answers to a page as the browser sent them. */
export function sentAnswers(page: FormPage, form: SentForm): Answers {
  return Object.fromEntries(page.questions.map(({ name, kind }) => [name, kind.is === 'some-of' ? [...form.all(name)] : form(name)]));
}

/** "Check your answers": a summary list for each page. */
export function summaries(form: Form, answers: Answers, changeUrl: ((page: FormPage) => string) | undefined) {
  return form.pages.map((page) => ({
    title: page.title,
    change: changeUrl?.(page),
    rows: page.questions.map((question: Question) => ({
      key: question.label,
      value: answerInWords(question, answers),
    })),
  }));
}
