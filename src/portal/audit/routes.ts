import type { FastifyInstance } from 'fastify';
import Type, { type Static } from 'typebox';
import { isoInstant, parseInstant } from '../../kernel/clock.ts';
import { LocalRefusal } from '../../kernel/errors.ts';
import { require } from '../access/permissions.ts';
import type { Portal } from '../portal.ts';
import { shaped } from '../web/site.ts';
import type { AuditEntry, AuditFilter } from './audit.ts';

const Text = Type.String({ maxLength: 200 });
const Query = Type.Object({
  action: Type.Optional(Text),
  who: Type.Optional(Text),
  subject: Type.Optional(Text),
  environment: Type.Optional(Text),
  from: Type.Optional(Text),
  to: Type.Optional(Text),
  before: Type.Optional(Text),
});
type Query = Static<typeof Query>;
const Entry = Type.Object({
  entryId: Type.String(),
  at: Type.String({ format: 'date-time' }),
  who: Type.String(),
  actedBy: Type.Optional(Type.String()),
  action: Type.String(),
  subject: Type.String(),
  environment: Type.Optional(Type.String()),
  detail: Type.Record(Type.String(), Type.Unknown()),
});

const PAGE = 50;
const EXPORT = 100_000;

/** The audit trail with its filters, as a page, by the API, and as a file of comma-separated values. */
export function registerAudit(app: FastifyInstance, portal: Portal): void {
  const { site, audit, store } = portal;
  app.get('/audit', async (request, reply) => {
    const visitor = await site.permitted(request, 'audit.see');
    const query = withoutEmpty(shaped(Query, request.query, 'query'));
    const entries = await audit.list(store.db, visitor, { ...filterOf(query), limit: PAGE + 1 });
    const shown = entries.slice(0, PAGE).map((each) => ({ ...jsonOf(each), facts: JSON.stringify(each.detail) }));
    const older = entries.length > PAGE ? `/audit?${new URLSearchParams({ ...query, before: shown.at(-1)?.entryId ?? '' })}` : undefined;
    return site.page(request, reply, 'audit/pages/audit.njk', {
      title: 'Audit trail',
      entries: shown,
      query,
      older,
      exportUrl: `/audit.csv?${new URLSearchParams(query)}`,
      environments: portal.environments.map((each) => each.id),
    });
  });
  app.get('/audit.csv', async (request, reply) => {
    const visitor = await site.permitted(request, 'audit.see');
    const entries = await audit.list(store.db, visitor, {
      ...filterOf(withoutEmpty(shaped(Query, request.query, 'query'))),
      limit: EXPORT,
    });
    return reply
      .type('text/csv; charset=utf-8')
      .header('content-disposition', 'attachment; filename="audit.csv"')
      .header('cache-control', 'no-store')
      .header('x-content-type-options', 'nosniff')
      .send(csvOf(entries));
  });
  portal.api.endpoint(app, {
    method: 'GET',
    path: '/audit',
    tag: 'audit',
    summary: 'Entries of the audit trail, newest first.',
    query: Type.Object({ ...Query.properties, limit: Type.Optional(Type.String({ pattern: '^[0-9]{1,4}$' })) }),
    answer: Type.Object({ entries: Type.Array(Entry) }),
    handle: async ({ visitor, query: { limit, ...query } }) => {
      require(visitor, 'audit.see');
      const entries = await audit.list(store.db, visitor, { ...filterOf(query), limit: Number(limit ?? 100) });
      return { entries: entries.map(jsonOf) };
    },
  });
}

function withoutEmpty(query: Query): Record<string, string> {
  return Object.fromEntries(Object.entries(query).filter(([, value]) => value !== ''));
}

function filterOf({ from, to, ...query }: Query): Omit<AuditFilter, 'limit'> {
  return { ...query, from: instant(from), to: instant(to) };
}

function instant(text: string | undefined): number | undefined {
  if (text === undefined) return undefined;
  const value = parseInstant(text);
  if (value === undefined) throw new LocalRefusal(400, 'bad_instant', `"${text.slice(0, 40)}" is not a date, like 2026-03-01.`);
  return value;
}

function jsonOf({ at, detail, ...entry }: AuditEntry): Static<typeof Entry> {
  return { ...entry, at: isoInstant(at), detail: { ...detail } };
}

/** One line an entry. A value that a spreadsheet would take for a formula is made text. */
function csvOf(entries: readonly AuditEntry[]): string {
  const cell = (value: string): string => `"${(/^[=+\-@\t\r]/.test(value) ? `'${value}` : value).replaceAll('"', '""')}"`;
  const lines = entries.map(({ at, who, actedBy, action, subject, environment, detail }) =>
    [isoInstant(at), who, actedBy ?? '', action, subject, environment ?? '', JSON.stringify(detail)].map(cell).join(','),
  );
  return `${['at,who,acted by,action,subject,environment,detail', ...lines].join('\r\n')}\r\n`;
}
