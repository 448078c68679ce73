/** The change log as entries (sds.md §14). Pure. */
import type { AccreditedSystem, DirectoryChange, MessageHandlingSystem, Organisation, Person, RoleProfile } from '../model.ts';
import type { AttributeList } from './entry.ts';
import { generalizedTime } from './operational.ts';
import {
  accreditedSystemEntry,
  type EntryText,
  messageHandlingSystemEntry,
  organisationEntry,
  personEntry,
  roleProfileEntry,
} from './records.ts';

/** The entry a record of the store is; undefined for kinds that are in no entry (products, party keys, interactions). */
export function entryOfRecord(kind: DirectoryChange['kind'], record: unknown): EntryText | undefined {
  switch (kind) {
    // The store's own documents: checked when they were written.
    case 'accredited-system':
      return accreditedSystemEntry(record as AccreditedSystem);
    case 'message-handling-system':
      return messageHandlingSystemEntry(record as MessageHandlingSystem);
    case 'organisation':
      return organisationEntry(record as Organisation);
    case 'person':
      return personEntry(record as Person);
    case 'role-profile':
      return roleProfileEntry(record as RoleProfile);
    default:
      return undefined;
  }
}

/** The change-log entry of a change; undefined when it changed no entry. */
export function changeEntry(change: DirectoryChange): EntryText | undefined {
  const before = change.before === undefined ? undefined : entryOfRecord(change.kind, change.before);
  const after = change.after === undefined ? undefined : entryOfRecord(change.kind, change.after);
  const target = after ?? before;
  if (target === undefined) return undefined;
  return {
    dn: `changenumber=${change.changeNumber},cn=changelog,o=nhs`,
    attributes: [
      ['objectClass', ['top', 'changeLogEntry', 'nhsExternalChangelogEntry']],
      ['changenumber', [String(change.changeNumber)]],
      ['changeTime', [generalizedTime(change.changedAt)]],
      ['changeType', [change.type]],
      ['targetDN', [target.dn]],
      ['changes', [changesText(before?.attributes, after?.attributes)]],
    ],
    createdAt: change.changedAt,
    modifiedAt: change.changedAt,
  };
}

/** LDIF that makes one of the other: all attributes for an add, blocks closed by `-` for a modify, nothing for a delete. */
export function changesText(before: AttributeList | undefined, after: AttributeList | undefined): string {
  if (after === undefined) return '';
  if (before === undefined) return `\n${lines(after)}`;
  const was = new Map(before);
  const is = new Map(after);
  const blocks = [...new Set([...was.keys(), ...is.keys()])].flatMap((name) => {
    const [old, now] = [was.get(name) ?? [], is.get(name) ?? []];
    if (old.length === now.length && old.every((value, index) => value === now[index])) return [];
    if (now.length === 0) return [`delete: ${name}\n-\n`];
    return [`${old.length === 0 ? 'add' : 'replace'}: ${name}\n${lines([[name, now]])}-\n`];
  });
  return `\n${blocks.join('')}`;
}

function lines(attributes: AttributeList): string {
  return attributes.map(([name, values]) => values.map((value) => `${ldifLine(name, value)}\n`).join('')).join('');
}

/** A line of LDIF (RFC 2849): base64 where plain text would not come back as it was. */
function ldifLine(name: string, value: string): string {
  const safe = /^(?:[!-9;=-~][ -~]*)?$/.test(value) && !value.endsWith(' ');
  return safe ? `${name}: ${value}` : `${name}:: ${Buffer.from(value, 'utf8').toString('base64')}`;
}
