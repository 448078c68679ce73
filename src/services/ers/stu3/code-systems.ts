/** The code systems as STU3 `CodeSystem` resources (ers.md §16). */
import { STU3_CODES, STU3_PROFILE } from '../codes.ts';
import {
  APPOINTMENT_CANCELLATION_REASONS,
  CLINIC_TYPES,
  type Concept,
  NON_ATTENDANCE_REASONS,
  PRIORITIES,
  REFERRAL_CANCELLATION_REASONS,
  SPECIALTIES,
} from '../reference-data/reference-data.ts';

type PropertyType = 'dateTime' | 'Coding' | 'boolean' | 'integer';
type Property = { readonly code: string } & Readonly<Record<string, unknown>>;

/** Stands where the caller's base address goes. No text of a code system holds it. */
const BASE = '{base}';
const BUSINESS_FUNCTION = `${STU3_CODES}eRS-BusinessFunction-1`;

interface Frame {
  readonly id: string;
  readonly profile: string;
  readonly name: string;
  readonly description?: string;
  readonly date: string;
  /** Order of the members between `url` and `property`, as in the samples. */
  readonly order: readonly (keyof typeof FIXED | 'name' | 'date' | 'description')[];
  readonly properties: Readonly<Record<string, PropertyType>>;
  readonly concepts: () => readonly object[];
}

const FIXED = {
  version: '1',
  status: 'active',
  experimental: false,
  publisher: 'e-Referral Service',
  copyright: 'Copyright (c) 2016 HL7 UK',
  caseSensitive: true,
  content: 'complete',
} as const;

const SHAREABLE = 'http://hl7.org/fhir/StructureDefinition/shareablecodesystem';
const USUAL_ORDER = [
  'version',
  'name',
  'status',
  'experimental',
  'date',
  'publisher',
  'description',
  'copyright',
  'caseSensitive',
  'content',
] as const;
const DATES = { effectiveFrom: 'dateTime', effectiveTo: 'dateTime' } as const;

const FRAMES: readonly Frame[] = [
  {
    id: 'APPOINTMENT-CANCELLATION-REASON',
    profile: SHAREABLE,
    name: 'e-RS Appointment Cancellation Reason',
    date: '2022-01-21T13:28:30.188Z',
    order: USUAL_ORDER,
    properties: {
      ...DATES,
      appointmentBookingCancellationReasonType: 'Coding',
      willCancelWholeRequest: 'boolean',
      commentIsMandatory: 'boolean',
      businessFunction: 'Coding',
      usage: 'Coding',
    },
    concepts: () =>
      APPOINTMENT_CANCELLATION_REASONS.map((reason) =>
        conceptOf(reason, [
          ...datesOf(reason),
          coding('appointmentBookingCancellationReasonType', `${STU3_CODES}eRS-AppointmentBookingCancellationReasonType-1`, reason.type),
          { code: 'willCancelWholeRequest', valueBoolean: false },
          { code: 'commentIsMandatory', valueBoolean: reason.commentIsMandatory },
          ...(reason.businessFunctions ?? []).map((each) => coding('businessFunction', BUSINESS_FUNCTION, each)),
          ...(reason.usage === undefined ? [] : [coding('usage', `${STU3_CODES}eRS-AppointmentCancellationReasonUsage-1`, reason.usage)]),
        ]),
      ),
  },
  {
    id: 'REFERRAL-CANCELLATION-REASON',
    profile: SHAREABLE,
    name: 'e-RS ReferralRequest Cancellation Reason',
    date: '2022-01-21T13:27:51.923Z',
    order: USUAL_ORDER,
    properties: {
      ...DATES,
      appointmentRequestCancellationReasonType: 'Coding',
      commentIsMandatory: 'boolean',
      canCancelAppointment: 'boolean',
      businessFunction: 'Coding',
      referrerUsage: 'Coding',
    },
    concepts: () =>
      REFERRAL_CANCELLATION_REASONS.map((reason) =>
        conceptOf(reason, [
          ...datesOf(reason),
          coding('appointmentRequestCancellationReasonType', `${STU3_CODES}eRS-AppointmentRequestCancellationReasonType-1`, reason.type),
          { code: 'commentIsMandatory', valueBoolean: reason.commentIsMandatory },
          { code: 'canCancelAppointment', valueBoolean: reason.canCancelAppointment },
          ...(reason.businessFunctions ?? []).map((each) => coding('businessFunction', BUSINESS_FUNCTION, each)),
          ...(reason.referrerUsage === undefined
            ? []
            : [coding('referrerUsage', `${STU3_CODES}eRS-ReferralRequestCancellationReasonUsage-1`, reason.referrerUsage)]),
        ]),
      ),
  },
  {
    id: 'APPOINTMENT-NON-ATTENDANCE-REASON',
    profile: SHAREABLE,
    name: 'e-RS Appointment Non-attendance Reason',
    // So in the national system, and kept.
    description: 'e-RS Priority',
    date: '2022-01-21T13:28:30.188Z',
    order: USUAL_ORDER,
    properties: DATES,
    concepts: () => NON_ATTENDANCE_REASONS.map((reason) => conceptOf(reason, datesOf(reason))),
  },
  {
    id: 'PRIORITY',
    profile: SHAREABLE,
    name: 'e-RS Priority',
    date: '2022-01-21T13:28:30.188Z',
    order: USUAL_ORDER,
    properties: { ...DATES, deferToProviderContactDays: 'integer', triageContactDays: 'integer' },
    concepts: () =>
      PRIORITIES.map((priority) =>
        conceptOf(priority, [
          ...datesOf(priority),
          { code: 'deferToProviderContactDays', valueInteger: priority.deferToProviderContactDays },
          { code: 'triageContactDays', valueInteger: priority.triageContactDays },
        ]),
      ),
  },
  {
    id: 'SPECIALTY',
    profile: `${STU3_PROFILE}eRS-Specialty-CodeSystem-1`,
    name: 'e-RS Specialty',
    date: '2021-05-26T13:47:38.185Z',
    order: ['name', 'status', 'date', 'publisher', 'description', 'copyright', 'content', 'version', 'experimental', 'caseSensitive'],
    properties: DATES,
    concepts: () => SPECIALTIES.map((each) => ({ extension: dateExtensions(each), ...conceptOf(each, datesOf(each)) })),
  },
  {
    id: 'CLINIC-TYPE',
    profile: SHAREABLE,
    name: 'e-RS Clinic Type',
    date: '2021-05-26T13:49:36.514Z',
    order: ['name', 'status', 'date', 'publisher', 'description', 'copyright', 'content', 'caseSensitive', 'experimental', 'version'],
    properties: { ...DATES, specialty: 'Coding' },
    concepts: () =>
      CLINIC_TYPES.map((each) =>
        conceptOf(each, [...datesOf(each), coding('specialty', `${BASE}/STU3/CodeSystem/SPECIALTY`, each.specialty)]),
      ),
  },
];

/** Ids of the code systems that A004 serves. */
export const CODE_SYSTEM_IDS: readonly string[] = FRAMES.map((frame) => frame.id);

const templates = new Map<string, readonly string[]>();
const rendered = new Map<string, Buffer>();
/** Base addresses come from the Host header of callers: the memory for them is bounded. */
const MAXIMUM_RENDERED = 24;

/**
 * The JSON of a code system for a base address: made once per address and kept, for it never changes.
 *
 * @param id one of {@link CODE_SYSTEM_IDS}, case-sensitive
 * @param base the caller's base address with `/FHIR`
 * @returns undefined when there is no such code system
 */
export function codeSystemJson(id: string, base: string): Buffer | undefined {
  const key = `${id} ${base}`;
  const kept = rendered.get(key);
  if (kept !== undefined) return kept;
  const template = templateOf(id);
  if (template === undefined) return undefined;
  const json = Buffer.from(template.join(JSON.stringify(base).slice(1, -1)));
  const oldest = rendered.keys().next();
  if (rendered.size >= MAXIMUM_RENDERED && oldest.done !== true) rendered.delete(oldest.value);
  rendered.set(key, json);
  return json;
}

function templateOf(id: string): readonly string[] | undefined {
  const frame = FRAMES.find((each) => each.id === id);
  if (frame === undefined) return undefined;
  const kept = templates.get(id) ?? JSON.stringify(resourceOf(frame)).split(BASE);
  templates.set(id, kept);
  return kept;
}

function resourceOf(frame: Frame): object {
  const members = { ...FIXED, name: frame.name, date: frame.date, description: frame.description ?? frame.name };
  return {
    id: frame.id,
    meta: { profile: [frame.profile] },
    resourceType: 'CodeSystem',
    url: `${BASE}/STU3/CodeSystem/${frame.id}`,
    ...Object.fromEntries(frame.order.map((name) => [name, members[name]])),
    property: Object.entries(frame.properties).map(([code, type]) => ({
      code,
      uri: `${STU3_CODES}eRS-Concept-Properties-1#${code}`,
      type,
    })),
    concept: frame.concepts(),
  };
}

function conceptOf(concept: Concept, property: readonly Property[]): object {
  return { code: concept.code, display: concept.display, property };
}

function datesOf({ effectiveFrom, effectiveTo }: Concept): readonly Property[] {
  const from = { code: 'effectiveFrom', valueDateTime: effectiveFrom };
  return effectiveTo === undefined ? [from] : [from, { code: 'effectiveTo', valueDateTime: effectiveTo }];
}

/** Specialties say their dates twice (ers.md §16). */
function dateExtensions({ effectiveFrom, effectiveTo }: Concept): readonly object[] {
  const extension = (name: string, instant: string) => ({ url: `${STU3_PROFILE}Extension-eRS-${name}-1`, valueDate: instant.slice(0, 10) });
  const from = extension('EffectivefromDate', effectiveFrom);
  return effectiveTo === undefined ? [from] : [from, extension('EffectivetoDate', effectiveTo)];
}

function coding(code: string, system: string, value: string): Property {
  return { code, valueCoding: { system, code: value } };
}
