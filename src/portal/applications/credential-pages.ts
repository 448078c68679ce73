/** API keys with their secrets, and public keys: uploaded, by address, or made in the browser (PTL-116). */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { isoInstant } from '../../kernel/clock.ts';
import { LocalRefusal } from '../../kernel/errors.ts';
import type { Portal } from '../portal.ts';
import { permittedRecord, viewApplication } from './application.ts';
import { addApiKey, revokeApiKey } from './changes.ts';
import { examineKeys, type KeyExamination, type KeySource, registerKeys } from './keys.ts';

type One = { readonly Params: { readonly appId: string } };
const PRIVATE_PEM = /-----BEGIN [A-Z ]*PRIVATE KEY-----/;
const VIEWS = 'applications/pages';
const SCRIPT = readFileSync(join(import.meta.dirname, 'script/key-pair.js'));
/** The script's address is its own: `key-pair.js` changes with the product only. */
export const SCRIPT_PATH = '/environment-access/key-pair.js';

/** Registers the pages of an application's credentials. */
export function registerCredentialPages(app: FastifyInstance, portal: Portal): void {
  app.get(SCRIPT_PATH, (_request, reply) =>
    reply
      .type('text/javascript; charset=utf-8')
      .header('cache-control', 'public, max-age=3600')
      .header('x-content-type-options', 'nosniff')
      .send(SCRIPT),
  );
  registerSecrets(app, portal);
  registerPublicKeys(app, portal);
}

function registerSecrets(app: FastifyInstance, portal: Portal): void {
  const { site } = portal;
  const page = async (request: FastifyRequest, reply: FastifyReply, appId: string, values: object = {}) => {
    const visitor = await site.visitor(request);
    await permittedRecord(portal, visitor, appId, 'application.change');
    const { record, application } = await viewApplication(portal, visitor, appId);
    const keys = application.apiKeys.map((each) => ({ ...each, created: isoInstant(each.createdAt) }));
    // Drawn with the page: a form sent twice makes one key.
    const next = portal.random.text(32);
    return site.page(request, reply, `${VIEWS}/secrets.njk`, { title: 'API keys and secrets', record, application, keys, next, ...values });
  };
  app.get<One>('/applications/:appId/secrets', (request, reply) => page(request, reply, request.params.appId));
  app.post<One>('/applications/:appId/secrets', async (request, reply) => {
    const form = site.form(request);
    const { appId } = request.params;
    const wish = { revokeOthers: form('revokeOthers') === 'yes', apiKey: form('apiKey') };
    return page(request, reply, appId, { made: await addApiKey(portal, await site.visitor(request), appId, wish) });
  });
  app.post<One>('/applications/:appId/secrets/revoke', async (request, reply) => {
    const form = site.form(request);
    const { appId } = request.params;
    await revokeApiKey(portal, await site.visitor(request), appId, form('apiKey'));
    return site.redirect(reply, `/applications/${appId}/secrets`);
  });
}

function registerPublicKeys(app: FastifyInstance, portal: Portal): void {
  const { site } = portal;
  const page = async (request: FastifyRequest, reply: FastifyReply, appId: string, values: object = {}, status = 200) => {
    const visitor = await site.visitor(request);
    await permittedRecord(portal, visitor, appId, 'application.change');
    const { record, application } = await viewApplication(portal, visitor, appId);
    return site.page(
      request,
      reply,
      `${VIEWS}/keys.njk`,
      { title: 'Public key', record, application, script: SCRIPT_PATH, ...values },
      status,
    );
  };
  app.get<One>('/applications/:appId/keys', (request, reply) => page(request, reply, request.params.appId));
  app.post<One>('/applications/:appId/keys', async (request, reply) => {
    const form = site.form(request);
    const { appId } = request.params;
    const visitor = await site.visitor(request);
    await permittedRecord(portal, visitor, appId, 'application.change');
    const entered = { jwks: form('jwks'), jwksUrl: form('jwksUrl') };
    const source = sourceOf(entered);
    if (typeof source === 'string') {
      const shown = PRIVATE_PEM.test(entered.jwks) ? { ...entered, jwks: '' } : entered;
      return page(request, reply, appId, { ...shown, problems: { jwks: source } }, 400);
    }
    const examination = await examineKeys(portal, visitor, appId, source);
    if (form('action') === 'check') return page(request, reply, appId, { ...withoutPrivate(entered, examination), examination });
    if (!examination.good)
      return page(
        request,
        reply,
        appId,
        { ...withoutPrivate(entered, examination), examination, problems: { [field(source)]: faultOf(examination) } },
        400,
      );
    try {
      await registerKeys(portal, visitor, appId, source);
    } catch (error) {
      if (!(error instanceof LocalRefusal) || [401, 403, 404, 503].includes(error.status)) throw error;
      return page(request, reply, appId, { ...entered, problems: { [field(source)]: error.message } }, error.status);
    }
    return site.redirect(reply, `/applications/${appId}`);
  });
}

function field(source: KeySource): 'jwks' | 'jwksUrl' {
  return 'jwksUrl' in source ? 'jwksUrl' : 'jwks';
}

/** What was entered, or why it is neither a key set nor an address. */
function sourceOf({ jwks, jwksUrl }: { readonly jwks: string; readonly jwksUrl: string }): KeySource | string {
  if (jwks !== '' && jwksUrl !== '') return 'Enter a key set or an address, not both';
  if (jwksUrl !== '') return { jwksUrl };
  if (jwks === '') return 'Enter a key set or an address';
  if (PRIVATE_PEM.test(jwks)) return 'This is a private key. Keep it; enter the public key set (JWKS) instead';
  try {
    const document: unknown = JSON.parse(jwks);
    return { jwks: document };
  } catch {
    return 'The key set is not JSON';
  }
}

function faultOf({ checks }: KeyExamination): string {
  return checks.find((each) => each.outcome === 'failed')?.why ?? 'The keys cannot be registered';
}

/** A private key that was pasted by mistake is not shown again. */
function withoutPrivate<Entered extends { readonly jwks: string }>(entered: Entered, { checks }: KeyExamination): Entered {
  const leaked = checks.some((each) => each.outcome === 'failed' && each.check === 'nothing private is in it');
  return leaked ? { ...entered, jwks: '' } : entered;
}
