import Type from 'typebox';
import { ASID_MODELS, asidModelOf } from '../../services/gateway/index.ts';
import { manifestOf } from '../admin/manifest.ts';
import { EXPORT_FORMATS, EXPORT_NAMES, exported } from '../connection/exports.ts';
import { ManifestSchema } from '../connection/manifest-schema.ts';
import { operation } from './operation.ts';

const Nothing = Type.Object({}, { additionalProperties: false });

/** What an environment says of itself. */
export const environmentOperations = {
  'environment.describe': operation({
    summary: 'What this environment is, where it answers, and its time.',
    input: Nothing,
    output: Type.Object({
      id: Type.String(),
      slug: Type.String(),
      title: Type.String(),
      purpose: Type.String(),
      production: Type.Boolean(),
      /** Whether user-restricted access has an ASID for each organisation, or one with an allow list. */
      asidModel: Type.Enum([...ASID_MODELS]),
      ready: Type.Boolean(),
      baseUrl: Type.String(),
      mutualTlsUrl: Type.String(),
      ers: Type.Array(Type.Object({ instance: Type.String(), url: Type.String() })),
      tokenUrls: Type.Array(Type.String()),
      /** Business time, in milliseconds since 1970. */
      now: Type.Integer(),
      realNow: Type.Integer(),
    }),
    run: async ({ facts, definition, ready, world }) => ({
      id: facts.id,
      slug: facts.slug,
      title: facts.title,
      purpose: definition.purpose,
      production: facts.production,
      asidModel: asidModelOf(facts.settings),
      ready,
      baseUrl: facts.baseUrl,
      mutualTlsUrl: facts.mutualTlsUrl,
      ers: facts.ersInstances.map((instance, index) => ({
        instance,
        url: `${facts.ersBaseUrls[index] ?? facts.baseUrl}${facts.ersPaths[0] ?? '/referrals'}/FHIR`,
      })),
      tokenUrls: facts.tokenServers.map((each) => `${facts.baseUrl}${each.path}/token`),
      now: world.now(),
      realNow: world.realNow(),
    }),
  }),
  'environment.manifest': operation({
    summary: 'The manifest: doors, services, and every row of the connection information as it is now.',
    input: Nothing,
    output: ManifestSchema,
    run: manifestOf,
  }),
  'environment.exports': operation({
    summary: 'The files that the connection information can be exported as.',
    input: Nothing,
    output: Type.Object({ exports: Type.Array(Type.Object({ format: Type.Enum([...EXPORT_NAMES]), title: Type.String() })) }),
    run: async () => ({ exports: EXPORT_NAMES.map((format) => ({ format, title: EXPORT_FORMATS[format].title })) }),
  }),
  'environment.export': operation({
    summary: 'The connection information as a file: allow list, hosts file, variables, collections’ environments.',
    input: Type.Object({ format: Type.Enum([...EXPORT_NAMES]) }, { additionalProperties: false }),
    output: Type.Object({ file: Type.String(), mediaType: Type.String(), text: Type.String() }),
    run: async (environment, { format }) => {
      const { mediaType, file } = EXPORT_FORMATS[format];
      return { file: file(environment.facts.slug), mediaType, text: exported(format, await manifestOf(environment)) };
    },
  }),
  'environment.now': operation({
    summary: 'Business time, in milliseconds since 1970.',
    input: Nothing,
    output: Type.Object({ now: Type.Integer() }),
    run: async ({ world }) => {
      await world.refresh();
      return { now: world.now() };
    },
  }),
};
