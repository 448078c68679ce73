import { ERS_USES, type ErsUse } from '../applications/access-mode.ts';
import { type Answers, choicesOf, type Form, type FormFault, RULES, textOf } from '../forms/form.ts';
import { type Coverage, coverageOf } from './coverage.ts';
import { ENDPOINTS, endpoint, mayCall } from './endpoints.ts';

/** What the use case says, read from its answers. */
export interface UseCase {
  readonly endpoints: readonly string[];
  /** Organisations that will use the product in each way. */
  readonly organisations: Readonly<Record<ErsUse, readonly string[]>>;
  readonly otherServices: readonly string[];
  readonly unattendedWrites: string;
  readonly dspt: string;
}

export const USE_NAMES: Readonly<Record<ErsUse, string>> = {
  'user-restricted': 'User-restricted',
  'application-restricted-referrer': 'Application-restricted, referrer',
  'application-restricted-provider': 'Application-restricted, provider',
};

/** Services an accredited system may use besides e-RS (path-to-live.md §3.6). */
export const OTHER_SERVICES = [
  { value: 'PDS', text: 'PDS on the API platform' },
  { value: 'EPS', text: 'EPS on the API platform' },
  { value: 'SCR', text: 'SCR on the API platform' },
  { value: 'NEMS', text: 'NEMS' },
  { value: 'CP-IS', text: 'CP-IS' },
  { value: 'GP Connect', text: 'GP Connect' },
];

function organisationsQuestion(use: ErsUse, hint: string): Form['pages'][number]['questions'][number] {
  return {
    name: `organisations.${use}`,
    label: `Organisations: ${USE_NAMES[use].toLowerCase()}`,
    hint,
    optional: true,
    kind: { is: 'text', rule: RULES.odsCodes },
  };
}

export const useCaseForm: Form = {
  title: 'Use case',
  intro: 'What the product does with e-RS, for whom, and through which endpoints. e-RS Partners decide whether it may be built.',
  pages: [
    {
      id: 'purpose',
      title: 'What the product is for',
      questions: [
        { name: 'justification', label: 'Why the product needs e-RS', kind: { is: 'text', long: true } },
        {
          name: 'party',
          label: 'Side of the referral',
          kind: {
            is: 'some-of',
            options: [
              { value: 'referrer', text: 'Referrer', hint: 'Discovery, referral and booking' },
              { value: 'provider', text: 'Provider', hint: 'Referral and booking' },
            ],
          },
        },
        { name: 'dataset', label: 'Data it reads and writes', kind: { is: 'text', long: true } },
        {
          name: 'dspt',
          label: 'Data Security and Protection Toolkit',
          kind: {
            is: 'one-of',
            options: [
              { value: 'standards-met', text: 'Standards met' },
              { value: 'approaching', text: 'Approaching standards' },
              { value: 'not-published', text: 'Not published' },
            ],
          },
        },
      ],
    },
    {
      id: 'endpoints',
      title: 'Endpoints',
      intro: 'Choose what the product calls. The access modes that follow are shown when you check your answers.',
      questions: [
        {
          name: 'endpoints',
          label: 'Endpoints',
          kind: {
            is: 'some-of',
            options: ENDPOINTS.map(({ id, title, unattended, deprecated }) => ({
              value: id,
              text: `${id} ${title}`,
              hint: [
                unattended.length === 0 ? 'user-restricted only' : `also unattended as ${unattended.join(' or ')}`,
                ...(deprecated ? ['deprecated'] : []),
              ].join('; '),
            })),
          },
        },
        {
          name: 'unattended-writes',
          label: 'Why data is changed without a user',
          hint: 'Only if an application-restricted use includes A013, A028 or A036: non-clinical provider actions only.',
          optional: true,
          kind: { is: 'text', long: true },
        },
      ],
    },
    {
      id: 'organisations',
      title: 'End-user organisations',
      intro: 'Name the organisations that will use the product in each way. At least one is needed.',
      questions: [
        organisationsQuestion('user-restricted', 'Staff sign in. ODS codes with commas between them.'),
        organisationsQuestion('application-restricted-referrer', 'The product acts unattended for a referrer.'),
        organisationsQuestion('application-restricted-provider', 'The product acts unattended for a provider.'),
        {
          name: 'other-services',
          label: 'Other NHS services the product uses',
          optional: true,
          kind: { is: 'some-of', options: OTHER_SERVICES },
        },
      ],
    },
  ],
  together: (answers): readonly FormFault[] =>
    usesOf(readUseCase(answers)).length > 0
      ? []
      : [{ question: 'organisations.user-restricted', text: 'Enter at least one organisation in one of the three ways' }],
};

function odsCodes(answers: Answers, use: ErsUse): readonly string[] {
  return [
    ...new Set(
      textOf(answers, `organisations.${use}`)
        .split(',')
        .map((each) => each.trim())
        .filter((each) => each !== ''),
    ),
  ];
}

/** The use case of checked answers. */
export function readUseCase(answers: Answers): UseCase {
  return {
    endpoints: choicesOf(answers, 'endpoints'),
    organisations: {
      'user-restricted': odsCodes(answers, 'user-restricted'),
      'application-restricted-referrer': odsCodes(answers, 'application-restricted-referrer'),
      'application-restricted-provider': odsCodes(answers, 'application-restricted-provider'),
    },
    otherServices: choicesOf(answers, 'other-services'),
    unattendedWrites: textOf(answers, 'unattended-writes'),
    dspt: textOf(answers, 'dspt'),
  };
}

/** Ways in which at least one organisation will use the product. */
export function usesOf({ organisations }: UseCase): readonly ErsUse[] {
  return ERS_USES.filter((use) => organisations[use].length > 0);
}

/** Every organisation of the use case, once, in the order named. */
export function organisationsOf({ organisations }: Pick<UseCase, 'organisations'>): readonly string[] {
  return [...new Set(ERS_USES.flatMap((use) => organisations[use]))];
}

/** Organisations for which the product acts unattended: their chief information officer has to agree. */
export function unattendedOrganisationsOf({ organisations }: UseCase): readonly string[] {
  return [...new Set([...organisations['application-restricted-referrer'], ...organisations['application-restricted-provider']])];
}

/** Endpoints that change data unattended for an organisation: what its approval has to cover. */
export function unattendedWritesFor(useCase: UseCase, ods: string): readonly string[] {
  return [
    ...new Set(
      coverageOfUseCase(useCase)
        .filter(({ use }) => use !== 'user-restricted' && useCase.organisations[use].includes(ods))
        .flatMap((each) => (endpoint(each.endpoint)?.reads === false ? [each.endpoint] : [])),
    ),
  ];
}

export function coverageOfUseCase(useCase: UseCase): readonly Coverage[] {
  return coverageOf(usesOf(useCase), useCase.endpoints);
}

/** What the access-mode advisor says of a list of endpoints. */
export interface AccessAdvice {
  /** Uses that cover every endpoint. */
  readonly sufficient: readonly ErsUse[];
  readonly endpoints: readonly { readonly id: string; readonly uses: readonly ErsUse[]; readonly reviewed: boolean }[];
}

/** Endpoints → access modes and capabilities that allow them (path-to-live.md §4.1). Whoever takes endpoints from outside checks them first. */
export function adviseAccess(useCase: UseCase): AccessAdvice {
  const known = useCase.endpoints.flatMap((id) => endpoint(id) ?? []);
  return {
    sufficient: ERS_USES.filter((use) => known.length > 0 && known.every((each) => mayCall(use, each))),
    endpoints: known.map((each) => ({
      id: each.id,
      uses: ERS_USES.filter((use) => mayCall(use, each)),
      reviewed: each.unattendedReview,
    })),
  };
}

/** What e-RS Partners would send a use case back for; none when it is sound. */
export function findingsOnUseCase(useCase: UseCase): readonly string[] {
  const uses = usesOf(useCase);
  const findings: string[] = [];
  const known = useCase.endpoints.flatMap((id) => endpoint(id) ?? []);
  for (const each of known) {
    if (!uses.some((use) => mayCall(use, each)))
      findings.push(
        `${each.id} ${each.title} needs ${ERS_USES.filter((use) => mayCall(use, each))
          .map((use) => USE_NAMES[use].toLowerCase())
          .join(' or ')} access.`,
      );
    if (each.deprecated) findings.push(`${each.id} is deprecated; use A042 instead.`);
  }
  for (const use of uses)
    if (!known.some((each) => mayCall(use, each))) findings.push(`None of the endpoints may be called ${USE_NAMES[use].toLowerCase()}.`);
  const writes = known.filter(({ unattendedReview, ...each }) =>
    uses.some((use) => use !== 'user-restricted' && unattendedReview && mayCall(use, each)),
  );
  if (writes.length > 0 && useCase.unattendedWrites === '')
    findings.push(`Say why ${writes.map(({ id }) => id).join(', ')} may change data without a user.`);
  if (useCase.dspt !== 'standards-met') findings.push('The Data Security and Protection Toolkit must be at "standards met".');
  return findings;
}
