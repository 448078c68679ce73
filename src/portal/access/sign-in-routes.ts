import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { LocalRefusal } from '../../kernel/errors.ts';
import type { Portal } from '../portal.ts';
import { ownPath, type Problems } from '../web/site.ts';
import { allAccounts, findAccount } from './accounts.ts';
import { authenticate, forgetPassword, register, registrationProblems, resetPassword, verify } from './registration.ts';

interface Query {
  readonly Querystring: { readonly next?: string; readonly link?: string };
}

/** Register, confirm, sign in, forgotten password, sign out (PTL-100). */
export function registerSignIn(app: FastifyInstance, portal: Portal): void {
  const { site } = portal;
  const signInPage = async (
    request: FastifyRequest,
    reply: FastifyReply,
    values: { next: string; email?: string; problems?: Problems },
    status = 200,
  ) =>
    site.page(
      request,
      reply,
      'access/pages/sign-in.njk',
      {
        title: 'Sign in to your developer account',
        people: portal.thisMachineOnly
          ? (await allAccounts(portal.store.db)).filter((each) => each.demonstration && each.status === 'active')
          : [],
        ...values,
      },
      status,
    );

  app.get<Query>('/sign-in', (request, reply) => signInPage(request, reply, { next: ownPath(request.query.next, '/') }));
  app.post('/sign-in', async (request, reply) => {
    const form = site.form(request);
    const [email, next] = [form('email'), ownPath(form('next'), '/')];
    try {
      const account = await authenticate(portal, email, String(form.all('password')[0] ?? ''));
      await site.visitors.signIn(request, reply, account);
      return site.redirect(reply, next);
    } catch (error) {
      if (!(error instanceof LocalRefusal)) throw error;
      return signInPage(request, reply, { next, email, problems: { email: error.message } }, error.status);
    }
  });
  app.post('/sign-in/demonstration', async (request, reply) => {
    const form = site.form(request);
    const account = await findAccount(portal.store.db, form('accountId'));
    // Beyond this machine a person without a password is nobody's to be.
    if (!portal.thisMachineOnly || account?.demonstration !== true || account.status !== 'active')
      throw new LocalRefusal(403, 'not_a_demonstration', 'Nobody can sign in as this person.');
    await site.visitors.signIn(request, reply, account);
    return site.redirect(reply, ownPath(form('next'), '/'));
  });
  app.post('/sign-out', async (request, reply) => {
    site.form(request);
    await site.visitors.signOut(request, reply);
    return site.redirect(reply, '/');
  });
  registerRegistration(app, portal);
  registerPasswords(app, portal);
}

function registerRegistration(app: FastifyInstance, portal: Portal): void {
  const { site } = portal;
  app.get('/register', (request, reply) =>
    site.page(request, reply, 'access/pages/register.njk', { title: 'Register a developer account' }),
  );
  app.post('/register', async (request, reply) => {
    const form = site.form(request);
    const registration = { name: form('name'), email: form('email'), password: String(form.all('password')[0] ?? '') };
    const problems = registrationProblems(registration);
    const { name, email } = registration;
    if (Object.keys(problems).length > 0)
      return site.page(request, reply, 'access/pages/register.njk', { title: 'Register a developer account', name, email, problems }, 400);
    await register(portal, registration);
    return site.page(request, reply, 'access/pages/check-mail.njk', { title: 'Check your email', email, mailHere: portal.thisMachineOnly });
  });
  app.get<Query>('/verify', (request, reply) =>
    site.page(request, reply, 'access/pages/verify.njk', { title: 'Confirm your email address', link: request.query.link ?? '' }),
  );
  // A mail program that follows links must not spend it: the confirmation is a form.
  app.post('/verify', async (request, reply) => {
    const form = site.form(request);
    const account = await verify(portal, form('link'));
    await site.visitors.signIn(request, reply, account);
    return site.redirect(reply, '/');
  });
}

function registerPasswords(app: FastifyInstance, portal: Portal): void {
  const { site } = portal;
  const newPasswordPage = (request: FastifyRequest, reply: FastifyReply, link: string, problem?: string, status = 200) =>
    site.page(
      request,
      reply,
      'access/pages/new-password.njk',
      { title: 'Choose a new password', link, ...(problem !== undefined && { problems: { password: problem } }) },
      status,
    );
  app.get('/forgotten-password', (request, reply) =>
    site.page(request, reply, 'access/pages/forgotten-password.njk', { title: 'Forgotten your password?' }),
  );
  app.post('/forgotten-password', async (request, reply) => {
    const email = site.form(request)('email');
    await forgetPassword(portal, email);
    return site.page(request, reply, 'access/pages/check-mail.njk', { title: 'Check your email', email, mailHere: portal.thisMachineOnly });
  });
  app.get<Query>('/new-password', (request, reply) => newPasswordPage(request, reply, request.query.link ?? ''));
  app.post('/new-password', async (request, reply) => {
    const form = site.form(request);
    try {
      await resetPassword(portal, form('link'), String(form.all('password')[0] ?? ''));
    } catch (error) {
      if (!(error instanceof LocalRefusal)) throw error;
      return newPasswordPage(request, reply, form('link'), error.message, error.status);
    }
    return site.redirect(reply, '/sign-in');
  });
}
