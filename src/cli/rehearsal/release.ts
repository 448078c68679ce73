import { systemTime } from '../../kernel/clock.ts';
import { LocalRefusal } from '../../kernel/errors.ts';
import type { Invocation } from '../invocation.ts';
import type { LocalApplication } from '../local-applications.ts';
import type { PortalClient } from '../portal-client.ts';
import { type Given, RoadClient } from './road-client.ts';
import { type Registrant, SAMPLE_CALLS, type SampleCall, SupplierSoftware, USES, type Use } from './supplier-software.ts';

/** Endpoints of the example, and the uses that may call them (path-to-live.md §3.7). */
const ENDPOINTS: Readonly<Record<string, readonly Use[]>> = {
  A004: USES,
  A008: ['user-restricted', 'application-restricted-provider'],
  A030: ['user-restricted'],
  A035: ['user-restricted', 'application-restricted-referrer'],
};
/** Worklists are pulled by users: the unattended provider reads reference data only, and says so in the witness test. */
const NOT_APPLICABLE = new Set(['application-restricted-provider/A008']);
const ORGANISATIONS = ['R69', 'R68'];
/** Refers and provides at both organisations. */
const CLINICIAN = '021600556514';
const SUPPLIER_ODS = 'ZS001';

/** What a rehearsal is asked for. */
export interface RehearsalWish {
  readonly team: { readonly teamId: string; readonly name: string };
  readonly product: string;
  readonly version: string;
  readonly keyBits: number;
}

/** One line of the account a rehearsal gives. */
export interface RehearsedStep {
  readonly step: string;
  readonly detail: string;
  readonly milliseconds: number;
}

/** What a rehearsal came to. */
export interface Rehearsed {
  readonly roadId: string;
  readonly url: string;
  readonly steps: readonly RehearsedStep[];
  readonly waits: readonly string[];
  readonly workingDays: number;
  readonly documentedWorkingDays: number;
  readonly applications: readonly {
    readonly environment: string;
    readonly use: string;
    readonly organisation: string;
    readonly appId: string;
  }[];
  readonly milliseconds: number;
}

/** Drives a product from its use case to a live call in production, as its supplier would (path-to-live.md §4.4). */
export class ReleaseRehearsal {
  readonly #invocation: Invocation;
  readonly #portal: PortalClient;
  readonly #wish: RehearsalWish;
  readonly #steps: RehearsedStep[] = [];
  readonly #started = systemTime.now();
  readonly #integration = new Map<Use, LocalApplication>();
  readonly #production = new Map<Row, LocalApplication>();

  constructor(invocation: Invocation, portal: PortalClient, wish: RehearsalWish) {
    this.#invocation = invocation;
    this.#portal = portal;
    this.#wish = wish;
  }

  /** Throws LocalRefusal with what the road refused. */
  async run(): Promise<Rehearsed> {
    const int = new SupplierSoftware(this.#invocation, 'INT');
    const prod = new SupplierSoftware(this.#invocation, 'PROD');
    try {
      const road = await this.#design();
      await this.#build(road, int);
      await this.#assure(road, int);
      await this.#release(road, prod);
      return await this.#account(road);
    } finally {
      await Promise.all([int.close(), prod.close()]);
    }
  }

  async #step<T>(step: string, work: () => Promise<T>, detail: (result: T) => string): Promise<T> {
    const began = systemTime.now();
    this.#invocation.progress(`${step} …`);
    const result = await work();
    this.#steps.push({ step, detail: detail(result), milliseconds: systemTime.now() - began });
    return result;
  }

  get #registrant(): Registrant {
    const { team, product, keyBits } = this.#wish;
    return { teamId: team.teamId, supplier: team.name, product, keyBits };
  }

  /** Stage 1: the use case. */
  async #design(): Promise<RoadClient> {
    const { product, version, team } = this.#wish;
    return this.#step(
      '1.2 Validate the use case',
      async () => {
        const road = await RoadClient.begin(this.#portal, {
          product,
          version,
          supplierOds: SUPPLIER_ODS,
          teamId: team.teamId,
          reviewers: 'at-once',
        });
        await road.answer('use-case', this.#useCase());
        await road.act('use-case', 'submit');
        await road.until('use-case', 'accepted');
        return road;
      },
      () => `accepted: ${Object.keys(ENDPOINTS).join(', ')}; three access modes for ${ORGANISATIONS.join(' and ')}`,
    );
  }

  #useCase(): Given {
    const everywhere = ORGANISATIONS.join(', ');
    return {
      justification: 'Referrers and providers work with e-RS from their own system.',
      party: ['referrer', 'provider'],
      dataset: 'Services, worklists and reference data.',
      dspt: 'standards-met',
      endpoints: Object.keys(ENDPOINTS),
      ...Object.fromEntries(USES.map((use) => [`organisations.${use}`, everywhere])),
    };
  }

  /** Stage 2: registered, set up and given test data in INT. */
  async #build(road: RoadClient, int: SupplierSoftware): Promise<void> {
    await this.#step(
      '2.1 Register in INT, three applications',
      async () => {
        const made = await Promise.all(USES.map((use) => int.register(this.#portal, use, this.#registrant)));
        for (const [index, use] of USES.entries()) this.#integration.set(use, made[index] ?? missing(use));
      },
      () => [...this.#integration.values()].map(({ appId }) => appId).join(' '),
    );
    await this.#step(
      '2.2 Integration testing form',
      async () => {
        await road.answer('integration-form', {
          ...Object.fromEntries([...this.#integration].map(([use, { appId }]) => [`app.${use}`, appId])),
          organisation: 'R69',
          'contact-name': 'Casey Example',
          'contact-email': 'casey@example.com',
          pas: 'yes',
        });
        await road.act('integration-form', 'submit');
        await road.until('integration-form', 'data-pack-issued');
      },
      () => 'ASIDs bound, data pack issued',
    );
    await this.#step(
      '2.5 SCAL',
      async () => {
        await road.act('scal', 'request');
        await road.until('scal', 'issued');
        await road.act('scal', 'start');
        await road.answer('scal', {
          hosting: 'England',
          'clinical-safety': 'yes',
          'back-off': 'yes',
          'access-log': 'yes',
          signatory: 'Rae Release Lead',
          'signatory-role': 'Release lead',
        });
        await road.act('scal', 'submit');
        await road.until('scal', 'accepted');
      },
      () => 'accepted by Solution Assurance',
    );
  }

  /** Stage 3: witnessed, certified, agreed. */
  async #assure(road: RoadClient, int: SupplierSoftware): Promise<void> {
    const report = await this.#step(
      '3.21 Witness-test cases, executed in INT',
      () => this.#executeCases(int),
      (answers) => `${Object.values(answers).filter((each) => each === 'executed').length} cases executed`,
    );
    await this.#step(
      '3.22 Witness test and certificate',
      async () => {
        await road.answer('witness-test', report);
        await road.act('witness-test', 'execute');
        await road.act('witness-test', 'submit');
        await road.until('tcc', 'issued');
        await road.act('scal', 'embed-certificate');
        return road.view();
      },
      ({ artefacts }) =>
        `certificate for ${listOf(artefacts.find(({ kind }) => kind === 'tcc')?.answers['coverage']).length} endpoints and uses`,
    );
    await this.#step(
      '3.3 Approvals and connection agreement',
      async () => {
        for (const key of ORGANISATIONS) {
          await road.answer(
            'euo-approval',
            { 'cio-name': `CIO of ${key}`, 'cio-email': 'cio@example.com', scope: 'read', 'responsible-person': CLINICIAN },
            key,
          );
          await road.act('euo-approval', 'request', { key });
          await road.until('euo-approval', 'approved', key);
        }
        await road.until('connection-agreement', 'issued');
        await road.answer('connection-agreement', {
          signatory: 'Rae Release Lead',
          'signatory-role': 'Release lead',
          'acceptable-use': 'yes',
        });
        await road.act('connection-agreement', 'sign');
        await road.until('connection-agreement', 'in-force');
      },
      () => `in force; ${ORGANISATIONS.length} organisations approve unattended use`,
    );
  }

  /** Every case of the pack in INT: each endpoint in each use, and a token that is refused. */
  async #executeCases(int: SupplierSoftware): Promise<Record<string, string>> {
    const report: Record<string, string> = {};
    for (const [use, application] of this.#integration) {
      await int.signIn(application, { id: CLINICIAN });
      for (const [endpoint, uses] of Object.entries(ENDPOINTS)) {
        if (!uses.includes(use)) continue;
        const id = `${use}/${endpoint}`;
        if (NOT_APPLICABLE.has(id)) {
          report[`${id}.result`] = 'not-applicable';
          report[`${id}.justification`] = 'Worklists are read by signed-in users only.';
          continue;
        }
        const sample = sampleOf(endpoint);
        report[`${id}.result`] = 'executed';
        report[`${id}.correlation-id`] = (await called(int, application, use, sample, 'R69')).correlationId;
      }
      report[`${use}/refused-token.result`] = 'executed';
      report[`${use}/refused-token.correlation-id`] = (await int.call(undefined, sampleOf('A004'))).correlationId;
    }
    return report;
  }

  /** Stage 4: registered again in PROD, set up, tested, live. */
  async #release(road: RoadClient, prod: SupplierSoftware): Promise<void> {
    const issued = await this.#step(
      '4.3 PROD form',
      () => road.until('prod-form', 'issued'),
      () => 'sent by e-RS Partners',
    );
    await this.#step(
      '4.1 Register in PROD, 4.2 key pairs',
      async () => {
        // As many as the form has rows: what it lists follows from the use case and the policy of PROD.
        const form = issued.artefacts.find(({ kind }) => kind === 'prod-form');
        const rows = listOf(form?.answers['rows']).map(readRow);
        const made = await Promise.all(rows.map(({ use }) => prod.register(this.#portal, use, this.#registrant)));
        for (const [index, row] of rows.entries()) this.#production.set(row, made[index] ?? missing(row.use));
      },
      () => `${this.#production.size} applications, one for each row of the form`,
    );
    await this.#step(
      '4.3 Send the AppIDs, 4.16 ASIDs bound',
      async () => {
        await road.answer('prod-form', {
          'contact-name': 'Rae Release Lead',
          'contact-email': 'release@localspine.example',
          'go-live-date': new Date(systemTime.now()).toISOString().slice(0, 10),
          ...Object.fromEntries([...this.#production].map(([{ ods, use }, { appId }]) => [`row.${ods}.${use}.app-id`, appId])),
        });
        await road.act('prod-form', 'complete');
        await road.act('prod-form', 'return');
        await road.until('prod-form', 'done');
        await road.until('smoke-test', 'open');
      },
      () => 'ASIDs bound, attributes set, products approved by the operator',
    );
    await this.#step(
      'Smoke test for each organisation',
      () => this.#smokeTest(prod),
      (calls) => `${calls} reading calls answered`,
    );
    await this.#step(
      '4.4 Go live',
      async () => {
        await road.act('smoke-test', 'report');
        await road.until('smoke-test', 'passed');
        await road.act('go-live', 'ask');
        await road.until('go-live', 'confirmed');
      },
      () => 'confirmed by e-RS Partners',
    );
    await this.#step(
      'First live call',
      async () => {
        const [first] = this.#production.values();
        const answered =
          first === undefined ? undefined : await called(prod, first, 'user-restricted', sampleOf('A030'), ORGANISATIONS[0] ?? '');
        await road.act('go-live', 'record-first-use');
        return answered;
      },
      (answered) => `PROD answered ${answered?.status ?? '-'} to A030`,
    );
  }

  /** A token, then one read of each endpoint, for every application of PROD. Gives the number of calls. */
  async #smokeTest(prod: SupplierSoftware): Promise<number> {
    let calls = 0;
    for (const [row, application] of this.#production) {
      const { use, organisations } = row;
      await prod.signIn(application, { id: CLINICIAN });
      for (const [endpoint, uses] of Object.entries(ENDPOINTS)) {
        if (!uses.includes(use) || NOT_APPLICABLE.has(`${use}/${endpoint}`)) continue;
        for (const ods of organisations) await called(prod, application, use, sampleOf(endpoint), ods);
        calls += organisations.length;
      }
    }
    return calls;
  }

  async #account(road: RoadClient): Promise<Rehearsed> {
    const { events, workingDays, documentedWorkingDays } = await road.history();
    return {
      roadId: road.roadId,
      url: `${this.#portal.url}/roads/${road.roadId}`,
      steps: this.#steps,
      waits: events.flatMap(({ wouldHaveWaited }) => wouldHaveWaited ?? []),
      workingDays,
      documentedWorkingDays,
      applications: [
        ...[...this.#integration].map(([use, { appId }]) => ({ environment: 'INT', use, organisation: '', appId })),
        ...[...this.#production].map(([{ use, organisations }, { appId }]) => ({
          environment: 'PROD',
          use,
          organisation: organisations.join(', '),
          appId,
        })),
      ],
      milliseconds: systemTime.now() - this.#started,
    };
  }
}

/** A row of the PROD form: whose it is, and the organisations its application is used for. */
interface Row {
  readonly ods: string;
  readonly use: Use;
  readonly organisations: readonly string[];
}

/** Reads `R69/user-restricted`, or with the organisations of an allow list `ZS001/user-restricted/R69+RCD`. */
function readRow(text: string): Row {
  const [ods = '', word, list = ods] = text.split('/');
  return { ods, use: USES.find((each) => each === word) ?? missing(text), organisations: list.split('+') };
}

/** A call in a use, for an organisation. Throws LocalRefusal when e-RS does not answer with success. */
async function called(
  software: SupplierSoftware,
  application: LocalApplication,
  use: Use,
  sample: SampleCall,
  ods: string,
): Promise<{ readonly correlationId: string; readonly status: number }> {
  const headers: Record<string, string> =
    use === 'user-restricted' && sample.businessFunction !== undefined
      ? { 'nhsd-end-user-organisation-ods': ods, 'nhsd-ers-business-function': sample.businessFunction }
      : {};
  const answered = await software.call(application, sample, headers);
  if (answered.status < 300) return answered;
  throw new LocalRefusal(
    502,
    'call_refused',
    `${sample.endpoint} as ${use} for ${ods} was answered ${answered.status}.`,
    `Why: npx localspine journal show ${answered.correlationId} --environment ${application.environment.toLowerCase()}`,
  );
}

function sampleOf(endpoint: string): SampleCall {
  return SAMPLE_CALLS[endpoint] ?? missing(endpoint);
}

function listOf(value: string | readonly string[] | undefined): readonly string[] {
  return typeof value === 'string' ? [value] : (value ?? []);
}

function missing(what: string): never {
  throw new Error(`the rehearsal has no ${what}`);
}
