import { join } from 'node:path';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { isoDate } from '../../kernel/clock.ts';
import { LocalRefusal } from '../../kernel/errors.ts';
import type { ServiceContext } from '../../kernel/service.ts';
import { FormToken } from '../../kernel/web/form-token.ts';
import { Pages } from '../../kernel/web/pages.ts';
import { requestView, viewOf } from './admin-views.ts';
import { GENERATIONS, type Generation, subordinateName } from './authorities.ts';
import { decideRequest, type RequestOutcome, submitRequest } from './certificate-requests.ts';
import { listCertificates } from './certificate-store.ts';
import { cutOverOf, type Registry, revokeCertificate } from './issuing.ts';
import { nationalPaths } from './national-paths.ts';
import { listRequests } from './request-store.ts';
import { REVOCATION_REASONS } from './revocation.ts';
import { rootOf } from './server-credentials.ts';
import { STORES } from './stores.ts';

const HOME = '/_localspine/pki';
const LARGEST_FORM = 64 * 1024;
const MOST_SHOWN = 100;
const MOST_REFUSED = 20;

/** The authority's page at `/_localspine/pki/`: files to install with the store each belongs in, signing, and revocation. */
export async function registerPage(app: FastifyInstance, context: ServiceContext, registry: Registry): Promise<void> {
  const pages = new Pages(join(import.meta.dirname, 'pages'));
  // Not marked as secure: the page is on the plain door of this machine as well, and both doors share the cookie.
  const formToken = new FormToken({ cookie: 'localspine-pki-form', path: HOME, random: context.random });
  app.addContentTypeParser('application/x-www-form-urlencoded', { parseAs: 'string', bodyLimit: LARGEST_FORM }, (_request, body, done) => {
    done(null, Object.fromEntries(new URLSearchParams(String(body))));
  });
  const show = async (request: FastifyRequest, reply: FastifyReply, notice: Notice = {}): Promise<FastifyReply> => {
    const { status = 200, ...shown } = notice;
    const values = {
      ...(await content(context, registry)),
      ...shown,
      token: formToken.issue(request, reply, false),
    };
    return pages.send(reply, 'certificates.njk', values, status);
  };
  app.get('/', (request, reply) => show(request, reply));
  app.post('/sign', async (request, reply) => {
    const form = fieldsOf(request, formToken);
    return orProblem(request, reply, show, async () => {
      const { csr = '', ods = '' } = form;
      const wish = { kind: 'sign', csr, ...(ods === '' ? {} : { organisation: ods.toUpperCase() }) } as const;
      return noticeOf(await context.store.transaction((tx) => submitRequest(context, tx, registry, wish)));
    });
  });
  app.post<{ Params: { id: string } }>('/requests/:id', async (request, reply) => {
    const form = fieldsOf(request, formToken);
    return orProblem(request, reply, show, async () => {
      const verdict =
        form['event'] === 'issue'
          ? ({ event: 'issue' } as const)
          : ({ event: 'refuse', reason: (form['reason'] ?? '').slice(0, 500) } as const);
      return noticeOf(await context.store.transaction((tx) => decideRequest(context, tx, registry, request.params.id, verdict)));
    });
  });
  app.post('/revoke', async (request, reply) => {
    const form = fieldsOf(request, formToken);
    return orProblem(request, reply, show, async () => {
      const { serial = '' } = form;
      const reason = REVOCATION_REASONS.find((each) => each === form['reason']) ?? 'unspecified';
      const revoked = await context.store.transaction((tx) => revokeCertificate(tx, registry, serial, reason));
      return { done: `The certificate for ${revoked.names.commonName} was revoked, and the revocation list says so.` };
    });
  });
}

/** What the page says at its top. */
interface Notice {
  readonly status?: number;
  readonly done?: string;
  readonly made?: object;
  readonly pem?: string;
  readonly problem?: { readonly text: string; readonly fix: string | undefined };
}

function noticeOf({ request, certificate }: RequestOutcome): Notice {
  const { commonName, requestId, decision } = request;
  if (certificate !== undefined)
    return { done: `The certificate for ${commonName} was issued.`, made: viewOf(certificate), pem: certificate.certificatePem };
  const done =
    decision === undefined
      ? `The request for ${commonName} waits for a decision (${requestId}).`
      : `The request for ${commonName} was refused: ${decision.reason ?? ''}`;
  return { done };
}

type Show = (request: FastifyRequest, reply: FastifyReply, notice: Notice) => Promise<FastifyReply>;

/** Carries a form out; a refusal is shown at the top of the page, with its status. */
async function orProblem(request: FastifyRequest, reply: FastifyReply, show: Show, act: () => Promise<Notice>): Promise<FastifyReply> {
  try {
    return await show(request, reply, await act());
  } catch (error) {
    if (!(error instanceof LocalRefusal) || error.status >= 500) throw error;
    request.exchange.refused(error.explanation);
    return show(request, reply, { status: error.status, problem: { text: error.message, fix: error.explanation.fix } });
  }
}

async function content({ store, environment }: ServiceContext, registry: Registry): Promise<object> {
  const { generations, ocsp } = nationalPaths(environment.id);
  return {
    title: 'Certificates',
    environment: environment.id,
    cutOver: isoDate(await cutOverOf(store.db)),
    generations: [...GENERATIONS].reverse().map((generation) => ({
      title: generation === 'generation-2' ? 'Generation 2 (current)' : 'Generation 1 (before the cut-over)',
      files: filesOf(registry, environment.id, generation),
      list: `${environment.httpUrl}${generations[generation].list}`,
    })),
    responder: `${environment.httpUrl}${ocsp}`,
    reasons: REVOCATION_REASONS,
    waiting: (await listRequests(store.db, 'requested')).map(requestView),
    refused: (await listRequests(store.db, 'refused')).slice(0, MOST_REFUSED).map(requestView),
    certificates: (await listCertificates(store.db, {}, MOST_SHOWN)).map(viewOf),
  };
}

function filesOf({ place }: Registry, environment: string, generation: Generation): readonly object[] {
  return (['root', 'sub-ca'] as const).map((which) => ({
    name: which === 'root' ? rootOf(place.root, generation).name : subordinateName(environment, generation),
    kind: which === 'root' ? 'Root CA' : 'Sub CA',
    store: STORES[which],
    path: `/_localspine/certificates/${generation}/${which}`,
  }));
}

function fieldsOf(request: FastifyRequest, formToken: FormToken): Readonly<Record<string, string>> {
  const fields: Record<string, string> = {};
  if (typeof request.body === 'object' && request.body !== null)
    for (const [name, value] of Object.entries(request.body)) if (typeof value === 'string') fields[name] = value;
  formToken.verify(request, fields['token']);
  return fields;
}
