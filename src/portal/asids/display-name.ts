/** Display names of ASIDs (path-to-live.md PTL-113). Pure. */

import { ERS_USES, type ErsUse } from '../applications/access-mode.ts';
import type { NameEnvironment } from '../applications/name.ts';
import { tidyText } from '../applications/name-text.ts';

const USE_WORDS: Readonly<Record<ErsUse, string>> = {
  'user-restricted': 'User-Restricted',
  'application-restricted-referrer': 'Application-Restricted - Referrer',
  'application-restricted-provider': 'Application-Restricted - Provider',
};
const ENVIRONMENT_WORDS: Readonly<Record<NameEnvironment, string>> = { INT: 'Int', DEP: 'Dep', PROD: 'Prod' };

/** The last part of the name alone, for lists that show organisation and product beside it. */
export function useWords(use: ErsUse): string {
  return USE_WORDS[use];
}

/** What an ASID is for, read from its display name; undefined for a name that does not say it as {@link asidDisplayName} does. */
export function useInDisplayName(displayName: string): ErsUse | undefined {
  return ERS_USES.find((use) => displayName.endsWith(` - ${USE_WORDS[use]}`));
}

/**
 * `[Organisation Name] - [Product Name] – Prod - User-Restricted`: an en dash stands before the environment, hyphens elsewhere, unlike in the
 * name of an application.
 */
export function asidDisplayName(organisation: string, product: string, environment: NameEnvironment, use: ErsUse): string {
  return `${tidyText(organisation)} - ${tidyText(product)} – ${ENVIRONMENT_WORDS[environment]} - ${USE_WORDS[use]}`;
}

/** The name of the one ASID for PDS, EPS and SCR, which belongs to no e-RS application (PTL-114). Ours: the guidance gives none. */
export function collectiveDisplayName(
  organisation: string,
  product: string,
  environment: NameEnvironment,
  services: readonly string[],
): string {
  return `${tidyText(organisation)} - ${tidyText(product)} – ${ENVIRONMENT_WORDS[environment]} - ${services.join(', ')}`;
}
