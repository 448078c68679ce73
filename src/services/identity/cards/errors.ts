import { LocalRefusal } from '../../../kernel/errors.ts';

/** The registration authority says no: to pages beside the field, to software as JSON. */
export class CardRefusal extends LocalRefusal {
  /** The field that is wrong, where one is. */
  readonly field: string | undefined;

  constructor(status: number, code: string, text: string, fix?: string, field?: string) {
    super(status, code, text, fix);
    this.field = field;
  }
}

export function cardUnknown(reference: string): CardRefusal {
  return new CardRefusal(404, 'card_unknown', `There is no card ${reference.slice(0, 40)}.`, 'List them: localspine smartcard list.');
}

export function personUnknown(userId: string): CardRefusal {
  return new CardRefusal(
    404,
    'person_unknown',
    `There is no person ${userId.slice(0, 40)}.`,
    'Find them by name: localspine smartcard list.',
  );
}
