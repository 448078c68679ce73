/** Reference data says what is published of the code lists, and no more (sds.md §3.6). */
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { distinguishedName } from './distinguished-name.ts';
import { personInOrganisationEntry, roleProfileEntry } from './records.ts';
import { referenceEntries } from './reference-entries.ts';
import { requireType } from './schema.ts';

const entries = referenceEntries();
const attributesOf = (dn: string): Readonly<Record<string, readonly string[]>> =>
  Object.fromEntries(entries.find((each) => each.dn === dn)?.attributes ?? []);

describe('reference data', () => {
  test('a job role with the levels above it', () => {
    assert.deepEqual(attributesOf('uniqueIdentifier=R8000,ou=ReferenceData,o=nhs'), {
      objectClass: ['top', 'nhsRBACJR'],
      uniqueIdentifier: ['R8000'],
      cn: ['Clinical Practitioner Access Role'],
      nhsList1Code: ['S8000'],
      nhsList1Name: ['Clinical'],
      nhsList2Code: ['G8000'],
      nhsList2Name: ['Clinical Provision'],
      nhsList3Code: ['R8000'],
      nhsList3Name: ['Clinical Practitioner Access Role'],
    });
  });

  test('a job role of which only its own code is known has no levels above', () => {
    assert.deepEqual(attributesOf('uniqueIdentifier=R0010,ou=ReferenceData,o=nhs'), {
      objectClass: ['top', 'nhsRBACJR'],
      uniqueIdentifier: ['R0010'],
      cn: ['Medical Director'],
      nhsList3Code: ['R0010'],
      nhsList3Name: ['Medical Director'],
    });
  });

  test('areas of work, business functions, baselines, types of organisation, work groups', () => {
    assert.deepEqual(attributesOf('uniqueIdentifier=T0640,ou=ReferenceData,o=nhs')['nhsList2Name'], ['Pathology']);
    assert.deepEqual(attributesOf('uniqueIdentifier=B1101,ou=ReferenceData,o=nhs')['cn'], ['Manage Outbound Referrals']);
    assert.deepEqual(attributesOf('nhsJobRoleCode=R8004,ou=ReferenceData,o=nhs')['nhsBusinessFunctionsCodes'], ['B0570']);
    assert.deepEqual(attributesOf('uniqueIdentifier=RO76,ou=ReferenceData,o=nhs'), {
      objectClass: ['top', 'nhsList'],
      uniqueIdentifier: ['RO76'],
      cn: ['GP PRACTICE'],
    });
    assert.deepEqual(attributesOf('uniqueIdentifier=W0001,ou=Workgroups,o=nhs')['nhsIDCode'], ['RBA']);
  });

  test('every name is one entry, every attribute is in the schema and has a value', () => {
    assert.equal(new Set(entries.map((each) => distinguishedName(each.dn)?.key)).size, entries.length);
    for (const [name, values] of entries.flatMap((each) => each.attributes)) {
      assert.ok(requireType(name));
      assert.ok(values.length > 0 && values.every((value) => value !== ''), name);
    }
  });
});

describe('a role profile', () => {
  const profile = {
    ...{ roleProfileId: '1', personOrgId: '2', userId: '3', odsCode: 'RBA', organisationName: 'Trust', jobRoleName: '"A":"B":"C"' },
    ...{ jobRoleCode: 'S8000:G8000:R8001', activityCodes: ['B1101', 'B9999'], active: true },
    ...{ areaOfWorkCodes: ['P0020:Q0300:T0640'], workgroupCodes: ['W0001', 'W9999'] },
  };

  test('has names of its codes as far as they are known', () => {
    const attributes = new Map(roleProfileEntry(profile).attributes);
    assert.deepEqual(attributes.get('nhsBusinessFunctionsCodes'), ['B1101', 'B9999']);
    assert.deepEqual(attributes.get('nhsBusinessFunctions'), ['Manage Outbound Referrals']);
    assert.deepEqual(attributes.get('nhsAreaOfWork'), ['"Pathology":"Pathology":"Phlebotomy"']);
    assert.deepEqual(attributes.get('nhsWorkGroups'), ['Emergency care team']);
  });

  test('when all of an organisation are closed, so is the person there', () => {
    const person = {
      ...{ userId: '3', title: 'Ms', givenName: 'Ada', familyName: 'Example', email: 'a@example.com', active: true },
      ...{ identityAssuranceLevel: 3, authenticationAssuranceLevel: 3 },
    };
    const closed = { ...profile, active: false };
    const closes = (first: typeof profile, ...others: (typeof profile)[]): number | undefined =>
      new Map(personInOrganisationEntry(person, first, others).attributes).get('nhsOrgCloseDate')?.length;
    assert.deepEqual([closes(closed), closes(closed, profile), closes(profile, closed)], [1, 0, 0]);
  });
});
