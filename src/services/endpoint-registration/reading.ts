/** What comes in, checked where it enters. */
import Type, { type Static, type TSchema } from 'typebox';
import { Compile } from 'typebox/compile';
import { LocalRefusal } from '../../kernel/errors.ts';

const closed = { additionalProperties: false } as const;
const OdsCode = Type.String({ pattern: '^[A-Za-z0-9]{2,9}$' });
const Key = Type.String({ pattern: '^[0-9]{1,12}$' });
const PartyKey = Type.String({ pattern: '^[A-Za-z0-9]{1,9}-[A-Za-z0-9]{4,9}$' });
const Host = Type.String({ minLength: 1, maxLength: 253 });
const Address = Type.String({ minLength: 1, maxLength: 500 });
const Words = Type.String({ minLength: 1, maxLength: 200 });
const Version = Type.Integer({ minimum: 0 });
const InteractionId = Type.String({ pattern: '^urn:[!-~]{3,200}$' });
const Interactions = Type.Array(InteractionId, { maxItems: 600 });
const UserId = Type.String({ pattern: '^[0-9]{12}$' });

const WishSchema = Type.Union([
  Type.Object(
    {
      kind: Type.Literal('register'),
      odsCode: OdsCode,
      productKey: Key,
      fqdn: Type.Optional(Host),
      endpoint: Type.Optional(Address),
      partyKey: Type.Optional(PartyKey),
      ipAddress: Type.Optional(Type.String({ maxLength: 60 })),
      description: Type.Optional(Words),
    },
    closed,
  ),
  Type.Object(
    {
      kind: Type.Literal('register-name'),
      odsCode: OdsCode,
      fqdn: Host,
      addresses: Type.Optional(Type.Array(Type.String({ maxLength: 60 }), { minItems: 1, maxItems: 64 })),
    },
    closed,
  ),
  Type.Object(
    {
      kind: Type.Literal('change-address'),
      partyKey: PartyKey,
      productKey: Key,
      version: Version,
      fqdn: Host,
      endpoint: Type.Optional(Address),
    },
    closed,
  ),
  Type.Object({ kind: Type.Literal('change-version'), partyKey: PartyKey, productKey: Key, version: Version, newProductKey: Key }, closed),
  Type.Object({ kind: Type.Literal('retire'), partyKey: PartyKey, productKey: Key, version: Version }, closed),
]);

/** A check of a value against its schema; throws LocalRefusal 400 with what is wanted. */
function reader<Schema extends TSchema>(schema: Schema, wanted: string): (value: unknown) => Static<Schema> {
  const compiled = Compile(schema);
  return (value) => {
    if (compiled.Check(value)) return value;
    const [first] = compiled.Errors(value);
    throw new LocalRefusal(
      400,
      'bad_request',
      `This is not what is expected here${first === undefined ? '' : `: ${first.instancePath || 'it'} ${first.message}`}.`,
      wanted,
    );
  };
}

export const readWish = reader(
  WishSchema,
  'Send {"kind":"register","odsCode","productKey","fqdn"?,"endpoint"?,"partyKey"?,"ipAddress"?,"description"?}, or kind register-name with odsCode, fqdn and addresses?, or kind change-address, change-version or retire with partyKey, productKey and version.',
);
export const readSubmission = reader(
  Type.Object(
    {
      wish: Type.Unknown(),
      as: Type.Optional(UserId),
      route: Type.Optional(Type.Union([Type.Literal('request'), Type.Literal('direct')])),
      requestId: Type.Optional(Type.String({ pattern: '^[A-Za-z0-9._:-]{1,200}$' })),
    },
    closed,
  ),
  'Send {"wish":{…}, "as"?: user id, "route"?: "request"|"direct", "requestId"?: a name of your own, under which it is sent once only}.',
);
export const readVerdict = reader(
  Type.Object(
    {
      event: Type.Union([Type.Literal('approve-dns'), Type.Literal('approve'), Type.Literal('refuse'), Type.Literal('withdraw')]),
      reason: Type.Optional(Type.String({ maxLength: 500 })),
      as: Type.Optional(UserId),
    },
    closed,
  ),
  'Send {"event":"approve-dns"|"approve"|"refuse"|"withdraw", "reason"?, "as"?: user id}.',
);
export const readProduct = reader(
  Type.Object(
    {
      manufacturerOdsCode: OdsCode,
      name: Words,
      version: Words,
      kind: Type.Union([Type.Literal('CMA'), Type.Literal('MHS'), Type.Literal('AS')]),
      messageSet: Interactions,
      additionalInteractions: Interactions,
      as: Type.Optional(UserId),
    },
    closed,
  ),
  'Send {"manufacturerOdsCode","name","version","kind":"CMA"|"MHS"|"AS","messageSet":[…],"additionalInteractions":[…]}.',
);
export const readInteraction = reader(
  Type.Object({ serviceName: Type.String({ pattern: '^urn:[!-~]{3,150}$' }), action: Type.String({ pattern: '^[!-~]{1,100}$' }) }, closed),
  'Send {"serviceName":"urn:nhs:names:services:…","action":"…"}.',
);
export const readGrant = reader(
  Type.Object(
    {
      userId: UserId,
      duty: Type.Union([
        Type.Literal('endpoint-administrator'),
        Type.Literal('approver'),
        Type.Literal('dns-approver'),
        Type.Literal('directory-administrator'),
      ]),
      odsCode: Type.Optional(OdsCode),
    },
    closed,
  ),
  'Send {"userId","duty":"endpoint-administrator"|"approver"|"dns-approver"|"directory-administrator","odsCode"?: maker}.',
);
