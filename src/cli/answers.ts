/** The shapes the command line expects where data enters it: the running file and the admin API's answers. */
import Type, { type Static, type TSchema } from 'typebox';
import { Compile } from 'typebox/compile';
import { LocalRefusal } from '../kernel/errors.ts';

const Text = Type.String();

export const RunningAnswer = Type.Object({
  pid: Type.Integer(),
  startedAt: Text,
  portal: Text,
  environments: Type.Array(Type.Object({ id: Text, baseUrl: Text, httpUrl: Text, caPath: Text })),
});

export { type Manifest as ManifestView, ManifestSchema as ManifestAnswer } from '../environment/connection/manifest-schema.ts';

export const HealthAnswer = Type.Object({ status: Text });
export const ClockAnswer = Type.Object({ now: Text, realNow: Text, offsetSeconds: Type.Number() });
export const ResetAnswer = Type.Object({ environment: Text, reset: Text });

const FaultRule = Type.Object({
  id: Text,
  service: Text,
  operation: Text,
  effect: Type.Intersect([Type.Object({ kind: Text }), Type.Record(Text, Type.Unknown())]),
  remaining: Type.Union([Type.Integer(), Type.Null()]),
});
export const FaultAnswer = FaultRule;
export const FaultsAnswer = Type.Object({ faults: Type.Array(FaultRule) });
export const RemovedAnswer = Type.Object({ removed: Type.Integer() });
export type FaultView = Static<typeof FaultRule>;

export const SnapshotAnswer = Type.Object({ name: Text });
export const SnapshotsAnswer = Type.Object({ snapshots: Type.Array(Type.Object({ name: Text, savedAt: Text })) });

const Certificate = Type.Object({
  serial: Text,
  commonName: Text,
  subject: Text,
  generation: Text,
  organisation: Type.Union([Text, Type.Null()]),
  issuedAt: Text,
  expiresAt: Text,
  status: Type.Union([Type.Literal('issued'), Type.Literal('revoked')]),
  reason: Type.Optional(Text),
});
export const CertificateAnswer = Certificate;
export const CertificatesAnswer = Type.Object({ certificates: Type.Array(Certificate) });
/** With the certificates from the holder's to the root, in PEM. */
export const CertificateChainAnswer = Type.Intersect([Certificate, Type.Object({ chain: Type.Array(Text) })]);
export type CertificateChainView = Static<typeof CertificateChainAnswer>;
const CertificateRequest = Type.Object({
  requestId: Text,
  state: Type.Union([Type.Literal('requested'), Type.Literal('issued'), Type.Literal('refused')]),
  commonName: Text,
  organisation: Type.Union([Text, Type.Null()]),
  renews: Type.Union([Text, Type.Null()]),
  requestedAt: Text,
  reason: Type.Optional(Text),
});
export type CertificateRequestView = Static<typeof CertificateRequest>;
/** What became of a request for a certificate: the certificate, or a request that waits for a person. */
export const CertificateOutcomeAnswer = Type.Union([CertificateChainAnswer, CertificateRequest]);
export const CertificateRequestAnswer = Type.Intersect([
  CertificateRequest,
  Type.Object({ certificate: Type.Optional(CertificateChainAnswer) }),
]);
export const CertificateRequestsAnswer = Type.Object({ requests: Type.Array(CertificateRequest) });
const Authority = Type.Object({ generation: Text, commonName: Text, serial: Text, from: Text, until: Text });
const FormerAuthority = Type.Object({ serial: Text, generation: Text, commonName: Text, replacedAt: Text, revoked: Type.Optional(Text) });
export const AuthoritiesAnswer = Type.Object({
  authorities: Type.Array(Type.Intersect([Authority, Type.Object({ root: Text, rootList: Text })])),
  former: Type.Array(FormerAuthority),
});
export const AuthorityChangeAnswer = Type.Intersect([
  Authority,
  Type.Object({ former: FormerAuthority, revokedCertificates: Type.Integer() }),
]);
export const KeyStoreAnswer = Type.Object({
  fileName: Text,
  alias: Text,
  password: Text,
  installInto: Text,
  content: Text,
  certificate: Certificate,
});
export const CutOverAnswer = Type.Object({ cutOver: Text });

const Refused = Type.Object({ check: Text, why: Text, fix: Type.Optional(Text) });
const Exchange = Type.Object({
  id: Text,
  at: Text,
  service: Text,
  operation: Text,
  method: Text,
  url: Text,
  status: Type.Integer(),
  verdict: Type.Union([Type.Literal('ok'), Type.Literal('refused'), Type.Literal('failed')]),
  milliseconds: Type.Number(),
  appId: Type.Optional(Text),
  userId: Type.Optional(Text),
  odsCode: Type.Optional(Text),
  businessFunction: Type.Optional(Text),
  nhsNumber: Type.Optional(Text),
  ubrn: Type.Optional(Text),
  correlationId: Type.Optional(Text),
  requestId: Type.Optional(Text),
  refusal: Type.Optional(Refused),
  advice: Type.Optional(Refused),
});
const Message = Type.Object({
  headers: Type.Record(Text, Text),
  body: Type.Optional(Text),
  bodyBytes: Type.Optional(Type.Integer()),
  bodySha256: Type.Optional(Text),
});
export const JournalAnswer = Type.Object({ exchanges: Type.Array(Exchange) });
export const JournalEntryAnswer = Type.Object({
  ...Exchange.properties,
  checks: Type.Array(Type.Object({ check: Text, passed: Type.Boolean(), detail: Type.Optional(Text) })),
  request: Message,
  response: Message,
});

const ExaminedCheck = Type.Object({
  check: Text,
  outcome: Type.Union([Type.Literal('passed'), Type.Literal('failed'), Type.Literal('not-reached')]),
  why: Type.Optional(Text),
  fix: Type.Optional(Text),
  answer: Type.Optional(Type.Object({ status: Type.Integer(), error: Text, error_description: Text })),
});
export const TokenExaminationAnswer = Type.Object({
  kind: Text,
  verdict: Type.Union([Type.Literal('good'), Type.Literal('refused')]),
  checks: Type.Array(ExaminedCheck),
  contents: Type.Optional(Type.Record(Text, Type.Unknown())),
});
export type ExaminationView = Static<typeof TokenExaminationAnswer>;

export const RelyingPartyAnswer = Type.Object({
  client_id: Text,
  client_secret: Type.Optional(Text),
  client_name: Text,
  redirect_uris: Type.Array(Text),
  token_endpoint_auth_method: Text,
  hash: Text,
});
export type RelyingPartyView = Static<typeof RelyingPartyAnswer>;
export const RelyingPartiesAnswer = Type.Object({ clients: Type.Array(RelyingPartyAnswer) });
export const SessionsAnswer = Type.Object({
  sessions: Type.Array(Type.Object({ sid: Text, userId: Text, provider: Text, method: Text })),
});

export const ProblemAnswer = Type.Object({ error: Text, message: Text, fix: Type.Optional(Text) });

/** Whether a value has the shape; compiled where it is used, since a command needs only one or two. */
export function fits<Shape extends TSchema>(shape: Shape, value: unknown): value is Static<Shape> {
  return Compile(shape).Check(value);
}

/** A value of the wanted shape. Throws LocalRefusal 502 when the other side is of another version. */
export function expectShape<Shape extends TSchema>(shape: Shape, value: unknown, what: string): Static<Shape> {
  if (fits(shape, value)) return value;
  throw new LocalRefusal(
    502,
    'unexpected_answer',
    `The answer to ${what} is not what this version of the command line understands.`,
    'Stop LocalSpine and start it again from the same folder, so that both are of one version.',
  );
}
