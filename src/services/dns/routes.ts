import type { FastifyInstance } from 'fastify';
import Type from 'typebox';
import { Compile } from 'typebox/compile';
import { isoInstant } from '../../kernel/clock.ts';
import { LocalRefusal } from '../../kernel/errors.ts';
import type { DnsApi, RegisteredName } from './index.ts';

const Registration = Compile(
  Type.Object(
    {
      name: Type.String({ maxLength: 300 }),
      addresses: Type.Optional(Type.Array(Type.String({ maxLength: 100 }), { maxItems: 64 })),
      odsCode: Type.Optional(Type.String({ pattern: '^[A-Za-z0-9]{1,12}$' })),
    },
    { additionalProperties: false },
  ),
);

/** `GET /_localspine/dns`, `GET, POST /_localspine/dns/names`, `DELETE /_localspine/dns/names/{name}`: the zones and the names registered in them. */
export function registerAdmin(app: FastifyInstance, api: DnsApi): void {
  app.addHook('onRequest', async (request) => {
    request.exchange.service = 'dns';
  });
  app.get('/', async (request) => {
    request.exchange.operation = 'show-zones';
    return api.describe();
  });
  app.get('/names', async (request) => {
    request.exchange.operation = 'list-names';
    return { names: (await api.names()).map(viewOf) };
  });
  app.post('/names', async (request, reply) => {
    request.exchange.operation = 'register-name';
    const { body } = request;
    if (!Registration.Check(body))
      throw new LocalRefusal(
        400,
        'bad_name_request',
        'This is no registration of a name.',
        'Send {"name": "mhs.supplier.thirdparty.nhs.uk", "addresses": ["127.0.0.1"], "odsCode": "X26"}; addresses and odsCode may be left out.',
      );
    return reply.code(201).send(viewOf(await api.register(body)));
  });
  app.delete<{ Params: { name: string } }>('/names/:name', async (request) => {
    request.exchange.operation = 'withdraw-name';
    return { withdrawn: await api.withdraw(request.params.name) };
  });
}

function viewOf({ registeredAt = 0, ...name }: RegisteredName): object {
  return { ...name, registeredAt: isoInstant(registeredAt) };
}
