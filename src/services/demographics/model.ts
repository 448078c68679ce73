/** A patient as the demographics service knows them (applications.md §16, ers.md §4.2). */
export interface Patient {
  readonly nhsNumber: string;
  readonly title: string;
  readonly givenNames: readonly string[];
  readonly familyName: string;
  /** `YYYY-MM-DD`. */
  readonly birthDate: string;
  readonly gender: 'male' | 'female' | 'other' | 'unknown';
  readonly deathDate?: string;
  readonly addressLines: readonly string[];
  readonly postcode?: string;
  readonly telephone?: string;
  readonly email?: string;
  /** ODS code of the registered practice. */
  readonly gpPractice?: string;
  /** U unrestricted, R restricted, V very restricted, S sensitive: cannot be referred. */
  readonly sensitivity: 'U' | 'R' | 'V' | 'S';
}
