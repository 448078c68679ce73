/** Logical ids of files: a version 4 UUID, or the older form `att-70000-70001` (ers.md §5). */
export const FILE_ID =
  /^(?:[0-9a-fA-F]{8}-[0-9a-fA-F]{4}-4[0-9a-fA-F]{3}-[89abAB][0-9a-fA-F]{3}-[0-9a-fA-F]{12}|att-[0-9]{1,19}-[0-9]{1,19})$/;
