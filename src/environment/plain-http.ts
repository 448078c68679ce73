import type { FastifyReply, FastifyRequest } from 'fastify';
import { LocalRefusal } from '../kernel/errors.ts';
import { renderLocal } from '../kernel/http/web-app.ts';

/** The production twin's plain HTTP door gives certificates and revocation only, as in the real one (DESIGN.md, fixed points). */
export function plainHttpServesNoNationalPath(request: FastifyRequest, reply: FastifyReply, done: (error?: Error) => void): void {
  if (
    request.exchange.listener.name !== 'http' ||
    request.url.startsWith('/_localspine/') ||
    request.routeOptions.config.plainHttp === true
  ) {
    done();
    return;
  }
  const refusal = new LocalRefusal(404, 'plain_http', 'This plain HTTP port of PROD serves certificates only.', 'Use the HTTPS port.');
  request.exchange.refused(refusal.explanation);
  void reply.code(404).type('application/json').send(renderLocal(refusal, 404));
}
