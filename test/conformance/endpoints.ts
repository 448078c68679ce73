/** Searches that give no order: worklists and Bundles. */
export const ENTRIES_IN_NO_ORDER: ReadonlySet<string> = new Set(['A008', 'A023', 'A025', 'A029', 'A030', 'A035', 'A040', 'A041']);
