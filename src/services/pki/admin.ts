import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import Type from 'typebox';
import { Compile } from 'typebox/compile';
import { requireUnfrozen } from '../../kernel/availability.ts';
import { isoInstant } from '../../kernel/clock.ts';
import { LocalRefusal } from '../../kernel/errors.ts';
import type { ServiceContext } from '../../kernel/service.ts';
import type { Db } from '../../kernel/store/store.ts';
import { generateKey, toDer } from '../../kernel/tls/certificates.ts';
import { requestView, viewOf } from './admin-views.ts';
import { fileName } from './authorities.ts';
import { registerAuthorities } from './authority-admin.ts';
import { signerOf } from './authority-lifecycle.ts';
import { decideRequest, type RequestOutcome, requireRequest, submitRequest } from './certificate-requests.ts';
import { listCertificates, type RegisteredCertificate, writeCutOver } from './certificate-store.ts';
import {
  cutOverOf,
  issueCertificate,
  LONGEST_LIFE_DAYS,
  type Registry,
  requireCertificate,
  requireOwner,
  revokeCertificate,
  type Term,
} from './issuing.ts';
import { KEY_STORE_FORMS, keyStore } from './key-stores.ts';
import { registerPage } from './page.ts';
import { REQUEST_TRANSITIONS, type RequestState } from './request-states.ts';
import { listRequests } from './request-store.ts';
import { REVOCATION_REASONS } from './revocation.ts';
import { MEDIA_TYPES } from './routes.ts';
import { rootOf } from './server-credentials.ts';
import { checkFqdn } from './signing-request.ts';

const Csr = Type.String({ minLength: 1, maxLength: 64 * 1024 });
const OdsCode = Type.String({ pattern: '^[A-Z0-9]{3,12}$' });
const TERM = {
  createdAt: Type.Optional(Type.String({ maxLength: 40 })),
  days: Type.Optional(Type.Integer({ minimum: 1, maximum: LONGEST_LIFE_DAYS })),
};
const checkSign = Compile(Type.Object({ csr: Csr, ods: Type.Optional(OdsCode), ...TERM }, { additionalProperties: false }));
const checkRenew = Compile(Type.Object({ csr: Type.Optional(Csr), ...TERM }, { additionalProperties: false }));
const checkRevoke = Compile(Type.Object({ reason: Type.Optional(Type.Enum([...REVOCATION_REASONS])) }, { additionalProperties: false }));
const checkStore = Compile(
  Type.Object(
    {
      commonName: Type.String({ minLength: 1, maxLength: 300 }),
      ods: Type.Optional(OdsCode),
      form: Type.Enum([...KEY_STORE_FORMS]),
      ...TERM,
    },
    { additionalProperties: false },
  ),
);
const REQUEST_STATES = Object.keys(REQUEST_TRANSITIONS) as readonly RequestState[];
const checkDecision = Compile(
  Type.Object(
    { event: Type.Enum(['issue', 'refuse']), reason: Type.Optional(Type.String({ maxLength: 500 })) },
    { additionalProperties: false },
  ),
);
const checkCutOver = Compile(Type.Object({ at: Type.String({ maxLength: 40 }) }, { additionalProperties: false }));
const MOST_LISTED = 500;

/** The admin API of the certificate authority, below `/_localspine/pki`: sign, list, renew, revoke, download, key stores, cut-over. */
export async function registerPkiAdmin(
  app: FastifyInstance,
  context: ServiceContext,
  registry: Registry,
  authorityReplaced: () => Promise<void>,
): Promise<void> {
  const { store } = context;
  app.addHook('onRequest', async (request) => {
    request.exchange.service = 'pki';
    request.exchange.operation = 'certificates';
  });
  app.post('/certificates', async (request, reply) => {
    const { csr, ods, ...term } = body(checkSign, request, 'Send {"csr":"-----BEGIN CERTIFICATE REQUEST-----…","ods":"R69"}.');
    const order = { csr, ...termOf(term), ...(ods === undefined ? {} : { organisation: ods }) };
    const outcome = await store.transaction((tx) => submitRequest(context, tx, registry, { kind: 'sign', ...order }));
    return answerOutcome(reply, registry, store.db, outcome);
  });
  app.get<{ Querystring: { commonName?: string; ods?: string } }>('/certificates', async (request) => {
    const { commonName, ods } = request.query;
    const filter = { ...(commonName === undefined ? {} : { commonName }), ...(ods === undefined ? {} : { organisation: ods }) };
    return { certificates: (await listCertificates(store.db, filter, MOST_LISTED)).map(viewOf) };
  });
  app.get<{ Params: { serial: string } }>('/certificates/:serial', async (request) =>
    withChain(registry, store.db, await requireCertificate(store.db, request.params.serial)),
  );
  app.post<{ Params: { serial: string } }>('/certificates/:serial/renew', async (request, reply) => {
    const { csr, ...term } = body(checkRenew, request, 'Send {} to keep the key, or {"csr":"…"} for a new one.');
    const order = { ...termOf(term), ...(csr === undefined ? {} : { csr }) };
    const wish = { kind: 'renew', serial: request.params.serial, ...order } as const;
    const outcome = await store.transaction((tx) => submitRequest(context, tx, registry, wish));
    return answerOutcome(reply, registry, store.db, outcome);
  });
  app.post<{ Params: { serial: string } }>('/certificates/:serial/revoke', async (request) => {
    const { reason } = body(checkRevoke, request, `Send {"reason":"…"}; reasons are ${REVOCATION_REASONS.join(', ')}.`);
    return viewOf(await store.transaction((tx) => revokeCertificate(tx, registry, request.params.serial, reason ?? 'unspecified')));
  });
  registerRequests(app, context, registry);
  registerFiles(app, context, registry);
  registerCutOver(app, context);
  registerAuthorities(app, context, registry.place, authorityReplaced);
  await app.register(async (scope) => registerPage(scope, context, registry));
}

/** The desk's queue: what waits, what became of it, and decisions. */
function registerRequests(app: FastifyInstance, context: ServiceContext, registry: Registry): void {
  const { store } = context;
  app.get<{ Querystring: { state?: string } }>('/requests', async ({ query: { state } }) => {
    const wanted = REQUEST_STATES.find((each) => each === state);
    if (state !== undefined && wanted === undefined)
      throw new LocalRefusal(400, 'bad_state', 'There is no such state of a request.', `States are ${REQUEST_STATES.join(', ')}.`);
    return { requests: (await listRequests(store.db, wanted)).map(requestView) };
  });
  app.get<{ Params: { id: string } }>('/requests/:id', async ({ params: { id } }) => {
    const request = await requireRequest(store.db, id);
    const serial = request.decision?.serial;
    const certificate = serial === undefined ? undefined : await requireCertificate(store.db, serial);
    return outcomeView(registry, store.db, certificate === undefined ? { request } : { request, certificate });
  });
  app.post<{ Params: { id: string } }>('/requests/:id/decision', async (request) => {
    const { event, reason = '' } = body(checkDecision, request, 'Send {"event":"issue"}, or {"event":"refuse","reason":"…"}.');
    const verdict = event === 'issue' ? { event } : { event, reason };
    const outcome = await store.transaction((tx) => decideRequest(context, tx, registry, request.params.id, verdict));
    return outcomeView(registry, store.db, outcome);
  });
}

/** 201 with the certificate when it was issued, 202 when the request waits for a person. */
async function answerOutcome(reply: FastifyReply, registry: Registry, db: Db, outcome: RequestOutcome): Promise<FastifyReply> {
  const { certificate, request } = outcome;
  if (certificate === undefined) return reply.code(202).send(requestView(request));
  return reply.code(201).send({ requestId: request.requestId, ...(await withChain(registry, db, certificate)) });
}

async function outcomeView(registry: Registry, db: Db, { request, certificate }: RequestOutcome): Promise<object> {
  return { ...requestView(request), ...(certificate === undefined ? {} : { certificate: await withChain(registry, db, certificate) }) };
}

function registerFiles(app: FastifyInstance, context: ServiceContext, registry: Registry): void {
  const { store, clock, random, environment } = context;
  for (const form of ['pem', 'der'] as const) {
    app.get<{ Params: { serial: string } }>(`/certificates/:serial/certificate.${form}`, async (request, reply) => {
      const { names, certificatePem } = await requireCertificate(store.db, request.params.serial);
      return reply
        .headers({
          'content-disposition': `attachment; filename="${fileName(names.commonName)}.${form}"`,
          'x-install-into': 'Personal certificates',
        })
        .type(MEDIA_TYPES[form])
        .send(form === 'pem' ? Buffer.from(certificatePem) : toDer(certificatePem));
    });
  }
  app.get<{ Params: { serial: string } }>('/certificates/:serial/chain.pem', async (request, reply) => {
    const certificate = await requireCertificate(store.db, request.params.serial);
    return reply
      .header('content-disposition', `attachment; filename="${fileName(certificate.names.commonName)}-chain.pem"`)
      .type(MEDIA_TYPES.pem)
      .send((await withChain(registry, store.db, certificate)).chain.slice(0, 2).join(''));
  });
  app.post('/key-stores', async (request, reply) => {
    const order = body(checkStore, request, `Send {"commonName":"…nhs.uk","ods":"R69","form":"${KEY_STORE_FORMS.join('|')}"}.`);
    requireUnfrozen(context.availability, 'certificates');
    const commonName = checkFqdn(order.commonName);
    if (environment.settings.registrationApproval === 'person')
      throw new LocalRefusal(
        409,
        'key_store_unattended',
        'A person decides on certificates here, and a key that is made here is not kept while it waits.',
        'Make a key and a signing request of your own: localspine certificate request FQDN.',
      );
    const key = await generateKey(2048);
    const certificate = await store.transaction(async (tx) => {
      const organisation = await requireOwner(tx, registry, [commonName], order.ods);
      return issueCertificate(tx, registry, {
        commonName,
        dnsNames: [commonName],
        publicKeyDer: key.publicKeyDer,
        kind: 'system',
        ...termOf(order),
        ...(organisation === undefined ? {} : { organisation }),
      });
    });
    const { chain, ...view } = await withChain(registry, store.db, certificate);
    const file = await keyStore({
      form: order.form,
      environment: environment.id,
      commonName,
      privateKeyPem: key.privateKeyPem,
      chain,
      now: clock.realNow(),
      random,
    });
    const { content, ...facts } = file;
    // The answer holds key and password: shown once, kept nowhere.
    return reply
      .code(201)
      .header('cache-control', 'no-store')
      .send({ ...facts, content: content.toString('base64'), certificate: view });
  });
}

function registerCutOver(app: FastifyInstance, { store }: ServiceContext): void {
  const answer = async (): Promise<object> => {
    const at = await cutOverOf(store.db);
    return { cutOver: isoInstant(at), before: 'generation-1', from: 'generation-2' };
  };
  app.get('/cut-over', answer);
  app.put('/cut-over', async (request) => {
    const { at } = body(checkCutOver, request, 'Send {"at":"2026-12-01T00:00:00Z"}.');
    const instant = instantOf(at, 'at');
    await store.transaction((tx) => writeCutOver(tx, instant));
    return answer();
  });
}

async function withChain(
  { place }: Registry,
  db: Db,
  certificate: RegisteredCertificate,
): Promise<ReturnType<typeof viewOf> & { readonly chain: readonly string[] }> {
  const subordinate = await signerOf(db, place, certificate);
  return {
    ...viewOf(certificate),
    chain: [certificate.certificatePem, subordinate, rootOf(place.root, certificate.generation).certificatePem],
  };
}

function body<T>(check: { Check(value: unknown): value is T }, request: FastifyRequest, fix: string): T {
  const value = request.body ?? {};
  if (check.Check(value)) return value;
  throw new LocalRefusal(400, 'bad_certificate_order', 'The body is not what this path takes.', fix);
}

function termOf({ createdAt, days }: { createdAt?: string; days?: number }): Term {
  return {
    ...(createdAt === undefined ? {} : { createdAt: instantOf(createdAt, 'createdAt') }),
    ...(days === undefined ? {} : { days }),
  };
}

function instantOf(text: string, member: string): number {
  const instant = /^\d{4}-\d{2}-\d{2}(T[\d:.]+Z)?$/.test(text) ? Date.parse(text) : Number.NaN;
  if (Number.isNaN(instant))
    throw new LocalRefusal(400, 'bad_date', `"${member}" is not a date.`, 'Write it like 2026-12-01 or 2026-12-01T09:00:00Z.');
  return instant;
}
