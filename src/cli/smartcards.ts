import Type, { type Static } from 'typebox';

const Text = Type.String();

/** A card as the registration authority's API shows it. */
const CardAnswer = Type.Object({
  cardNumber: Text,
  userId: Text,
  holder: Text,
  kind: Text,
  state: Text,
  inserted: Type.Boolean(),
  wrongPasscodes: Type.Integer(),
  issuedAt: Type.Optional(Text),
  expiresAt: Type.Optional(Text),
  aboutToExpire: Type.Boolean(),
  possibleActions: Type.Array(Text),
});
export type CardSummary = Static<typeof CardAnswer>;
export const CardsAnswer = Type.Object({ cards: Type.Array(CardAnswer) });

const HistoryAnswer = Type.Array(
  Type.Object({ at: Text, action: Text, actor: Text, detail: Text, userId: Text, cardNumber: Type.Optional(Text) }),
);
export const CardPageAnswer = Type.Object({
  ...CardAnswer.properties,
  certificates: Type.Array(
    Type.Object({
      serial: Text,
      use: Text,
      issuedAt: Text,
      expiresAt: Text,
      revoked: Type.Optional(Type.Object({ at: Text, reason: Text })),
      pem: Text,
    }),
  ),
  history: HistoryAnswer,
  endedSessions: Type.Optional(Type.Integer()),
});
export type CardPageView = Static<typeof CardPageAnswer>;

const PositionShape = { roleProfileId: Text, odsCode: Text, organisationName: Text, jobRoleName: Text, state: Text };
export const PositionAnswer = Type.Object({ ...PositionShape, userId: Text });
export const PersonAnswer = Type.Object({
  person: Type.Object({ userId: Text, active: Type.Boolean(), email: Text }),
  name: Text,
  positions: Type.Array(Type.Object(PositionShape)),
  cards: Type.Array(CardAnswer),
  history: HistoryAnswer,
});
export const RbacAnswer = Type.Object({
  jobRoles: Type.Array(Type.Object({ code: Text, name: Text })),
  activities: Type.Array(Type.Object({ code: Text, name: Text })),
});
