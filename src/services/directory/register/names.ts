/** How names of the register are written and compared (sds.md §4, §7, path-to-live.md §3.3). Pure. */
import type { ContractProperties, Interaction, InteractionName, MessagingPattern } from '../model.ts';

/** A value as caseIgnoreMatch compares it: blanks at the ends do not count, inside they count as one. */
export function fold(value: string): string {
  return value.trim().replace(/\s+/g, ' ').toLowerCase();
}

/** A host name from its end to its beginning, in hexadecimal digits, which every database orders alike whatever its collation. */
export function nameOrder(fqdn: string): string {
  return Buffer.from([...fqdn].reverse().join('')).toString('hex');
}

/** Between which two {@link nameOrder}s the names below `domain` lie. */
export function namesBelowOrder(domain: string): readonly [from: string, to: string] {
  const from = nameOrder(`.${domain}`);
  return [from, `${from}g`];
}

/** `urn:nhs:names:services:psis` and `REPC_IN150016UK05` as one id. */
export function interactionIdOf({ serviceName, action }: InteractionName): string {
  return `${serviceName}:${action}`;
}

export function isPartyKey(text: string): boolean {
  return /^[A-Za-z0-9]{1,9}-[0-9]{5,9}$/.test(text);
}

export function isAsid(text: string): boolean {
  return /^[0-9]{12}$/.test(text);
}

export function isCpaId(text: string): boolean {
  return /^[A-Za-z0-9\-:_]{1,200}$/.test(text);
}

/**
 * Contract properties by pattern (sds.md §4). Templates 14 and 28 are the published numbers; the others are LocalSpine's own, from 101.
 */
export const CONTRACTS: Readonly<Record<MessagingPattern, ContractProperties>> = {
  'asynchronous-reliable': {
    ackRequested: 'always',
    duplicateElimination: 'always',
    persistDuration: 'PT5M',
    retries: 2,
    retryInterval: 'PT1M',
    syncReplyMode: 'MSHSignalsOnly',
    actors: ['urn:oasis:names:tc:ebxml-msg:actor:toPartyMSH'],
    authenticated: 'transient',
    interactionType: 'HL7',
    templateKey: '28',
  },
  'forward-reliable': {
    ackRequested: 'always',
    duplicateElimination: 'always',
    persistDuration: 'PT7H',
    retries: 2,
    retryInterval: 'PT2H',
    syncReplyMode: 'None',
    actors: [],
    authenticated: 'transient',
    interactionType: 'N/A',
    templateKey: '101',
  },
  'forward-express': {
    ackRequested: 'never',
    duplicateElimination: 'never',
    syncReplyMode: 'None',
    actors: [],
    authenticated: 'transient',
    interactionType: 'N/A',
    templateKey: '102',
  },
  'asynchronous-express': {
    ackRequested: 'never',
    duplicateElimination: 'never',
    syncReplyMode: 'MSHSignalsOnly',
    actors: ['urn:oasis:names:tc:ebxml-msg:actor:toPartyMSH'],
    authenticated: 'transient',
    interactionType: 'HL7',
    templateKey: '103',
  },
  synchronous: {
    ackRequested: 'never',
    duplicateElimination: 'never',
    syncReplyMode: 'None',
    actors: [],
    authenticated: 'none',
    interactionType: 'HL7',
    templateKey: '14',
  },
  fhir: { actors: [], authenticated: 'none', interactionType: 'FHIR', templateKey: '14' },
  intermediary: {
    ackRequested: 'never',
    duplicateElimination: 'never',
    syncReplyMode: 'None',
    actors: [],
    authenticated: 'none',
    interactionType: 'N/A',
    templateKey: '104',
  },
};

const FORWARD_SERVICES = new Set('cc ebs ebsepr ebsnpr gp2gp pat itk dis ed op caf adm ooh am mh nd dir'.split(' '));
const FORWARD_RELIABLE = new Set(
  `COPC_IN000001UK01 PRSC_IN040000UK08 PRSC_IN080000UK07 PRPA_IN010000UK07 PRPA_IN020000UK06 PRSC_IN050000UK06 PRSC_IN090000UK09
   PRPA_IN030000UK08 PRSC_IN100000UK06 PRSC_IN070000UK08 PRSC_IN140000UK06 RCMR_IN010000UK05 RCMR_IN030000UK06 PRSC_IN130000UK07
   PRSC_IN110000UK08 PRSC_IN060000UK06 PRSC_IN150000UK06 POLB_IN020006UK01 POLB_IN020005UK01 COMT_IN000004GB01 MCCI_IN010000UK13`.split(
    /\s+/,
  ),
);
const FORWARD_EXPRESS = new Set(['PRSC_IN080000UK03', 'PRSC_IN040000UK03']);

/** The intermediary that carries an interaction on, by the last two parts of its id (sds.md §8.4); undefined when it goes straight to its party. */
export function intermediaryOf(interactionId: string): 'reliable' | 'express' | undefined {
  const [service, action] = interactionId.split(':').slice(-2);
  if (service === undefined || action === undefined || !FORWARD_SERVICES.has(service)) return undefined;
  return FORWARD_RELIABLE.has(action) ? 'reliable' : FORWARD_EXPRESS.has(action) ? 'express' : undefined;
}

/** How an interaction travels, told from its name: what the catalogue says when nobody says otherwise. */
export function patternOf(name: InteractionName): MessagingPattern {
  const { serviceName, action } = name;
  const service = serviceName.slice('urn:nhs:names:services:'.length);
  if (service === 'tms' && action.endsWith('Intermediary')) return 'intermediary';
  const intermediary = intermediaryOf(interactionIdOf(name));
  if (intermediary !== undefined) return intermediary === 'reliable' ? 'forward-reliable' : 'forward-express';
  if (/^fhir:/i.test(action) || /_(R4|STU3)_/.test(action) || ['gpconnect', 'nrl', 'nrls', 'ers'].includes(service)) return 'fhir';
  if (service === 'pdsquery' || service === 'sdsquery' || service === 'raflags' || service.endsWith('-sync') || service.endsWith('-simple'))
    return 'synchronous';
  return service.endsWith('query') ? 'asynchronous-express' : 'asynchronous-reliable';
}

/** An interaction by its two halves, with the pattern told from its name. */
export function namedInteraction(serviceName: string, action: string): Interaction {
  const name = { serviceName, action };
  return { ...name, interactionId: interactionIdOf(name), pattern: patternOf(name) };
}
