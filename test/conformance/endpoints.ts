/** Operations that are not there yet. */
export const NOT_BUILT: ReadonlySet<string> = new Set([
  'A021',
  'A022',
  'A028',
  'A031',
  'A032',
  'A033',
  'A037',
  'A034',
  'A035',
  'A036',
  'A038',
  'A040',
  'A041',
]);

/** Searches that give no order: worklists and Bundles. */
export const ENTRIES_IN_NO_ORDER: ReadonlySet<string> = new Set(['A008', 'A023', 'A025', 'A029', 'A030', 'A035', 'A040', 'A041']);
