/** The role assertion: SAML 1.1, not signed, flat (identity.md A.3, PTL-029). Pure. */
import { escapeXml } from '../../../kernel/xml/xml.ts';
import { activityName, areasOfWork, type Person, type RoleProfile } from '../../directory/index.ts';
import type { SpineSession } from './model.ts';

export interface AssertionFacts {
  readonly session: Pick<SpineSession, 'ticket' | 'userId' | 'clientIp' | 'authenticatedAt' | 'roleProfileId' | 'mode'>;
  readonly person: Person;
  readonly roles: readonly RoleProfile[];
  /** Who asks. */
  readonly recipient: string;
  /** Base address of the environment. */
  readonly issuer: string;
  /** Real time: readers compare the conditions with their own watch (DESIGN.md D6). */
  readonly now: number;
  /** Ids of the outer and the inner assertion. */
  readonly ids: readonly [string, string];
}

const BEFORE = 3 * 60_000;
const AFTER = 5 * 60_000;
const NAMESPACE = 'http://www.syntegra.com';
const AREA_NAMES: ReadonlyMap<string, string> = new Map(areasOfWork.map(({ code, name }) => [code, name]));

/** One attribute with its values, in the order they are written. */
type Attribute = readonly [name: string, ...values: readonly string[]];

/**
 * What is said of the user and of every role. A role's block begins with `nhsIdCode`; an attribute without values is left out; names and
 * codes of functions are each in an order of their own.
 */
export function assertionAttributes({
  session,
  person,
  roles,
}: Pick<AssertionFacts, 'session' | 'person' | 'roles'>): readonly Attribute[] {
  const all: Attribute[] = [
    ['ssbAssertionVersion', '1.1'],
    ['cn', `${person.familyName} ${person.givenName}`],
    ['uid', person.userId],
    ['ssbSessionRoleUid', ...(session.roleProfileId === undefined ? [] : [session.roleProfileId])],
    ['ssbMode', session.mode],
    ...roles.flatMap(roleAttributes),
  ];
  return all.filter(([, ...values]) => values.length > 0);
}

function roleAttributes(role: RoleProfile): readonly Attribute[] {
  return [
    ['nhsIdCode', role.odsCode],
    ['o', role.organisationName],
    ['nhsAreaOfWorkCodes', ...role.areaOfWorkCodes],
    ['nhsAreaOfWork', ...role.areaOfWorkCodes.flatMap((code) => AREA_NAMES.get(code) ?? []).sort()],
    ['nhsBusinessFunctions', ...role.activityCodes.flatMap((code) => activityName(code) ?? []).sort()],
    ['nhsJobRole', role.jobRoleName],
    ['nhsBusinessFunctionsCodes', ...[...role.activityCodes].sort()],
    ['uniqueIdentifier', role.roleProfileId],
    ['nhsJobRoleCode', role.jobRoleCode],
    ['nhsWorkGroupsCodes', ...role.workgroupCodes],
  ];
}

/** The answer for a good ticket. */
export function roleAssertion(facts: AssertionFacts): string {
  const { session, issuer, now, ids } = facts;
  const assertion = `MajorVersion="1" MinorVersion="1" AssertionID="%" Issuer="${escapeXml(issuer)}" IssueInstant="${second(now)}"`;
  const conditions = `<saml:Conditions NotBefore="${second(now - BEFORE)}" NotOnOrAfter="${second(now + AFTER)}"/>`;
  const subject = `<saml:NameIdentifier NameQualifier="o=nhs">uid=${escapeXml(session.userId)},ou=People,o=nhs</saml:NameIdentifier>`;
  const method = '<saml:ConfirmationMethod>urn:com:sun:identity</saml:ConfirmationMethod>';
  const lines = [
    `  <saml:Assertion xmlns:saml="urn:oasis:names:tc:SAML:1.0:assertion" ${assertion.replace('%', ids[0])}>`,
    `    ${conditions}`,
    '    <saml:AttributeStatement>',
    '      <saml:Subject>',
    `        ${subject}`,
    '        <saml:SubjectConfirmation>',
    `          ${method}`,
    '          <saml:SubjectConfirmationData>',
    `            <saml:Assertion ${assertion.replace('%', ids[1])}>`,
    `              ${conditions}`,
    `              <saml:AuthenticationStatement AuthenticationInstant="${second(session.authenticatedAt)}" AuthenticationMethod="urn:com:sun:identity:ExtendedLoginModule">`,
    '                <saml:Subject>',
    `                  ${subject}`,
    '                  <saml:SubjectConfirmation>',
    `                    ${method}`,
    `                    <saml:SubjectConfirmationData>${escapeXml(session.ticket)}</saml:SubjectConfirmationData>`,
    '                  </saml:SubjectConfirmation>',
    '                </saml:Subject>',
    `                <saml:SubjectLocality IPAddress="${escapeXml(session.clientIp)}"/>`,
    '              </saml:AuthenticationStatement>',
    '            </saml:Assertion>',
    '          </saml:SubjectConfirmationData>',
    '        </saml:SubjectConfirmation>',
    '      </saml:Subject>',
    ...assertionAttributes(facts).map(renderAttribute),
    '    </saml:AttributeStatement>',
    '  </saml:Assertion>',
  ];
  return response('samlp:Success', facts, lines);
}

/** The answer for a ticket that opens nothing: no assertion. */
export function noAssertion(facts: Pick<AssertionFacts, 'recipient' | 'now'>): string {
  return response('samlp:Requester', facts, []);
}

function response(status: string, { recipient, now }: Pick<AssertionFacts, 'recipient' | 'now'>, lines: readonly string[]): string {
  return [
    `<samlp:Response xmlns:samlp="urn:oasis:names:tc:SAML:1.0:protocol" ResponseID="null" InResponseTo="null" MajorVersion="1" MinorVersion="1" IssueInstant="${second(now)}" Recipient="${escapeXml(recipient)}">`,
    `  <samlp:Status><samlp:StatusCode Value="${status}"/></samlp:Status>`,
    ...lines,
    '</samlp:Response>',
    '',
  ].join('\n');
}

function renderAttribute([name, ...values]: Attribute): string {
  const each = values.map((value) => `<saml:AttributeValue>${escapeXml(value)}</saml:AttributeValue>`).join('');
  return `      <saml:Attribute AttributeName="${name}" AttributeNamespace="${NAMESPACE}">${each}</saml:Attribute>`;
}

/** `2026-11-22T01:30:51Z`: instants without fractions. */
export function second(instant: number): string {
  return `${new Date(instant).toISOString().slice(0, 19)}Z`;
}
