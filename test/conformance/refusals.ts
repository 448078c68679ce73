/** How each documented refusal is provoked: a request that would succeed, and for each code the one thing that is changed about it. */
import { adviceBody, adviceWorklistBody, conversionBody, filePart, guidanceBody } from '../helpers/advice-messages.ts';
import {
  actionLaterBody,
  cancelReferralBody,
  changeShortlistBody,
  createReferralBody,
  letterBody,
  rejectBody,
  searchBody,
  triageOutcomeBody,
  worklistBody,
} from '../helpers/messages.ts';
import {
  ACCESS,
  add,
  advice,
  atHospital,
  BY_ADMINISTRATOR,
  book,
  bookedAtIndirect,
  booking,
  cancelled,
  cancelledBooking,
  closed,
  code,
  deferral,
  draft,
  file,
  focus,
  json,
  MANY,
  MESSAGE,
  NEW_FILE,
  noUrgent,
  onReferral,
  otherKind,
  otherUbrn,
  REFERRER_SEARCH,
  type Refusals,
  remove,
  SEARCH,
  SHORTLIST,
  scanned,
  services,
  slotQuery,
  slots,
  strangers,
  unknownField,
  WORKLIST,
  withClinician,
  withoutConflict,
  wrongType,
} from './refusal-changes.ts';
import { CODES, FILE, OTHER_FILE, UBRN } from './refusal-world.ts';

/** By operation and code. Together with {@link REASONS} these are the codes that the published specification lists, no more and no less. */
export const REFUSALS: Readonly<Record<string, Refusals>> = {
  A005: {
    valid: () => draft('REFERRING_CLINICIAN', 'GET', `/STU3/ReferralRequest/${UBRN.unbooked}`),
    rows: { ...ACCESS, INVALID_REQUEST_TYPE: otherKind },
  },
  A006: {
    valid: () => draft('REFERRING_CLINICIAN', 'GET', `/STU3/Binary/${CODES.letter}`),
    rows: { PENDING: scanned('PENDING'), THREATS_FOUND: scanned('THREATS_FOUND'), VALIDATION_FAILED: scanned('VALIDATION_FAILED') },
  },
  A007: {
    valid: () => draft('REFERRING_CLINICIAN', 'POST', `/STU3/ReferralRequest/${UBRN.unbooked}/$ers.generateCRI`),
    rows: { ...ACCESS, INVALID_REQUEST_TYPE: otherKind },
  },
  A008: {
    valid: () =>
      draft('SERVICE_PROVIDER_CLINICIAN', 'POST', '/STU3/ReferralRequest/$ers.fetchworklist', {
        body: json(worklistBody('REFERRALS_FOR_REVIEW')),
      }),
    rows: WORKLIST,
  },
  A010: {
    valid: () =>
      draft('REFERRING_CLINICIAN_ADMIN', 'POST', '/STU3/HealthcareService/$ers.searchHealthcareServicesForPatient', {
        body: withClinician(searchBody()),
      }),
    rows: { ...REFERRER_SEARCH, ...MESSAGE('sortBy') },
  },
  A011: {
    valid: () =>
      draft('REFERRING_CLINICIAN_ADMIN', 'POST', '/STU3/ReferralRequest/$ers.createReferral', {
        body: json(createReferralBody(BY_ADMINISTRATOR)),
      }),
    rows: { ...REFERRER_SEARCH, ...SHORTLIST('11002', MANY) },
  },
  A012: {
    valid: onReferral('REFERRING_CLINICIAN', UBRN.booked, 'maintainReferralLetter', letterBody(`Binary/${FILE}`, '2026-11-24T09:00:00Z')),
    rows: {
      ...ACCESS,
      ...MESSAGE('referralLetterFile'),
      ...NEW_FILE('referralLetterFile'),
      INVALID_REQUEST_TYPE: otherKind,
      INVALID_REQUEST_STATE: cancelled,
      INAPPROPRIATE_VALUE: file({ intendedUbrn: UBRN.unbooked }),
      DUPLICATE_FILENAME: (each) => {
        file({ name: 'same.pdf' })(each);
        each.world.files.push({ ...each.world.files[0], id: OTHER_FILE });
        add(filePart('referralLetterFile', 'REFERRER', `Binary/${OTHER_FILE}`))(each);
      },
      NO_CHANGES_DETECTED: (each) => {
        each.body = json(letterBody(`Binary/${CODES.bookedLetter}`, '2026-11-24T09:00:00Z', 'referralletter pdf'));
      },
    },
  },
  A013: {
    valid: onReferral('SERVICE_PROVIDER_CLINICIAN', UBRN.booked, 'acceptReferral'),
    rows: { ...ACCESS, INVALID_REQUEST_STATE: otherUbrn(UBRN.deferred) },
  },
  A014: {
    valid: onReferral('SERVICE_PROVIDER_CLINICIAN', UBRN.booked, 'rejectReferral', rejectBody()),
    rows: {
      ...ACCESS,
      INVALID_REQUEST_STATE: otherUbrn(UBRN.deferred),
      INAPPROPRIATE_VALUE: code('rejectionReason', 'PATIENT_ILL'),
      MISSING_VALUE: remove('rejectionReason'),
      INVALID_VALUE: wrongType('rejectionReason'),
      INVALID_CODE: code('rejectionReason', 'NONSENSE'),
      UNEXPECTED_FIELD: unknownField,
      VALUE_IS_REQUIRED: bookedAtIndirect,
      FIELD_NOT_PERMITTED: add({ name: 'appointmentCancelledInPAS', valueBoolean: true }),
      UNABLE_TO_CANCEL_APPOINTMENT: atHospital('A014', 'refuse'),
    },
  },
  A015: {
    valid: () => draft('REFERRING_CLINICIAN', 'GET', slotQuery(), { headers: { 'nhsd-ers-comm-rule-org': 'R69' } }),
    rows: {
      MISSING_PARAMETER: slots({ page: undefined }),
      MISSING_HEADER: (each) => {
        each.headers = {};
      },
      INVALID_CODE: slots({ status: 'nonsense' }),
      INVALID_VALUE: slots({ status: 'busy' }),
      REFERENCE_NOT_FOUND: slots({ 'schedule.actor:HealthcareService': '999999' }),
      SERVICE_UNAVAILABLE: slots({ 'schedule.actor:HealthcareService': '11098' }),
      INVALID_STATE: slots({ 'schedule.actor:HealthcareService': '50002' }),
    },
  },
  A016: {
    valid: () => draft('REFERRING_CLINICIAN', 'POST', '/STU3/Appointment', { body: booking() }),
    rows: {
      ...ACCESS,
      MISSING_VALUE: ({ body }) => {
        delete body.participant;
      },
      INVALID_VALUE: ({ body }) => {
        body.start = 'tomorrow';
      },
      INVALID_CODE: ({ body }) => {
        body.status = 'nonsense';
      },
      REFERENCE_NOT_FOUND: book({ slot: { ...CODES.slot, id: '999999' } }),
      INAPPROPRIATE_VALUE: book({ serviceId: '11099' }),
      SERVICE_UNAVAILABLE: book({ serviceId: '11098' }),
      INVALID_REQUEST_STATE: book({ ubrn: UBRN.cancelled }),
      INVALID_STATE: book({ serviceId: '50002' }),
      INAPPROPRIATE_SLOT: book({ serviceId: '11000' }),
      SLOT_NOT_AVAILABLE: (each) => void Object.assign(each.world.slots[0] ?? {}, { status: 'withdrawn' }),
      UNABLE_TO_CONFIRM_APPOINTMENT: atHospital('A016', 'refuse'),
      SLOTS_CURRENTLY_AVAILABLE: (each) => {
        each.body = deferral('NO_SLOTS_AT_SERVICE');
      },
      THIS_SLOT_IS_AVAILABLE: (each) => {
        each.body = { ...deferral('SLOT_NOT_AVAILABLE'), slot: [{ reference: `Slot/${CODES.slot.id}` }] };
      },
    },
  },
  A019: {
    valid: () => draft('REFERRING_CLINICIAN', 'POST', `/STU3/ReferralRequest/${UBRN.unbooked}/$ers.generatePatientLetter`),
    rows: {
      INVALID_REQUEST_TYPE: otherKind,
      INVALID_REQUEST_STATE: cancelled,
      NO_RELATIONSHIP: strangers,
      NO_ACCESS_CODE: (each) => {
        each.admin = { method: 'PUT', path: '/ers/access-codes/9912003888', body: { code: null } };
      },
    },
  },
  A020: {
    valid: () =>
      draft('REFERRING_CLINICIAN', 'POST', '/STU3/Binary', {
        headers: { 'content-type': 'text/plain', 'nhsd-ers-file-name': 'a.txt', 'nhsd-ers-referral-id': UBRN.unbooked },
        body: 'text',
      }),
    rows: {
      CONFLICTING_VALUES: ({ headers }) => {
        headers['nhsd-ers-file-name'] = 'a.pdf';
      },
      FILE_SIZE_ERROR: (each) => {
        each.body = '';
      },
      INAPPROPRIATE_VALUE: ({ headers }) => {
        headers['nhsd-ers-referral-id'] = UBRN.cancelled;
      },
      INVALID_VALUE: ({ headers }) => {
        headers['nhsd-ers-referral-id'] = 'nonsense';
      },
      MISSING_VALUE: ({ headers }) => {
        delete headers['nhsd-ers-file-name'];
      },
    },
  },
  A021: {
    valid: () =>
      draft('REFERRING_CLINICIAN_ADMIN', 'POST', '/STU3/ReferralRequest/$ers.createReferralAndSendForTriage', {
        body: json(createReferralBody({ ...BY_ADMINISTRATOR, services: ['11004'] })),
      }),
    rows: { ...REFERRER_SEARCH, ...SHORTLIST('11004', ['11004', '11002']) },
  },
  A022: {
    valid: () => {
      const one = onReferral('SERVICE_PROVIDER_CLINICIAN', UBRN.booked, 'cancelAppointmentActionLater', actionLaterBody())();
      one.body.parameter.push(filePart('providerAttachmentFile', 'PROVIDER', `Binary/${FILE}`));
      return one;
    },
    rows: {
      ...ACCESS,
      ...withoutConflict(NEW_FILE('providerAttachmentFile')),
      INVALID_REQUEST_STATE: otherUbrn(UBRN.deferred),
      INAPPROPRIATE_VALUE: file({ intendedUbrn: UBRN.unbooked }),
      MISSING_VALUE: remove('comments'),
      INVALID_VALUE: wrongType('comments'),
      INVALID_CODE: add({ name: 'priority', valueCoding: { system: CODES.priority, code: 'NONSENSE' } }),
      VALUE_IS_REQUIRED: bookedAtIndirect,
      FIELD_NOT_PERMITTED: add({ name: 'appointmentCancelledInPAS', valueBoolean: true }),
    },
  },
  A023: {
    valid: () =>
      draft('SERVICE_PROVIDER_CLINICIAN', 'POST', '/STU3/CommunicationRequest/$ers.fetchworklist', { body: json(adviceWorklistBody()) }),
    rows: WORKLIST,
  },
  A024: {
    valid: () => draft('REFERRING_CLINICIAN', 'GET', `/STU3/CommunicationRequest/${UBRN.advice}`),
    rows: { ...ACCESS, INVALID_REQUEST_TYPE: otherUbrn(UBRN.unbooked) },
  },
  A025: {
    valid: () => draft('REFERRING_CLINICIAN', 'GET', `/STU3/Communication?based-on=CommunicationRequest/${UBRN.advice}/_history/5`),
    rows: { ...ACCESS, INVALID_REQUEST_TYPE: otherUbrn(UBRN.unbooked) },
  },
  A026: {
    valid: () =>
      advice(UBRN.advice, 'sendCommunicationToRequester', guidanceBody('Advice', { recommendation: 'OTHER', files: [`Binary/${FILE}`] })),
    rows: {
      ...ACCESS,
      ...NEW_FILE('guidanceAttachmentFile'),
      UNSUPPORTED_PRIORITY: noUrgent,
      INAPPROPRIATE_VALUE: code('guidanceOutcome', 'REQUIRE_FURTHER_INFORMATION'),
      INVALID_VALUE: wrongType('guidance'),
      INVALID_REQUEST_STATE: closed,
      MISSING_VALUE: remove('guidance'),
      VALUE_IS_REQUIRED: remove('guidanceIntendedRecommendation'),
    },
  },
  A027: {
    valid: () =>
      draft('SERVICE_PROVIDER_CLINICIAN', 'POST', '/STU3/ReferralRequest/$ers.createFromCommunicationRequestActionLater', {
        body: json(conversionBody({ ubrn: UBRN.advice, version: 5, guidanceFiles: [`Binary/${FILE}`] })),
      }),
    rows: {
      ...ACCESS,
      ...NEW_FILE('guidanceAttachmentFile'),
      UNSUPPORTED_PRIORITY: noUrgent,
      INAPPROPRIATE_VALUE: file({ intendedUbrn: UBRN.unbooked }),
      INVALID_VALUE: wrongType('guidance'),
      INVALID_REQUEST_STATE: closed,
      MISSING_VALUE: remove('guidance'),
    },
  },
  A028: {
    valid: () => {
      const one = onReferral(
        'SERVICE_PROVIDER_CLINICIAN',
        UBRN.triage,
        'recordReviewOutcome',
        triageOutcomeBody('ACCEPT_REFER_BOOK_LATER', 'ROUTINE'),
      )();
      one.body.parameter.push(filePart('reviewAttachmentFile', 'PROVIDER', `Binary/${FILE}`));
      return one;
    },
    rows: {
      ...ACCESS,
      ...withoutConflict(NEW_FILE('reviewAttachmentFile')),
      PRIORITY_NOT_CURRENT: (each) => {
        code('reviewOutcome', 'RETURN_TO_REFERRER_WITH_ADVICE')(each);
        code('reviewPriority', 'URGENT')(each);
      },
      VALUE_IS_REQUIRED: remove('reviewPriority'),
      INVALID_CODE: code('reviewOutcome', 'NONSENSE'),
      INVALID_VALUE: wrongType('reviewComments'),
      INAPPROPRIATE_VALUE: code('reviewOutcome', 'CANCEL_APPOINTMENT_ACTION_LATER'),
      MISSING_VALUE: remove('reviewComments'),
      INVALID_REQUEST_STATE: otherUbrn(UBRN.booked),
      INVALID_REQUEST_TYPE: otherKind,
    },
  },
  A029: {
    valid: () => draft('REFERRING_CLINICIAN', 'GET', focus()),
    rows: {
      INVALID_VALUE: (each) => {
        each.path = focus({ intent: 'order' });
      },
      MISSING_PARAMETER: (each) => {
        each.path = focus({ status: '' });
      },
      HISTORY_NOT_SUPPORTED: (each) => {
        each.path = focus({ focus: `ReferralRequest/${UBRN.unbooked}/_history/4` });
      },
      REFERENCE_NOT_FOUND: (each) => {
        each.path = focus({ focus: 'ReferralRequest/000000079999/_history/5' });
      },
    },
  },
  A031: {
    valid: onReferral('REFERRING_CLINICIAN', UBRN.unbooked, 'changeShortlist', changeShortlistBody({ services: ['11002'] })),
    rows: {
      ...SEARCH,
      ...SHORTLIST('11002', MANY),
      ...ACCESS,
      INVALID_REQUEST_TYPE: otherKind,
      INVALID_REQUEST_STATE: otherUbrn(UBRN.booked),
    },
  },
  A032: {
    valid: onReferral(
      'REFERRING_CLINICIAN',
      UBRN.unbooked,
      'changeShortlistAndSendForTriage',
      changeShortlistBody({ services: ['11004'] }),
    ),
    rows: {
      ...SEARCH,
      ...SHORTLIST('11004', ['11004', '11002']),
      ...ACCESS,
      INVALID_REQUEST_TYPE: otherKind,
      INVALID_REQUEST_STATE: otherUbrn(UBRN.booked),
    },
  },
  A034: {
    valid: () => draft('REFERRING_CLINICIAN', 'PUT', '/STU3/Appointment/70010', { ifMatch: 1, body: cancelledBooking() }),
    rows: {
      ...ACCESS,
      INVALID_REQUEST_STATE: ({ world: { referrals } }) => {
        const one = referrals.find(({ ubrn }) => ubrn === UBRN.booked);
        if (one !== undefined) one['appointment'] = { ...one['appointment'], start: '2024-01-15T09:00:00Z', end: '2024-01-15T10:00:00Z' };
      },
      INVALID_VALUE: ({ body }) => {
        body.status = 'nonsense';
      },
      INAPPROPRIATE_VALUE: ({ body }) => {
        body.reason[0].coding[0].code = 'SERVICE_INAPPROPRIATE';
      },
      MISSING_VALUE: ({ body }) => {
        body.reason[0].coding[0].code = 'PATIENT_OTHER_ENGAGEMENT';
      },
      UNEXPECTED_FIELD: ({ body }) => {
        body.start = '2030-01-15T09:00:00Z';
      },
      UNABLE_TO_CANCEL_APPOINTMENT: atHospital('A034', 'refuse'),
    },
  },
  A036: {
    valid: onReferral('REFERRING_CLINICIAN', UBRN.booked, 'cancelReferral', cancelReferralBody('RAISED_IN_ERROR')),
    rows: {
      ...ACCESS,
      MISSING_VALUE: code('cancellationReason', 'PATIENT_REQUEST_CANCELLATION_OTHER'),
      INVALID_REQUEST_STATE: cancelled,
      INAPPROPRIATE_VALUE: code('cancellationReason', 'TRIAGE_ENDED'),
      UNABLE_TO_CANCEL_APPOINTMENT: atHospital('A036', 'refuse'),
    },
  },
  A038: { valid: () => draft('REFERRING_CLINICIAN', 'GET', '/STU3/Appointment/70010'), rows: ACCESS },
  A042: {
    valid: () => draft('REFERRING_CLINICIAN', 'GET', `/R4/Binary/${CODES.letter}`),
    rows: { PENDING: scanned('PENDING'), THREATS_FOUND: scanned('THREATS_FOUND'), VALIDATION_FAILED: scanned('VALIDATION_FAILED') },
  },
  A043: { valid: () => advice(UBRN.advice, 'generateCRI'), rows: { ...ACCESS, INVALID_REQUEST_TYPE: otherUbrn(UBRN.unbooked) } },
  A044: {
    valid: () =>
      draft('REFERRING_CLINICIAN_ADMIN', 'POST', '/STU3/CommunicationRequest/$ers.createAdviceAndGuidance', {
        body: json(adviceBody(BY_ADMINISTRATOR)),
      }),
    rows: { ...REFERRER_SEARCH, ...SHORTLIST('11014', ['11014', '11002']), SHORTLISTED_SERVICE_NOT_IN_RESULTS: services('11097') },
  },
};

/** Codes that the specification lists for an operation and that are not provoked here, with the reason. */
export const REASONS: Readonly<Record<string, Readonly<Record<string, string>>>> = {
  A006: { FILE_SIZE_ERROR: 'needs a file of more than 5 MiB: test/journeys/files.test.ts' },
};
