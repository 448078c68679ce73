/** The legitimate relationship between a caller and a referral (ers.md §4.2), as a rule over plain data. */
import { unprocessable } from '../errors.ts';
import type { Caller, Referral } from '../model.ts';

/** Whether the caller may only look or wants to change something. */
export type Purpose = 'read' | 'change';

/** What of a referral the relationship depends on. */
export interface RelatedReferral {
  readonly referringOrganisation: string;
  readonly appointment?: Referral['appointment'] | undefined;
  readonly formerServices?: Referral['formerServices'] | undefined;
}

/** What decides the relationship. The caller of the rule looks up what is asked and refuses when the answer is no. */
export type RelationshipTest =
  | { readonly decided: true; readonly holds: boolean; readonly why: string }
  /** Holds when the person is in the work group of one of the services, at that organisation. */
  | {
      readonly decided: false;
      readonly by: 'work-group';
      readonly serviceIds: readonly string[];
      readonly userId: string;
      readonly odsCode: string;
    }
  /** Holds when one of the services is provided by the organisation. */
  | { readonly decided: false; readonly by: 'provider'; readonly serviceIds: readonly string[]; readonly odsCode: string };

/**
 * How the relationship of a caller to a referral is decided. A referrer's by the organisation that referred; a provider clinician's by
 * the work group of the service that has the current appointment; an administrator's and an application's by the provider of that
 * service. Services that had an appointment before keep read access only.
 */
export function relationshipTest(caller: Caller, referral: RelatedReferral, purpose: Purpose): RelationshipTest {
  return relationshipByService(caller, referral.referringOrganisation, () => servicesOf(referral, purpose));
}

/**
 * How the relationship of a caller to any request is decided: by who made it, and which services have it.
 *
 * @param services asked for only when they matter
 */
export function relationshipByService(caller: Caller, referringOrganisation: string, services: () => readonly string[]): RelationshipTest {
  switch (caller.businessFunction) {
    case 'REFERRING_CLINICIAN':
    case 'REFERRING_CLINICIAN_ADMIN':
    case 'REFERRING_ADMIN':
      return {
        decided: true,
        holds: referringOrganisation === caller.odsCode,
        why: `The request was made by ${referringOrganisation}; the caller acts at ${caller.odsCode}.`,
      };
    case 'SERVICE_PROVIDER_CLINICIAN':
    case 'SERVICE_PROVIDER_CLINICIAN_ADMIN': {
      const serviceIds = services();
      if (serviceIds.length === 0) return atNoService;
      const clinician = caller.mode === 'user' ? (caller.onBehalfOf ?? caller.userId) : caller.userId;
      return { decided: false, by: 'work-group', serviceIds, userId: clinician, odsCode: caller.odsCode };
    }
    case 'SERVICE_PROVIDER_ADMIN':
    case 'PROVIDER_AUTHORISED_APPLICATION': {
      const serviceIds = services();
      if (serviceIds.length === 0) return atNoService;
      return { decided: false, by: 'provider', serviceIds, odsCode: caller.odsCode };
    }
    default:
      return { decided: true, holds: false, why: `${caller.businessFunction} has no relationship with requests.` };
  }
}

/** The 422 for a caller without a relationship. */
export function noRelationship(ubrn: string, why: string) {
  return unprocessable(
    'NO_RELATIONSHIP',
    `'UBRN' (${ubrn}) has no legitimate relationship with the user.`,
    why,
    'Referrers act at the organisation that referred; provider clinicians must be in the work group of the service that has the current appointment.',
  );
}

const atNoService: RelationshipTest = {
  decided: true,
  holds: false,
  why: 'The referral is with no service: a shortlist alone lets no provider see it.',
};

function servicesOf(referral: RelatedReferral, purpose: Purpose): readonly string[] {
  const appointment = referral.appointment;
  const current =
    appointment !== undefined && (appointment.status === 'booked' || appointment.status === 'proposed') ? [appointment.serviceId] : [];
  return purpose === 'change' ? current : [...new Set([...current, ...(referral.formerServices ?? [])])];
}
