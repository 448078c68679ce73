import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import fc from 'fast-check';
import { SdsRefusal } from './errors.ts';
import { decoded, readAccept, readCorrelationId, readSearch, SYSTEMS } from './query.ts';

const ORGANISATION = `organization=${SYSTEMS.organisation}|YES`;
const INTERACTION = `identifier=${SYSTEMS.interaction}|urn:nhs:names:services:psis:REPC_IN150016UK05`;
const PARTY = `identifier=${SYSTEMS.partyKey}|YES-0000806`;

function refused(action: () => unknown): SdsRefusal {
  try {
    action();
  } catch (error) {
    assert.ok(error instanceof SdsRefusal, String(error));
    return error;
  }
  throw new Error('nothing was refused');
}

describe('a search', () => {
  test('needs an organisation and an interaction for devices', () => {
    assert.deepEqual(readSearch('Device', `${ORGANISATION}&${INTERACTION}`), {
      odsCode: 'YES',
      interactionId: 'urn:nhs:names:services:psis:REPC_IN150016UK05',
    });
    assert.match(refused(() => readSearch('Device', INTERACTION)).message, /'organization' query parameter/);
    assert.match(refused(() => readSearch('Device', `${ORGANISATION}&${PARTY}`)).message, /nhsServiceInteractionId\|value'\)$/);
  });

  test('takes any two of organisation, interaction and party key for endpoints', () => {
    for (const pair of [`${ORGANISATION}&${INTERACTION}`, `${ORGANISATION}&${PARTY}`, `${INTERACTION}&${PARTY}`])
      assert.equal(Object.keys(readSearch('Endpoint', pair)).length, 2);
    for (const one of ['', ORGANISATION, INTERACTION, PARTY]) assert.equal(refused(() => readSearch('Endpoint', one)).status, 400);
  });

  test('the last of several values wins; a blank one does not count; a bar inside a value stays', () => {
    const query = `${ORGANISATION}&organization=${SYSTEMS.organisation}|X26&organization=${SYSTEMS.organisation}|%20&${INTERACTION}|a`;
    assert.deepEqual(readSearch('Device', query), {
      odsCode: 'X26',
      interactionId: 'urn:nhs:names:services:psis:REPC_IN150016UK05|a',
    });
  });

  test('an unknown name or a foreign system is refused before what is missing', () => {
    assert.equal(refused(() => readSearch('Endpoint', '_count=5')).message, "HTTP 400: Bad Request (Illegal query parameter '_count')");
    assert.match(refused(() => readSearch('Device', 'identifier=x|y')).message, /Should be one or both of/);
    assert.match(
      refused(() => readSearch('Endpoint', `${ORGANISATION}&${INTERACTION}&manufacturing-organization=${SYSTEMS.organisation}|YES`))
        .message,
      /Illegal query parameter 'manufacturing-organization'/,
    );
  });

  test('whatever is sent, the answer is a search or a 400', () => {
    fc.assert(
      fc.property(fc.constantFrom('Device' as const, 'Endpoint' as const), fc.string({ unit: 'binary' }), (resource, query) => {
        try {
          readSearch(resource, query);
        } catch (error) {
          assert.ok(error instanceof SdsRefusal && error.status === 400);
        }
      }),
    );
  });
});

test('a correlation id is a UUID of any version, or absent', () => {
  assert.equal(readCorrelationId(undefined), undefined);
  assert.equal(readCorrelationId('11c46f5f-cdef-4865-94b2-0ee0edcc26da'), '11c46f5f-cdef-4865-94b2-0ee0edcc26da');
  assert.equal(refused(() => readCorrelationId('one')).status, 400);
});

test('media types have no parameters', () => {
  assert.equal(readAccept(undefined), 'application/fhir+json');
  assert.equal(readAccept('text/html, application/json'), 'application/json');
  assert.equal(readAccept('application/json, application/fhir+json'), 'application/fhir+json');
  assert.equal(refused(() => readAccept('application/fhir+json;charset=utf-8')).status, 406);
});

test('the self link is decoded as far as it can be', () => {
  assert.equal(decoded('a%7Cb%20%C3%A9%zz%'), 'a|b é%zz%');
});
