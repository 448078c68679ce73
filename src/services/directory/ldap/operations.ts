/** Operations that are answered with one message (sds.md §6.2). Pure. */
import { MANAGE_DSA_IT, type Outcome, PAGED_RESULTS, START_TLS, WHO_AM_I } from './answers.ts';
import { distinguishedName } from './distinguished-name.ts';
import { equalityOf, type FilterOptions, valuesOf } from './filter.ts';
import type { Control, Request } from './message.ts';
import { LdapRefusal, RESULT } from './result.ts';
import { attributeType, withSuperiors } from './schema.ts';
import { type Access, visibleEntry } from './search.ts';
import { ROOT_DSE, SUBSCHEMA_KEYS, subschemaEntry } from './server-entries.ts';
import type { DirectoryTree } from './tree.ts';

/** Throws LdapRefusal for a control that must be heeded and is not known here. */
export function checkControls(controls: readonly Control[], isSearch: boolean): void {
  for (const { oid, critical } of controls)
    if (critical && oid !== MANAGE_DSA_IT && !(isSearch && oid === PAGED_RESULTS))
      throw new LdapRefusal(RESULT.unavailableCriticalExtension, 'critical extension is not recognized');
}

/** The paged results control of a search, if it has one. Throws LdapRefusal when it has two. */
export function pageControl(controls: readonly Control[]): Control | undefined {
  const [first, second] = controls.filter(({ oid }) => oid === PAGED_RESULTS);
  if (second !== undefined) throw new LdapRefusal(RESULT.protocolError, 'paged results control specified multiple times');
  return first;
}

/** Whether an entry has a value. Throws LdapRefusal when that cannot be asked. */
export function compare(
  tree: DirectoryTree,
  { entry: dn, attribute, value }: Extract<Request, { kind: 'compare' }>,
  access: Access,
  options: FilterOptions,
): Outcome {
  const name = distinguishedName(dn);
  if (name === undefined) throw new LdapRefusal(RESULT.invalidDNSyntax, 'invalid DN');
  const entry = name.key === '' ? ROOT_DSE : SUBSCHEMA_KEYS.has(name.key) ? subschemaEntry() : visibleEntry(tree, name, access);
  const type = attributeType(attribute);
  if (type === undefined) throw new LdapRefusal(RESULT.undefinedAttributeType, `${attribute}: attribute type undefined`);
  const values = valuesOf(type, entry, tree);
  if (values.length === 0) throw new LdapRefusal(RESULT.noSuchAttribute);
  const normalise = equalityOf(type, options);
  const wanted = normalise?.(value);
  if (normalise === undefined || wanted === undefined)
    throw new LdapRefusal(RESULT.inappropriateMatching, `${attribute}: inappropriate matching request`);
  // An entry is of the classes above its own, too.
  const all = type.name === 'objectClass' ? values.flatMap(withSuperiors) : values;
  return { code: all.some((each) => normalise(each) === wanted) ? RESULT.compareTrue : RESULT.compareFalse };
}

/** An extended operation. Throws LdapRefusal for those that are not offered. */
export function extended(oid: string, identity: string, secure: boolean, pipelined: boolean): Outcome {
  if (oid === WHO_AM_I) return { code: RESULT.success, responseValue: identity === '' ? '' : `dn:${identity}` };
  if (oid === START_TLS) {
    if (secure) throw new LdapRefusal(RESULT.operationsError, 'TLS already started');
    if (pipelined) throw new LdapRefusal(RESULT.operationsError, 'cannot start TLS when operations are outstanding');
    return { code: RESULT.success, responseName: START_TLS, startsTls: true };
  }
  throw new LdapRefusal(RESULT.protocolError, 'unsupported extended operation');
}

/** Nobody changes the directory this way: records come by endpoint registration. */
export function refuseWrite(reader: boolean): Outcome {
  throw reader
    ? new LdapRefusal(RESULT.insufficientAccessRights, 'no write access')
    : new LdapRefusal(RESULT.strongerAuthRequired, 'modifications require authentication');
}
