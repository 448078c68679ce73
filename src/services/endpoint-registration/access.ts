/** Who may do what in the registration applications (PTL-010). Pure. */
import { LocalRefusal } from '../../kernel/errors.ts';
import type { Actor, Duty, RegistrationRequest } from './model.ts';

export function hasDuty(actor: Actor, duty: Duty, odsCode = ''): boolean {
  return actor.operator || actor.grants.some((grant) => grant.duty === duty && grant.odsCode === odsCode);
}

/** Throws LocalRefusal 403 unless the actor has the duty. */
export function requireDuty(actor: Actor, duty: Duty, odsCode = ''): void {
  if (hasDuty(actor, duty, odsCode)) return;
  const at = odsCode === '' ? '' : ` for ${odsCode}`;
  throw new LocalRefusal(
    403,
    'duty_missing',
    `This needs the duty ${duty}${at}, which you do not have.`,
    duty === 'endpoint-administrator'
      ? 'Send a request instead, or ask for endpoint administrator access: localspine directory grant.'
      : 'An operator gives duties: localspine directory grant.',
  );
}

/** Throws LocalRefusal 403 unless the actor belongs to the organisation or the maker a request is about. */
export function requireParty(actor: Actor, odsCode: string, manufacturerOdsCode: string): void {
  if (mayRead(actor, odsCode, manufacturerOdsCode)) return;
  throw new LocalRefusal(
    403,
    'not_your_organisation',
    `You have no role at ${odsCode} or ${manufacturerOdsCode}.`,
    'Sign in with a role at the organisation that will use the product, or at its maker.',
  );
}

/** Those of some organisations whose right to a host name the actor may use: choosing a maker's product gives nobody the maker's names. */
export function spokenFor(actor: Actor, odsCodes: readonly string[]): readonly string[] {
  return [...new Set(odsCodes)].filter((each) => actor.odsCodes.has(each) || hasDuty(actor, 'endpoint-administrator', each));
}

/** Whether a registration or a request is shown to the actor: their own organisations and makers, or everything to those who decide. */
export function mayRead(actor: Actor, odsCode: string, manufacturerOdsCode: string): boolean {
  return (
    actor.odsCodes.has(odsCode) ||
    actor.odsCodes.has(manufacturerOdsCode) ||
    hasDuty(actor, 'endpoint-administrator', manufacturerOdsCode) ||
    hasDuty(actor, 'approver') ||
    hasDuty(actor, 'dns-approver')
  );
}

/** Throws LocalRefusal 403 when somebody would decide on what they asked for themselves. */
export function requireAnother(actor: Actor, request: RegistrationRequest): void {
  if (actor.operator || actor.id !== request.requestor.id) return;
  throw new LocalRefusal(403, 'own_request', 'Nobody decides on their own request.', 'Have another approver act.');
}
