/** The answer of a service search: `eRS-FetchServices-List-1` (ers.md §13.2). */
import type { FoundService } from '../catalogue/search.ts';
import { STU3_CODES, STU3_PROFILE, SYSTEMS } from '../codes.ts';
import type { HealthcareService } from '../model.ts';

const NHS_WEBSITE = 'https://www.nhs.uk/service-search/other-services/chooseandbook?serviceId=';
const OLDEST_PATIENT = 120;

/**
 * The list of services found, in their order.
 *
 * @param base the caller's base address with `/FHIR`
 */
export function writeFoundServices(found: readonly FoundService[], base: string): object {
  const list = {
    meta: { profile: [`${STU3_PROFILE}eRS-FetchServices-List-1`] },
    resourceType: 'List',
    status: 'current',
    mode: 'snapshot',
  };
  if (found.length > 0) return { ...list, entry: found.map((each) => entryOf(each, base)) };
  return {
    ...list,
    entry: [],
    emptyReason: { coding: [{ system: 'http://hl7.org/fhir/ValueSet/list-empty-reason', code: 'nilknown', display: 'no results' }] },
  };
}

function entryOf({ service, distance }: FoundService, base: string): object {
  return {
    extension: [
      {
        extension: [
          { url: 'displayProminently', valueBoolean: service.displayProminently },
          ...(distance === undefined ? [] : [{ url: 'distance', valueUnsignedInt: distance }]),
          waitOf(service),
        ],
        url: `${STU3_PROFILE}Extension-eRS-ServiceSearch-ListItem-1`,
      },
    ],
    item: {
      extension: [{ extension: summaryOf(service, base), url: `${STU3_PROFILE}Extension-eRS-ServiceSummaryView-1` }],
      identifier: { system: SYSTEMS.serviceStu3, value: service.id },
    },
  };
}

function waitOf({ indicativeAppointmentWait: wait }: HealthcareService): object {
  const url = 'indicativeAppointmentWaitTime';
  return typeof wait === 'number' ? { url, valueUnsignedInt: wait } : concept(url, 'eRS-IWT-1', wait);
}

function summaryOf(service: HealthcareService, base: string): readonly object[] {
  return [
    { url: 'serviceName', valueString: service.name },
    { url: 'specialty', valueCodeableConcept: { coding: [{ system: `${base}/STU3/CodeSystem/SPECIALTY`, code: service.specialty }] } },
    concept('genderTreated', 'eRS-GenderTreated-1', service.genderTreated),
    concept('bookableType', 'eRS-BookableType-1', service.bookableType),
    ...(service.appointmentType === undefined
      ? []
      : [concept('supportedAppointmentType', 'eRS-AppointmentType-1', service.appointmentType)]),
    { url: 'referralLetterRequired', valueBoolean: service.referralLetterRequired },
    {
      url: 'location',
      valueReference: {
        identifier: { system: SYSTEMS.directoryOrganisation, value: service.locationOdsCode },
        display: service.locationName,
      },
    },
    { url: 'linkToNHSWebsite', valueString: `${NHS_WEBSITE}${service.id}` },
    ...service.requestFlows.map((flow) => concept('supportedRequestFlowType', 'eRS-RequestFlowType-1', flow)),
    ...(service.indicativeTreatmentWait === undefined
      ? []
      : [{ url: 'indicativeTreatmentWaitTime', valueUnsignedInt: service.indicativeTreatmentWait }]),
    // The published schema gives the capacity alert this name; it is told from the wait by its type.
    ...(service.capacityAlert === undefined ? [] : [concept('indicativeTreatmentWaitTime', 'eRS-CapacityAlert-1', service.capacityAlert)]),
    ...text('referrerAlert', service.referrerAlert),
    ...text('exclusions', service.exclusions),
    ...text('suggestedInvestigations', service.suggestedInvestigations),
    ...text('conditionsTreated', service.conditionsTreated),
    ...ageTreatedOf(service),
    ...service.additionalRequirements.map((each) => concept('additionalRequirementSupported', 'eRS-AdditionalRequirementType-1', each)),
  ];
}

function ageTreatedOf({ ageTreated }: HealthcareService): readonly object[] {
  if (ageTreated === undefined) return [];
  const years = (value: number) => ({ value, unit: 'YEARS' });
  return [{ url: 'ageTreated', valueRange: { low: years(ageTreated.low ?? 0), high: years(ageTreated.high ?? OLDEST_PATIENT) } }];
}

function concept(url: string, system: string, code: string): object {
  return { url, valueCodeableConcept: { coding: [{ system: `${STU3_CODES}${system}`, code }] } };
}

function text(url: string, value: string | undefined): readonly object[] {
  return value === undefined ? [] : [{ url, valueString: value }];
}
