/** Operations whose pairs are skipped until they are there. */
export const ENDPOINTS_NOT_BUILT: ReadonlySet<string> = new Set([
  'A021',
  'A022',
  'A023',
  'A024',
  'A025',
  'A026',
  'A027',
  'A028',
  'A031',
  'A033/A037',
  'A034',
  'A035',
  'A036',
  'A038',
  'A040',
  'A041',
  'A044',
]);

/** Searches that give no order: worklists and Bundles. */
export const ENTRIES_IN_NO_ORDER: ReadonlySet<string> = new Set(['A008', 'A023', 'A025', 'A029', 'A030', 'A035', 'A040', 'A041']);
