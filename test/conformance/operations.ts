/** Every operation of e-RS as a caller sees it (ers.md §8): where it is, who may call it, and a request that reaches it. */
export interface CalledOperation {
  readonly id: string;
  readonly method: 'GET' | 'POST' | 'PUT' | 'HEAD';
  /** Below `/FHIR`. `000000070000` is a referral (version 5), `000000070001` a request for advice (version 5), `70000` an appointment. */
  readonly path: string;
  /** The path of something that is not there; none where nothing is looked up by the path. */
  readonly unknown?: string;
  readonly functions: readonly Short[];
  readonly ifMatch?: true;
  /** There is no body in its answer that a caller could ask in another type. */
  readonly anyType?: true;
  readonly body: 'none' | 'fhir' | 'file';
}

export const FUNCTIONS = {
  RC: 'REFERRING_CLINICIAN',
  RCA: 'REFERRING_CLINICIAN_ADMIN',
  RA: 'REFERRING_ADMIN',
  SPC: 'SERVICE_PROVIDER_CLINICIAN',
  SPCA: 'SERVICE_PROVIDER_CLINICIAN_ADMIN',
  SPA: 'SERVICE_PROVIDER_ADMIN',
} as const;
export type Short = keyof typeof FUNCTIONS;

const BOTH: readonly Short[] = ['RC', 'RCA', 'SPC', 'SPCA'];
const REFERRERS: readonly Short[] = ['RC', 'RCA'];
const PROVIDERS: readonly Short[] = ['SPC', 'SPCA'];

const referral = (name: string) => ({
  path: `/STU3/ReferralRequest/000000070000/$ers.${name}`,
  unknown: `/STU3/ReferralRequest/000000079999/$ers.${name}`,
});
const advice = (name: string) => ({
  path: `/STU3/CommunicationRequest/000000070001/$ers.${name}`,
  unknown: `/STU3/CommunicationRequest/000000079999/$ers.${name}`,
});

export const OPERATIONS: readonly CalledOperation[] = [
  { id: 'A004', method: 'GET', path: '/STU3/CodeSystem/PRIORITY', unknown: '/STU3/CodeSystem/priority', functions: BOTH, body: 'none' },
  {
    id: 'A005',
    method: 'GET',
    path: '/STU3/ReferralRequest/000000070000',
    unknown: '/STU3/ReferralRequest/000000079999',
    functions: BOTH,
    body: 'none',
  },
  {
    id: 'A005',
    method: 'GET',
    path: '/STU3/ReferralRequest/000000070000/_history/5',
    unknown: '/STU3/ReferralRequest/000000070000/_history/4',
    functions: BOTH,
    body: 'none',
  },
  {
    id: 'A006',
    method: 'GET',
    path: '/STU3/Binary/19eb7224-dff3-4730-a5cb-67eac811f1a5',
    unknown: '/STU3/Binary/19eb7224-dff3-4730-a5cb-67eac811f1a6',
    functions: BOTH,
    body: 'none',
  },
  { id: 'A007', method: 'POST', ...referral('generateCRI'), functions: BOTH, body: 'none' },
  {
    id: 'A008',
    method: 'POST',
    path: '/STU3/ReferralRequest/$ers.fetchworklist',
    functions: ['SPC', 'SPA', 'SPCA', 'RC', 'RCA', 'RA'],
    body: 'fhir',
  },
  {
    id: 'A010',
    method: 'POST',
    path: '/STU3/HealthcareService/$ers.searchHealthcareServicesForPatient',
    functions: REFERRERS,
    body: 'fhir',
  },
  { id: 'A011', method: 'POST', path: '/STU3/ReferralRequest/$ers.createReferral', functions: REFERRERS, body: 'fhir' },
  { id: 'A012', method: 'POST', ...referral('maintainReferralLetter'), functions: REFERRERS, ifMatch: true, body: 'fhir' },
  { id: 'A013', method: 'POST', ...referral('acceptReferral'), functions: PROVIDERS, ifMatch: true, body: 'none' },
  { id: 'A014', method: 'POST', ...referral('rejectReferral'), functions: PROVIDERS, ifMatch: true, body: 'fhir' },
  {
    id: 'A015',
    method: 'GET',
    path: '/STU3/Slot?schedule.actor:HealthcareService=11002&appointmentType=ROUTINE&status=free&_count=20&page=1',
    functions: REFERRERS,
    body: 'none',
  },
  { id: 'A016', method: 'POST', path: '/STU3/Appointment', functions: REFERRERS, body: 'fhir' },
  { id: 'A019', method: 'POST', ...referral('generatePatientLetter'), functions: REFERRERS, body: 'none' },
  { id: 'A020', method: 'POST', path: '/STU3/Binary', functions: BOTH, body: 'file' },
  { id: 'A021', method: 'POST', path: '/STU3/ReferralRequest/$ers.createReferralAndSendForTriage', functions: REFERRERS, body: 'fhir' },
  { id: 'A022', method: 'POST', ...referral('cancelAppointmentActionLater'), functions: PROVIDERS, ifMatch: true, body: 'fhir' },
  { id: 'A023', method: 'POST', path: '/STU3/CommunicationRequest/$ers.fetchworklist', functions: ['SPC', 'SPA', 'SPCA'], body: 'fhir' },
  {
    id: 'A024',
    method: 'GET',
    path: '/STU3/CommunicationRequest/000000070001',
    unknown: '/STU3/CommunicationRequest/000000079999',
    functions: BOTH,
    body: 'none',
  },
  {
    id: 'A025',
    method: 'GET',
    path: '/STU3/Communication?based-on=CommunicationRequest/000000070001/_history/5',
    unknown: '/STU3/Communication?based-on=CommunicationRequest/000000070001/_history/4',
    functions: BOTH,
    body: 'none',
  },
  { id: 'A026', method: 'POST', ...advice('sendCommunicationToRequester'), functions: PROVIDERS, ifMatch: true, body: 'fhir' },
  {
    id: 'A027',
    method: 'POST',
    path: '/STU3/ReferralRequest/$ers.createFromCommunicationRequestActionLater',
    functions: PROVIDERS,
    body: 'fhir',
  },
  { id: 'A028', method: 'POST', ...referral('recordReviewOutcome'), functions: PROVIDERS, ifMatch: true, body: 'fhir' },
  {
    id: 'A029',
    method: 'GET',
    path: '/STU3/Task?focus=ReferralRequest/000000070000/_history/5&intent=proposal&status=ready',
    functions: BOTH,
    body: 'none',
  },
  { id: 'A031', method: 'POST', ...referral('changeShortlist'), functions: REFERRERS, ifMatch: true, body: 'fhir' },
  { id: 'A032', method: 'POST', ...referral('changeShortlistAndSendForTriage'), functions: REFERRERS, ifMatch: true, body: 'fhir' },
  {
    id: 'A033',
    method: 'GET',
    path: '/R4/HealthcareService/11002',
    unknown: '/R4/HealthcareService/99999',
    functions: REFERRERS,
    body: 'none',
  },
  {
    id: 'A034',
    method: 'PUT',
    path: '/STU3/Appointment/70000',
    unknown: '/STU3/Appointment/79999',
    functions: REFERRERS,
    ifMatch: true,
    body: 'fhir',
  },
  { id: 'A035', method: 'GET', path: '/R4/HealthcareService?_id=11002', functions: REFERRERS, body: 'none' },
  { id: 'A036', method: 'POST', ...referral('cancelReferral'), functions: BOTH, ifMatch: true, body: 'fhir' },
  {
    id: 'A037',
    method: 'HEAD',
    path: '/R4/HealthcareService/11002',
    unknown: '/R4/HealthcareService/99999',
    functions: REFERRERS,
    body: 'none',
  },
  {
    id: 'A038',
    method: 'GET',
    path: '/STU3/Appointment/70000',
    unknown: '/STU3/Appointment/79999',
    functions: BOTH,
    body: 'none',
  },
  { id: 'A040', method: 'GET', path: '/R4/Practitioner?_query=onBehalfOf', functions: ['SPCA'], body: 'none' },
  { id: 'A041', method: 'GET', path: '/R4/ServiceRequest?identifier=000000070000', functions: BOTH, body: 'none' },
  {
    id: 'A042',
    method: 'GET',
    path: '/R4/Binary/19eb7224-dff3-4730-a5cb-67eac811f1a5',
    unknown: '/R4/Binary/19eb7224-dff3-4730-a5cb-67eac811f1a6',
    functions: BOTH,
    anyType: true,
    body: 'none',
  },
  { id: 'A043', method: 'POST', ...advice('generateCRI'), functions: BOTH, body: 'none' },
  { id: 'A044', method: 'POST', path: '/STU3/CommunicationRequest/$ers.createAdviceAndGuidance', functions: REFERRERS, body: 'fhir' },
];
