import { type ErrorBook, type KnownError, known } from '../../../kernel/knowledge.ts';
import { ERROR_CODES, type ErsCode } from '../errors.ts';

type Page = readonly [means: string, cause: string, fix: string];

/** The error codes of e-RS (ers.md §7): what each means, what most often brings it about, what to do. */
const PAGES: Readonly<Record<ErsCode, Page>> = {
  MISSING_VALUE: [
    'A field that this operation needs was not sent.',
    'The message was built from another operation’s example, or a reason that needs a comment came without one.',
    'Send the field that the diagnostics name.',
  ],
  MISSING_PARAMETER: [
    'A query parameter that this operation needs was not sent.',
    'It is misspelt, or was lost because the query was not encoded.',
    'Send the parameter that the diagnostics name.',
  ],
  MISSING_HEADER: [
    'A header that this operation needs was not sent.',
    'A proxy or the HTTP client drops headers it does not know, or the value is empty.',
    'Send the header that the diagnostics name.',
  ],
  VALUE_IS_REQUIRED: [
    'A field is needed because of another one that was sent.',
    'A rejection reason that needs a comment, a review outcome that needs a priority, or a search without a key.',
    'Send the field that the diagnostics name, or change the other one.',
  ],
  FIELD_NOT_PERMITTED: [
    'A field may not be sent in this case.',
    'A letter was sent where the present one must stay, or a field of another outcome.',
    'Leave the field out.',
  ],
  UNEXPECTED_FIELD: [
    'The message has a field that the operation does not know.',
    'A misspelt parameter name, or one of another operation or version.',
    'Leave it out; compare with the operation’s example in the API document.',
  ],
  INVALID_FHIR_STRUCTURE: [
    'The resource is not built as FHIR STU3 or R4 wants it.',
    'A part occurs twice, is of another type, or stands in the wrong place: Parameters in place of the resource, for example.',
    'Compare with the operation’s example in the API document.',
  ],
  INVALID_VALUE: [
    'A value is not of the form that the field wants.',
    'An NHS number or UBRN of the wrong length, a date in another format, a text that is too long, or another code system.',
    'Correct the value that the diagnostics name.',
  ],
  INVALID_CODE: [
    'A code is not in the value set, or not any longer.',
    'Codes were written down once instead of read: reference data changes, and some codes are kept for old records only.',
    'Read the current codes with A004 and send one of those.',
  ],
  INAPPROPRIATE_VALUE: [
    'The value is well formed and known, but does not fit this request.',
    'A service that is not on the shortlist, a time that is past, or a reason of another list.',
    'The journal’s explanation says what it should fit to.',
  ],
  CONFLICTING_VALUES: [
    'Two values contradict each other.',
    'Fields of two ways to say the same thing were both sent.',
    'Send one of them.',
  ],
  REFERENCE_NOT_FOUND: [
    'Something that the request names does not exist here.',
    'A patient, service, slot, file or user of another environment or e-RS instance, or an id that was guessed.',
    'Read the id from a search in the same environment first.',
  ],
  REFERENCED_USER_IS_NOT_ACTIVE: ['The user that is named has left.', 'Their profile is closed in the directory.', 'Name an active user.'],
  REFERENCED_USER_IS_NOT_RC: [
    'The user that is named is no referring clinician.',
    'They hold another business function only.',
    'Name a referring clinician: A030 lists a user’s functions.',
  ],
  REFERENCED_USER_IS_NOT_SPC: [
    'The user that is named is no service provider clinician.',
    'They hold another business function only.',
    'Name a service provider clinician of the organisation.',
  ],
  REFERENCED_USER_NOT_IN_ORG: [
    'The user that is named does not work at the organisation.',
    'They have a role at another organisation.',
    'Name a user with a role there.',
  ],
  REFERENCED_USER_IS_NOT_RC_AT_ORG: [
    'The user that is named is no referring clinician at this organisation.',
    'They refer for another organisation.',
    'Name a referring clinician of this organisation.',
  ],
  ORGANISATION_IS_CLOSED: ['The organisation that is named is closed.', 'An old ODS code.', 'Send the code of its successor.'],
  ORGANISATION_NOT_APPROPRIATE: [
    'The organisation is of the wrong kind for this.',
    'A practice stands where a provider belongs, or the other way round.',
    'Send an organisation of the kind that the diagnostics name.',
  ],
  NO_REG_GP_PRACTICE: [
    'The patient has no registered GP practice.',
    'A patient without practice was taken for a step that needs one.',
    'Take another patient, or give this one a practice: docs/import.md.',
  ],
  PATIENT_ERROR: [
    'The patient’s record does not allow this.',
    'The patient has died, or the record is sensitive or was merged.',
    'Take another patient; such patients are seeded on purpose.',
  ],
  SNOMED_NOT_FOUND: ['The clinical term is not known.', 'A SNOMED CT concept outside the reference data.', 'Read the terms with A004.'],
  TOO_MANY_ITEMS: [
    'A list has more entries than are allowed.',
    'All found services were put on the shortlist, or all files in one message.',
    'Send fewer; the diagnostics say how many may be sent.',
  ],
  DUPLICATE_SERVICE: [
    'A service is named twice in a shortlist.',
    'Search results were joined without removing doubles.',
    'Name each service once.',
  ],
  SHORTLISTED_SERVICE_NOT_IN_RESULTS: [
    'A service on the shortlist is not found by the search criteria that go with it.',
    'The criteria were changed after the search, or the service does not take this priority or patient.',
    'Search anew and choose from what is found.',
  ],
  INVALID_REQUEST_TYPE: [
    'The operation is not for this type of request.',
    'An advice request’s UBRN was sent to an operation for referrals, or the other way round.',
    'Use the operation for its type.',
  ],
  INVALID_REQUEST_STATE: [
    'In its present state this cannot be done to the request.',
    'It was booked, accepted, rejected or cancelled already, or is not booked yet.',
    'Retrieve it (A005) and ask A029 what can be done now.',
  ],
  INVALID_STATE: [
    'Something that the request names is in the wrong state.',
    'A service that is unpublished, or a file that is linked already.',
    'Read it again and choose another.',
  ],
  NO_RELATIONSHIP: [
    'The caller has no legitimate relationship with the request, the service or the worklist.',
    'The organisation in NHSD-End-User-Organisation-ODS is neither the referrer’s nor the provider’s.',
    'Act for an organisation that takes part: A030 lists those of the user.',
  ],
  NO_CHANGES_DETECTED: ['Nothing would change.', 'What was sent is what the request has already.', 'Send only what differs.'],
  DUPLICATE_FILENAME: [
    'Two files have the same name, or one file is named twice.',
    'Scans are all called letter.pdf.',
    'File names are unique on a request: rename one.',
  ],
  UNSUPPORTED_PRIORITY: [
    'The service does not take this priority.',
    'Not every service takes two-week waits or urgent referrals.',
    'Choose a service whose priorities include it, or change the priority.',
  ],
  PRIORITY_NOT_CURRENT: [
    'The priority was changed meanwhile.',
    'Somebody else changed the priority after you read it.',
    'Retrieve the request again and decide anew.',
  ],
  UNABLE_TO_CANCEL_APPOINTMENT: [
    'The hospital system refuses to cancel the appointment.',
    'A fault rule makes the partner refuse, or the appointment is already past at the hospital.',
    'See the fault rules; real clients show the refusal and let a person call the hospital.',
  ],
  SERVICE_UNAVAILABLE: [
    'The service takes no requests now.',
    'It was unpublished, or is closed to this kind of request.',
    'Search again and choose another service.',
  ],
  INAPPROPRIATE_SLOT: [
    'The slot does not fit the service, the priority or the clinician.',
    'A slot of another service, or one kept for another priority.',
    'Read the slots with A010 for this service and priority.',
  ],
  SLOT_NOT_AVAILABLE: [
    'The slot has gone.',
    'Somebody else booked it, or the hospital withdrew it. Real clients meet this daily.',
    'Read the slots again and choose another, or defer to the provider.',
  ],
  UNABLE_TO_CONFIRM_APPOINTMENT: [
    'The hospital system refuses the booking.',
    'A fault rule makes the partner refuse, or the slot is no longer free there.',
    'Choose another slot; if there is none, defer with the reason that the documentation names.',
  ],
  SLOTS_CURRENTLY_AVAILABLE: [
    'Deferring because there is no slot is refused: there are slots.',
    'The slot search was too narrow, or slots were added since.',
    'Search the slots again and book one.',
  ],
  THIS_SLOT_IS_AVAILABLE: [
    'Deferring because the slot was not available is refused: it is available.',
    'The slot was never tried, or became free again.',
    'Book it.',
  ],
  HISTORY_NOT_SUPPORTED: [
    'A version that is not the current one was asked for.',
    'The client kept a version from before a change.',
    'Ask for the current version: retrieve the request first.',
  ],
  NO_ACCESS_CODE: [
    'The patient has no access code.',
    'No letter was produced for the patient yet.',
    'Produce the first letter (A019): it gives one.',
  ],
  FILE_SIZE_ERROR: [
    'The file is empty or too large.',
    'A scan of many pages, or a stream that was read twice.',
    'Send a file of 1 to 5,242,880 bytes.',
  ],
  PENDING: [
    'The file is still being scanned for threats.',
    'It was uploaded a moment ago; the scan takes some seconds of the environment’s time.',
    'Wait and ask again; LOCALSPINE_SCAN_SECONDS sets how long it takes.',
  ],
  THREATS_FOUND: ['The scan found a threat in the file.', 'The EICAR test text, or a file seeded for this.', 'Upload another file.'],
  VALIDATION_FAILED: [
    'The file is not what it says it is.',
    'The content is of another type than its name or Content-Type, or is damaged.',
    'Send the type that the file really has.',
  ],
  FORBIDDEN: [
    'The caller may not do this.',
    'The business function or the organisation is not one that may call this operation.',
    'The journal’s explanation says who may; A030 lists what the user holds.',
  ],
  NO_ACCESS: [
    'The gateway does not let the caller through.',
    'Scope, ASID, organisation or business function are not in order.',
    'The journal names the check that failed; localspine doctor --app examines the application.',
  ],
  PAS_NOT_RESPONDING: [
    'The hospital system did not answer in time.',
    'A fault rule (partner: silence or late), as real hospital systems do at night.',
    'Try again, or defer with BOOKING_ATTEMPT_PROBLEM.',
  ],
  PAS_RESPONDED_WITH_ERROR: [
    'The hospital system answered with an error.',
    'A fault rule (partner: error).',
    'Choose another slot, or defer.',
  ],
  SYSTEM_UNAVAILABLE: [
    'e-RS is not available.',
    'A maintenance slot is in force, or a fault rule answers 503.',
    'Wait as long as Retry-After says and try again.',
  ],
};

const kebab = (code: string): string => code.toLowerCase().replaceAll('_', '-');

function pageOf(code: ErsCode): KnownError {
  const [means, cause, fix] = PAGES[code];
  return known(means, cause, fix, code);
}

/** How the control interface tells the refusal of a rule: 409, with the code in its own spelling. */
function localPageOf(code: ErsCode): KnownError {
  const [means, cause, fix] = PAGES[code];
  return known(
    `${means} (The control interface of e-RS obeys the rules of the API, and says so in its own form.)`,
    cause,
    fix,
    `409 ${code.toLowerCase()}`,
  );
}

const codes = Object.keys(ERROR_CODES) as ErsCode[];

/** A page for each code, as the API and as the control interface tell it. */
export const CODED_ERRORS: ErrorBook = Object.fromEntries([
  ...codes.map((code) => [`ers.${kebab(code)}`, pageOf(code)] as const),
  ...codes.map((code) => [`localspine.${code.toLowerCase()}`, localPageOf(code)] as const),
]);
