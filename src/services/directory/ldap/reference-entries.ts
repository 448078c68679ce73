/**
 * Reference data and work groups as entries (sds.md §2, §3.6): code lists as far as they are published. What is not known of a record (its
 * status, the day it was made) is absent. Where the national directory keeps each list below its container is not known either: here they
 * are side by side, as systems are. Pure.
 */
import {
  activities,
  areasOfWork,
  baselines,
  fullJobRoles,
  jobRoles,
  type NamedCode,
  shortJobRole,
  shortName,
  workGroups,
} from '../rbac.ts';
import { escapeValue } from './distinguished-name.ts';
import type { AttributeList } from './entry.ts';
import { type EntryText, ORGANISATION_CLASSES, UNDATED } from './records.ts';

const REFERENCE_DATA = 'ou=ReferenceData,o=nhs';
const WORK_GROUPS = 'ou=Workgroups,o=nhs';

/** Every entry below the two containers. */
export function referenceEntries(): readonly EntryText[] {
  const full = new Map(fullJobRoles.map((each) => [shortJobRole(each.code), each]));
  const roles = [...new Set([...full.keys(), ...jobRoles.keys()])];
  return [
    ...Object.values(ORGANISATION_CLASSES).map(([, type, code]) => listed('nhsList', code, [['cn', [type]]])),
    ...roles.map((code) => threeLevels('nhsRBACJR', full.get(code) ?? { code, name: jobRoles.get(code) ?? code })),
    ...areasOfWork.map((each) => threeLevels('nhsRBACAoW', each)),
    ...activities.map(({ code, name }) => listed('nhsRBACBF', code, [['cn', [name]]])),
    ...[...baselines()].map(([code, held]) => baseline(full.get(code) ?? { code, name: jobRoles.get(code) ?? code }, held)),
    ...workGroups.map(({ code, name, odsCode }) => ({
      dn: `uniqueIdentifier=${escapeValue(code)},${WORK_GROUPS}`,
      attributes: [
        ['objectClass', ['top', 'nhsWg']],
        ['uniqueIdentifier', [code]],
        ['cn', [name]],
        ['nhsIDCode', [odsCode]],
      ] as const,
      ...UNDATED,
    })),
  ];
}

function listed(className: string, code: string, further: AttributeList): EntryText {
  return {
    dn: `uniqueIdentifier=${escapeValue(code)},${REFERENCE_DATA}`,
    attributes: [['objectClass', ['top', className]], ['uniqueIdentifier', [code]], ...further],
    ...UNDATED,
  };
}

/** A code of three parts, `S8000:G8000:R8000`, under its last; the levels above are absent where only that is known. */
function threeLevels(className: string, { code, name }: NamedCode): EntryText {
  const codes = code.split(':');
  const names = name.includes('"') ? name.replaceAll('"', '').split(':') : [name];
  const levels = codes.map((each, index): AttributeList => {
    const level = 3 - codes.length + index + 1;
    return [
      [`nhsList${level}Code`, [each]],
      [`nhsList${level}Name`, [names[index] ?? '']],
    ];
  });
  return listed(className, shortJobRole(code), [['cn', [shortName(name)]], ...levels.flat()]);
}

/** What a job role may do by itself. */
function baseline({ code, name }: NamedCode, held: readonly string[]): EntryText {
  return {
    dn: `nhsJobRoleCode=${escapeValue(code)},${REFERENCE_DATA}`,
    attributes: [
      ['objectClass', ['top', 'nhsRBACBL']],
      ['nhsJobRoleCode', [code]],
      ['nhsJobRole', [name]],
      ['nhsBusinessFunctionsCodes', held],
    ],
    ...UNDATED,
  };
}
