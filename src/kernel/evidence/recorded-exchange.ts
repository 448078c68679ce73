import Type, { type Static } from 'typebox';

/** One message of an exchange. Secrets are masked; the hash tells the whole body, which is kept up to a cap. */
const RecordedMessage = Type.Object({
  headers: Type.Record(Type.String(), Type.String()),
  body: Type.Optional(Type.String()),
  /** `base64` where the body is no text. */
  encoding: Type.Optional(Type.Literal('base64')),
  /** Bytes of the whole body. */
  bytes: Type.Optional(Type.Integer({ minimum: 0 })),
  /** SHA-256 of the whole body in hexadecimal; of the masked one where secrets were masked. */
  sha256: Type.Optional(Type.String()),
  masked: Type.Optional(Type.Literal(true)),
  /** The body is longer than what is kept of it. */
  cut: Type.Optional(Type.Literal(true)),
  /** The connection ended before the whole body was sent. */
  unfinished: Type.Optional(Type.Literal(true)),
});
export type RecordedMessage = Static<typeof RecordedMessage>;

const Reason = Type.Object({ check: Type.String(), why: Type.String(), fix: Type.Optional(Type.String()) });

/** An exchange of a recorded application with an environment, whole: what evidence is made of (path-to-live.md §4.3). */
export const RecordedExchange = Type.Object({
  number: Type.Integer({ minimum: 1 }),
  /** When the request arrived, by the machine's watch and by the environment's clock. */
  at: Type.String(),
  businessAt: Type.String(),
  milliseconds: Type.Number(),
  appId: Type.String(),
  service: Type.String(),
  /** Public id of the operation: `A011`, `token`. */
  operation: Type.String(),
  listener: Type.String(),
  ersInstance: Type.Optional(Type.String()),
  method: Type.String(),
  url: Type.String(),
  status: Type.Integer(),
  /** `refused`: a check failed; `failed`: the fault of the environment. */
  verdict: Type.Union([Type.Literal('ok'), Type.Literal('refused'), Type.Literal('failed')]),
  userId: Type.Optional(Type.String()),
  odsCode: Type.Optional(Type.String()),
  businessFunction: Type.Optional(Type.String()),
  ubrn: Type.Optional(Type.String()),
  nhsNumber: Type.Optional(Type.String()),
  correlationId: Type.Optional(Type.String()),
  requestId: Type.Optional(Type.String()),
  /** Name of the access token that was sent: the same token has the same name, and cannot be made from it. */
  token: Type.Optional(Type.String()),
  /** Name of the access token that the answer gave. */
  issuedToken: Type.Optional(Type.String()),
  refusal: Type.Optional(Reason),
  advice: Type.Optional(Reason),
  checks: Type.Array(Type.Object({ check: Type.String(), passed: Type.Boolean(), detail: Type.Optional(Type.String()) })),
  tls: Type.Optional(
    Type.Object({
      version: Type.String(),
      cipher: Type.String(),
      serverName: Type.Optional(Type.String()),
      clientSubject: Type.Optional(Type.String()),
    }),
  ),
  request: RecordedMessage,
  response: RecordedMessage,
});
export type RecordedExchange = Static<typeof RecordedExchange>;
