import type { Db } from '../../../kernel/store/store.ts';
import { SYSTEMS } from '../codes.ts';
import { answerSchema } from '../document/answer-schemas.ts';
import { EXAMPLE_PATIENT } from '../document/example-messages.ts';
import type { PatientDocument } from '../document/patient-openapi.ts';
import type { Referral } from '../model.ts';
import { serviceById, servicesByIds, slotReferences } from '../store/catalogue.ts';
import { activeReferralsOfPatient } from '../store/referrals.ts';
import type { ErsWorld } from '../world.ts';
import { PatientRefusal } from './errors.ts';
import { PATIENT_REFERRAL, readPatientQuery, selfQuery } from './query.ts';
import { type CurrentStep, currentStepOf, offsetInstant, patientStateOf } from './referral-view.ts';
import { type IdentifiedResource, writeAppointment, writePatientService, writeServiceRequest, writeTask } from './resources.ts';

/** A call of a patient who passed the gateway. */
export interface PatientCall {
  readonly world: ErsWorld;
  readonly instance: string;
  readonly db: Db;
  /** Of whoever is signed in. */
  readonly nhsNumber: string | undefined;
  readonly params: Readonly<Record<string, string>>;
  readonly query: Readonly<Record<string, readonly string[]>>;
  /** The caller's own base address with `/FHIR/R4`. */
  readonly base: string;
}

export interface PatientOperation {
  /** In the journal, metrics and faults; the public ids A001 and A002 belong to this API alone. */
  readonly id: string;
  /** Limits are counted for each of these apart (ers.md §20.3). */
  readonly limit: string;
  readonly path: string;
  /** For the API document. */
  readonly document: PatientDocument;
  handle(call: PatientCall): Promise<object>;
}

/** Nobody has as many active referrals; it keeps an answer bounded whatever was imported. */
const MOST_REFERRALS = 200;

/** Patient API A001: the active referrals of the signed-in patient, newest first. Throws PatientRefusal 400, 403. */
const retrieveReferrals: PatientOperation = {
  id: 'patient-A001',
  limit: 'service-request',
  path: '/ServiceRequest',
  document: {
    title: 'Retrieve a patient’s referrals',
    description: 'The active referrals of the signed-in patient, newest first, with their appointments or what they wait for.',
    query: [
      {
        name: 'patient:identifier',
        description: 'NHS number of the signed-in patient.',
        required: true,
        example: `${SYSTEMS.nhsNumberR4}|${EXAMPLE_PATIENT}`,
      },
      { name: 'category', description: 'Always a patient referral.', required: true, example: `${SYSTEMS.snomed}|${PATIENT_REFERRAL}` },
      {
        name: '_revinclude',
        description: 'Appointment:based-on, Task:focus, or both by repeating it.',
        required: false,
        example: 'Appointment:based-on',
      },
    ],
    path: {},
    answer: answerSchema({ answers: 'Bundle', holds: ['ServiceRequest', 'Appointment', 'Task'] }),
  },
  async handle(call) {
    const query = readPatientQuery(call.query);
    if (query.nhsNumber !== call.nhsNumber) throw notTheirs();
    const active = await activeReferralsOfPatient(call.db, call.instance, query.nhsNumber, MOST_REFERRALS);
    const referrals = active.filter((each) => patientStateOf(each) !== undefined);
    const steps = await stepsOf(call, referrals);
    const included = steps.flatMap(({ kind, resource }) =>
      (kind === 'appointment' ? query.appointments : query.tasks)
        ? [
            {
              fullUrl: `${call.base}/${kind === 'appointment' ? 'Appointment' : 'Task'}/${resource.id}`,
              search: { mode: 'include' },
              resource,
            },
          ]
        : [],
    );
    const entry = [
      ...referrals.map((referral) => ({
        fullUrl: `${call.base}/ServiceRequest/${referral.requestId}`,
        search: { mode: 'match' },
        resource: writeServiceRequest(referral),
      })),
      ...included,
    ];
    const now = offsetInstant(call.world.clock.now());
    return {
      resourceType: 'Bundle',
      type: 'searchset',
      timestamp: now,
      meta: { profile: ['https://fhir.hl7.org.uk/StructureDefinition/UKCore-Bundle'], lastUpdated: now },
      ...(entry.length > 0 && { entry }),
      total: referrals.length,
      link: [{ relation: 'self', url: `${call.base}/ServiceRequest?${selfQuery(query)}` }],
      id: call.world.random.uuid(),
    };
  },
};

interface WrittenStep {
  readonly kind: CurrentStep['kind'];
  readonly resource: IdentifiedResource;
}

/** What stands beside the referrals, appointments first; two queries however many there are. */
async function stepsOf(call: PatientCall, referrals: readonly Referral[]): Promise<readonly WrittenStep[]> {
  const current = referrals.flatMap((each) => each.appointment ?? []);
  const services = await servicesByIds(
    call.db,
    call.instance,
    current.map((each) => each.serviceId),
  );
  const usrns = await slotReferences(
    call.db,
    call.instance,
    current.flatMap((each) => each.slotId ?? []),
  );
  const steps = referrals.flatMap((referral): readonly WrittenStep[] => {
    const step = currentStepOf(referral, (id) => services.get(id));
    if (step === undefined) return [];
    if (step.kind === 'task') return [{ kind: 'task', resource: writeTask(referral, step, call.base) }];
    const usrn = step.appointment.slotId === undefined ? undefined : usrns.get(step.appointment.slotId);
    return [{ kind: 'appointment', resource: writeAppointment(referral, step, usrn, call.base) }];
  });
  return [...steps.filter((each) => each.kind === 'appointment'), ...steps.filter((each) => each.kind === 'task')];
}

function notTheirs(): PatientRefusal {
  return new PatientRefusal('REC_FORBIDDEN', [{ diagnostics: 'The user cannot retrieve the requested data.' }], {
    check: 'ers.patient.self',
    why: 'The NHS number asked for is not that of the patient who is signed in.',
    fix: 'Ask with the NHS number of the signed-in patient.',
  });
}

/** Patient API A002: a service of the directory. Throws PatientRefusal 404. */
const retrieveService: PatientOperation = {
  id: 'patient-A002',
  limit: 'other',
  path: '/HealthcareService/:id',
  document: {
    title: 'Retrieve a healthcare service',
    description: 'A service of the directory, as the patient’s referrals name it.',
    query: [],
    path: { id: '11000' },
    answer: {
      type: 'object',
      required: ['resourceType', 'id', 'name', 'providedBy', 'specialty', 'location'],
      properties: { resourceType: { const: 'HealthcareService' }, name: { type: 'string', minLength: 1 } },
    },
  },
  async handle(call) {
    const id = call.params['id'] ?? '';
    const service = await serviceById(call.db, call.instance, id);
    if (service === undefined) throw notFound(`Service ${id} is not known in this e-RS instance.`);
    return writePatientService(service);
  },
};

/** The 404 of the back end. */
export function notFound(why: string): PatientRefusal {
  return new PatientRefusal('REC_NOT_FOUND', [{ diagnostics: 'Resource not found' }], {
    check: 'ers.patient.not-found',
    why,
    fix: 'Use the service id of a referral, or compare the path with docs/systems/ers.md.',
  });
}

export const patientOperations: readonly PatientOperation[] = [retrieveReferrals, retrieveService];
