import { DIGITS, type Random } from '../../kernel/random.ts';

/** The platform's id of a message, as it appears in every error body: `rrt-<digits>-<letter>-geu2-<n>-<n>-<n>` (identity.md §1). */
export function messageId(random: Random): string {
  const digits = (length: number): string => random.text(1, '123456789') + random.text(length - 1, DIGITS);
  return `rrt-${digits(19)}-${random.text(1, 'abcd')}-geu2-${digits(5)}-${digits(8)}-1`;
}
