import { LocalRefusal } from '../../kernel/errors.ts';
import { SERVICES, type ServiceId } from './services.ts';

/** The eight prerequisites of connecting, in the order of the published page (PTL-005…012). */
export const PREREQUISITES = [
  { kind: 'hscn', ref: 'PTL-005', title: 'HSCN connection' },
  { kind: 'test-data', ref: 'PTL-006', title: 'Test data' },
  { kind: 'smartcards', ref: 'PTL-007', title: 'Smartcards' },
  { kind: 'integration', ref: 'PTL-008', title: 'Integration test phase completed' },
  { kind: 'mpv', ref: 'PTL-009', title: 'Product and version registered (MPV)' },
  { kind: 'endpoint', ref: 'PTL-010', title: 'Message handling service, or endpoint administrator' },
  { kind: 'fqdn', ref: 'PTL-011', title: 'Fully qualified domain name registered' },
  { kind: 'identity-agent', ref: 'PTL-012', title: 'Identity Agent' },
] as const;

export type Kind = (typeof PREREQUISITES)[number]['kind'];

/** The prerequisite of that name. Throws LocalRefusal 404. */
export function kindOf(text: string): Kind {
  const found = PREREQUISITES.find((each) => each.kind === text);
  if (found === undefined) throw new LocalRefusal(404, 'prerequisite_unknown', 'There is no such prerequisite.');
  return found.kind;
}

/** Whether a prerequisite is needed, with the reason that the checklist gives. */
export interface Need {
  readonly needed: boolean;
  readonly why: string;
}

type Rule = (chosen: { readonly services: readonly ServiceId[]; readonly environment: string }) => Need;

const because = (services: readonly ServiceId[], trait: (id: ServiceId) => boolean, yes: string, no: string): Need => {
  const wanting = services.filter(trait).map((id) => SERVICES[id].title);
  return wanting.length > 0 ? { needed: true, why: `${yes}: ${wanting.join('; ')}.` } : { needed: false, why: no };
};

const messaging: Rule = ({ services }) =>
  because(services, (id) => SERVICES[id].messaging, 'Messages are sent or received', 'Nothing you chose sends or receives messages.');

const RULES: Readonly<Record<Kind, Rule>> = {
  hscn: ({ services }) =>
    because(services, (id) => SERVICES[id].zone === 'hscn', 'Reached over HSCN only', 'Everything you chose is reached over the internet.'),
  'test-data': () => ({ needed: true, why: 'Every test needs patients and users that nobody else uses.' }),
  smartcards: ({ services }) =>
    because(services, (id) => SERVICES[id].smartcard, 'Its users sign in with a smartcard', 'Nobody signs in to what you chose.'),
  integration: ({ environment }) =>
    environment === 'DEP'
      ? { needed: true, why: 'DEP is refused until this product version has passed a conformance run in INT.' }
      : { needed: false, why: `${environment} has no environment before it.` },
  mpv: messaging,
  endpoint: messaging,
  fqdn: messaging,
  'identity-agent': ({ services }) =>
    because(
      services,
      (id) => SERVICES[id].smartcard && id !== 'ers-user',
      'The Identity Agent signs people on',
      'Nothing you chose signs on through the Identity Agent.',
    ),
};

/** What is needed for the services chosen, in the published order. Pure. */
export function needs(services: readonly ServiceId[], environment: string): Readonly<Record<Kind, Need>> {
  return Object.fromEntries(PREREQUISITES.map(({ kind }) => [kind, RULES[kind]({ services, environment })])) as Record<Kind, Need>;
}
