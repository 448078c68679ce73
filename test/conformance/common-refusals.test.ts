/** The refusals that every operation shares (ers.md §3.4, §7.2, §7.3), asked of each operation over the wire. */
import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { LocalSpine, type Reply } from '../helpers/localspine.ts';
import { type Application, FHIR, makeKeyPair, Supplier } from '../helpers/supplier.ts';
import { type CalledOperation, FUNCTIONS, OPERATIONS, type Short } from './operations.ts';
import { adviceRequest, adviceService, appointment, letter, referral, service } from './pairs/records.ts';

const CLINICIAN = '021600556514';
const ADMINISTRATOR = '103264992985';
const USERS: Readonly<Record<Short, string>> = {
  RC: CLINICIAN,
  SPC: CLINICIAN,
  RCA: ADMINISTRATOR,
  RA: ADMINISTRATOR,
  SPCA: ADMINISTRATOR,
  SPA: ADMINISTRATOR,
};
const UUID_AND_COUNTER = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}-1$/;

interface Request {
  readonly as?: Short;
  readonly onBehalfOf?: string | null;
  readonly path?: string;
  readonly headers?: Readonly<Record<string, string | undefined>>;
  readonly body?: string;
}

describe('common refusals', () => {
  const spine = new LocalSpine({ LOCALSPINE_ENVIRONMENTS: 'INT' });
  const supplier = new Supplier(spine);
  const tokens = new Map<string, string>();
  let app: Application;

  before(async () => {
    await spine.start();
    app = await supplier.register({ accessMode: 'user-restricted', jwks: makeKeyPair().jwks });
    for (const user of [CLINICIAN, ADMINISTRATOR]) tokens.set(user, (await supplier.userToken(app, user)).json.access_token);
    const world = {
      clear: true,
      services: [service('11002', 'Good Cardiology Business Service'), adviceService('11014', 'Advice Only')],
      referrals: [
        referral('000000070000', 5, {
          state: 'BOOKED',
          specialty: 'CARDIOLOGY',
          appointment: appointment('70000', 1, 'booked', '11002', 'Good Cardiology Business Service', {
            start: new Date(Date.now() + 7 * 86_400_000).toISOString(),
            end: new Date(Date.now() + 8 * 86_400_000).toISOString(),
            slotId: '11002001',
          }),
          attachments: [letter('80000', '19eb7224-dff3-4730-a5cb-67eac811f1a5')],
        }),
      ],
      advice: [adviceRequest('000000070001', 5)],
    };
    const reply = await spine.admin('INT', '/import', { method: 'POST', body: { ers: world } });
    assert.equal(reply.status, 200, reply.text);
  });
  after(() => spine.remove());

  /** Sends the operation's request, well-formed but for what is said. */
  function call(operation: CalledOperation, { as = operation.functions[0] ?? 'RC', ...request }: Request = {}): Promise<Reply> {
    const needsOther = as === 'SPCA' && operation.id !== 'A040';
    const onBehalfOf = request.onBehalfOf === undefined ? (needsOther ? CLINICIAN : null) : request.onBehalfOf;
    const headers: Record<string, string | undefined> = {
      authorization: `Bearer ${tokens.get(USERS[as])}`,
      'nhsd-ers-business-function': FUNCTIONS[as],
      'nhsd-end-user-organisation-ods': 'R69',
      'nhsd-ers-on-behalf-of-user-id': onBehalfOf ?? undefined,
      'nhsd-ers-comm-rule-org': 'R69',
      'nhsd-ers-file-name': 'letter.pdf',
      'x-correlation-id': 'a-correlation-id',
      'if-match': operation.ifMatch === true ? `W/"${operation.id === 'A034' ? 1 : 5}"` : undefined,
      'content-type': operation.body === 'fhir' ? FHIR : operation.body === 'file' ? 'application/pdf' : undefined,
      ...request.headers,
    };
    const body = request.body ?? (operation.body === 'fhir' ? '{"resourceType":"Parameters","parameter":[]}' : undefined);
    const sent = operation.body === 'file' && request.body === undefined ? '%PDF-1' : body;
    return spine.call('INT', `/referrals/FHIR${request.path ?? operation.path}`, {
      method: operation.method,
      headers: Object.fromEntries(Object.entries(headers).filter((each): each is [string, string] => each[1] !== undefined)),
      ...(sent === undefined ? {} : { body: sent }),
    });
  }

  for (const operation of OPERATIONS) {
    const r4 = operation.path.startsWith('/R4/');
    const title = `${operation.id} ${operation.method} ${operation.path.split('?')[0]}`;

    /** Status, and the outcome that R4 always and STU3 sometimes has. */
    const refused = (reply: Reply, status: number, code: { readonly stu3: string | null; readonly r4: string }): void => {
      assert.equal(reply.status, status, `${title}: ${reply.text}`);
      assert.equal(reply.headers['x-correlation-id'], 'a-correlation-id', title);
      if (operation.method === 'HEAD') return;
      const expected = r4 ? code.r4 : code.stu3;
      if (expected === null) assert.equal(reply.text, '', title);
      else assert.equal(reply.json?.issue?.[0]?.details?.coding?.[0]?.code, expected, `${title}: ${reply.text}`);
    };

    test(title, async () => {
      refused(await call(operation, { headers: { authorization: undefined } }), 401, { stu3: null, r4: 'ACCESS_DENIED' });
      const broken = await call(operation, { headers: { authorization: 'Bearer nonsense' } });
      refused(broken, 401, { stu3: null, r4: 'ACCESS_DENIED' });
      if (!r4) assert.match(broken.headers['www-authenticate'] ?? '', /error="invalid_token"/);
      assert.equal(broken.headers['x-request-id'], undefined);

      const answered = await call(operation, { headers: { accept: 'application/xml' } });
      assert.match(answered.headers['x-request-id'] ?? '', UUID_AND_COUNTER);
      if (operation.anyType !== true) {
        refused(answered, 406, { stu3: null, r4: 'REC_NOT_ACCEPTABLE' });
        if (!r4) assert.match(answered.headers['content-type'] ?? '', /^text\/plain/);
      }

      if (operation.body !== 'none') {
        const wrongType = await call(operation, { headers: { 'content-type': 'text/html' } });
        refused(wrongType, 415, { stu3: null, r4: 'REC_UNSUPPORTED_MEDIA_TYPE' });
        assert.match(wrongType.headers['content-type'] ?? '', /^text\/plain/);
      }
      if (operation.body === 'fhir') {
        refused(await call(operation, { body: '{' }), 400, { stu3: null, r4: 'REC_BAD_REQUEST' });
        refused(await call(operation, { body: '' }), 400, { stu3: null, r4: 'REC_BAD_REQUEST' });
      }

      const forbidden = { stu3: 'FORBIDDEN', r4: 'REC_FORBIDDEN' };
      for (const as of Object.keys(FUNCTIONS) as Short[]) {
        const reply = await call(operation, { as });
        if (operation.functions.includes(as)) assert.notEqual(reply.status, 403, `${title} as ${as}: ${reply.text}`);
        else refused(reply, 403, forbidden);
      }
      refused(await call(operation, { headers: { 'nhsd-ers-business-function': 'COMMISSIONER' } }), 403, forbidden);
      refused(await call(operation, { headers: { 'nhsd-ers-business-function': 'NONSENSE' } }), 403, forbidden);
      refused(await call(operation, { headers: { 'nhsd-ers-business-function': undefined } }), 403, forbidden);
      refused(await call(operation, { headers: { 'nhsd-end-user-organisation-ods': undefined } }), 403, forbidden);
      refused(await call(operation, { headers: { 'nhsd-end-user-organisation-ods': 'RCD' } }), 403, forbidden);
      refused(await call(operation, { headers: { 'nhsd-ers-business-function': 'PROVIDER_AUTHORISED_APPLICATION' } }), 403, {
        stu3: 'NO_ACCESS',
        r4: 'ACCESS_DENIED',
      });
      if (operation.functions.includes('SPCA') && operation.id !== 'A040') {
        refused(await call(operation, { as: 'SPCA', onBehalfOf: null }), 403, forbidden);
        refused(await call(operation, { as: 'SPCA', onBehalfOf: '999999999999' }), 403, forbidden);
      }
      if (operation.functions.includes('RC')) refused(await call(operation, { as: 'RC', onBehalfOf: CLINICIAN }), 403, forbidden);

      if (operation.unknown !== undefined)
        refused(await call(operation, { path: operation.unknown }), 404, {
          stu3: null,
          r4: 'REC_NOT_FOUND',
        });
      if (operation.ifMatch === true) {
        refused(await call(operation, { headers: { 'if-match': undefined } }), 412, { stu3: null, r4: '' });
        refused(await call(operation, { headers: { 'if-match': '5' } }), 412, { stu3: null, r4: '' });
      }
    });
  }
});
