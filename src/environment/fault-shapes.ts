import Type from 'typebox';
import { PARTNER_BEHAVIOURS } from '../kernel/faults/faults.ts';

/** What a fault does, as it comes in from outside. */
export const FaultEffectShape = Type.Union([
  Type.Object({
    kind: Type.Literal('status'),
    status: Type.Integer({ minimum: 400, maximum: 599 }),
    retryAfterSeconds: Type.Optional(Type.Integer({ minimum: 0, maximum: 86_400 })),
  }),
  Type.Object({ kind: Type.Literal('delay'), milliseconds: Type.Integer({ minimum: 0, maximum: 180_000 }) }),
  Type.Object({ kind: Type.Literal('disconnect') }),
  Type.Object({ kind: Type.Literal('partner'), behaviour: Type.Enum([...PARTNER_BEHAVIOURS]) }),
]);
