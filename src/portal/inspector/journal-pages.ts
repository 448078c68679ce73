import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { FastifyInstance, FastifyRequest } from 'fastify';
import { FILTER_WORDS, type FilterWord, journalFilter } from '../../environment/journal-filter.ts';
import { LocalRefusal } from '../../kernel/errors.ts';
import { may } from '../access/permissions.ts';
import type { Visitor } from '../access/visitor.ts';
import type { Portal } from '../portal.ts';
import type { Exchange, Exchanges, Filter, Inspector } from './inspector.ts';

interface OfEnvironment {
  readonly Params: { readonly id: string };
}

const PAGE = 50;
const REFRESH_SECONDS = 10;
const SCRIPT = readFileSync(join(import.meta.dirname, 'script/live.js'), 'utf8');

/** The journal as it grows, and one exchange. */
export function registerJournalPages(app: FastifyInstance, portal: Portal, inspector: Inspector): void {
  const { site } = portal;
  app.get('/inspect', async (request, reply) => {
    inspector.mayLook(await site.visitor(request), 'journal.see');
    const environments = portal.environments.map(({ id, title }) => ({ id, title }));
    return site.page(request, reply, 'inspector/pages/inspect.njk', { title: 'Inspector', environments });
  });
  app.get('/inspect/live.js', (_request, reply) =>
    reply
      .type('text/javascript; charset=utf-8')
      .header('cache-control', 'public, max-age=3600')
      .header('x-content-type-options', 'nosniff')
      .send(SCRIPT),
  );

  app.get<OfEnvironment>('/inspect/:id', async (request, reply) => {
    const { visitor, environment } = await inspector.looking(request, request.params.id, 'journal.see');
    const words = wordsIn(request);
    const { filter, problem } = filterOf(words);
    const found = await inspector.exchanges(visitor, environment, filter);
    const { services } = await environment.call('environment.manifest', {});
    const refreshing = wordOf(request, 'refresh') === 'on';
    if (refreshing) void reply.header('refresh', String(REFRESH_SECONDS));
    const link = (extra: Readonly<Record<string, string>>): string =>
      `/inspect/${environment.id}?${new URLSearchParams({ ...words, ...extra })}`;
    const oldest = found.exchanges.at(-1)?.id;
    return site.page(
      request,
      reply,
      'inspector/pages/journal.njk',
      {
        title: `Journal of ${environment.id}`,
        ...frameOf(environment.id, 'journal', visitor),
        rows: rowsOf(found.exchanges, environment.id),
        words,
        services: services.map(({ name, title }) => ({ name, title })),
        filtered: Object.keys(words).length > 0,
        newest: filter.before === undefined ? (found.exchanges[0]?.id ?? '0') : undefined,
        rowsUrl: `/inspect/${environment.id}/rows?${new URLSearchParams(without(words, 'before'))}`,
        refreshUrl: link({ refresh: refreshing ? 'off' : 'on' }),
        refreshing,
        refreshSeconds: REFRESH_SECONDS,
        ...(found.more && oldest !== undefined && { older: link({ before: oldest }) }),
        ...(filter.before !== undefined && { newestUrl: `/inspect/${environment.id}?${new URLSearchParams(without(words, 'before'))}` }),
        ...(problem !== undefined && { problems: problem }),
      },
      problem === undefined ? 200 : 400,
    );
  });

  // What has come since: rows for the script that keeps the page up to date.
  app.get<OfEnvironment>('/inspect/:id/rows', async (request, reply) => {
    const { visitor, environment } = await inspector.looking(request, request.params.id, 'journal.see');
    const { filter, problem } = filterOf({ after: '0', ...wordsIn(request) });
    if (problem !== undefined) throw new LocalRefusal(400, 'bad_filter', Object.values(problem).join(' '));
    const { exchanges, more } = await inspector.exchanges(visitor, environment, filter);
    const last = exchanges.at(-1)?.id;
    if (last !== undefined) void reply.header('localspine-last', last);
    if (more) void reply.header('localspine-more', '1');
    return site.page(request, reply, 'inspector/pages/rows.njk', { title: '', rows: rowsOf([...exchanges].reverse(), environment.id) });
  });

  app.get<{ Params: { id: string; exchangeId: string } }>('/inspect/:id/exchanges/:exchangeId', async (request, reply) => {
    const { visitor, environment } = await inspector.looking(request, request.params.id, 'journal.see');
    const entry = await inspector.exchange(visitor, environment, request.params.exchangeId);
    return site.page(request, reply, 'inspector/pages/exchange.njk', {
      title: `${entry.method} ${entry.operation} in ${environment.id}`,
      ...frameOf(environment.id, 'journal', visitor),
      entry: entryValues(entry),
      environment: environment.id,
      related:
        entry.correlationId === undefined ? undefined : `/inspect/${environment.id}?correlation=${encodeURIComponent(entry.correlationId)}`,
      back: { href: `/inspect/${environment.id}`, text: `Journal of ${environment.id}` },
    });
  });
}

/** What all pages of an environment's inspector share. */
export function frameOf(environmentId: string, here: string, visitor: Visitor) {
  const parts = [
    ['journal', 'Journal', ''],
    ['clock', 'Clock', '/clock'],
    ['faults', 'Faults', '/faults'],
    ['data', 'Snapshots and data', '/data'],
    ['outbox', 'Outbox', '/outbox'],
  ] as const;
  return {
    environment: environmentId,
    parts: parts.map(([name, text, path]) => ({ text, href: `/inspect/${environmentId}${path}`, current: name === here })),
    mayChange: may(visitor, 'rehearsal.change'),
  };
}

type Words = Readonly<Partial<Record<FilterWord, string>>>;

function wordOf(request: FastifyRequest, name: string): string | undefined {
  const value: unknown = typeof request.query === 'object' && request.query !== null ? Reflect.get(request.query, name) : undefined;
  return typeof value === 'string' && value.trim() !== '' ? value.trim().slice(0, 200) : undefined;
}

function wordsIn(request: FastifyRequest): Words {
  return Object.fromEntries(
    FILTER_WORDS.flatMap((name) => {
      const value = wordOf(request, name);
      return value === undefined ? [] : [[name, value]];
    }),
  );
}

function without(words: Words, name: FilterWord): Record<string, string> {
  return Object.fromEntries(Object.entries(words).filter(([each]) => each !== name));
}

/** The filter; and where a word cannot be, the problem with it and no filter. */
function filterOf(words: Words): { readonly filter: Filter; readonly problem?: Readonly<Record<string, string>> } {
  try {
    return { filter: { ...journalFilter((name) => words[name], PAGE) } };
  } catch (error) {
    if (!(error instanceof LocalRefusal)) throw error;
    const field = FILTER_WORDS.find((name) => words[name] !== undefined && error.message.includes(`"${words[name]}"`)) ?? 'status';
    return { filter: { limit: PAGE }, problem: { [field]: `${error.message} ${error.explanation.fix ?? ''}`.trim() } };
  }
}

const COLOURS = { ok: 'green', refused: 'orange', failed: 'red' } as const;

function rowsOf(exchanges: Exchanges['exchanges'], environmentId: string) {
  return exchanges.map(({ id, at, service, operation, method, url, status, verdict, milliseconds, appId, refusal, advice }) => ({
    id,
    href: `/inspect/${environmentId}/exchanges/${id}`,
    date: at.slice(0, 10),
    time: at.slice(11, 23),
    service,
    operation,
    method,
    url,
    status,
    verdict,
    colour: COLOURS[verdict],
    milliseconds,
    appId,
    reason: refusal ?? advice,
  }));
}

function entryValues(entry: Exchange) {
  const facts: readonly (readonly [string, string | undefined])[] = [
    ['When', entry.at],
    ['Service and operation', `${entry.service} ${entry.operation}`],
    ['Took', `${entry.milliseconds} ms`],
    ['Application', entry.appId],
    ['User', entry.userId],
    ['Organisation', entry.odsCode],
    ['Business function', entry.businessFunction],
    ['Patient', entry.nhsNumber],
    ['UBRN', entry.ubrn],
    ['X-Correlation-ID', entry.correlationId],
    ['X-Request-ID', entry.requestId],
    ['Journal entry', entry.id],
  ];
  return {
    ...entry,
    colour: COLOURS[entry.verdict],
    reason: entry.refusal ?? entry.advice,
    facts: facts.flatMap(([key, value]) => (value === undefined ? [] : [{ key: { text: key }, value: { text: value } }])),
    request: messageValues(entry.request),
    response: messageValues(entry.response),
  };
}

function messageValues({ headers, body, bodyBytes, bodySha256 }: Exchange['request']) {
  return { headers: Object.entries(headers).map(([name, value]) => ({ name, value })), body: pretty(body), bodyBytes, bodySha256 };
}

/** JSON with indents; any other text as it is. */
function pretty(text: string | undefined): string | undefined {
  if (text === undefined || !/^\s*[[{]/.test(text)) return text;
  try {
    return JSON.stringify(JSON.parse(text), null, 2);
  } catch {
    return text;
  }
}
