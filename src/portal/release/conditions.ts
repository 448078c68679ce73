/** What actions and gates ask of a road: each condition is one question whose answer is every reason that it does not hold. Pure. */
import { accessModeOf, capabilityOf } from '../applications/access-mode.ts';
import { faultsOf, textOf } from '../forms/form.ts';
import type { Actor } from './actors.ts';
import { type ArtefactKind, artefact } from './artefacts.ts';
import { certified, outgrown, wantedCoverage } from './assured.ts';
import type { Blocker } from './blocker.ts';
import { beyond } from './coverage.ts';
import { type ApplicationFacts, applicationOf, artefactOf, type RoadFacts } from './facts.ts';
import { formOf } from './forms.ts';
import { GATES } from './gates.ts';
import { needsOf } from './needs.ts';
import { faultsOfReturnedForm, needName, rowsIssued, rowsOf } from './prod-form.ts';
import { approvedPerson, productionFaults, smokeFaults } from './production.ts';
import {
  coverageOfUseCase,
  findingsOnUseCase,
  readUseCase,
  USE_NAMES,
  type UseCase,
  unattendedOrganisationsOf,
  unattendedWritesFor,
  usesOf,
} from './use-case.ts';
import { shortcomingsOf } from './witness-cases.ts';

/** Gives the reasons it does not hold; `key` is that of the artefact acted on. */
type Condition = (facts: RoadFacts, key: string) => readonly Blocker[];

function supplierMust(reason: string, fix: string): Blocker {
  return { reason, who: 'supplier', fix };
}

function useCaseOf({ road }: RoadFacts): UseCase {
  return readUseCase(artefactOf(road, 'use-case').answers);
}

/** Every question of an artefact's form is answered soundly. */
function answered(kind: ArtefactKind): Condition {
  return ({ road }, key) => {
    const form = formOf(road, kind, key);
    const { title } = artefact(kind);
    return form === undefined
      ? []
      : faultsOf(form, artefactOf(road, kind, key).answers).map(({ text }) =>
          supplierMust(`${title}: ${text}.`, 'Correct the answer and submit again.'),
        );
  };
}

/** An artefact is in one of these states; otherwise whoever can bring it on has to act. */
function inState(kind: ArtefactKind, states: readonly [string, ...string[]], fix: string): Condition {
  return (facts) => {
    const { state } = artefactOf(facts.road, kind);
    const { title, states: names } = artefact(kind);
    if (states.includes(state)) return [];
    return [{ reason: `${title} is at "${names[state] ?? state}", needed is "${names[states[0]]}".`, who: nextActor(facts, kind), fix }];
  };
}

/** Who has to act for an artefact to come on: who does the next action, or who keeps it from being done. */
function nextActor(facts: RoadFacts, kind: ArtefactKind, key = ''): Actor {
  const { state } = artefactOf(facts.road, kind, key);
  const next = artefact(kind).transitions.find((each) => each.from.includes(state) && each.onlyByPerson !== true);
  if (next === undefined) return 'supplier';
  const [blocker] = next.sendsBack === true ? [] : next.when.flatMap((condition) => reasonsAgainst(condition, facts, key));
  // A reviewer whose conditions fail sends back; a supplier whose answers are missing has to give them.
  return blocker?.who ?? next.who;
}

function integrationApplications(facts: RoadFacts): readonly ApplicationFacts[] {
  return facts.applications.filter(({ environment, owned }) => environment === 'INT' && owned);
}

function integrationApplicationFaults(facts: RoadFacts): readonly Blocker[] {
  const { answers } = artefactOf(facts.road, 'integration-form');
  return usesOf(useCaseOf(facts)).flatMap((use) => {
    const appId = textOf(answers, `app.${use}`);
    const name = USE_NAMES[use];
    const application = applicationOf(facts, 'INT', appId);
    if (application === undefined || !application.owned || application.revoked)
      return [
        supplierMust(
          `${name}: INT has no application ${appId || '(none entered)'} of yours.`,
          'Register it: Environment access, Add new application.',
        ),
      ];
    if (application.accessMode !== accessModeOf(use) || application.capability !== capabilityOf(use))
      return [
        supplierMust(
          `${name}: the application ${application.name} is ${[application.accessMode, application.capability ?? []].flat().join(', ')}.`,
          'Register one for each access mode and capability.',
        ),
      ];
    if (application.product === undefined)
      return [supplierMust(`${name}: no API is added to the application.`, 'Add the e-Referral Service API.')];
    return [];
  });
}

/** States of what a certificate rests on; it is superseded once they are left. */
const REOPENED_FIRST: readonly (readonly [ArtefactKind, readonly string[]])[] = [
  ['scal', ['accepted', 'tcc-embedded', 'legally-binding']],
  ['witness-test', ['passed']],
];

const CHECKS = {
  'use-case-answered': answered('use-case'),
  'use-case-sound': (facts) =>
    findingsOnUseCase(useCaseOf(facts)).map((reason) => supplierMust(reason, 'Change the use case and submit it again.')),
  'use-case-accepted': inState('use-case', ['accepted'], 'Submit the use case.'),
  'integration-form-answered': answered('integration-form'),
  'integration-applications': integrationApplicationFaults,
  'integration-organisation': ({ unknownOrganisations }) =>
    unknownOrganisations.INT.map((ods) =>
      supplierMust(`The directory of INT has no organisation ${ods}.`, 'Enter an organisation of its directory.'),
    ),
  'integration-form-processed': inState('integration-form', ['data-pack-issued'], 'Submit the integration testing form.'),
  'integration-asids': (facts) => {
    const { answers } = artefactOf(facts.road, 'integration-form');
    return usesOf(useCaseOf(facts)).flatMap((use) => {
      const application = applicationOf(facts, 'INT', textOf(answers, `app.${use}`));
      return application?.asid === undefined
        ? [
            {
              reason: `${USE_NAMES[use]}: no ASID is bound to the application in INT yet.`,
              who: 'service-desk',
              fix: 'Bind an ASID.',
            } as const,
          ]
        : [];
    });
  },
  'scal-answered': answered('scal'),
  'scal-submitted': inState(
    'scal',
    ['submitted', 'under-review', 'changes-requested', 'accepted', 'tcc-embedded', 'legally-binding'],
    'Request, complete and submit the SCAL.',
  ),
  'scal-accepted': inState('scal', ['accepted', 'tcc-embedded', 'legally-binding'], 'Complete and submit the SCAL.'),
  'scal-matches-use-case': (facts) => {
    const { answers } = artefactOf(facts.road, 'scal');
    const useCase = useCaseOf(facts);
    return [
      ...differing('endpoints', answers['endpoints'], useCase.endpoints),
      ...differing('uses', answers['uses'], usesOf(useCase)),
      ...(textOf(answers, 'product-version') === facts.road.version
        ? []
        : [
            supplierMust(
              `The SCAL is for version "${textOf(answers, 'product-version')}", the product is ${facts.road.version}.`,
              'Correct the version.',
            ),
          ]),
      ...['clinical-safety', 'back-off', 'access-log']
        .filter((each) => textOf(answers, each) !== 'yes')
        .map((each) => supplierMust(`The SCAL does not confirm: ${each}.`, 'Bring the product there, then confirm it.')),
    ];
  },
  'witness-cases-answered': answered('witness-test'),
  'witness-cases-met': (facts) => {
    const { answers } = artefactOf(facts.road, 'witness-test');
    const evidence = { ...facts, applications: integrationApplications(facts) };
    return shortcomingsOf(coverageOfUseCase(useCaseOf(facts)), answers, evidence).map((shortcoming) =>
      supplierMust(shortcoming, 'Execute the case in INT with your own application and report its correlation id.'),
    );
  },
  'witness-passed': inState('witness-test', ['passed'], 'Execute and submit every case of the witness-test pack.'),
  'conformance-not-failed': ({ conformance }) =>
    conformance.verdict === 'failed'
      ? [supplierMust('A conformance run of this version in INT has failed.', 'Correct the product and finish a run that passes.')]
      : [],
  'dep-prerequisites-granted': ({ depAccess }) =>
    depAccess === 'granted'
      ? []
      : [
          depAccess === 'suspended'
            ? { reason: 'Access to DEP is suspended.', who: 'service-desk', fix: 'Ask the service desk why.' }
            : supplierMust('The prerequisites of DEP are not all granted.', 'Open Getting connected, DEP, and ask for what is missing.'),
        ],
  'certificate-issued': inState('tcc', ['issued'], 'Pass the witness test and have the SCAL accepted.'),
  'certificate-covers-use-case': (facts) =>
    beyond(certified(facts), wantedCoverage(facts)).map(({ use, endpoint }) =>
      supplierMust(
        `${endpoint} ${USE_NAMES[use].toLowerCase()} is in the use case but not on the certificate.`,
        'Leave it out of the use case, or witness it.',
      ),
    ),
  'certificate-outgrown': (facts) => [
    ...(outgrown(facts).length > 0
      ? []
      : [supplierMust('The certificate covers the use case.', 'Amend the use case when the product grows.')]),
    ...REOPENED_FIRST.filter(([kind, states]) => states.includes(artefactOf(facts.road, kind).state)).map(([kind]) =>
      supplierMust(`${artefact(kind).title} is as it was when the certificate was issued.`, 'Open it again first.'),
    ),
  ],
  'certificate-embedded': inState('scal', ['tcc-embedded', 'legally-binding'], 'Embed the certificate in the SCAL and return it.'),
  'agreement-answered': answered('connection-agreement'),
  'acceptable-use-policy-accepted': ({ road }) =>
    textOf(artefactOf(road, 'connection-agreement').answers, 'acceptable-use') === 'yes'
      ? []
      : [supplierMust('The acceptable-use policy for end-user organisations is not accepted.', 'Accept it when signing.')],
  'agreement-in-force': inState('connection-agreement', ['in-force'], 'Sign the connection agreement.'),
  'euo-approval-answered': answered('euo-approval'),
  'responsible-person-current': (facts, ods) => {
    const userId = textOf(artefactOf(facts.road, 'euo-approval', ods).answers, 'responsible-person');
    const person = facts.people.get(userId);
    if (person === undefined)
      return [
        supplierMust(`The directory of PROD knows nobody with the user id ${userId}.`, 'Name somebody with a current Spine profile.'),
      ];
    return person.organisations.includes(ods)
      ? []
      : [supplierMust(`The user ${userId} has no role at ${ods}.`, `Name somebody with a role at ${ods}.`)];
  },
  'organisations-approve': (facts) =>
    unattendedOrganisationsOf(useCaseOf(facts)).flatMap((ods): readonly Blocker[] => {
      const state = facts.road.artefacts.find((each) => each.kind === 'euo-approval' && each.key === ods)?.state;
      return state === 'approved'
        ? []
        : [
            {
              reason: `${ods} has not approved unattended access.`,
              who: state === 'requested' ? 'euo-cio' : 'supplier',
              fix: 'Ask its chief information officer.',
            },
          ];
    }),
  // Of one organisation when its approval is decided; of all that have approved at the gates.
  'approval-covers-writes': (facts, key) => {
    const approvals = facts.road.artefacts.filter(
      (each) => each.kind === 'euo-approval' && (key === '' ? each.state === 'approved' : each.key === key),
    );
    return approvals.flatMap(({ key: ods, answers }): readonly Blocker[] => {
      const writes = textOf(answers, 'scope') === 'read-and-write' ? [] : unattendedWritesFor(useCaseOf(facts), ods);
      return writes.length === 0
        ? []
        : [
            key === ''
              ? {
                  reason: `${ods} has approved downloads only, and ${writes.join(', ')} would change its data unattended.`,
                  who: 'euo-cio',
                  fix: 'Withdraw the approval, so that the supplier can ask for one that covers changes.',
                }
              : supplierMust(`The approval is for downloads only, and ${writes.join(', ')} changes data unattended.`, 'Ask for both.'),
          ];
    });
  },
  'prod-form-answered': answered('prod-form'),
  'prod-form-returned': inState('prod-form', ['returned', 'processing', 'done'], 'Complete the PROD form and return it.'),
  'prod-form-sound': (facts) => {
    const { answers, state } = artefactOf(facts.road, 'prod-form');
    if (state === 'not-issued') return [];
    const useCase = useCaseOf(facts);
    return faultsOfReturnedForm(answers, {
      needs: rowsIssued(answers),
      calculated: needsOf(useCase, facts.road, facts.asidModel),
      certified: certified(facts),
      endpoints: wantedCoverage(facts),
      application: (appId) => applicationOf(facts, 'PROD', appId),
      unknownOrganisations: facts.unknownOrganisations.PROD,
      asid: (asid) => facts.asids.get(asid),
      approved: (ods) =>
        facts.road.artefacts.some(({ kind, key, state }) => kind === 'euo-approval' && key === ods && state === 'approved'),
    });
  },
  'prod-rows-certified': (facts) =>
    productionRows(facts)
      .filter(({ use }) => !certified(facts).some((each) => each.use === use))
      .map((row) =>
        supplierMust(`${needName(row)}: the certificate lists no endpoint in this use.`, 'Have one witnessed, or leave the use out.'),
      ),
  'prod-form-done': inState('prod-form', ['done'], 'Complete the PROD form and return it.'),
  'production-set-up': (facts) =>
    productionRows(facts).flatMap((row) =>
      productionFaults(row, applicationOf(facts, 'PROD', row.appId), approvedPerson(facts.road, row.ods)),
    ),
  'smoke-test-seen': (facts) => productionRows(facts).flatMap((row) => smokeFaults(row, certified(facts), facts.smokeCalls.get(row.appId))),
  'smoke-test-passed': inState('smoke-test', ['passed'], 'Run the smoke test for every organisation and report it.'),
  'first-live-call-seen': (facts) =>
    productionRows(facts).some((row) => (facts.liveCalls.get(row.appId)?.succeeded.length ?? 0) > 0)
      ? []
      : [supplierMust('PROD has answered no call of the product since it went live.', 'Make one.')],
} as const satisfies Record<string, Condition>;

function productionRows({ road }: RoadFacts): ReturnType<typeof rowsOf> {
  const { answers } = artefactOf(road, 'prod-form');
  return rowsOf(rowsIssued(answers), answers);
}

function differing(
  what: 'endpoints' | 'uses',
  given: string | readonly string[] | undefined,
  wanted: readonly string[],
): readonly Blocker[] {
  const listed = [given ?? []].flat();
  const missing = wanted.filter((each) => !listed.includes(each));
  const extra = listed.filter((each) => !wanted.includes(each));
  return [
    ...(missing.length === 0 ? [] : [supplierMust(`The SCAL lacks ${what} of the use case: ${missing.join(', ')}.`, 'Add them.')]),
    ...(extra.length === 0
      ? []
      : [
          supplierMust(
            `The SCAL lists ${what} that the use case does not have: ${extra.join(', ')}.`,
            'Take them out, or amend the use case.',
          ),
        ]),
  ];
}

type CheckId = keyof typeof CHECKS;
type GateNumber = 1 | 2 | 3 | 4 | 5 | 6 | 7 | 8;
export type ConditionId = CheckId | `gate-${GateNumber}`;

/** Every reason that a condition does not hold; none when it does. A gate's are those of all it needs. */
export function reasonsAgainst(id: ConditionId, facts: RoadFacts, key = ''): readonly Blocker[] {
  const gate = GATES.find((each) => each.condition === id);
  if (gate !== undefined) return gate.needs.flatMap((need) => reasonsAgainst(need, facts, key));
  return isCheck(id) ? CHECKS[id](facts, key) : [];
}

function isCheck(id: ConditionId): id is CheckId {
  return id in CHECKS;
}
