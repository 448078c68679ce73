/**
 * Listings: the same page is asked for while there is little in the tables, and again when there is much. What a page costs may grow with
 * the page alone.
 */
import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { importedService } from '../test/helpers/imported.ts';
import { searchBody, worklistBody } from '../test/helpers/messages.ts';
import type { LoadPlan } from './load.ts';
import { large, type Measured, measure, residentMegabytes, row } from './measure.ts';
import { importReferrals } from './referrals.ts';
import { provider, referrer, type Subject, USER } from './subject.ts';

/** Services found by the search, and slots of the service asked for: the same with little and with much around them. */
const FOUND = 50;
const SLOTS = 60;
const SLOT_SERVICE = '900001';
/** Enough for a listing, and not so many that they wait for each other. */
const CONNECTIONS = 2;

interface Listing {
  readonly name: string;
  readonly plan: LoadPlan;
}

/** Measures each listing with few rows and with many. */
export async function benchListings(bench: Subject): Promise<void> {
  const [services, slots, referrals] = large ? [5_000, 20_000, 100_000] : [1_000, 4_000, 10_000];
  await importServices(bench, FOUND, 'HEART_FAILURE', 900_001);
  await importSlots(bench, [SLOT_SERVICE], SLOTS, 1);
  await importReferrals(bench.spine, 1_000, 1);
  const few = measureAll(bench, await listings(bench));
  await importServices(bench, services - FOUND, undefined, 910_001);
  await importSlots(bench, otherServices(100), slots, 1_000_001);
  await importReferrals(bench.spine, referrals - 1_000, 1_001);
  const sizes: Readonly<Record<string, string>> = {
    'A008 worklist': `100 of ${referrals.toLocaleString('en-GB')} referrals`,
    'A010 service search': `${FOUND} of ${services.toLocaleString('en-GB')} services`,
    'A015 slots': `20 a page, ${SLOTS} of ${slots.toLocaleString('en-GB')} slots`,
    'A041 search by UBRN': `1 of ${referrals.toLocaleString('en-GB')} referrals`,
  };
  for (const [name, many] of measureAll(bench, await listings(bench))) {
    const before = few.get(name);
    const growth =
      before === undefined
        ? ''
        : `; ${((before.perProcessorSecond / many.perProcessorSecond - 1) * 100).toFixed(0)} % more work than with few`;
    row(name, many, `${sizes[name] ?? ''}${growth}; ${residentMegabytes(bench.spine.pid).toFixed(0)} MiB`);
  }
}

function measureAll(bench: Subject, all: readonly Listing[]): ReadonlyMap<string, Measured> {
  return new Map(
    all.map(({ name, plan }) => {
      measure(bench.spine.pid, { ...plan, milliseconds: 500 }); // warm up
      return [name, measure(bench.spine.pid, plan)];
    }),
  );
}

async function listings(bench: Subject): Promise<readonly Listing[]> {
  const query = new URLSearchParams({
    'schedule.actor:HealthcareService': SLOT_SERVICE,
    appointmentType: 'ROUTINE',
    status: 'free',
    _count: '20',
    page: '2',
    _include: 'Slot:schedule',
  });
  const slots = await bench.plan(referrer, `/STU3/Slot?${query}`, { connections: CONNECTIONS });
  const found: Listing[] = [
    {
      name: 'A008 worklist',
      plan: await bench.plan(provider, '/STU3/ReferralRequest/$ers.fetchworklist', {
        bodies: [worklistBody('REFERRALS_FOR_REVIEW')],
        connections: CONNECTIONS,
      }),
    },
    {
      name: 'A010 service search',
      plan: await bench.plan(referrer, '/STU3/HealthcareService/$ers.searchHealthcareServicesForPatient', {
        bodies: [searchBody()],
        connections: CONNECTIONS,
      }),
    },
    { name: 'A015 slots', plan: { ...slots, headers: { ...slots.headers, 'nhsd-ers-comm-rule-org': 'R69' } } },
  ];
  const search = '/R4/ServiceRequest?identifier=000000070001';
  const token: string = (await bench.supplier.userToken(bench.app, USER)).json.access_token;
  if ((await bench.supplier.ers(token, referrer, search)).status === 200)
    found.push({ name: 'A041 search by UBRN', plan: await bench.plan(referrer, search, { connections: CONNECTIONS }) });
  return found;
}

interface ClinicType {
  readonly code: string;
  readonly specialty: string;
}

/** Clinic types but the one that is searched for. */
function otherClinicTypes(): readonly ClinicType[] {
  const file = resolve(import.meta.dirname, '../src/services/ers/reference-data/clinic-types.json');
  const rows: readonly (readonly string[])[] = JSON.parse(readFileSync(file, 'utf8'));
  return rows.map(([code = '', , specialty = '']) => ({ code, specialty })).filter(({ code }) => code !== 'HEART_FAILURE');
}

async function importServices(bench: Subject, count: number, clinicType: string | undefined, first: number): Promise<void> {
  const others = otherClinicTypes();
  const services = Array.from({ length: count }, (_, n) => {
    const type = clinicType === undefined ? others[n % others.length] : { code: clinicType, specialty: 'CARDIOLOGY' };
    return service(String(first + n), type ?? { code: 'HEART_FAILURE', specialty: 'CARDIOLOGY' });
  });
  await bench.load({ services });
}

function otherServices(count: number): readonly string[] {
  return Array.from({ length: count }, (_, n) => String(910_001 + n));
}

async function importSlots(bench: Subject, services: readonly string[], count: number, first: number): Promise<void> {
  const tomorrow = Math.ceil(Date.now() / 86_400_000) * 86_400_000 + 86_400_000;
  const slots = Array.from({ length: count }, (_, n) => {
    const start = tomorrow + n * 600_000;
    return {
      id: String(800_000_000 + first + n),
      serviceId: services[n % services.length] ?? SLOT_SERVICE,
      usrn: `USRN-${first + n}`,
      start: new Date(start).toISOString(),
      end: new Date(start + 600_000).toISOString(),
    };
  });
  await bench.load({ slots });
}

function service(id: string, type: ClinicType): object {
  return importedService(id, { providerOdsCode: 'ZT1', locationOdsCode: 'ZT101', specialty: type.specialty, clinicTypes: [type.code] });
}
