/** The doctor's page: paste a token or an application, see each check in order, which failed, and what to change. */
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { LocalRefusal } from '../../kernel/errors.ts';
import type { FormToken } from '../../kernel/web/form-token.ts';
import type { Pages } from '../../kernel/web/pages.ts';

/** What an environment's gateway says of a token or an application. */
export interface PortalExamination {
  readonly kind: string;
  readonly verdict: 'good' | 'refused';
  readonly checks: readonly {
    readonly check: string;
    readonly outcome: 'passed' | 'failed' | 'not-reached';
    readonly answer?: { readonly status: number; readonly error: string; readonly error_description: string };
    readonly why?: string;
    readonly fix?: string;
  }[];
  readonly contents?: Readonly<Record<string, unknown>>;
}

/** An environment that examines what is pasted; nothing is spent or stored. */
export interface ExaminingEnvironment {
  readonly id: string;
  readonly title: string;
  examine(pasted: string): Promise<PortalExamination>;
}

export interface DoctorParts {
  readonly pages: Pages;
  readonly formToken: FormToken;
  /** Those that issue tokens; empty where the page is closed. */
  readonly environments: () => readonly ExaminingEnvironment[];
  /** Throws LocalRefusal 403 for a request under a foreign host name or from a page of another site. */
  readonly guard: (request: FastifyRequest) => void;
}

const LONGEST = 20_000;

/** Registers `GET` and `POST /doctor`. */
export function registerDoctor(app: FastifyInstance, { pages, formToken, environments, guard }: DoctorParts): void {
  const show = (request: FastifyRequest, reply: FastifyReply, values: object, status = 200): Promise<FastifyReply> =>
    pages.send(
      reply,
      'doctor.njk',
      {
        title: 'What is wrong with my token?',
        environments: environments().map(({ id, title }) => ({ id, title })),
        csrf: formToken.issue(request, reply, true),
        ...values,
      },
      status,
    );

  app.get('/doctor', (request, reply) => show(request, reply, { chosen: environments()[0]?.id }));
  app.post('/doctor', async (request, reply) => {
    guard(request);
    const form = formOf(request.body);
    formToken.verify(request, form('csrf'));
    const pasted = form('pasted').trim();
    const environment = environments().find((each) => each.id === form('environment'));
    const problem = problemOf(pasted, environment);
    const entered = { chosen: form('environment'), pasted };
    if (problem !== undefined || environment === undefined) return show(request, reply, { ...entered, problem }, 400);
    const examination = await environment.examine(pasted);
    const contents = examination.contents === undefined ? undefined : JSON.stringify(examination.contents, undefined, 2);
    const { kind, verdict, checks } = examination;
    return show(request, reply, {
      ...entered,
      result: {
        environment: environment.id,
        kind: kind.replaceAll('-', ' '),
        good: verdict === 'good',
        checks: checks.filter((each) => each.outcome !== 'not-reached'),
        notReached: checks.filter((each) => each.outcome === 'not-reached').map((each) => each.check),
        contents,
      },
    });
  });
}

interface Problem {
  readonly field: 'environment' | 'pasted';
  readonly text: string;
}

function problemOf(pasted: string, environment: ExaminingEnvironment | undefined): Problem | undefined {
  if (environment === undefined) return { field: 'environment', text: 'Select an environment' };
  if (pasted === '') return { field: 'pasted', text: 'Enter a token, an AppID, an API key or the name of an application' };
  if (pasted.length > LONGEST) return { field: 'pasted', text: `What you enter must be ${LONGEST} characters or fewer` };
  return undefined;
}

function formOf(body: unknown): (name: string) => string {
  if (typeof body !== 'object' || body === null) throw new LocalRefusal(400, 'bad_form', 'The form cannot be read.');
  const members = new Map(Object.entries(body));
  return (name) => {
    const value: unknown = members.get(name);
    return typeof value === 'string' ? value : '';
  };
}
