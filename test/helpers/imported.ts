/** Records for `POST /_localspine/import`, member `ers`, with the parts a test wants to change. Imports nothing of the product. */

/** A directly bookable service of R69 that anybody may be referred to. */
export function importedService(id: string, changes: object = {}): object {
  return {
    id,
    version: 0,
    name: `Example Service ${id}`,
    providerOdsCode: 'R69',
    locationOdsCode: 'R69',
    locationName: 'Example Hospital',
    postcode: 'LS1 2TW',
    specialty: 'CARDIOLOGY',
    clinicTypes: ['HEART_FAILURE'],
    requestFlows: ['APPOINTMENT_REQUEST'],
    bookableType: 'DIRECTLY_BOOKABLE',
    priorities: ['ROUTINE', 'URGENT'],
    genderTreated: 'MALE_AND_FEMALE',
    referralLetterRequired: false,
    clinicalTerms: [],
    namedClinicians: [],
    additionalRequirements: [],
    indicativeAppointmentWait: 21,
    displayProminently: false,
    commissioning: 'ALL',
    published: true,
    workGroup: [],
    ...changes,
  };
}

/** A referral of R69, at version 3 and not yet booked, with one service on its shortlist. */
export function unbookedReferral(ubrn: string, serviceId: string): object {
  return {
    ubrn,
    version: 3,
    status: 'active',
    state: 'NOT_BOOKED',
    nhsNumber: '9912003888',
    priority: 'ROUTINE',
    criteria: { priority: 'ROUTINE', specialty: 'CARDIOLOGY', clinicType: 'HEART_FAILURE', ageAndGenderAppropriate: false },
    shortlist: [{ serviceId, serviceName: `Example Service ${serviceId}` }],
    commissioningRuleOrganisation: 'R69',
    referringOrganisation: 'R69',
    referrer: '021600556514',
    createdAt: '2026-01-05T09:00:00Z',
    letterIntention: 'NOT_INTENDING_TO_ADD',
  };
}
