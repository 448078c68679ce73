/** The entries the server has of itself: root DSE and subschema (sds.md §6.7). */
import { MANAGE_DSA_IT, PAGED_RESULTS, START_TLS, WHO_AM_I } from './answers.ts';
import type { Entry } from './entry.ts';
import { EntryStore } from './entry-store.ts';
import { SUBSCHEMA_DN } from './operational.ts';
import { subschema } from './schema.ts';

const own = new EntryStore();
const ALWAYS = { createdAt: 0, modifiedAt: 0 };
const ALL_OPERATIONAL = '1.3.6.1.4.1.4203.1.5.1';
const TRUE_FALSE_FILTERS = '1.3.6.1.4.1.4203.1.5.3';

export const ROOT_DSE: Entry = own.entry(
  own.add(
    '',
    '',
    [
      ['objectClass', ['top']],
      ['namingContexts', ['o=nhs']],
      ['supportedLDAPVersion', ['3']],
      ['subschemaSubentry', [SUBSCHEMA_DN]],
      ['supportedControl', [PAGED_RESULTS, MANAGE_DSA_IT]],
      ['supportedExtension', [WHO_AM_I, START_TLS]],
      ['supportedFeatures', [ALL_OPERATIONAL, TRUE_FALSE_FILTERS]],
      ['vendorName', ['LocalSpine']],
    ],
    ALWAYS,
  ),
);

/** `cn=schema` as the live directory has it, `cn=Subschema` as OpenTest (sds.md §18): one is advertised, both answer. */
export const SUBSCHEMA_KEYS: ReadonlySet<string> = new Set(['cn=schema', 'cn=subschema']);

let made: Entry | undefined;

export function subschemaEntry(): Entry {
  made ??= own.entry(
    own.add(
      SUBSCHEMA_DN,
      SUBSCHEMA_DN,
      [['objectClass', ['top', 'subentry', 'subschema', 'extensibleObject']], ['cn', ['schema']], ...Object.entries(subschema())],
      ALWAYS,
    ),
  );
  return made;
}
