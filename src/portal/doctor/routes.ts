/** The doctor's page: paste a token or an application, see each check in order, which failed, and what to change. */
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import type { Site } from '../web/site.ts';

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
  readonly site: Site;
  /** Those that issue tokens; empty where the page is closed. */
  readonly environments: () => readonly ExaminingEnvironment[];
}

const LONGEST = 20_000;

/** Registers `GET` and `POST /doctor`. */
export function registerDoctor(app: FastifyInstance, { site, environments }: DoctorParts): void {
  const show = (request: FastifyRequest, reply: FastifyReply, values: object, status = 200): Promise<FastifyReply> =>
    site.page(
      request,
      reply,
      'doctor/pages/doctor.njk',
      { title: 'What is wrong with my token?', environments: environments().map(({ id, title }) => ({ id, title })), ...values },
      status,
    );

  app.get('/doctor', (request, reply) => show(request, reply, { chosen: environments()[0]?.id }));
  app.post('/doctor', async (request, reply) => {
    const form = site.form(request);
    const pasted = form('pasted');
    const environment = environments().find((each) => each.id === form('environment'));
    const problem = problemOf(pasted, environment);
    const entered = { chosen: form('environment'), pasted };
    if (problem !== undefined || environment === undefined)
      return show(request, reply, { ...entered, problems: { [problem?.field ?? 'pasted']: problem?.text ?? '' } }, 400);
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
