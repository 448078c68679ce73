/**
 * Every published example of the patient API, answered from state over the wire and compared value for value. What differs from call to
 * call is left out; where an example contradicts the contract or another example, the difference is named. The examples are not part of
 * this project: REFERENCE_DIR names the folder that has them.
 */
import assert from 'node:assert/strict';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import { LocalSpine } from '../helpers/localspine.ts';
import { callPatientApi, PATIENT_CARE, patientToken, referralsOf, registerPatientApp } from '../helpers/patient.ts';
import { makeKeyPair, Supplier } from '../helpers/supplier.ts';

// Published examples are data of many shapes.
// biome-ignore lint/suspicious/noExplicitAny: test convenience
type Json = any;

const reference = process.env['REFERENCE_DIR'];
const folder = reference === undefined ? '' : join(reference, 'ers/patient-care-examples');
if (reference !== undefined && (!existsSync(folder) || readdirSync(folder).length === 0))
  throw new Error(`REFERENCE_DIR is ${reference}, but there are no examples in ${folder}`);
const read = (file: string): Json => JSON.parse(readFileSync(join(folder, file), 'utf8'));

const PATIENT = '9912003888';

describe('published examples of the patient API', {
  skip: reference === undefined ? 'REFERENCE_DIR names no folder with the examples' : false,
  concurrency: false,
}, () => {
  const spine = new LocalSpine({ LOCALSPINE_ENVIRONMENTS: 'INT' });
  const supplier = new Supplier(spine);
  let token: string;
  let base: string;

  before(async () => {
    await spine.start();
    const app = await registerPatientApp(supplier, makeKeyPair());
    token = (await patientToken(supplier, app, PATIENT)).json.access_token;
    base = `${spine.environment('INT').baseUrl}${PATIENT_CARE}`;
  });
  after(async () => {
    await spine.remove();
  });

  async function load(ers: object): Promise<void> {
    const reply = await spine.admin('INT', '/import', { method: 'POST', body: { ers: { instance: 'Int1', ...ers } } });
    assert.equal(reply.status, 200, reply.text);
  }

  test('ServiceRequestsWithAppointmentAndTask', async () => {
    const example = read('retrieveServiceRequests/responses/ServiceRequestsWithAppointmentAndTask.json');
    const resources: Json[] = example.entry.map((each: Json) => each.resource);
    await load(preState(resources));
    const reply = await callPatientApi(supplier, token, referralsOf(PATIENT));
    assert.equal(reply.status, 200, reply.text);
    assert.match(reply.headers['content-type'] ?? '', /^application\/fhir\+json/);
    assert.match(reply.headers['x-request-id'] ?? '', /^[0-9a-f-]{36}-\d+$/);
    const { entry, total, id, timestamp, meta, link, ...fixed } = reply.json;
    assert.deepEqual(fixed, { resourceType: example.resourceType, type: example.type });
    assert.deepEqual(meta.profile, example.meta.profile);
    assert.equal(total, entry.filter((each: Json) => each.search.mode === 'match').length);
    for (const each of [timestamp, meta.lastUpdated]) assert.match(each, /^\d{4}-\d\d-\d\dT[\d:.]+\+00:00$/);
    assert.match(id, /^[0-9a-f-]{36}$/);
    // The sample's link has subject:identifier, _count and _skip, which the contract does not know.
    assert.equal(link[0].relation, 'self');
    assert.match(
      link[0].url,
      /category=http%3A%2F%2Fsnomed\.info%2Fsct%7C3457005&_revinclude=Appointment:based-on&_revinclude=Task:focus$/,
    );
    for (const expected of example.entry) {
      const { resource } = expected;
      const found = entry.find((each: Json) => isSame(each.resource, resource));
      assert.ok(found, `${resource.resourceType} ${resource.id}`);
      assert.deepEqual(comparable(found), comparable(withBase(expected, base)));
    }
  });

  for (const file of ['Single.json', 'MaximumAttributes.json']) {
    test(file, async () => {
      const example = read(`retrieveHealthcareService/responses/${file}`);
      await load({ services: [serviceOf(example)] });
      const reply = await callPatientApi(supplier, token, `/HealthcareService/${example.id}`);
      assert.equal(reply.status, 200, reply.text);
      // One sample has the id 70000 and the identifier 123; they are the same thing.
      const identifier = [{ ...example.identifier[0], value: example.id }];
      assert.deepEqual(reply.json, { ...example, identifier });
    });
  }

  test('OperationOutcome', async () => {
    const example = read('OperationOutcome.json');
    const reply = await callPatientApi(supplier, token, `/ServiceRequest?patient:identifier=${PATIENT}`);
    assert.equal(reply.status, 400);
    assert.match(reply.json.meta.lastUpdated, /^\d{4}-\d\d-\d\dT[\d:.]+Z$/);
    assert.deepEqual({ ...reply.json, meta: { ...reply.json.meta, lastUpdated: example.meta.lastUpdated } }, example);
  });
});

function isSame(found: Json, wanted: Json): boolean {
  if (found.resourceType !== wanted.resourceType) return false;
  if (found.resourceType === 'ServiceRequest') return found.id === wanted.id;
  return uuidIn(referredTo(found)) === uuidIn(referredTo(wanted));
}

function referredTo(resource: Json): string {
  return resource.basedOn?.[0].reference ?? resource.focus.reference;
}

function uuidIn(text: string): string {
  return /[0-9a-f-]{36}$/.exec(text)?.[0] ?? '';
}

/** Without the ids that are made here; and the sample's Appointment refers to its request without the `r.` that the Task has. */
function comparable({ fullUrl, search, resource }: Json): Json {
  if (resource.resourceType === 'ServiceRequest') return { fullUrl, search, resource };
  const { id: _id, ...rest } = resource;
  const uuid = uuidIn(referredTo(resource));
  const reference = resource.basedOn === undefined ? {} : { basedOn: [{ reference: uuid }] };
  return { fullUrl: fullUrl.replace(/[0-9a-f-]{36}$/, ''), search, resource: { ...rest, ...reference } };
}

function withBase(entry: Json, base: string): Json {
  return JSON.parse(JSON.stringify(entry).replaceAll('_baseUrl_', base));
}

/** The state that answers with the example's resources: read back into what an import takes. */
function preState(resources: readonly Json[]): object {
  const requests = resources.filter((each) => each.resourceType === 'ServiceRequest');
  const appointment = resources.find((each) => each.resourceType === 'Appointment');
  const slot = {
    id: '12000001',
    serviceId: appointment.participant[0].actor.identifier.value,
    usrn: appointment.slot[0].identifier.value,
    start: appointment.start,
    end: appointment.end,
    status: 'booked',
  };
  return { slots: [slot], referrals: requests.map((each) => referralOf(each, resources, slot)) };
}

function referralOf(request: Json, resources: readonly Json[], slot: { id: string }): object {
  const beside = resources.find((each) => each.resourceType !== 'ServiceRequest' && uuidIn(referredTo(each)) === uuidIn(request.id));
  const [, state, priority] = request.extension;
  const role = request.contained[0];
  const code = priority.valueCoding.code;
  return {
    ubrn: request.identifier[0].value,
    version: Number(request.meta.versionId),
    requestId: request.id,
    status: request.status,
    state: state.extension[0].valueCoding.code,
    nhsNumber: request.subject.identifier.value,
    priority: code,
    criteria: { priority: code, specialty: request.performerType.coding[0].code, ageAndGenderAppropriate: true },
    shortlist: [{ serviceId: '11002', serviceName: 'Good Cardiology Business Service' }],
    commissioningRuleOrganisation: role.organization.identifier.value,
    referringOrganisation: role.organization.identifier.value,
    referrer: role.practitioner.identifier.value,
    createdBy: role.practitioner.identifier.value,
    createdAt: request.authoredOn,
    updatedAt: request.authoredOn,
    // Two working days, the time for triage of a two week wait, before the day that the example has.
    ...(beside?.resourceType === 'Task' && { receivedAt: workingDaysBefore(beside.restriction.period.end, 2) }),
    letterIntention: 'NOT_INTENDING_TO_ADD',
    firstReminderLetterFollowUpDays: 0,
    ...(beside !== undefined && { appointment: appointmentOf(beside, slot, request.authoredOn) }),
    attachments: [],
    reviewed: false,
    contextStatus: 'NEVER_REVIEWED',
    additionalRequirements: [],
    relatedReferrals: [],
    convertedFromAdvice: false,
  };
}

function appointmentOf(resource: Json, slot: { id: string }, created: string): object {
  const booked = resource.resourceType === 'Appointment';
  return {
    id: booked ? '70801' : '70802',
    version: Number(resource.meta.versionId),
    status: booked ? 'booked' : 'proposed',
    serviceId: booked ? resource.participant[0].actor.identifier.value : resource.owner.identifier.value,
    serviceName: 'Good Cardiology Business Service',
    ...(booked && { start: resource.start, end: resource.end, slotId: slot.id }),
    created,
  };
}

function workingDaysBefore(day: string, days: number): string {
  let at = Date.parse(`${day}T09:00:00.000Z`);
  for (let left = days; left > 0; ) {
    at -= 86_400_000;
    if (![0, 6].includes(new Date(at).getUTCDay())) left -= 1;
  }
  return new Date(at).toISOString();
}

/** A directly bookable service with the example's values. */
function serviceOf(example: Json): object {
  const specialty = example.specialty[0].coding[0].code;
  return {
    id: example.id,
    version: Number(example.meta.versionId),
    name: example.name,
    providerOdsCode: example.providedBy.identifier.value,
    locationOdsCode: example.location[0].identifier.value,
    locationName: 'Cicero-Clinic',
    specialty,
    clinicTypes: [specialty === 'CARDIOLOGY' ? 'HEART_FAILURE' : 'ACNE'],
    requestFlows: ['APPOINTMENT_REQUEST'],
    bookableType: 'DIRECTLY_BOOKABLE',
    appointmentType: example.type[0].coding[0].code,
    priorities: ['ROUTINE'],
    genderTreated: 'MALE_AND_FEMALE',
    referralLetterRequired: false,
    clinicalTerms: [],
    namedClinicians: [],
    additionalRequirements: [],
    indicativeAppointmentWait: 10,
    displayProminently: false,
    pasEndpoint: { asid: example.endpoint[0].identifier.value },
    commissioning: 'ALL',
    published: true,
    workGroup: [],
  };
}
