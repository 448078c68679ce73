import type { FastifyInstance } from 'fastify';
import Type from 'typebox';
import { Compile } from 'typebox/compile';
import { isoInstant } from '../../kernel/clock.ts';
import { LocalRefusal } from '../../kernel/errors.ts';
import type { ServiceContext } from '../../kernel/service.ts';
import { inspect } from '../../kernel/tls/certificates.ts';
import { GENERATIONS, type Generation } from './authorities.ts';
import { type AuthorityChange, renewAuthority, revokeAuthority } from './authority-lifecycle.ts';
import { nationalPaths } from './national-paths.ts';
import { REVOCATION_REASONS } from './revocation.ts';
import { type IssuingPlace, requireAuthority, rootOf } from './server-credentials.ts';
import { type FormerAuthority, formerAuthorities } from './store.ts';

const checkReason = Compile(Type.Object({ reason: Type.Optional(Type.Enum([...REVOCATION_REASONS])) }, { additionalProperties: false }));

interface OfGeneration {
  readonly Params: { readonly generation: string };
}

/** `/_localspine/pki/authorities`: the sub CAs, renewed and revoked by an operator. The doors of this process show the new one at once. */
export function registerAuthorities(
  app: FastifyInstance,
  { store, environment }: ServiceContext,
  place: IssuingPlace,
  replaced: () => Promise<void>,
): void {
  const answer = async (change: AuthorityChange): Promise<object> => {
    await replaced();
    const { generation, authority, former, revokedCertificates } = change;
    return { ...authorityView(generation, authority.certificatePem), former: formerView(former), revokedCertificates };
  };
  app.get('/authorities', async () => ({
    authorities: await Promise.all(
      GENERATIONS.map(async (generation) => ({
        ...authorityView(generation, (await requireAuthority(store.db, place.root, generation)).certificatePem),
        root: rootOf(place.root, generation).name,
        rootList: `${environment.httpUrl}${nationalPaths(environment.id).generations[generation].rootList}`,
      })),
    ),
    former: (await formerAuthorities(store.db)).map(formerView),
  }));
  app.post<OfGeneration>('/authorities/:generation/renew', async ({ params }) =>
    answer(await renewAuthority(store, place, generationOf(params.generation))),
  );
  app.post<OfGeneration>('/authorities/:generation/revoke', async ({ params, body = {} }) => {
    const generation = generationOf(params.generation);
    if (!checkReason.Check(body))
      throw new LocalRefusal(
        400,
        'bad_revocation',
        'The body is not what this path takes.',
        `Send {"reason":"…"}; reasons are ${REVOCATION_REASONS.join(', ')}.`,
      );
    return answer(await revokeAuthority(store, place, generation, body.reason ?? 'unspecified'));
  });
}

/** Throws LocalRefusal 404. */
function generationOf(text: string): Generation {
  const found = GENERATIONS.find((each) => each === text);
  if (found === undefined)
    throw new LocalRefusal(404, 'generation_unknown', 'There is no such generation.', `It is one of ${GENERATIONS.join(', ')}.`);
  return found;
}

function authorityView(generation: Generation, certificatePem: string): object {
  const { commonName, serialNumber, notBefore, notAfter } = inspect(certificatePem);
  return { generation, commonName, serial: serialNumber, from: isoInstant(notBefore), until: isoInstant(notAfter) };
}

function formerView({ serial, generation, commonName, replacedAt, reason }: FormerAuthority): object {
  return { serial, generation, commonName, replacedAt: isoInstant(replacedAt), ...(reason === undefined ? {} : { revoked: reason }) };
}
