import { type ErrorBook, known } from '../../kernel/knowledge.ts';

/** Errors of getting connected: plans, prerequisites and their desk (PTL-005…012). */
export const CONNECTING_ERRORS: ErrorBook = {
  'localspine.bad_services': known(
    'It must be said which services the product will use.',
    'None was selected, or one that does not exist.',
    'Select from those that the message names.',
  ),
  'localspine.bad_product': known('The product needs a name.', 'It was left empty or is longer than 100 characters.', 'Enter its name.'),
  'localspine.bad_version': known(
    'The product needs a version.',
    'It was left empty or is longer than 40 characters.',
    'Enter its version.',
  ),
  'localspine.bad_answer': known(
    'An answer of the form is missing or not as it should be.',
    'The message names the field.',
    'Correct it and send the form again.',
  ),
  'localspine.plan_unknown': known('There is no such plan to connect.', 'An old link, or a plan of another team.', 'See your plans.'),
  'localspine.prerequisite_unknown': known('There is no such prerequisite.', 'A misspelt name.', 'The plan lists those it needs.'),
  'localspine.prerequisite_first': known(
    'Another prerequisite comes first.',
    'The steps build on each other; the message names the one.',
    'Have that one granted first.',
  ),
  'localspine.integration_incomplete': known(
    'DEP is refused until an integration run has passed for this product version.',
    'No conformance run in INT has been finished, or it did not pass.',
    'Record a conformance run in INT for this product version, and finish it.',
  ),
  'localspine.access_suspended': known(
    'Access is suspended.',
    'The service desk suspended the product version in this environment: every plan of its owner for it, and new ones are refused.',
    'Ask the service desk.',
  ),
  'localspine.name_held': known(
    'The host name belongs to a product of another supplier.',
    'A name stays with the owner of the plan that had it registered first, also after that plan gave it back.',
    'Choose a name of your own.',
  ),
  'localspine.access_not_granted': known(
    'An application is registered in DEP only for a product version that has access to it.',
    'Its owner has no plan for DEP with that product and version, or prerequisites of the plan are open: the integration test phase among them.',
    'Begin a plan for DEP under Getting connected and have its prerequisites granted; give product and version as in the plan. An operator registers past this with: localspine app create.',
  ),
  'localspine.test_data_taken': known(
    'Somebody was given one of these patients at the same moment.',
    'Two packs were reserved at once.',
    'Ask again.',
  ),
};
