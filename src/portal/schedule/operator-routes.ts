import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { timeInWords } from '../../environment/maintenance/london.ts';
import { LocalRefusal } from '../../kernel/errors.ts';
import { type Answers, answerInWords, answersFor, faultsOf, questionsOf, textOf } from '../forms/form.ts';
import type { Portal } from '../portal.ts';
import type { Problems } from '../web/site.ts';
import { OPERATOR_FORMS, type OperatorForm } from './operator-forms.ts';
import { allSchedules } from './schedule.ts';
import { HELD_TEXTS, patternWords } from './words.ts';

/** The slots of every environment night by night, and the forms by which operators change a night, a pattern or a build: form, answers to check, done. */
export function registerOperatorPages(app: FastifyInstance, portal: Portal): void {
  registerSlots(app, portal);
  for (const each of OPERATOR_FORMS) registerForm(app, portal, each);
}

function registerSlots(app: FastifyInstance, portal: Portal): void {
  const { site } = portal;
  app.get('/schedule/slots', async (request, reply) => {
    await site.permitted(request, 'schedule.see');
    const schedules = await allSchedules(portal);
    return site.page(request, reply, 'schedule/pages/slots.njk', {
      title: 'Slots, night by night',
      notice: noticeOf(request.query),
      back: { href: '/schedule', text: 'Maintenance and changes' },
      schedules: schedules.map(({ environment, slots }) => ({
        environment,
        slots: slots.map((slot) => ({
          service: slot.service,
          title: slot.title,
          pattern: patternWords(slot),
          nights: slot.next.map(({ night, start, end, held, reason }) => ({
            night,
            startText: timeInWords(Date.parse(start)),
            endText: timeInWords(Date.parse(end)),
            heldText: held === 'as-usual' ? 'As usual' : HELD_TEXTS[held],
            reason,
          })),
        })),
      })),
    });
  });
}

/** What the banner says after something was done. */
function noticeOf(query: unknown): string | undefined {
  const done = typeof query === 'object' && query !== null && 'done' in query ? query.done : undefined;
  return done === 'night' ? 'The night is changed' : done === 'pattern' ? 'The slot is changed' : undefined;
}

function registerForm(app: FastifyInstance, portal: Portal, definition: OperatorForm): void {
  const { site } = portal;
  const { path, after, blamed, apply } = definition;
  app.get(path, async (request, reply) => {
    await site.permitted(request, 'schedule.change');
    return showForm(portal, request, reply, definition, { answers: answersIn(portal, definition, asAnswers(request.query)) });
  });
  app.post(path, async (request, reply) => {
    const form = site.form(request);
    const visitor = await site.permitted(request, 'schedule.change');
    const built = formOf(portal, definition);
    const questions = questionsOf(built);
    const answers = answersFor(questions, Object.fromEntries(questions.map(({ name }) => [name, form(name)])));
    if (form('step') === 'change') return showForm(portal, request, reply, definition, { answers });
    const faults = faultsOf(built, answers);
    if (faults.length > 0) {
      const problems = Object.fromEntries(faults.map(({ question, text }) => [question, text]));
      return showForm(portal, request, reply, definition, { answers, problems });
    }
    if (form('step') === 'confirm') {
      try {
        await apply(portal, visitor, answers);
        return site.redirect(reply, after);
      } catch (error) {
        if (!(error instanceof LocalRefusal) || (error.status !== 400 && error.status !== 409)) throw error;
        return showForm(portal, request, reply, definition, { answers, problems: { [blamed]: error.message }, status: error.status });
      }
    }
    return site.page(request, reply, 'schedule/pages/check-change.njk', {
      title: 'Check your answers',
      action: path,
      pairs: Object.entries(answers).map(([name, value]) => ({ name, value })),
      answers: questions
        .map((question) => ({ key: question.label, value: answerInWords(question, answers) }))
        .filter(({ value }) => value !== ''),
    });
  });
}

/** The form for the environments that are open. Slots are not asked of the public sandbox, which has none. */
function formOf(portal: Portal, { form, path }: OperatorForm): ReturnType<OperatorForm['form']> {
  const environments = portal.environments.filter(({ id }) => path === '/schedule/builds/new' || id !== 'SANDBOX');
  return form(environments.map(({ id }) => ({ value: id, text: id })));
}

/** What a link to the form fills in. */
function answersIn(portal: Portal, definition: OperatorForm, sent: Answers): Answers {
  return answersFor(questionsOf(formOf(portal, definition)), sent);
}

function asAnswers(query: unknown): Answers {
  if (typeof query !== 'object' || query === null) return {};
  return Object.fromEntries(Object.entries(query).flatMap(([name, value]) => (typeof value === 'string' ? [[name, value]] : [])));
}

function showForm(
  portal: Portal,
  request: FastifyRequest,
  reply: FastifyReply,
  definition: OperatorForm,
  { answers, problems, status }: { readonly answers: Answers; readonly problems?: Problems; readonly status?: number },
): Promise<FastifyReply> {
  const { title, intro, pages } = formOf(portal, definition);
  const values = {
    title,
    intro,
    action: definition.path,
    questions: pages.flatMap((page) => page.questions.map((question) => ({ ...question, value: textOf(answers, question.name) }))),
    back: { href: definition.after.split('?')[0] ?? '/schedule', text: 'Back' },
    ...(problems !== undefined && { problems }),
  };
  return portal.site.page(request, reply, 'schedule/pages/operator-form.njk', values, status ?? (problems === undefined ? 200 : 400));
}
