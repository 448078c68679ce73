import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { messageOf } from '../../../kernel/errors.ts';
import { whyClosed } from '../../../kernel/http/closing.ts';
import { type AccessGrant, type ApiProduct, type GatewayApi, GatewayRefusal, QuotaRefusal } from '../../gateway/index.ts';
import { registerProxyStatus } from '../proxy-endpoints.ts';
import { baseAddress, echoIds, headerOf, paramsOf, queryOf } from '../request.ts';
import type { ErsWorld } from '../world.ts';
import { PatientRefusal } from './errors.ts';
import { accessDenied, checkPatientGrant, checkTarget } from './gateway-checks.ts';
import { notFound, type PatientOperation, patientOperations } from './operations.ts';
import { sendPatientRefusal } from './outcome.ts';
import { hasPatientApi, PATIENT_CARE_PATH } from './product.ts';

/** What serving needs of an operation. */
type Served = Omit<PatientOperation, 'document'>;

interface Parts {
  readonly world: ErsWorld;
  readonly gateway: GatewayApi;
}

/** The patient API (ers.md §20.3): read only, for patients who signed in with NHS login. */
export function registerPatientApi(app: FastifyInstance, parts: Parts): void {
  if (!hasPatientApi(parts.world.environment.id)) return;
  for (const operation of patientOperations) {
    app.get(`${PATIENT_CARE_PATH}/FHIR/R4${operation.path}`, (request, reply) => serve(parts, operation, request, reply));
  }
  registerProxyStatus(app, parts.world, PATIENT_CARE_PATH);
  app.route({
    method: ['GET', 'POST', 'PUT', 'DELETE', 'PATCH', 'HEAD'],
    url: `${PATIENT_CARE_PATH}/*`,
    handler: (request, reply) => serve(parts, NOWHERE, request, reply),
  });
}

/** Every other path: the gateway's checks, then 404. */
const NOWHERE: Served = {
  id: 'patient-unknown',
  limit: 'other',
  path: '/*',
  handle: async () => {
    throw notFound('The patient API answers GET of ServiceRequest and HealthcareService/{id} only.');
  },
};

async function serve(parts: Parts, operation: Served, request: FastifyRequest, reply: FastifyReply): Promise<FastifyReply> {
  const { exchange } = request;
  const { world } = parts;
  exchange.service = 'ers';
  exchange.maintained = 'ers';
  exchange.operation = operation.id;
  const correlationId = headerOf(request, 'x-correlation-id');
  if (correlationId !== undefined) exchange.correlationId = correlationId;
  try {
    if (await cutByFault(parts, operation, request)) return reply.hijack();
    const grant = await passGateway(parts, operation, request);
    const closed = world.availability.closed('ers');
    if (closed !== undefined) {
      void reply.header('retry-after', String(closed.retryAfterSeconds));
      throw new PatientRefusal('REC_UNAVAILABLE', [{ diagnostics: 'The service is unavailable.' }], whyClosed(closed));
    }
    exchange.requestId = `${world.random.uuid()}-1`;
    const resource = await operation.handle({
      world,
      instance: exchange.listener.ersInstance,
      db: world.store.db,
      nhsNumber: grant.nhsNumber,
      params: paramsOf(request),
      query: queryOf(request),
      base: `${baseAddress(request, exchange.listener.baseUrl)}${PATIENT_CARE_PATH}/FHIR/R4`,
    });
    return echoIds(reply, request).type('application/fhir+json').send(JSON.stringify(resource));
  } catch (error) {
    const refusal = error instanceof PatientRefusal ? error : failed(request, error);
    exchange.refused(refusal.explanation);
    return sendPatientRefusal(echoIds(reply, request), refusal, world.clock.realNow());
  }
}

/** Token, product, scope, vector of trust, target, limits. */
async function passGateway({ world, gateway }: Parts, operation: Served, request: FastifyRequest): Promise<AccessGrant> {
  const { exchange } = request;
  const { grant, product } = await admitted(world, gateway, request);
  exchange.passed('gateway.product', product.name);
  checkPatientGrant(grant);
  exchange.passed('ers.patient.vector-of-trust', grant.vectorOfTrust);
  checkTarget(headerOf(request, 'nhsd-target-identifier'));
  exchange.passed('ers.patient.target-identifier');
  try {
    await gateway.countRequest(world.store.db, grant.app, { ...product, name: `${product.name}.${operation.limit}` });
  } catch (error) {
    if (error instanceof QuotaRefusal) throw tooMany(error.explanation);
    throw error;
  }
  if (grant.nhsNumber !== undefined) exchange.nhsNumber = grant.nhsNumber;
  return grant;
}

async function admitted(
  world: ErsWorld,
  gateway: GatewayApi,
  request: FastifyRequest,
): Promise<{ readonly grant: AccessGrant; readonly product: ApiProduct }> {
  try {
    const grant = await gateway.verifyAccessToken(world.store.db, headerOf(request, 'authorization'));
    request.exchange.appId = grant.app.appId;
    return { grant, product: gateway.admit(grant, PATIENT_CARE_PATH) };
  } catch (error) {
    if (error instanceof GatewayRefusal) throw accessDenied(error.faultString, error.explanation, error.wwwAuthenticate);
    throw error;
  }
}

function tooMany(explanation: PatientRefusal['explanation']): PatientRefusal {
  return new PatientRefusal('TOO_MANY_REQUESTS', [{ diagnostics: 'Too many requests' }], explanation);
}

/** Applies a user's fault rule (DESIGN.md D9); true when the connection was cut. Of the statuses, those the API documents. */
async function cutByFault({ world }: Parts, operation: Served, request: FastifyRequest): Promise<boolean> {
  const fault = await world.faults.take('ers', operation.id, ['status', 'delay', 'disconnect']);
  if (fault === undefined || fault.kind === 'partner') return false;
  if (fault.kind === 'delay') {
    await new Promise((resolve) => setTimeout(resolve, fault.milliseconds));
    return false;
  }
  const explanation = { check: 'fault', why: 'A fault rule of this environment asked for it.', fix: 'localspine fault clear' };
  if (fault.kind === 'disconnect') {
    request.exchange.refused(explanation);
    request.raw.destroy();
    return true;
  }
  if (fault.status === 429) throw tooMany(explanation);
  if (fault.status === 504) throw new PatientRefusal('GATEWAY_TIMEOUT', [{ diagnostics: 'The API operation took too long.' }], explanation);
  throw new PatientRefusal('REC_SERVER_ERROR', [{ diagnostics: 'There was an error in the server.' }], explanation);
}

function failed(request: FastifyRequest, error: unknown): PatientRefusal {
  request.log.error(
    { error: messageOf(error), stack: error instanceof Error ? error.stack : undefined, operation: request.exchange.operation },
    'unexpected failure',
  );
  return new PatientRefusal('REC_SERVER_ERROR', [{ diagnostics: 'There was an error in the server.' }], {
    check: 'ers.internal',
    why: `LocalSpine failed: ${messageOf(error)}`,
    fix: 'This is a fault of LocalSpine. Please report it with the journal entry.',
  });
}
