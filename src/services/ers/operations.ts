import type { Operation } from './operation.ts';
import { retrieveBusinessFunctions } from './r4/a030-retrieve-business-functions.ts';
import { retrieveHealthcareService, retrieveHealthcareServiceVersion } from './r4/a033-retrieve-healthcare-service.ts';
import { searchHealthcareServices } from './r4/a035-search-healthcare-services.ts';
import { retrieveOnBehalfOfUsers } from './r4/a040-retrieve-on-behalf-of-users.ts';
import { searchServiceRequests } from './r4/a041-search-service-requests.ts';
import { retrieveAttachmentByLink } from './r4/a042-retrieve-attachment.ts';
import { retrieveReferenceData } from './stu3/a004-retrieve-reference-data.ts';
import { retrieveReferralRequest } from './stu3/a005-retrieve-referral-request.ts';
import { retrieveAttachment } from './stu3/a006-retrieve-attachment.ts';
import { retrieveClinicalInformation } from './stu3/a007-retrieve-clinical-information.ts';
import { retrieveWorklist } from './stu3/a008-retrieve-worklist.ts';
import { patientServiceSearch } from './stu3/a010-patient-service-search.ts';
import { createReferralOperation } from './stu3/a011-create-referral.ts';
import { maintainReferralLetter } from './stu3/a012-maintain-referral-letter.ts';
import { acceptReferralOperation } from './stu3/a013-accept-referral.ts';
import { rejectReferralOperation } from './stu3/a014-reject-referral.ts';
import { retrieveAppointmentSlots } from './stu3/a015-retrieve-appointment-slots.ts';
import { bookOrDeferAppointment } from './stu3/a016-book-or-defer-appointment.ts';
import { generatePatientLetter } from './stu3/a019-generate-patient-letter.ts';
import { uploadFile } from './stu3/a020-upload-file.ts';
import { createReferralAndSendForTriage } from './stu3/a021-create-referral-and-send-for-triage.ts';
import { cancelAppointmentActionLater } from './stu3/a022-cancel-appointment-action-later.ts';
import { retrieveAdviceWorklist } from './stu3/a023-retrieve-advice-worklist.ts';
import { retrieveAdviceRequest } from './stu3/a024-retrieve-advice-request.ts';
import { retrieveConversation } from './stu3/a025-retrieve-conversation.ts';
import { sendAdviceResponse } from './stu3/a026-send-advice-response.ts';
import { convertAdviceToReferral } from './stu3/a027-convert-advice.ts';
import { recordTriageOutcomeOperation } from './stu3/a028-record-triage-outcome.ts';
import { retrieveAvailableActions } from './stu3/a029-available-actions.ts';
import { changeShortlistOperation } from './stu3/a031-change-shortlist.ts';
import { changeShortlistAndSendForTriage } from './stu3/a032-change-shortlist-and-send-for-triage.ts';
import { updateAppointment } from './stu3/a034-update-appointment.ts';
import { cancelReferralOperation } from './stu3/a036-cancel-referral.ts';
import { retrieveAppointment } from './stu3/a038-retrieve-appointment.ts';
import { retrieveAdviceOverview } from './stu3/a043-retrieve-advice-overview.ts';
import { createAdviceRequest } from './stu3/a044-create-advice-request.ts';

/** Every operation that e-RS answers here, in the order of their public ids. Adding one: its file, and a line. */
export const operations: readonly Operation[] = [
  retrieveReferenceData,
  retrieveReferralRequest,
  retrieveAttachment,
  retrieveClinicalInformation,
  retrieveWorklist,
  patientServiceSearch,
  createReferralOperation,
  maintainReferralLetter,
  acceptReferralOperation,
  rejectReferralOperation,
  retrieveAppointmentSlots,
  bookOrDeferAppointment,
  generatePatientLetter,
  uploadFile,
  createReferralAndSendForTriage,
  cancelAppointmentActionLater,
  retrieveAdviceWorklist,
  retrieveAdviceRequest,
  retrieveConversation,
  sendAdviceResponse,
  convertAdviceToReferral,
  recordTriageOutcomeOperation,
  retrieveAvailableActions,
  retrieveBusinessFunctions,
  retrieveHealthcareService,
  searchHealthcareServices,
  retrieveHealthcareServiceVersion,
  retrieveOnBehalfOfUsers,
  searchServiceRequests,
  changeShortlistOperation,
  changeShortlistAndSendForTriage,
  updateAppointment,
  cancelReferralOperation,
  retrieveAppointment,
  retrieveAttachmentByLink,
  retrieveAdviceOverview,
  createAdviceRequest,
];
