/**
 * `/_localspine/ers/advice…`: what the referrer does with a conversation, for which the national API has no operations: they happen in
 * the web application (ers.md §11.3, §22). For scripts and tests; documented in docs/systems/ers.md.
 */
import type { FastifyInstance, FastifyRequest } from 'fastify';
import { LocalRefusal } from '../../../kernel/errors.ts';
import { asLocal, instanceOf, registerLocks } from '../admin/control.ts';
import type { Caller } from '../model.ts';
import { requireShortlistShape } from '../referral/create.ts';
import type { NamedFile } from '../referral/letters.ts';
import { holdsFunction } from '../roles.ts';
import { adviceByUbrn, adviceOfOrganisation } from '../store/advice.ts';
import { auditOf } from '../store/audit.ts';
import { filesById } from '../store/files.ts';
import { nextNumber } from '../store/referrals.ts';
import { attachmentNumbers, changeAdvice } from '../stu3/advice-change.ts';
import { convertAdvice, RECORD_FILES } from '../stu3/advice-conversion.ts';
import type { ReferralCall } from '../stu3/referral-access.ts';
import { shortlistedServices } from '../stu3/shortlisted-services.ts';
import type { ErsWorld } from '../world.ts';
import { type ActedBy, namedFiles, readClinicalInformation, readEnding, readReferrerConversion, readReply } from './control-requests.ts';
import { convertByReferrer } from './convert.ts';
import type { AdviceRequest } from './model.ts';
import { addClinicalInformation, endConversation, reply } from './referrer.ts';
import { ADVICE_STATUS, ADVICE_TRANSITIONS } from './states.ts';

interface Route {
  readonly Params: { readonly ubrn: string };
  readonly Querystring: { readonly instance?: string; readonly organisation?: string };
}
type ControlRequest = FastifyRequest<Route>;

/** Registers the control interface of advice requests. Every change is one transaction with its audit entry. */
export function registerAdviceControl(app: FastifyInstance, world: ErsWorld): void {
  app.get<Route>('/advice', async ({ query }) => activeRequests(world, instanceOf(world, query.instance), query.organisation));
  app.get<Route>('/advice/:ubrn', async ({ params, query }) => view(world, instanceOf(world, query.instance), params.ubrn));
  app.post<Route>('/advice/:ubrn/reply', async (request) => {
    const body = readReply(request.body);
    return act(world, request, body, async (call, advice) => {
      await addTo(call, advice, 'advice.reply', namedFiles(body.files, 'ADVICE_REQUEST'), (current, files, facts) =>
        reply(current, { text: body.text, files }, facts),
      );
    });
  });
  app.post<Route>('/advice/:ubrn/clinical-information', async (request) => {
    const body = readClinicalInformation(request.body);
    return act(world, request, body, async (call, advice) => {
      await addTo(call, advice, 'advice.clinical-information', namedFiles(body.files, 'REFERRER'), addClinicalInformation);
    });
  });
  for (const event of ['close', 'cancel'] as const) {
    app.post<Route>(`/advice/:ubrn/${event}`, async (request) =>
      act(world, request, readEnding(request.body), async (call, { ubrn, version }) => {
        await changeAdvice(call, ubrn, { operation: `advice.${event}`, expected: version }, async (current) => ({
          advice: endConversation(current, event, { caller: call.caller, now: world.clock.now() }),
          linked: [],
        }));
      }),
    );
  }
  app.post<Route>('/advice/:ubrn/convert', async (request) => {
    const body = readReferrerConversion(request.body);
    return act(world, request, body, (call, advice) => convert(call, advice, body));
  });
  registerLocks(app, world, 'advice', (instance, ubrn) => load(world, instance, ubrn));
}

/**
 * Runs an action of the referrer and shows what came of it.
 *
 * Throws LocalRefusal 404 for an unknown UBRN or instance, 403 when the person named does not hold the function, 409 with the national
 * code in lower case when a rule refuses.
 */
async function act(
  world: ErsWorld,
  request: ControlRequest,
  body: ActedBy,
  work: (call: ReferralCall, advice: AdviceRequest) => Promise<void>,
): Promise<object> {
  const instance = instanceOf(world, request.query.instance);
  const advice = await load(world, instance, request.params.ubrn);
  if (body.version !== undefined && body.version !== advice.version)
    throw new LocalRefusal(409, 'stale_version', `Version ${body.version} of ${advice.ubrn} is not the current one (${advice.version}).`);
  const caller = await actor(world, advice, body);
  const call: ReferralCall = {
    world,
    instance,
    caller,
    application: { appId: 'admin-api', asid: 'none' },
    params: { ubrn: advice.ubrn },
    query: {},
    header: () => undefined,
    fhirBase: `${world.environment.baseUrl}/referrals/FHIR`,
    db: world.store.db,
    exchange: request.exchange,
  };
  await asLocal(work(call, advice));
  return view(world, instance, advice.ubrn);
}

/** Who acts: the person named, who must hold the function at the referring organisation; else the referrer. */
async function actor(world: ErsWorld, advice: AdviceRequest, body: ActedBy): Promise<Caller> {
  const { userId = advice.referrer.userId, businessFunction = 'REFERRING_CLINICIAN' } = body;
  const odsCode = advice.referringOrganisation;
  if (body.userId !== undefined && !(await holdsFunction(world, world.store.db, userId, odsCode, businessFunction)))
    throw new LocalRefusal(
      403,
      'not_held',
      `${userId} does not hold ${businessFunction} at ${odsCode}.`,
      'Leave userId out to act as the referrer.',
    );
  return { mode: 'user', userId, odsCode, businessFunction };
}

/** Adds a message with files. */
async function addTo(
  call: ReferralCall,
  { ubrn, version }: AdviceRequest,
  operation: string,
  files: readonly NamedFile[],
  rule: (advice: AdviceRequest, files: readonly NamedFile[], facts: Parameters<typeof reply>[2]) => ReturnType<typeof reply>,
): Promise<void> {
  const { instance, caller, world } = call;
  const fileIds = files.map((each) => each.fileId);
  await changeAdvice(call, ubrn, { operation, expected: version }, async (current, tx) =>
    rule(current, files, {
      caller,
      now: world.clock.now(),
      files: await filesById(tx, instance, fileIds),
      messageId: String(await nextNumber(tx, instance, 'communication')),
      nextAttachmentId: await attachmentNumbers(tx, instance, fileIds.length),
    }),
  );
}

/** The referrer refers after all: the search is run again with the criteria of the request. */
async function convert(call: ReferralCall, advice: AdviceRequest, body: ReturnType<typeof readReferrerConversion>): Promise<void> {
  const { caller, world } = call;
  const { serviceIds, letterIntention = 'NOT_INTENDING_TO_ADD', firstReminderLetterFollowUpDays = 0, priority = advice.priority } = body;
  const criteria = { ...advice.criteria, priority };
  requireShortlistShape(serviceIds);
  const services = await shortlistedServices(call, {
    nhsNumber: advice.nhsNumber,
    criteria,
    serviceIds,
    ...(caller.businessFunction === 'REFERRING_CLINICIAN_ADMIN' && { referringClinician: advice.referrer.userId }),
  });
  const now = world.clock.now();
  const requestId = `r.${world.random.uuid()}`;
  const change = { operation: 'advice.convert', expected: advice.version };
  await convertAdvice(call, advice.ubrn, change, now, async (current, { record, numbers }) =>
    convertByReferrer(
      current,
      { criteria, letterIntention, firstReminderLetterFollowUpDays },
      { caller, now, requestId, record, services, files: new Map(), nextAttachmentId: await numbers.attachments(RECORD_FILES) },
    ),
  );
}

async function view(world: ErsWorld, instance: string, ubrn: string): Promise<object> {
  const advice = await load(world, instance, ubrn);
  const possible = ADVICE_TRANSITIONS.filter(
    (each) =>
      each.from.includes(advice.category) &&
      (each.needsAuthorisation !== true || advice.conversionAuthorisation === 'AUTHORISED_TO_CONVERT'),
  );
  return {
    instance,
    status: ADVICE_STATUS[advice.category],
    advice,
    possible: possible.map(({ event, who, to }) => ({ event, who, to: to === 'same' ? advice.category : to })),
    audit: await auditOf(world.store.db, instance, ubrn),
  };
}

/** The referrer's list of requests that have not come to an end. */
async function activeRequests(world: ErsWorld, instance: string, organisation: string | undefined): Promise<object> {
  if (organisation === undefined)
    throw new LocalRefusal(400, 'bad_request', 'The list is that of an organisation.', 'Ask for ?organisation=R69.');
  const all = await adviceOfOrganisation(world.store.db, instance, organisation);
  return {
    instance,
    organisation,
    active: all
      .filter((each) => ADVICE_STATUS[each.category] === 'active')
      .map(({ ubrn, version, category, nhsNumber, service, lastUpdated }) => ({
        ubrn,
        version,
        category,
        nhsNumber,
        service,
        lastUpdated: new Date(lastUpdated).toISOString(),
      })),
  };
}

async function load(world: ErsWorld, instance: string, ubrn: string): Promise<AdviceRequest> {
  const advice = await adviceByUbrn(world.store.db, instance, ubrn);
  if (advice !== undefined) return advice;
  throw new LocalRefusal(
    404,
    'unknown_advice',
    `There is no advice request ${ubrn} in ${instance}.`,
    'Name another instance with ?instance=….',
  );
}
