/** e-RS rows, by instance (PTL-056 to PTL-066, path-to-live.md §2.1, §2.2). Data, reviewed as such. */
import type { EnvironmentId } from '../../definitions.ts';
import type { ConnectionRow } from '../model.ts';
import { documented, inferred, mutual, OFFERED, type Published, page, system, UNKNOWN } from './row.ts';

/** What is published about one e-RS instance only. */
const INSTANCES: Readonly<Record<string, { readonly professional: string; readonly patient: string } & Partial<ConnectionRow>>> = {
  Dep1: { professional: 'PTL-056', patient: 'PTL-057', partyKey: 'YEO-11809150', asid: '606179841014' },
  Dep2: { professional: 'PTL-058', patient: 'PTL-059' },
};
const ANY_INSTANCE = { professional: 'PTL-062', patient: 'PTL-064' } as const;

const ERS_API: Published = {
  SANDBOX: documented('sandbox.api.service.nhs.uk', '/referrals/FHIR'),
  INT: documented('int.api.service.nhs.uk', '/referrals/FHIR'),
  DEP: inferred('dev.api.service.nhs.uk', '/referrals-dep/FHIR'),
  PROD: documented('api.service.nhs.uk', '/referrals/FHIR'),
};

/** The rows of one e-RS instance. Only the first instance of an environment is published as an API. */
export function ersRows(environment: EnvironmentId, instance: string, first: boolean): readonly ConnectionRow[] {
  const { professional, patient, ...identifiers } = INSTANCES[instance] ?? ANY_INSTANCE;
  const slug = instance.toLowerCase();
  const listener = first ? 'https' : 'second-ers';
  const common = { section: 'ers', slot: 'ers', ersInstance: instance, ...identifiers } as const;
  const api = system({
    ...common,
    id: `ers-${slug}-api`,
    ref: 'PTL-065',
    title: `e-RS API, ${instance}`,
    zone: 'internet',
    purpose: 'Clinical actions through the FHIR API.',
    published: first ? ERS_API : UNKNOWN,
    place: { kind: 'route', listener, method: 'GET', path: '/referrals/FHIR/STU3/CodeSystem/:name' },
  });
  if (environment === 'SANDBOX') return [api];
  const legacy = first && environment !== 'PROD' ? `api.${slug}.ers.ncrs.nhs.uk` : undefined;
  return [
    page({
      ...common,
      id: `ers-${slug}-professional`,
      ref: professional,
      title: `e-RS professional application, ${instance}`,
      purpose: 'Referrers and providers work with referrals.',
    }),
    page({
      ...common,
      id: `ers-${slug}-professional-internet`,
      ref: 'PTL-063',
      title: `e-RS professional application, ${instance}, variable address`,
      zone: 'internet',
      purpose: 'The same, at addresses that vary.',
    }),
    page({
      ...common,
      id: `ers-${slug}-patient`,
      ref: patient,
      title: `e-RS patient application, ${instance}`,
      zone: 'internet',
      purpose: 'Patients book with their UBRN and access code.',
    }),
    api,
    system({
      ...common,
      id: `ers-${slug}-api-legacy`,
      ref: 'PTL-065',
      title: `e-RS API before the API platform, ${instance}`,
      purpose: 'The older entry, over HSCN.',
      path: '/ers-api/',
      published: legacy === undefined ? UNKNOWN : { [environment]: inferred(legacy) },
      place: mutual('/ers-api/v1/ProfessionalSession', 'POST'),
    }),
    system({
      ...common,
      id: `ers-${slug}-messaging`,
      ref: 'PTL-066',
      title: `e-RS messaging endpoint, ${instance}`,
      purpose: 'HL7 V3 messages about slots and bookings with provider systems.',
      published: UNKNOWN,
      place: OFFERED,
    }),
  ];
}
