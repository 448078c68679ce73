/** Host names: asked for, registered in the environment's zones, and what the environment knows of them (PTL-011). */
import type { Db } from '../../kernel/store/store.ts';
import { nameRequestFaults } from './host-names.ts';
import type { NameFinding, RegisterNameWish, RegistrationOutcome } from './model.ts';
import { FieldsRefusal } from './rules.ts';
import type { RegistrationWorld } from './world.ts';

/** Checks a request for a name. Throws FieldsRefusal 422. */
export async function checkNameWish({ directory, pki }: RegistrationWorld, db: Db, wish: RegisterNameWish): Promise<void> {
  const facts = { organisation: await directory.organisation(db, wish.odsCode), ownership: await pki.ownership(db, wish.fqdn) };
  const faults = nameRequestFaults(wish, facts);
  if (faults.length > 0) throw new FieldsRefusal(faults);
}

/** Puts an approved name into the environment's zones. Throws LocalRefusal 400, 409. */
export async function registerName(world: RegistrationWorld, tx: Db, wish: RegisterNameWish): Promise<RegistrationOutcome> {
  const { fqdn, odsCode, addresses } = wish;
  await world.dns.register({ name: fqdn, odsCode, ...(addresses === undefined ? {} : { addresses }) }, tx);
  return { cpaIds: [], name: await nameFinding(world, tx, fqdn) };
}

/** What the zones and the certificate authority know of a host name that is registered. */
export async function nameFinding({ dns, pki }: RegistrationWorld, db: Db, name: string): Promise<NameFinding> {
  const fqdn = name.toLowerCase();
  const [addresses, registered, [certificate]] = await Promise.all([
    dns.resolve(db, fqdn),
    dns.registration(db, fqdn),
    pki.goodCertificates(db, fqdn),
  ]);
  return {
    fqdn,
    registeredBy: registered === undefined ? 'system' : 'name-request',
    addresses,
    ...(certificate === undefined
      ? { advice: `No good certificate has the common name ${fqdn} yet: localspine certificate request ${fqdn}` }
      : { certificate: { serial: certificate.serial, expiresAt: certificate.expiresAt } }),
  };
}

/** A host name and whose it is. */
export interface OwnedName extends NameFinding {
  /** The organisation it is registered to first; absent for a name that is nobody's in particular. */
  readonly odsCode?: string;
}

/** Every host name that was registered, by request or with a system, in order. */
export async function registeredNames(world: RegistrationWorld, db: Db): Promise<readonly OwnedName[]> {
  const { dns, directory, pki, environment } = world;
  const handlers = await directory.register.hostNames(db);
  const all = new Set([...(await dns.names()).map((each) => each.name), ...handlers]);
  const own = [...all].filter((each) => !environment.publishedNames.includes(each)).sort();
  return Promise.all(
    own.map(async (fqdn) => {
      const ownership = await pki.ownership(db, fqdn);
      const odsCode = ownership.known === 'registered' ? ownership.organisations[0] : undefined;
      return { ...(await nameFinding(world, db, fqdn)), ...(odsCode === undefined ? {} : { odsCode }) };
    }),
  );
}
