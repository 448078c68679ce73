/** The bodies of the control interface of advice requests, checked where they enter. */
import Type, { type Static, type TSchema } from 'typebox';
import { bodyReader } from '../admin/control.ts';
import type { NamedFile } from '../referral/letters.ts';
import { MAXIMUM_MESSAGE } from './text.ts';

const Text = Type.String({ minLength: 1, maxLength: MAXIMUM_MESSAGE });
const User = Type.String({ pattern: '^\\d{12}$' });
const File = Type.Object(
  { fileId: Type.String({ minLength: 1, maxLength: 100 }), description: Type.Optional(Type.String({ minLength: 1, maxLength: 200 })) },
  { additionalProperties: false },
);
const Files = Type.Array(File, { maxItems: 100 });
/** What every action may say: the version it was decided on, and who acts (the referrer when nobody is named). */
const common = {
  version: Type.Optional(Type.Integer({ minimum: 0 })),
  userId: Type.Optional(User),
  businessFunction: Type.Optional(Type.Union([Type.Literal('REFERRING_CLINICIAN'), Type.Literal('REFERRING_CLINICIAN_ADMIN')])),
};
const closed = { additionalProperties: false } as const;
const reader = <Schema extends TSchema>(schema: Schema) => bodyReader(schema, 'Advice and guidance');

/** What is said about who acts, in every body. */
export interface ActedBy {
  readonly version?: number;
  readonly userId?: string;
  readonly businessFunction?: 'REFERRING_CLINICIAN' | 'REFERRING_CLINICIAN_ADMIN';
}

/** `reply`. Throws LocalRefusal 400, as all of these do. */
export const readReply = reader(Type.Object({ ...common, text: Text, files: Type.Optional(Files) }, closed));
/** `clinical-information`. */
export const readClinicalInformation = reader(Type.Object({ ...common, files: Type.Array(File, { minItems: 1, maxItems: 100 }) }, closed));
/** `close` and `cancel`. */
export const readEnding = reader(Type.Object(common, closed));
/** `convert`. */
export const readReferrerConversion = reader(
  Type.Object(
    {
      ...common,
      serviceIds: Type.Array(Type.String({ pattern: '^\\d{1,19}$' }), { minItems: 1, maxItems: 20, uniqueItems: true }),
      priority: Type.Optional(Type.Union([Type.Literal('ROUTINE'), Type.Literal('URGENT'), Type.Literal('TWO_WEEK_WAIT')])),
      letterIntention: Type.Optional(Type.Union([Type.Literal('NEED_TO_ADD_LATER'), Type.Literal('NOT_INTENDING_TO_ADD')])),
      firstReminderLetterFollowUpDays: Type.Optional(Type.Integer({ minimum: 0, maximum: 180 })),
    },
    closed,
  ),
);

/** The files of a body, as attachments of one type. */
export function namedFiles(files: readonly Static<typeof File>[] | undefined, type: NamedFile['type']): readonly NamedFile[] {
  return (files ?? []).map(({ fileId, description }) => ({ type, fileId, ...(description !== undefined && { description }) }));
}
