import type { LdapSettings, ServiceContext } from '../../../kernel/service.ts';
import type { DoorKeeper, ServiceDoor } from '../../../kernel/service-door.ts';
import type { DirectoryOptions, StartTlsCredentials } from './directory.ts';

/** The LDAP doors of an environment (sds.md §1): TLS from the first byte, and a plain one with StartTLS that only a setting opens. */
export const ldapDoors: readonly ServiceDoor[] = [
  { name: 'ldaps', portOffset: 36, transports: ['tcp'], scheme: 'ldaps', secure: true },
  { name: 'ldap', portOffset: 89, transports: ['tcp'], scheme: 'ldap', secure: false, loopback: true },
];

const DEFAULTS: LdapSettings = { clientCertificate: 'optional', sizeLimit: 0, matching: 'published', plain: false };

/** Who keeps them. Nothing of the protocol is loaded, and no entry made, before the first client comes. */
export function ldapKeepers(context: ServiceContext): Readonly<Record<string, DoorKeeper>> {
  const settings = context.environment.settings.ldap ?? DEFAULTS;
  const load = async (secure: boolean): ReturnType<DoorKeeper['load']> => {
    const { ldapHandlers, viewOf } = await import('./listener.ts');
    const options: DirectoryOptions = {
      sizeLimit: settings.sizeLimit,
      defaultEquality: settings.matching === 'lenient',
      readerPassword: settings.readerPassword,
      secure,
    };
    const failed = (text: string): void => context.log.error({ text }, 'ldap');
    return ldapHandlers({ view: viewOf(context.store.db), options, failed, startTls: secure ? undefined : await startTls(context) });
  };
  return {
    ldaps: {
      maintained: 'cis',
      clientCertificate: settings.clientCertificate === 'required' ? 'required' : 'asked',
      load: () => load(true),
    },
    ldap: { maintained: 'cis', closed: !settings.plain, load: () => load(false) },
  };
}

/** What the plain door secures itself with when a client asks. */
async function startTls({ store, use }: ServiceContext): Promise<StartTlsCredentials> {
  const { pki } = await import('../../pki/index.ts');
  const { privateKeyPem, certificateChainPem } = await use(pki).serverCredentials(store.db);
  return { key: privateKeyPem, cert: certificateChainPem };
}
