import { join } from 'node:path';
import type { FastifyReply, FastifyRequest } from 'fastify';
import type { Static, TSchema } from 'typebox';
import { faultIn, hasShape } from '../../environment/management/operation.ts';
import { LocalRefusal } from '../../kernel/errors.ts';
import { FormToken } from '../../kernel/web/form-token.ts';
import { Pages } from '../../kernel/web/pages.ts';
import { type Action, may, require, type Subject } from '../access/permissions.ts';
import type { Visitor } from '../access/visitor.ts';
import type { Visitors } from '../access/visitors.ts';
import type { Portal } from '../portal.ts';

/** What is wrong with a form, by field. */
export type Problems = Readonly<Record<string, string>>;

/** The fields of a form that was sent: texts, with what is between the field's name and its end taken away. */
export interface SentForm {
  /** A field, without blanks around it; empty when it was not sent. */
  (name: string): string;
  /** All values of a field that may be there several times. */
  all(name: string): readonly string[];
}

/** What pages of the portal have in common: who is looking, the menu, forms that only our own pages can send. */
export class Site {
  readonly portal: Portal;
  readonly visitors: Visitors;
  readonly #pages: Pages;
  readonly #formToken: FormToken;

  constructor(portal: Portal, visitors: Visitors) {
    this.portal = portal;
    this.visitors = visitors;
    this.#pages = new Pages(join(import.meta.dirname, '..'));
    this.#formToken = new FormToken({ cookie: 'localspine-portal-form', path: '/', random: portal.random });
  }

  visitor(request: FastifyRequest): Promise<Visitor> {
    return this.visitors.of(request);
  }

  /** The visitor, when they may do this. Throws LocalRefusal 401 (pages then ask to sign in) or 403. */
  async permitted(request: FastifyRequest, action: Action, about?: Subject): Promise<Visitor> {
    const visitor = await this.visitor(request);
    require(visitor, action, about);
    return visitor;
  }

  /**
   * Sends a page.
   *
   * @param view path below `src/portal`, e.g. `access/pages/sign-in.njk`; it extends `pages/portal.njk`
   * @param values for the view; `problems` (by field) give the error summary and put "Error:" before the title
   */
  async page(
    request: FastifyRequest,
    reply: FastifyReply,
    view: string,
    values: Readonly<Record<string, unknown>> & { readonly title: string; readonly problems?: Problems },
    status = 200,
  ): Promise<FastifyReply> {
    const visitor = await this.visitor(request).catch(() => undefined);
    const path = request.url.split('?')[0] ?? '/';
    const navigation = this.portal.navigation
      .filter((item) => visitor !== undefined && (item.shown?.(visitor) ?? true))
      .map(({ text, href }) => ({ text, href, current: path === href, active: path.startsWith(`${href}/`) }));
    const problems = Object.entries(values.problems ?? {}).map(([field, text]) => ({ text, href: `#${field}` }));
    return this.#pages.send(
      reply,
      view,
      {
        csrf: this.#formToken.issue(request, reply, true),
        visitor,
        navigation,
        problemList: problems,
        may: (action: Action, about?: Subject) => visitor !== undefined && may(visitor, action, about),
        ...values,
        problems: values.problems ?? {},
      },
      status,
      { scripts: true },
    );
  }

  /** The fields of a form sent from one of our pages. Throws LocalRefusal 403 when it came from elsewhere. */
  form(request: FastifyRequest): SentForm {
    this.portal.guard(request);
    const fields = fieldsOf(request.body);
    const form: SentForm = Object.assign((name: string) => (fields.get(name)?.at(-1) ?? '').trim(), {
      all: (name: string) => fields.get(name) ?? [],
    });
    this.#formToken.verify(request, form('csrf'));
    return form;
  }

  /** Goes on to another page of the portal after a form (303, so that reloading does not send it again). */
  redirect(reply: FastifyReply, path: string): FastifyReply {
    return reply.code(303).header('location', path).header('cache-control', 'no-store').send();
  }
}

/** A way into the portal that may be named in a link: a path of ours, never another site. */
export function ownPath(path: string | undefined, fallback: string): string {
  return path !== undefined && /^\/(?![/\\])[^\s\\]*$/.test(path) ? path : fallback;
}

/** Checks what came in from outside. Throws LocalRefusal 400 that says what is wrong. */
export function shaped<Schema extends TSchema>(schema: Schema, value: unknown, what: string): Static<Schema> {
  if (hasShape(schema, value)) return value;
  throw new LocalRefusal(
    400,
    'bad_request',
    `The ${what} is not what is expected here: ${faultIn(schema, value)}.`,
    'GET /api/openapi.json has the shape.',
  );
}

function fieldsOf(body: unknown): ReadonlyMap<string, readonly string[]> {
  if (!(body instanceof URLSearchParams)) throw new LocalRefusal(400, 'bad_form', 'The form cannot be read.');
  const fields = new Map<string, string[]>();
  for (const [name, value] of body) fields.set(name, [...(fields.get(name) ?? []), value]);
  return fields;
}
