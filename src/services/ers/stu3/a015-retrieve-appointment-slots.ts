import type { Db } from '../../../kernel/store/store.ts';
import type { DirectoryLookups } from '../catalogue/references.ts';
import { isDirectlyBookable, slotQuery } from '../catalogue/slot-search.ts';
import type { ErsCode, ErsRefusal } from '../errors.ts';
import type { HealthcareService } from '../model.ts';
import { operation } from '../operation.ts';
import { freeSlots, serviceById } from '../store/catalogue.ts';
import { writeSlotBundle } from './slot-bundle.ts';
import { readSlotQuery, type SlotPageQuery, slotSearchRefusal } from './slot-query.ts';

/** A015: slots of a directly bookable service, page by page. Errors are 400 with an OperationOutcome (ers.md §9 A015, §14). */
export const retrieveAppointmentSlots = operation({
  id: 'A015',
  title: 'Retrieve appointment slots',
  version: 'STU3',
  method: 'GET',
  paths: ['/Slot'],
  functions: ['REFERRING_CLINICIAN', 'REFERRING_CLINICIAN_ADMIN'],
  applications: [],
  ifMatch: false,
  body: { kind: 'none' },
  produces: ['application/fhir+json'],
  document: {
    description:
      'Free slots of a directly bookable service, earliest first, page by page. Changes nothing: a slot is held only by booking it (A016).',
    answers: 'Bundle',
    holds: ['Slot', 'Schedule'],
    query: [
      { name: 'schedule.actor:HealthcareService', description: 'Id of the service.', required: true },
      { name: 'schedule.actor:Practitioner', description: 'Slots of this named clinician only: SDS user id.', required: false },
      { name: 'appointmentType', description: 'Priority of the referral.', required: true, values: ['ROUTINE', 'URGENT', 'TWO_WEEK_WAIT'] },
      { name: 'status', description: 'Always free.', required: true, values: ['free'] },
      { name: '_count', description: 'Slots on a page, 1 to 100.', required: true },
      { name: 'page', description: 'Number of the page, from 1.', required: true },
    ],
    headers: [
      { name: 'NHSD-eRS-Comm-Rule-Org', description: 'ODS code of the organisation by whose commissioning rules to look.', required: true },
    ],
    refusals: {
      400: [
        'MISSING_HEADER',
        'MISSING_PARAMETER',
        'INVALID_CODE',
        'INVALID_VALUE',
        'REFERENCE_NOT_FOUND',
        'SERVICE_UNAVAILABLE',
        'INVALID_STATE',
      ],
    },
    example: () => ({
      query: { 'schedule.actor:HealthcareService': '11000', appointmentType: 'ROUTINE', status: 'free', _count: '20', page: '1' },
      headers: { 'NHSD-eRS-Comm-Rule-Org': 'R69' },
    }),
  },
  handle: async (call) => {
    const { world, db, instance } = call;
    const query = readSlotQuery(call.query, call.header('nhsd-ers-comm-rule-org'));
    const service = await bookableService(world.directory, db, instance, query);
    const now = world.clock.now();
    const wanted = slotQuery(service, query, now);
    const { total, slots } =
      wanted === undefined ? { total: 0, slots: [] } : await freeSlots(db, instance, wanted, { size: query.size, number: query.page });
    if (query.page > 1 && (query.page - 1) * query.size >= total)
      throw refused('INVALID_VALUE', `'Page Number' (${query.page}) is invalid.`);
    return { status: 200, resource: writeSlotBundle(query, { id: world.random.uuid(), lastUpdated: now, total, slots }, call.fhirBase) };
  },
});

/** Throws 400 INVALID_VALUE, REFERENCE_NOT_FOUND, SERVICE_UNAVAILABLE or INVALID_STATE. */
async function bookableService(directory: DirectoryLookups, db: Db, instance: string, query: SlotPageQuery): Promise<HealthcareService> {
  const organisation = await directory.organisation(db, query.commissioningRuleOrganisation);
  if (organisation === undefined || !organisation.open || !organisation.referring) {
    throw refused('INVALID_VALUE', `'NHSD-eRS-Comm-Rule-Org' (${query.commissioningRuleOrganisation}) is invalid.`);
  }
  const name = `'Service Id' (${query.serviceId})`;
  const service = await serviceById(db, instance, query.serviceId);
  if (service === undefined) throw refused('REFERENCE_NOT_FOUND', `${name} is not found.`);
  if (!service.published) throw refused('SERVICE_UNAVAILABLE', `${name} is unavailable.`);
  if (!isDirectlyBookable(service)) throw refused('INVALID_STATE', `${name} is not directly bookable.`);
  if (query.clinician !== undefined && !service.namedClinicians.includes(query.clinician))
    throw refused('INVALID_VALUE', `'Named Clinician' (${query.clinician}) is invalid.`);
  return service;
}

function refused(code: ErsCode, diagnostics: string): ErsRefusal {
  return slotSearchRefusal([{ code, diagnostics }]);
}
