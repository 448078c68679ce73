import { accessModeOf, capabilityOf } from '../applications/access-mode.ts';
import { type Answers, choicesOf, type Form, type FormFault, type FormPage, RULES, textOf } from '../forms/form.ts';
import type { Blocker } from './blocker.ts';
import { beyond, type Coverage } from './coverage.ts';
import type { ApplicationFacts, AsidFacts } from './facts.ts';
import { needText, type ProductionNeed, readNeed } from './needs.ts';
import { USE_NAMES } from './use-case.ts';

/** One row of the PROD form (path-to-live.md §3.4): an application for one organisation and use. */
export interface ProdFormRow extends ProductionNeed {
  readonly appId: string;
  /** '' asks for a new one. */
  readonly asid: string;
}

function rowName({ ods, use }: ProductionNeed, what: 'app-id' | 'asid'): string {
  return `row.${ods}.${use}.${what}`;
}

const HEADER: FormPage = {
  id: 'header',
  title: 'Contacts and date',
  questions: [
    { name: 'contact-name', label: 'Contact name', kind: { is: 'text' } },
    { name: 'contact-email', label: 'Contact email address', kind: { is: 'text', rule: RULES.email } },
    { name: 'go-live-date', label: 'Requested go-live date', kind: { is: 'text', rule: RULES.date } },
  ],
};

/** The form that e-RS Partners send: a header, and a page for each organisation with one application for each of its uses. */
export function prodForm(needs: readonly ProductionNeed[]): Form {
  const organisations = [...new Set(needs.map(({ ods }) => ods))];
  return {
    title: 'PROD form',
    intro: 'Register one application in PROD for each row, with an API and a key pair of its own, and enter its AppID.',
    pages: [
      HEADER,
      ...organisations.map((ods) => ({
        id: `organisation-${ods.toLowerCase()}`,
        title: `Applications for ${ods}`,
        questions: needs
          .filter((need) => need.ods === ods)
          .flatMap((need) => [
            {
              name: rowName(need, 'app-id'),
              label: `AppID, ${USE_NAMES[need.use].toLowerCase()}`,
              ...(need.allowList === undefined ? {} : { hint: `One application for ${need.allowList.join(', ')}.` }),
              kind: { is: 'text' as const, rule: RULES.appId },
            },
            {
              name: rowName(need, 'asid'),
              label: `Existing ASID, ${USE_NAMES[need.use].toLowerCase()}`,
              hint: 'Leave empty to ask for a new one.',
              optional: true as const,
              kind: { is: 'text' as const, rule: RULES.asid },
            },
          ]),
      })),
    ],
    together: (answers) => duplicates(rowsOf(needs, answers)),
  };
}

/** The rows that e-RS Partners put on the form when they issued it. */
export function rowsIssued(answers: Answers): readonly ProductionNeed[] {
  return choicesOf(answers, 'rows').flatMap((text) => readNeed(text) ?? []);
}

/** {@link rowsIssued}, as it is kept. */
export function issueRows(needs: readonly ProductionNeed[]): Answers {
  return { rows: needs.map(needText) };
}

/** The rows of a completed form, one for each need. */
export function rowsOf(needs: readonly ProductionNeed[], answers: Answers): readonly ProdFormRow[] {
  return needs.map((need) => ({ ...need, appId: textOf(answers, rowName(need, 'app-id')), asid: textOf(answers, rowName(need, 'asid')) }));
}

/** The answer that enters an AppID into a row. */
export function rowAnswer(need: ProductionNeed, appId: string): Answers {
  return { [rowName(need, 'app-id')]: appId };
}

/** No AppID and no ASID twice: both bindings are one to one (PTL-109). */
function duplicates(rows: readonly ProdFormRow[]): readonly FormFault[] {
  const faults: FormFault[] = [];
  for (const what of ['appId', 'asid'] as const) {
    const seen = new Set<string>();
    for (const row of rows) {
      if (row[what] === '') continue;
      if (seen.has(row[what]))
        faults.push({
          question: rowName(row, what === 'appId' ? 'app-id' : 'asid'),
          text: `${row[what]} is entered more than once: each ${what === 'appId' ? 'application' : 'ASID'} has one row`,
        });
      seen.add(row[what]);
    }
  }
  return faults;
}

/** What the checks of a returned form look at. */
export interface ProdFormFacts {
  readonly needs: readonly ProductionNeed[];
  /** Rows that the calculator gives for the use case as accepted. */
  readonly calculated: readonly ProductionNeed[];
  readonly certified: readonly Coverage[];
  readonly endpoints: readonly Coverage[];
  readonly application: (appId: string) => ApplicationFacts | undefined;
  readonly approved: (ods: string) => boolean;
  /** Organisations of the rows that the directory of PROD does not know. */
  readonly unknownOrganisations: readonly string[];
  /** A system in use in PROD. */
  readonly asid: (asid: string) => AsidFacts | undefined;
}

/** Every fault of a returned form (path-to-live.md §3.4, checks at submit); none when e-RS Partners can process it. */
export function faultsOfReturnedForm(answers: Answers, facts: ProdFormFacts): readonly Blocker[] {
  const rows = rowsOf(facts.needs, answers);
  return [
    ...rowsAsCalculated(facts),
    ...duplicates(rows).map(({ text }) => supplierMust(`${text}.`, 'Enter a different one for each row.')),
    ...facts.unknownOrganisations.map((ods) =>
      supplierMust(`The directory of PROD has no organisation ${ods}.`, 'Amend the use case, or have the organisation registered.'),
    ),
    ...rows.flatMap((row) => [...faultsOfRow(row, facts), ...faultsOfAsid(row, facts)]),
    ...beyond(facts.certified, facts.endpoints).map(({ use, endpoint }) =>
      supplierMust(
        `${endpoint} ${USE_NAMES[use].toLowerCase()} is not on the certificate.`,
        'Have it assured (amend the use case), or leave it out.',
      ),
    ),
  ];
}

/** A row in words; with its organisations, where one application serves several. */
export function needName({ ods, use, allowList }: ProductionNeed): string {
  return `${ods} ${USE_NAMES[use].toLowerCase()}${allowList === undefined ? '' : ` for ${allowList.join(', ')}`}`;
}

/** The rows are exactly what the calculator gives for the use case and the policy of PROD. */
function rowsAsCalculated({ needs, calculated }: ProdFormFacts): readonly Blocker[] {
  const names = (all: readonly ProductionNeed[]): readonly string[] => all.map(needName);
  const [entered, wanted] = [names(needs), names(calculated)];
  return [
    ...wanted.filter((each) => !entered.includes(each)).map((each) => supplierMust(`The form has no row for ${each}.`, 'Add the row.')),
    ...entered.filter((each) => !wanted.includes(each)).map((each) => supplierMust(`The use case has no ${each}.`, 'Take the row out.')),
  ];
}

function faultsOfRow(row: ProdFormRow, { application, approved }: ProdFormFacts): readonly Blocker[] {
  const name = needName(row);
  const registered = application(row.appId);
  if (registered === undefined)
    return [supplierMust(`${name}: PROD has no application ${row.appId}.`, 'Register the application in PROD: one of INT never counts.')];
  const faults: Blocker[] = [];
  const fault = (reason: string, fix: string): void => void faults.push(supplierMust(`${name}: ${reason}`, fix));
  if (!registered.owned) fault('the application belongs to somebody else.', 'Enter an application of your own.');
  if (registered.revoked) fault('the application is revoked.', 'Register a new application.');
  if (registered.product === undefined) fault('no API is added to the application.', 'Add the e-Referral Service API.');
  if (registered.accessMode !== accessModeOf(row.use))
    fault(`the application is ${registered.accessMode}.`, `Register one that is ${accessModeOf(row.use)}.`);
  else if (registered.capability !== capabilityOf(row.use))
    fault(`the application is for ${registered.capability ?? 'users'}.`, 'Register one for each capability.');
  if (registered.kids.length === 0) fault('the application has no public key.', 'Upload the public key of its key pair.');
  if (row.use === 'user-restricted' && registered.callbackUrl === undefined)
    fault('the application has no callback URL.', 'Enter its callback URL.');
  if (row.use !== 'user-restricted' && !approved(row.ods))
    faults.push({
      reason: `${name}: ${row.ods} has not approved that the product acts on its behalf.`,
      who: 'euo-cio',
      fix: 'Ask for the approval of its chief information officer.',
    });
  return faults;
}

/** Why an existing ASID cannot be bound to the application of its row. */
function faultsOfAsid(row: ProdFormRow, { application, asid }: ProdFormFacts): readonly Blocker[] {
  if (row.asid === '') return [];
  const name = needName(row);
  const held = application(row.appId)?.asid;
  const faults: Blocker[] = [];
  const fault = (reason: string, fix: string): void => void faults.push(supplierMust(`${name}: ${reason}`, fix));
  if (held !== undefined && held !== row.asid) fault(`the application is bound to the ASID ${held}.`, 'Enter that ASID, or none.');
  const system = asid(row.asid);
  if (system === undefined) {
    fault(`PROD has no ASID ${row.asid} in use.`, 'Enter one that is registered in PROD, or none.');
    return faults;
  }
  if (system.boundTo !== undefined && system.boundTo !== row.appId)
    fault(`the ASID ${row.asid} is bound to the application ${system.boundTo}.`, 'Enter another, or none.');
  if (system.odsCode !== row.ods) fault(`the ASID ${row.asid} is of ${system.odsCode}.`, `Enter one of ${row.ods}, or none.`);
  if (system.notForErs !== undefined) fault(`the ASID ${row.asid} may not serve e-RS: ${system.notForErs}`, 'Enter another, or none.');
  return faults;
}

function supplierMust(reason: string, fix: string): Blocker {
  return { reason, who: 'supplier', fix };
}
