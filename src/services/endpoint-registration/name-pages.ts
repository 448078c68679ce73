import type { FastifyInstance, FastifyReply } from 'fastify';
import { LocalRefusal } from '../../kernel/errors.ts';
import { hasDuty, mayRead } from './access.ts';
import type { Wish } from './model.ts';
import { registeredNames } from './names.ts';
import type { Form, PageParts } from './pages.ts';
import { readWish } from './reading.ts';
import { submit } from './requests.ts';
import { FieldsRefusal } from './rules.ts';
import type { Session } from './session.ts';

/** `/eprwebapp/names`: the form to the DNS team (PTL-011), and the host names of one's own organisations. */
export function registerNamePages(app: FastifyInstance, { world, show, page, form }: PageParts): void {
  const view = async (reply: FastifyReply, session: Session, values: Form, faults: FieldsRefusal['faults'] = []): Promise<FastifyReply> => {
    const { actor } = session;
    const reads = (odsCode = ''): boolean => hasDuty(actor, 'dns-approver') || mayRead(actor, odsCode, odsCode);
    const names = (await registeredNames(world, world.store.db)).filter((each) => reads(each.odsCode));
    return show(reply, session, 'names.njk', { title: 'Host names', names, values, faults }, faults.length > 0 ? 422 : 200);
  };
  app.get(
    '/eprwebapp/names',
    page('names', async (_request, reply, session) => view(reply, session, {})),
  );
  app.post(
    '/eprwebapp/names',
    form('submit', async (given, session, reply) => {
      try {
        const wish = nameWishOf(given);
        const request = await world.store.transaction((tx) => submit(world, tx, session.actor, wish, 'request'));
        return await reply.redirect(`/eprwebapp/requests/${request.requestId}`, 303);
      } catch (error) {
        if (error instanceof FieldsRefusal) return view(reply, session, given, error.faults);
        throw error;
      }
    }),
  );
}

/** The name that a form asks for. Throws FieldsRefusal 422. */
export function nameWishOf(form: Form): Wish {
  const odsCode = (form['odsCode'] ?? '').toUpperCase();
  const fqdn = form['fqdn'] ?? '';
  const missing = [
    ...(odsCode === '' ? [{ field: 'odsCode', text: 'Enter the code of the organisation.' }] : []),
    ...(fqdn === '' ? [{ field: 'fqdn', text: 'Enter the host name.' }] : []),
  ];
  if (missing.length > 0) throw new FieldsRefusal(missing);
  const addresses = (form['addresses'] ?? '').split(/[\s,]+/).filter((each) => each !== '');
  try {
    return readWish({ kind: 'register-name', odsCode, fqdn, ...(addresses.length === 0 ? {} : { addresses }) });
  } catch (error) {
    if (!(error instanceof LocalRefusal)) throw error;
    throw new FieldsRefusal([{ field: 'fqdn', text: 'Something in the form is too long, or has characters that cannot be there.' }]);
  }
}
