/** What a supplier may want to use of an environment, and what that brings with it (path-to-live.md PTL-005…012, PTL-081…090). */

export const SERVICES = {
  'ers-user': { title: 'e-RS API, user-restricted access', zone: 'internet', messaging: false, smartcard: true },
  'ers-application': { title: 'e-RS API, application-restricted access', zone: 'internet', messaging: false, smartcard: false },
  'ers-web': { title: 'e-RS professional application', zone: 'hscn', messaging: false, smartcard: true },
  'ers-messaging': { title: 'e-RS messaging (HL7 V3)', zone: 'hscn', messaging: true, smartcard: false },
  'spine-messaging': { title: 'Spine Core messaging', zone: 'hscn', messaging: true, smartcard: true },
  'secure-proxy': { title: 'Spine Secure Proxy', zone: 'hscn', messaging: true, smartcard: false },
  smsp: { title: 'Spine Mini Service Provider', zone: 'hscn', messaging: true, smartcard: false },
  mesh: { title: 'MESH', zone: 'internet', messaging: false, smartcard: false },
  directory: { title: 'Spine Directory Service, LDAPS', zone: 'hscn', messaging: false, smartcard: false },
  'smartcard-sign-on': { title: 'Smartcard sign-on (Identity Agent)', zone: 'hscn', messaging: false, smartcard: true },
  'spine-applications': { title: 'Spine applications in the browser (SCRa, DSA …)', zone: 'hscn', messaging: false, smartcard: true },
} as const satisfies Readonly<Record<string, ServiceTraits>>;

interface ServiceTraits {
  readonly title: string;
  /** `hscn`: reached over the Health and Social Care Network only. */
  readonly zone: 'hscn' | 'internet';
  /** Sends or receives messages: its product and endpoint are registered. */
  readonly messaging: boolean;
  /** Its users sign in with a smartcard. */
  readonly smartcard: boolean;
}

export type ServiceId = keyof typeof SERVICES;
export const SERVICE_IDS = Object.keys(SERVICES) as ServiceId[];
