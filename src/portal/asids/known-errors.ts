import { type ErrorBook, known } from '../../kernel/knowledge.ts';

/** Errors of asking for, sharing and calculating ASIDs (path-to-live.md §3.5, §3.6). */
export const ASID_ERRORS: ErrorBook = {
  'localspine.allow_list': known(
    'The organisations of an allow list are missing, not ODS codes, or not wanted.',
    'Where the policy is one ASID for the connecting party (LOCALSPINE_ASID_MODEL), its organisations are named; where each organisation has its own, none are.',
    'Give the end-user organisations, or leave the list out: the message says which.',
  ),
  'localspine.asid_requested': known(
    'An ASID is asked for already.',
    'The form was sent before, and the operator has not decided yet.',
    'Wait for the operator, or withdraw the request.',
  ),
  'localspine.asid_of_another_use': known(
    'The ASID is for another use than the application.',
    'An ASID is for one access mode and, unattended, for one side of the referral; so is an application.',
    'Bind one of the same use, or ask for one: the message names both.',
  ),
  'localspine.request_decided': known('The request was decided before.', 'The page is old, or somebody else decided.', 'Look at it again.'),
  'localspine.bad_acting_user': known(
    'An unattended application acts with the user id of the senior responsible person.',
    'A name or an e-mail address was entered.',
    'Enter 12 digits; ask the organisation who that is.',
  ),
  'localspine.environment_unknown': known(
    'There are no ASIDs in that environment.',
    'SANDBOX has none, or the environment is not open.',
    'Choose INT, DEP or PROD.',
  ),
  'localspine.no_service': known(
    'No service was selected.',
    'The form was sent without a choice.',
    'Select the service that joins the ASID.',
  ),
  'localspine.no_environment': known(
    'No environment is open.',
    'LOCALSPINE_ENVIRONMENTS names none that the portal can ask.',
    'Start with at least one environment.',
  ),
  'localspine.sharing_unsaid': known(
    'Sharing this ASID is possible, but not advised.',
    'The sharing matrix warns for this pair; the reason is in the message.',
    'Confirm that you want it all the same, or ask for a separate ASID.',
  ),
  'localspine.no_organisation': known(
    'The plan names no end-user organisation.',
    'The calculation was begun without one.',
    'Name at least one.',
  ),
  'localspine.organisation_twice': known(
    'An organisation is there twice.',
    'Its uses were written in several rows.',
    'Say all that is done for it in one row.',
  ),
  'localspine.nothing_used': known(
    'Nothing is used for an organisation of the plan.',
    'No access mode was chosen for it.',
    'Choose user-restricted, application-restricted as referrer, or as provider.',
  ),
};
