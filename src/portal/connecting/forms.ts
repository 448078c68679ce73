import { type Form, RULES } from '../forms/form.ts';
import type { Kind } from './prerequisites.ts';

const one = (title: string, intro: string, questions: Form['pages'][number]['questions'], together?: Form['together']): Form => ({
  title,
  intro,
  pages: [{ id: 'request', title, questions }],
  ...(together !== undefined && { together }),
});

const fqdnRule = {
  // Labels as everywhere, below nhs.uk (path-to-live.md §3.3); no port, no scheme.
  pattern: /^(?=.{4,253}$)(?:[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?\.)+nhs\.uk$/,
  fault: 'must end with nhs.uk, in lower case, without a port or https://',
};

/** What each prerequisite asks of the supplier. */
export const FORMS: Readonly<Record<Kind, Form>> = {
  hscn: one('HSCN connection', 'Problems with the connection itself are for your network provider.', [
    { name: 'provider', label: 'Network provider', kind: { is: 'text' } },
    {
      name: 'addresses',
      label: 'Addresses your traffic comes from',
      hint: 'IPv4 addresses or ranges with commas between them, like 10.1.2.0/24',
      kind: { is: 'text', rule: RULES.ipv4Ranges },
    },
  ]),
  'test-data': one(
    'Test data',
    'Patients, a GP surgery, a trust with a site, and users. The patients are yours until you give them back.',
    [
      {
        name: 'patients',
        label: 'Number of test patients',
        hint: 'From 1 to 50',
        kind: { is: 'text', rule: { pattern: /^([1-9]|[1-4]\d|50)$/, fault: 'must be a number from 1 to 50' } },
      },
      { name: 'purpose', label: 'What they are for', kind: { is: 'text', long: true } },
    ],
  ),
  smartcards: one(
    'Smartcards',
    'A virtual smartcard for a test user, with the position you choose. The first passcode is 1234: change it in self service.',
    [
      { name: 'givenName', label: 'Given name', kind: { is: 'text' } },
      { name: 'familyName', label: 'Family name', kind: { is: 'text' } },
      { name: 'odsCode', label: 'ODS code of the organisation', kind: { is: 'text', rule: RULES.odsCode } },
      {
        name: 'role',
        label: 'Position',
        kind: {
          is: 'one-of',
          options: [
            { value: 'referrer', text: 'Clinical practitioner who refers' },
            { value: 'provider', text: 'Clinical practitioner who provides a service' },
            { value: 'definer', text: 'Consultant who provides and defines services' },
          ],
        },
      },
    ],
  ),
  integration: one(
    'Integration test phase completed',
    'The conformance run of this product version in INT is looked up; you need not attach anything.',
    [],
  ),
  mpv: one('Product and version registered', 'A new version is a new entry.', [
    { name: 'manufacturerOdsCode', label: 'ODS code of the manufacturer', kind: { is: 'text', rule: RULES.odsCode } },
    {
      name: 'interactions',
      label: 'Interactions the product uses',
      hint: 'Their ids with commas between them, like urn:nhs:names:services:pdsquery:QUPA_IN000006UK02',
      kind: {
        is: 'text',
        long: true,
        rule: { pattern: /^urn:[!-+\--~]{3,200}(,\s*urn:[!-+\--~]{3,200})*$/, fault: 'must be interaction ids with commas between them' },
      },
    },
  ]),
  endpoint: one(
    'Message handling service',
    'Either the service desk registers the endpoint for you, or somebody in your organisation is made endpoint administrator and does it in the registration service.',
    [
      {
        name: 'route',
        label: 'Who registers the endpoint',
        kind: {
          is: 'one-of',
          options: [
            { value: 'desk', text: 'The service desk' },
            { value: 'administrator', text: 'Our own endpoint administrator' },
          ],
        },
      },
      { name: 'odsCode', label: 'ODS code of the organisation that will use it', kind: { is: 'text', rule: RULES.odsCode } },
      {
        name: 'userId',
        label: 'User id of the endpoint administrator',
        hint: 'Only when your own administrator registers it',
        optional: true,
        kind: { is: 'text', rule: RULES.userId },
      },
    ],
    (answers) =>
      answers['route'] === 'administrator' && (answers['userId'] ?? '') === ''
        ? [{ question: 'userId', text: 'Enter the user id of the endpoint administrator' }]
        : [],
  ),
  fqdn: one(
    'Fully qualified domain name',
    'The name under which your message handling service is found. Its certificate carries the same name.',
    [
      {
        name: 'fqdn',
        label: 'Name',
        hint: 'Like system.supplier.thirdparty.nhs.uk',
        kind: { is: 'text', rule: fqdnRule },
      },
      { name: 'odsCode', label: 'ODS code of the organisation it is for', kind: { is: 'text', rule: RULES.odsCode } },
      {
        name: 'address',
        label: 'Address it points to',
        hint: 'IPv4',
        kind: { is: 'text', rule: RULES.ipv4 },
      },
    ],
  ),
  'identity-agent': one(
    'Identity Agent',
    'Confirm once the stand-in, or the real agent with this environment’s settings, runs on your workstation.',
    [
      {
        name: 'variant',
        label: 'What you run',
        kind: {
          is: 'one-of',
          options: [
            { value: 'stand-in', text: 'The stand-in: npx localspine identity-agent start' },
            { value: 'ia2', text: 'Identity Agent 2' },
            { value: 'ia1', text: 'Identity Agent 1' },
            { value: 'bt-ia13', text: 'BT Identity Agent 13' },
          ],
        },
      },
    ],
  ),
};
