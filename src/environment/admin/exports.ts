import type { FastifyInstance } from 'fastify';
import { LocalRefusal } from '../../kernel/errors.ts';
import { EXPORT_FORMATS, EXPORT_NAMES, exported } from '../connection/exports.ts';
import type { Environment } from '../environment.ts';
import { manifestOf } from './manifest.ts';

/** `GET /exports` lists them; `GET /exports/{format}` gives one as a file (PTL-015). */
export function registerExports(app: FastifyInstance, environment: Environment): void {
  app.get('/exports', async () => ({
    exports: EXPORT_NAMES.map((format) => ({ format, title: EXPORT_FORMATS[format].title, path: `/_localspine/exports/${format}` })),
  }));
  app.get<{ Params: { format: string } }>('/exports/:format', async (request, reply) => {
    const format = EXPORT_NAMES.find((each) => each === request.params.format);
    if (format === undefined)
      throw new LocalRefusal(404, 'format_unknown', 'There is no export of this format.', `Choose one of ${EXPORT_NAMES.join(', ')}.`);
    const { mediaType, file } = EXPORT_FORMATS[format];
    const text = exported(format, await manifestOf(environment));
    return reply
      .type(mediaType)
      .header('content-disposition', `attachment; filename="${file(environment.facts.slug)}"`)
      .send(text);
  });
}
