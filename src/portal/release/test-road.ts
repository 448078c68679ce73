/** A road for tests: the seed's example, with all that may be changed about it. */
import { capabilityOf, ERS_USES } from '../applications/access-mode.ts';
import type { Answers } from '../forms/form.ts';
import { REVIEWERS } from './actors.ts';
import { ARTEFACTS, type ArtefactKind } from './artefacts.ts';
import { dutiesOf } from './duties.ts';
import { type ApplicationFacts, type ArtefactState, artefactOf, BUSINESS_FUNCTIONS, type RoadFacts } from './facts.ts';
import { type Act, act, answer } from './life.ts';
import { rowAnswer, rowsIssued } from './prod-form.ts';
import { reopenings } from './reopening.ts';
import { coverageOfUseCase, readUseCase } from './use-case.ts';
import { witnessCases } from './witness-cases.ts';

export const NOW = Date.parse('2026-11-25T10:00:00Z');
const ORGANISATIONS = ['R69', 'RCD'];
/** Applications there are in PROD. */
const ROWS = ORGANISATIONS.flatMap((ods) => ERS_USES.map((use) => ({ ods, use })));

export const USE_CASE: Answers = {
  justification: 'Referrals without retyping.',
  party: ['referrer', 'provider'],
  dataset: 'Referral letters and appointments.',
  dspt: 'standards-met',
  endpoints: ['A005', 'A008', 'A030', 'A035'],
  'organisations.user-restricted': 'R69, RCD',
  'organisations.application-restricted-referrer': 'R69, RCD',
  'organisations.application-restricted-provider': 'R69, RCD',
};

function appId(number: number): string {
  return `00000000-0000-4000-8000-${String(number).padStart(12, '0')}`;
}

function application(environment: 'INT' | 'PROD', number: number, use: (typeof ERS_USES)[number], ods: string): ApplicationFacts {
  return {
    environment,
    appId: appId(number),
    name: `Acme - Link - ${environment}`,
    owned: true,
    revoked: false,
    accessMode: use === 'user-restricted' ? 'user-restricted' : 'application-restricted',
    capability: capabilityOf(use),
    product: { name: 'e-referrals', approved: true },
    kids: ['k1'],
    callbackUrl: use === 'user-restricted' ? 'https://acme.example/callback' : undefined,
    asid: `2000000${String(number).padStart(5, '0')}`,
    attributes:
      use === 'user-restricted'
        ? {}
        : {
            'app-restricted-ods-code': ods,
            'app-restricted-user-id': '021600556514',
            'app-restricted-business-function': BUSINESS_FUNCTIONS[use],
          },
    stage: 'live',
    override: false,
  };
}

/** Everything as it should be, and a road on which nothing has happened yet. */
export function freshFacts(changes: Partial<RoadFacts> = {}): RoadFacts {
  const fresh = ({ kind, initial }: (typeof ARTEFACTS)[number], key: string): ArtefactState => ({
    kind,
    key,
    state: initial,
    answers: {},
    reasons: [],
    since: NOW,
  });

  const useCase = readUseCase(USE_CASE);
  const coverage = coverageOfUseCase(useCase);
  const calls = new Map(ROWS.map((_, index) => [appId(100 + index), { tokens: 1, succeeded: useCase.endpoints }]));
  return {
    now: NOW,
    asidModel: 'perEuo',
    road: {
      id: '11111111-1111-4111-8111-111111111111',
      supplierOds: 'X26',
      supplierName: 'Acme',
      product: 'Link',
      version: '1.0',
      artefacts: ARTEFACTS.flatMap((each) => (each.perEuo === true ? ORGANISATIONS.map((ods) => fresh(each, ods)) : [fresh(each, '')])),
    },
    applications: [
      ...ERS_USES.map((use, index) => application('INT', index, use, 'R69')),
      ...ROWS.map(({ ods, use }, index) => application('PROD', 100 + index, use, ods)),
    ],
    conformance: { verdict: 'no-run', covered: [], passedRuns: [] },
    depAccess: 'none',
    unknownOrganisations: { INT: [], PROD: [] },
    asids: new Map(),
    decidedByPerson: new Set(),
    exchanges: new Map(
      witnessCases(coverage).map((each) => [
        each.id,
        {
          appId: appId(ERS_USES.indexOf(each.use)),
          operation: each.endpoint ?? coverage.find(({ use }) => use === each.use)?.endpoint ?? '',
          status: each.expects === 'success' ? 200 : 401,
        },
      ]),
    ),
    people: new Map([['021600556514', { organisations: ORGANISATIONS }]]),
    smokeCalls: calls,
    liveCalls: calls,
    ...changes,
  };
}

/** Sound answers to every form of the example. */
export function soundAnswers(facts: RoadFacts, kind: ArtefactKind): Answers {
  switch (kind) {
    case 'use-case':
      return USE_CASE;
    case 'integration-form':
      return {
        ...Object.fromEntries(ERS_USES.map((use, index) => [`app.${use}`, appId(index)])),
        organisation: 'R69',
        'contact-name': 'Pat Example',
        'contact-email': 'pat@example.com',
        pas: 'yes',
      };
    case 'scal':
      return {
        hosting: 'England',
        'clinical-safety': 'yes',
        'back-off': 'yes',
        'access-log': 'yes',
        signatory: 'Sam Example',
        'signatory-role': 'Director',
      };
    case 'witness-test':
      return Object.fromEntries(
        witnessCases(coverageOfUseCase(readUseCase(artefactOf(facts.road, 'use-case').answers))).flatMap(({ id }) => [
          [`${id}.result`, 'executed'],
          [`${id}.correlation-id`, id],
        ]),
      );
    case 'euo-approval':
      return { 'cio-name': 'Chris Example', 'cio-email': 'chris@example.com', scope: 'read', 'responsible-person': '021600556514' };
    case 'connection-agreement':
      return { signatory: 'Sam Example', 'signatory-role': 'Director', 'acceptable-use': 'yes' };
    case 'prod-form':
      return Object.assign(
        { 'contact-name': 'Pat Example', 'contact-email': 'pat@example.com', 'go-live-date': '2026-12-01' },
        ...rowsIssued(artefactOf(facts.road, kind).answers).map((need) =>
          rowAnswer(need, appId(100 + ROWS.findIndex(({ ods, use }) => ods === (need.allowList?.[0] ?? need.ods) && use === need.use))),
        ),
      );
    default:
      return {};
  }
}

export function withArtefact(facts: RoadFacts, changed: ArtefactState): RoadFacts {
  const artefacts = facts.road.artefacts.map((each) => (each.kind === changed.kind && each.key === changed.key ? changed : each));
  return { ...facts, road: { ...facts.road, artefacts } };
}

/** The facts after a supplier's answers. */
export function answered(facts: RoadFacts, kind: ArtefactKind, key = '', answers = soundAnswers(facts, kind)): RoadFacts {
  return withArtefact(facts, answer(facts, kind, key, answers));
}

/** The facts after an action. */
export function acted(facts: RoadFacts, { key = '', ...one }: Omit<Act, 'key'> & { readonly key?: string }): RoadFacts {
  return withArtefact(facts, act(facts, { key, ...one }).after);
}

/** The facts after reviewers have done all they would do of themselves. */
export function reviewed(facts: RoadFacts): RoadFacts {
  const duty = dutiesOf(facts).find((each) => !each.byPerson);
  if (duty === undefined) return facts;
  return reviewed(acted(facts, { kind: duty.kind, key: duty.key, action: duty.action, actor: duty.reviewer, reasons: duty.reasons }));
}

/** The facts after an accepted use case has opened again what it asks for more of. */
export function reopened(facts: RoadFacts): RoadFacts {
  return reopenings(facts).reduce((now, each) => acted(now, { ...each, actor: 'supplier' }), facts);
}

const SUPPLIER_STEPS: readonly (readonly [ArtefactKind, string, ...string[]])[] = [
  ['use-case', 'submit'],
  ['integration-form', 'submit'],
  ['scal', 'request'],
  ['scal', 'start'],
  ['scal', 'submit'],
  ['witness-test', 'execute'],
  ['witness-test', 'submit'],
  ['scal', 'embed-certificate'],
  ['euo-approval', 'request'],
  ['connection-agreement', 'sign'],
  ['prod-form', 'complete'],
  ['prod-form', 'return'],
  ['smoke-test', 'report'],
  ['go-live', 'ask'],
  ['go-live', 'record-first-use'],
];

/** The example's road with everybody doing their part, up to and including an artefact's last supplier action; all of it when absent. */
export function walked(facts: RoadFacts = freshFacts(), until?: { readonly kind: ArtefactKind; readonly action: string }): RoadFacts {
  let now = reviewed(facts);
  for (const [kind, action] of SUPPLIER_STEPS) {
    for (const { key, state } of now.road.artefacts.filter((each) => each.kind === kind)) {
      const definition = ARTEFACTS.find((each) => each.kind === kind);
      if (definition?.editable.includes(state)) now = answered(now, kind, key);
      now = acted(now, { kind, key, action, actor: 'supplier' });
    }
    if (until?.kind === kind && until.action === action) return now;
    now = reviewed(now);
  }
  return now;
}

/** Actors of the table. */
export const ACTORS = ['supplier', ...REVIEWERS] as const;
