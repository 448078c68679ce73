/** Advice requests as `POST /_localspine/import` takes them: the model as a schema, times as ISO text or milliseconds. */
import Type, { type Static } from 'typebox';
import { Compile } from 'typebox/compile';
import { BUSINESS_FUNCTIONS } from '../codes.ts';
import {
  attachment,
  closed,
  criteria,
  name,
  number,
  oneOf,
  optional,
  priority,
  text,
  time,
  ubrn,
  version,
} from '../referral/import-schema.ts';
import { ADVICE_CATEGORIES, CONVERSION_AUTHORISATIONS, GUIDANCE_OUTCOMES, MESSAGE_KINDS, RECOMMENDATIONS } from './model.ts';

const author = Type.Object({ userId: name, odsCode: name, businessFunction: optional(oneOf(BUSINESS_FUNCTIONS)) }, closed);

const message = Type.Object(
  {
    id: number,
    kind: oneOf(MESSAGE_KINDS),
    responsible: author,
    /** The responsible person when nobody else is named. */
    sender: optional(author),
    sent: time,
    text,
    attachmentIds: optional(Type.Array(number)),
    outcome: optional(oneOf(GUIDANCE_OUTCOMES)),
    recommendation: optional(oneOf(RECOMMENDATIONS)),
  },
  closed,
);

const advice = Type.Object(
  {
    ubrn,
    version,
    requestId: optional(Type.String({ pattern: '^a\\.[0-9a-f-]{36}$' })),
    category: oneOf(ADVICE_CATEGORIES),
    nhsNumber: Type.String({ pattern: '^\\d{10}$' }),
    priority,
    criteria,
    service: Type.Object({ serviceId: number, serviceName: name }, closed),
    specialty: name,
    conversionAuthorisation: oneOf(CONVERSION_AUTHORISATIONS),
    referringOrganisation: name,
    referrer: author,
    createdBy: optional(author),
    firstRequested: time,
    lastUpdated: optional(time),
    messages: Type.Array(message, { minItems: 1 }),
    attachments: optional(Type.Array(attachment)),
  },
  closed,
);
export type ImportedAdvice = Static<typeof advice>;

export const importedAdvice = Compile(Type.Array(advice));
