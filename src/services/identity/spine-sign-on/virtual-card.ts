/** A card in software: whoever knows its passcode may use its authentication key, as a reader would let them. */
import { LocalRefusal } from '../../../kernel/errors.ts';
import { cardCredential } from '../cards/credentials.ts';
import type { Verdict } from '../cards/port.ts';
import type { SignOnWorld } from './world.ts';

export interface OpenedCard {
  readonly userId: string;
  readonly cardNumber: string;
  readonly certificatePem: string;
  readonly privateKeyPem: string;
}

/** Opens a person's smartcard with its passcode; the try is counted, as at the sign-in page. Throws LocalRefusal 403, 404. */
export async function openCard(world: SignOnWorld, userId: string, passcode: string | undefined): Promise<OpenedCard> {
  const verdict = await world.store.transaction((tx) => world.cards.attempt(tx, { userId, method: 'smartcard', secret: passcode }));
  if (verdict.outcome !== 'accepted' || verdict.cardNumber === undefined) throw refusalOf(verdict, userId);
  const { cardNumber } = verdict;
  const { certificatePem, privateKeyPem } = await cardCredential(world, cardNumber, 'authentication');
  return { userId, cardNumber, certificatePem, privateKeyPem };
}

function refusalOf(verdict: Verdict, userId: string): LocalRefusal {
  const fix = 'See the card: localspine smartcard list; cards of the seed have the published passcode.';
  switch (verdict.outcome) {
    case 'missing':
      return new LocalRefusal(403, 'passcode_missing', 'The passcode is missing.', fix);
    case 'wrong':
      return new LocalRefusal(403, 'passcode_wrong', `The passcode is wrong; ${verdict.attemptsLeft} tries are left.`, fix);
    case 'locked':
      return new LocalRefusal(403, 'card_locked', 'The card is locked.', fix);
    case 'unusable':
      return new LocalRefusal(403, 'card_unusable', `The card is ${verdict.state}.`, fix);
    default:
      return new LocalRefusal(404, 'card_unknown', `${userId.slice(0, 40)} has no smartcard here.`, fix);
  }
}
