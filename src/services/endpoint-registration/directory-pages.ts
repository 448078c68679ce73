import type { FastifyInstance, FastifyReply } from 'fastify';
import { LocalRefusal } from '../../kernel/errors.ts';
import { fullJobRoles, type Organisation } from '../directory/index.ts';
import { hasDuty, requireDuty } from './access.ts';
import { giveRoleProfile, saveOrganisation, savePerson, saveRoleProfile } from './directory-administration.ts';
import type { Form, PageParts } from './pages.ts';
import { FieldsRefusal } from './rules.ts';
import type { Session } from './session.ts';

const BASE = '/ndsadmin';
const KINDS: readonly (readonly [Organisation['kind'], string])[] = [
  ['gp-practice', 'GP practice'],
  ['nhs-trust', 'NHS trust'],
  ['trust-site', 'Site of a trust'],
  ['independent-provider', 'Independent provider'],
  ['icb', 'Integrated care board'],
  ['supplier', 'Supplier'],
  ['national-body', 'National body'],
];

interface OfOrganisation {
  readonly Params: { readonly odsCode: string };
}
interface OfPerson {
  readonly Params: { readonly userId: string };
}

/** `/ndsadmin`: organisations, sites, people and role profiles in the browser (PTL-053). */
export function registerDirectoryPages(app: FastifyInstance, parts: PageParts): void {
  const { world, show, page } = parts;
  const { db } = world.store;
  app.get<{ Querystring: { q?: string } }>(BASE, (request, reply) =>
    page('directory', async (_request, answer, session) => {
      const q = String(request.query.q ?? '').slice(0, 100);
      return show(answer, session, 'directory.njk', {
        title: 'NDS Admin',
        q,
        mayChange: hasDuty(session.actor, 'directory-administrator'),
        organisations: await world.directory.searchOrganisations(db, q, 30),
        people: await world.directory.people(db, { text: q, limit: 30 }),
      });
    })(request, reply),
  );
  registerOrganisation(app, parts);
  registerPerson(app, parts);
}

/** Throws FieldsRefusal for what the store would refuse: the form is shown again with it. */
function asFieldFault(error: unknown, field: string): FieldsRefusal['faults'] {
  if (error instanceof FieldsRefusal) return error.faults;
  if (error instanceof LocalRefusal && error.status === 400) return [{ field, text: error.message }];
  throw error;
}

function registerOrganisation(app: FastifyInstance, { world, show, page, form }: PageParts): void {
  const view = (
    reply: FastifyReply,
    session: Session,
    values: Readonly<Record<string, unknown>>,
    faults: FieldsRefusal['faults'] = [],
  ): Promise<FastifyReply> => {
    const title = `Organisation ${String(values['odsCode'] ?? '')}`;
    return show(reply, session, 'organisation.njk', { title, values, faults, kinds: KINDS }, faults.length > 0 ? 422 : 200);
  };
  app.get<OfOrganisation>(`${BASE}/organisations/:odsCode`, (request, reply) =>
    page('organisation', async (_request, answer, session) => {
      requireDuty(session.actor, 'directory-administrator');
      const { odsCode } = request.params;
      const found = await world.directory.organisation(world.store.db, odsCode.toUpperCase());
      const values =
        found === undefined ? { odsCode: odsCode.toUpperCase(), open: true } : { ...found, address: found.addressLines.join('\n') };
      return view(answer, session, values);
    })(request, reply),
  );
  app.post<OfOrganisation>(`${BASE}/organisations/:odsCode`, (request, reply) =>
    form('save-organisation', async (given, session, answer) => {
      const odsCode = request.params.odsCode.toUpperCase();
      const value = organisationOf(odsCode, given);
      try {
        await world.store.transaction((tx) => saveOrganisation(world, tx, session.actor, value));
        return await answer.redirect(`${BASE}/organisations/${odsCode}`, 303);
      } catch (error) {
        return view(answer, session, { ...given, ...value, address: given['address'] }, asFieldFault(error, 'name'));
      }
    })(request, reply),
  );
}

function organisationOf(odsCode: string, form: Form): Readonly<Record<string, unknown>> {
  const addressLines = (form['address'] ?? '')
    .split('\n')
    .map((line) => line.trim())
    .filter((line) => line !== '');
  const optional = ['parentOdsCode', 'postcode', 'telephone'].flatMap((name) => (form[name] ? [[name, form[name]]] : []));
  return {
    odsCode,
    name: form['name'] ?? '',
    kind: form['kind'] ?? '',
    open: form['open'] === 'yes',
    referring: form['referring'] === 'yes',
    providing: form['providing'] === 'yes',
    addressLines,
    ...Object.fromEntries(optional),
  };
}

function registerPerson(app: FastifyInstance, { world, show, page, form }: PageParts): void {
  const view = async (
    reply: FastifyReply,
    session: Session,
    userId: string,
    values: Readonly<Record<string, unknown>>,
    faults: FieldsRefusal['faults'] = [],
  ): Promise<FastifyReply> =>
    show(
      reply,
      session,
      'person.njk',
      {
        title: `Person ${userId}`,
        userId,
        values,
        faults,
        jobRoles: fullJobRoles,
        roles: await world.directory.allRoleProfiles(world.store.db, userId),
      },
      faults.length > 0 ? 422 : 200,
    );
  app.get<OfPerson>(`${BASE}/people/:userId`, (request, reply) =>
    page('person', async (_request, answer, session) => {
      requireDuty(session.actor, 'directory-administrator');
      const { userId } = request.params;
      const found = await world.directory.person(world.store.db, userId);
      return view(answer, session, userId, found === undefined ? { active: true } : { ...found });
    })(request, reply),
  );
  app.post<OfPerson>(`${BASE}/people/:userId`, (request, reply) =>
    form('save-person', async (given, session, answer) => {
      const { userId } = request.params;
      const value = personOf(userId, given);
      try {
        await world.store.transaction((tx) => savePerson(world, tx, session.actor, value));
        return await answer.redirect(`${BASE}/people/${userId}`, 303);
      } catch (error) {
        return view(answer, session, userId, value, asFieldFault(error, 'givenName'));
      }
    })(request, reply),
  );
  app.post<OfPerson>(`${BASE}/people/:userId/roles`, (request, reply) =>
    form('save-role-profile', async (given, session, answer) => {
      const { userId } = request.params;
      const { db } = world.store;
      try {
        const wish = { userId, odsCode: (given['odsCode'] ?? '').toUpperCase(), jobRoleCode: given['jobRoleCode'] ?? '' };
        const activityCodes = (given['activityCodes'] ?? '').split(/[\s,]+/).filter((each) => each !== '');
        await world.store.transaction((tx) => giveRoleProfile(world, tx, session.actor, { ...wish, activityCodes }));
        return await answer.redirect(`${BASE}/people/${userId}`, 303);
      } catch (error) {
        const person = await world.directory.person(db, userId);
        return view(answer, session, userId, { ...person, ...given }, asFieldFault(error, 'odsCode'));
      }
    })(request, reply),
  );
  app.post<OfPerson>(`${BASE}/people/:userId/roles/close`, (request, reply) =>
    form('save-role-profile', async (given, session, answer) => {
      const { userId } = request.params;
      const profile = await world.directory.roleProfile(world.store.db, given['roleProfileId'] ?? '');
      if (profile === undefined || profile.userId !== userId)
        throw new LocalRefusal(404, 'role_profile_unknown', 'There is no such role profile.');
      const changed = { ...profile, active: !profile.active };
      await world.store.transaction((tx) => saveRoleProfile(world, tx, session.actor, changed));
      return answer.redirect(`${BASE}/people/${userId}`, 303);
    })(request, reply),
  );
}

function personOf(userId: string, form: Form): Readonly<Record<string, unknown>> {
  return {
    userId,
    title: form['title'] ?? '',
    givenName: form['givenName'] ?? '',
    familyName: form['familyName'] ?? '',
    email: form['email'] ?? '',
    active: form['active'] === 'yes',
    identityAssuranceLevel: Number(form['identityAssuranceLevel'] ?? '3'),
    authenticationAssuranceLevel: Number(form['authenticationAssuranceLevel'] ?? '3'),
  };
}
