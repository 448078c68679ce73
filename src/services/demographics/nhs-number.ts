const WEIGHTS = [10, 9, 8, 7, 6, 5, 4, 3, 2] as const;

/** The modulus-11 check digit of nine digits, or undefined when that number is never issued (ers.md §5). */
export function checkDigit(nine: string): number | undefined {
  const sum = WEIGHTS.reduce((total, weight, index) => total + weight * Number(nine[index]), 0);
  const digit = (11 - (sum % 11)) % 11;
  return digit === 10 ? undefined : digit;
}

/** Whether a text is ten digits with a right check digit. */
export function isValidNhsNumber(text: string): boolean {
  return /^\d{10}$/.test(text) && checkDigit(text.slice(0, 9)) === Number(text[9]);
}

/** The `index`-th valid number of the 999 range, which is kept for tests (applications.md §16). */
export function testNhsNumber(index: number): string {
  // One nine-digit stem in eleven has no check digit: take the next one then; strides of two keep results apart.
  for (let stem = 999_000_000 + index * 2; ; stem += 1) {
    const digit = checkDigit(String(stem));
    if (digit !== undefined) return `${stem}${digit}`;
  }
}
