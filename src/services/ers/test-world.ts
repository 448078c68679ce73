import assert from 'node:assert/strict';
/** An e-RS in memory for tests of operations: real store, blobs and clock; directory, demographics and hospital by hand. */
import { testContext, testEnvironment } from '../../../test/helpers/context.ts';
import { Exchange } from '../../kernel/http/exchange.ts';
import type { Patient } from '../demographics/index.ts';
import { demographics } from '../demographics/index.ts';
import { directory } from '../directory/index.ts';
import type { HospitalAnswer, HospitalSystem, OfferedSlot, PolledClinic } from './booking/hospital-system.ts';
import { ErsRefusal, ErsStatus } from './errors.ts';
import { ersMigrations } from './migrations/migrations.ts';
import type { Caller, Referral } from './model.ts';
import type { Answer, Call, Operation } from './operation.ts';
import { saveServices, saveSlots } from './store/catalogue.ts';
import { insertReferral, referralByUbrn } from './store/referrals.ts';
import * as data from './test-data.ts';
import type { ErsWorld } from './world.ts';

export const INSTANCE = 'Int1';
export const BASE = 'https://localhost:8143/referrals/FHIR';

/** A hospital that answers as told, and remembers what it was asked. */
export class ScriptedHospital implements HospitalSystem {
  readonly asked: string[] = [];
  answers: HospitalAnswer[] = [];
  /** Runs while the hospital thinks. */
  meanwhile: () => Promise<void> = async () => undefined;

  async book(request: { readonly slotId: string; readonly ubrn: string }): Promise<HospitalAnswer> {
    this.asked.push(`book ${request.slotId} for ${request.ubrn}`);
    await this.meanwhile();
    return this.answers.shift() ?? 'confirmed';
  }

  async cancel(request: { readonly slotId: string; readonly ubrn: string }): Promise<HospitalAnswer> {
    this.asked.push(`cancel ${request.slotId} for ${request.ubrn}`);
    return this.answers.shift() ?? 'confirmed';
  }

  /** Slot lists by service, and the revision they are at. */
  lists = new Map<string, { readonly revision: number; readonly slots: readonly OfferedSlot[] | undefined }>();

  async clinics(): Promise<readonly PolledClinic[]> {
    return [...this.lists].map(([serviceId, { revision }]) => ({ serviceId, revision }));
  }

  async availableSlots(_instance: string, serviceId: string): Promise<readonly OfferedSlot[] | undefined> {
    return this.lists.get(serviceId)?.slots;
  }
}

export type TestErs = Awaited<ReturnType<typeof testErs>>;

/** What a request may say beside its caller. */
export interface TestRequest {
  readonly params?: Readonly<Record<string, string>>;
  readonly query?: Readonly<Record<string, readonly string[]>>;
  readonly headers?: Readonly<Record<string, string>>;
  readonly ifMatch?: number;
  readonly body?: unknown;
}

/** A fresh e-RS with services 11000, 50002, 50001, one free slot, the usual people and patient 9912003888. */
export async function testErs() {
  const migrations = {
    directory: directory.migrations,
    demographics: demographics.migrations,
    ers: ersMigrations,
  };
  const context = await testContext({
    migrations,
    environment: { settings: { ...testEnvironment.settings, scanSeconds: 300, pasTimeoutSeconds: 120 } },
  });
  const directoryApi = (await directory.create(context)).api;
  const demographicsApi = (await demographics.create(context)).api;
  const hospital = new ScriptedHospital();
  const world: ErsWorld = { ...context, directory: directoryApi, demographics: demographicsApi, hospital };
  await context.store.transaction(async (tx) => {
    for (const each of [data.RC, data.RCA, data.SPC, data.SPCA, data.SPA]) await directoryApi.savePerson(tx, person(each.userId));
    for (const odsCode of ['R69', 'R68']) {
      await directoryApi.saveOrganisation(tx, {
        odsCode,
        name: odsCode,
        kind: 'nhs-trust',
        open: true,
        referring: true,
        providing: true,
        addressLines: [],
      });
    }
    await demographicsApi.savePatient(tx, patient('9912003888', 'U'));
    await demographicsApi.savePatient(tx, patient('9462979626', 'S'));
    await saveServices(tx, INSTANCE, [data.DIRECT, data.INDIRECT, data.TRIAGE, data.ADVICE]);
    await saveSlots(tx, INSTANCE, [data.SLOT]);
  });
  return { ...context, world, hospital, request: requester(world) };
}

/** Runs an operation as the pipeline would after the role check: find, body, handle. */
function requester(world: ErsWorld) {
  return async <Body>(
    operation: Operation<Body>,
    caller: Caller,
    request: TestRequest = {},
  ): Promise<Answer & { readonly exchange: Exchange }> => {
    const exchange = new Exchange(
      { name: 'https', port: 8143, baseUrl: 'https://localhost:8143', ersInstance: INSTANCE },
      world.clock.now(),
    );
    const call: Omit<Call<never>, 'body' | 'ifMatch'> = {
      world,
      instance: INSTANCE,
      caller,
      application: { appId: 'app-1', asid: '200000000001' },
      params: request.params ?? {},
      query: request.query ?? {},
      header: (name) => request.headers?.[name],
      fhirBase: BASE,
      db: world.store.db,
      exchange,
    };
    await operation.find?.(call);
    const body = operation.body.kind === 'fhir' ? operation.body.read(request.body) : (request.body as Body);
    const answer = await operation.handle({ ...call, ifMatch: request.ifMatch, body });
    return { ...answer, exchange };
  };
}

/** Status and first code of what a request was refused with, e.g. `422 NO_RELATIONSHIP`, `409`; or its success status. */
export async function outcomeOf(request: Promise<Answer>): Promise<string> {
  try {
    return String((await request).status);
  } catch (error) {
    if (error instanceof ErsRefusal) return `${error.status} ${error.issues[0]?.code}`;
    if (error instanceof ErsStatus) return String(error.status);
    throw error;
  }
}

function person(userId: string) {
  return {
    userId,
    title: 'Dr',
    givenName: 'Test',
    familyName: userId,
    email: '',
    active: true,
    identityAssuranceLevel: 3,
    authenticationAssuranceLevel: 3,
  };
}

function patient(nhsNumber: string, sensitivity: Patient['sensitivity']): Patient {
  return {
    nhsNumber,
    title: 'Mx',
    givenNames: ['Test'],
    familyName: 'PATIENT',
    birthDate: '1980-01-01',
    gender: 'female',
    addressLines: [],
    postcode: 'LS1 2TW',
    gpPractice: 'R69',
    sensitivity,
  };
}

/** A fresh e-RS with these referrals. */
export async function ersWith(...referrals: readonly Referral[]): Promise<TestErs> {
  const ers = await testErs();
  await ers.store.transaction(async (tx) => {
    for (const each of referrals) await insertReferral(tx, INSTANCE, each);
  });
  return ers;
}

/** A referral as it is stored now. */
export async function stored(ers: TestErs, ubrn = '000000080000'): Promise<Referral> {
  const referral = await referralByUbrn(ers.store.db, INSTANCE, ubrn);
  assert.ok(referral !== undefined);
  return referral;
}

/** The body of A012 that names these files. */
export function letterBody(...fileIds: readonly string[]): object {
  const document = (id: string) => ({
    resourceType: 'DocumentReference',
    type: { coding: [{ system: 'https://fhir.nhs.uk/STU3/CodeSystem/eRS-AttachmentType-1', code: 'REFERRER' }] },
    status: 'current',
    indexed: '2026-11-24T08:05:03.652000+00:00',
    description: 'Blood test results',
    content: [{ attachment: { url: `Binary/${id}` } }],
  });
  return { resourceType: 'Parameters', parameter: fileIds.map((id) => ({ name: 'referralLetterFile', resource: document(id) })) };
}
