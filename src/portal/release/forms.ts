/** The forms a supplier fills in, by artefact; some grow with the use case. */
import { ERS_USES } from '../applications/access-mode.ts';
import { type Form, type FormPage, type Question, RULES } from '../forms/form.ts';
import type { ArtefactKind } from './artefacts.ts';
import { ENDPOINTS } from './endpoints.ts';
import { artefactOf, type Road } from './facts.ts';
import { prodForm, rowsIssued } from './prod-form.ts';
import { coverageOfUseCase, readUseCase, USE_NAMES, type UseCase, useCaseForm, usesOf } from './use-case.ts';
import { witnessForm } from './witness-cases.ts';

function yes(name: string, label: string, text: string): Question {
  return {
    name,
    label,
    kind: {
      is: 'one-of',
      options: [
        { value: 'yes', text },
        { value: 'no', text: 'No' },
      ],
    },
  };
}

function text(name: string, label: string, hint?: string): Question {
  return { name, label, kind: { is: 'text' }, ...(hint === undefined ? {} : { hint }) };
}

function integrationForm(useCase: UseCase): Form {
  return {
    title: 'Integration testing form',
    intro: 'Register an application in INT for each way the product is used, then ask for it to be set up.',
    pages: [
      {
        id: 'applications',
        title: 'Applications in INT',
        questions: usesOf(useCase).map((use) => ({
          name: `app.${use}`,
          label: `AppID, ${USE_NAMES[use].toLowerCase()}`,
          kind: { is: 'text', rule: RULES.appId },
        })),
      },
      {
        id: 'organisation',
        title: 'Organisation that confirms your plans',
        questions: [
          {
            name: 'organisation',
            label: 'ODS code of the NHS organisation or independent provider',
            kind: { is: 'text', rule: RULES.odsCode },
          },
          text('contact-name', 'Contact at that organisation'),
          { name: 'contact-email', label: 'Email address of the contact', kind: { is: 'text', rule: RULES.email } },
        ],
      },
      {
        id: 'test-data',
        title: 'Test data',
        questions: [yes('pas', 'A patient administration system supplies slots', 'Yes: directly bookable services (DBS) can be tested')],
      },
    ],
  };
}

const scalForm: Form = {
  title: 'Supplier Conformance Assessment List',
  intro: 'The product as it will be assured. It becomes part of the signed connection agreement.',
  pages: [
    {
      id: 'eligibility',
      title: 'Setup and eligibility',
      questions: [text('product-version', 'Product version'), text('hosting', 'Where the product is hosted')],
    },
    {
      id: 'non-functional',
      title: 'Non-functional requirements',
      questions: [
        yes('clinical-safety', 'Clinical safety case and hazard log (DCB0129)', 'Complete and signed off'),
        yes('back-off', 'After 429 and 503 the product waits as Retry-After says', 'Yes'),
        yes('access-log', 'Every call can be traced to a user or a job', 'Yes'),
      ],
    },
    {
      id: 'conformance',
      title: 'Technical conformance',
      questions: [
        {
          name: 'uses',
          label: 'Access modes and capabilities',
          kind: { is: 'some-of', options: ERS_USES.map((use) => ({ value: use, text: USE_NAMES[use] })) },
        },
        {
          name: 'endpoints',
          label: 'Endpoints',
          kind: { is: 'some-of', options: ENDPOINTS.map(({ id, title }) => ({ value: id, text: `${id} ${title}` })) },
        },
      ],
    },
    {
      id: 'legal',
      title: 'Legal agreement',
      questions: [text('signatory', 'Who signs for the supplier'), text('signatory-role', 'Role of the signatory')],
    },
  ],
};

const agreementForm: Form = {
  title: 'Connection agreement',
  intro: 'The agreement between your organisation and NHS England, with the acceptable-use policy for end-user organisations.',
  pages: [
    {
      id: 'sign',
      title: 'Sign the agreement',
      questions: [
        text('signatory', 'Name of the signatory'),
        text('signatory-role', 'Role of the signatory'),
        yes('acceptable-use', 'End-user organisation acceptable-use policy', 'Accepted for every organisation we connect'),
      ],
    },
  ],
};

const approvalPages: readonly FormPage[] = [
  {
    id: 'authority',
    title: 'Written authority',
    questions: [
      text('cio-name', 'Chief information officer'),
      { name: 'cio-email', label: 'Email address of the chief information officer', kind: { is: 'text', rule: RULES.email } },
      {
        name: 'scope',
        label: 'What the product may do on the organisation’s behalf',
        kind: {
          is: 'one-of',
          options: [
            { value: 'read', text: 'Download only' },
            { value: 'read-and-write', text: 'Download, and the reviewed provider actions' },
          ],
        },
      },
    ],
  },
  {
    id: 'responsible-person',
    title: 'Senior responsible person',
    intro: 'Somebody with a current Spine profile and a role at the organisation. Unattended calls are made in their name.',
    questions: [{ name: 'responsible-person', label: 'User id', kind: { is: 'text', rule: RULES.userId } }],
  },
];

/** The form of an artefact as the road stands; undefined where the supplier fills in none. */
export function formOf(road: Road, kind: ArtefactKind, key = ''): Form | undefined {
  const useCase = readUseCase(artefactOf(road, 'use-case').answers);
  switch (kind) {
    case 'use-case':
      return useCaseForm;
    case 'integration-form':
      return integrationForm(useCase);
    case 'scal':
      return scalForm;
    case 'witness-test':
      return witnessForm(coverageOfUseCase(useCase));
    case 'connection-agreement':
      return agreementForm;
    case 'euo-approval':
      return {
        title: `Approval by ${key}`,
        intro: 'For unattended use the chief information officer gives written authority and names a senior responsible person.',
        pages: approvalPages,
      };
    case 'prod-form':
      return prodForm(rowsIssued(artefactOf(road, kind).answers));
    case 'tcc':
    case 'smoke-test':
    case 'go-live':
      return undefined;
  }
}
