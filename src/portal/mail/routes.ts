import type { FastifyInstance } from 'fastify';
import Type from 'typebox';
import { timeInWords } from '../../environment/maintenance/london.ts';
import { isoInstant } from '../../kernel/clock.ts';
import { LocalRefusal } from '../../kernel/errors.ts';
import { may } from '../access/permissions.ts';
import type { Visitor } from '../access/visitor.ts';
import type { Portal } from '../portal.ts';
import { shaped } from '../web/site.ts';
import type { Mail } from './mail.ts';

const Query = Type.Object({ to: Type.Optional(Type.String({ maxLength: 200 })), before: Type.Optional(Type.String({ maxLength: 40 })) });
const PAGE = 30;

/** The mail outbox page: where the mails of the road are read that would otherwise leave the house. */
export function registerMail(app: FastifyInstance, portal: Portal): void {
  const { site, mail, store } = portal;

  /** Whose mail a visitor reads: their own, or on this machine and for operators anybody's. */
  const recipient = (visitor: Visitor, wanted: string | undefined): string | undefined => {
    if (portal.thisMachineOnly || may(visitor, 'mail.see')) return wanted === '' ? undefined : wanted;
    if (visitor.email === undefined) throw new LocalRefusal(401, 'sign_in', 'Sign in first.');
    return visitor.email;
  };

  app.get('/mail', async (request, reply) => {
    const query = shaped(Query, request.query, 'query');
    const to = recipient(await site.visitor(request), query.to);
    const mails = await mail.list(store.db, { to, before: query.before, limit: PAGE + 1 });
    const shown = mails.slice(0, PAGE);
    const older =
      mails.length > PAGE
        ? `/mail?${new URLSearchParams({ ...(to !== undefined && { to }), before: shown.at(-1)?.mailId ?? '' })}`
        : undefined;
    return site.page(request, reply, 'mail/pages/mail-list.njk', { title: 'Mail outbox', mails: shown.map(pageOf), to, older });
  });
  app.get<{ Params: { mailId: string } }>('/mail/:mailId', async (request, reply) => {
    const found = await mail.find(store.db, request.params.mailId);
    const to = recipient(await site.visitor(request), found?.to);
    if (found === undefined || to !== found.to) throw new LocalRefusal(404, 'mail_unknown', 'There is no such mail.');
    return site.page(request, reply, 'mail/pages/mail.njk', {
      title: found.subject,
      mail: pageOf(found),
      parts: partsOf(found.text, portal.baseUrl),
      back: { href: '/mail', text: 'Mail outbox' },
    });
  });
  portal.api.endpoint(app, {
    method: 'GET',
    path: '/mail',
    tag: 'mail',
    summary: 'Mails that were sent, newest first.',
    query: Query,
    answer: Type.Object({
      mails: Type.Array(
        Type.Object({
          mailId: Type.String(),
          at: Type.String(),
          from: Type.String(),
          to: Type.String(),
          subject: Type.String(),
          text: Type.String(),
          delivery: Type.Enum(['kept', 'waiting', 'sent']),
        }),
      ),
    }),
    handle: async ({ visitor, query }) => {
      const mails = await mail.list(store.db, { to: recipient(visitor, query.to), before: query.before, limit: 100 });
      return { mails: mails.map(jsonOf) };
    },
  });
}

function jsonOf({ at, ...mail }: Mail) {
  return { ...mail, at: isoInstant(at) };
}

/** As {@link jsonOf}, with its time as people write it. */
function pageOf({ at, ...mail }: Mail) {
  return { ...mail, at: timeInWords(at) };
}

/** The text in pieces: addresses of the portal become links, and nothing else does. */
function partsOf(text: string, baseUrl: string): readonly { readonly text: string; readonly href?: string }[] {
  return text
    .split(/(https:\/\/\S+)/)
    .map((part) => (part.startsWith(`${baseUrl}/`) ? { text: part, href: part.slice(baseUrl.length) } : { text: part }));
}
