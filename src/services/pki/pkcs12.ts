/** A private key with its certificates, or certificates to trust. */
export interface Pkcs12Content {
  /** Name of the entry. */
  readonly alias: string;
  /** PKCS#8 in DER; none in a store of certificates to trust. */
  readonly key?: Uint8Array;
  /** From the holder's certificate up, or those to trust; DER. */
  readonly certificates: readonly { readonly der: Uint8Array; readonly alias: string }[];
}

const FRIENDLY_NAME = '1.2.840.113549.1.9.20';
const LOCAL_KEY_ID = '1.2.840.113549.1.9.21';
/** Without it Java takes a certificate in a PKCS#12 file for nothing. */
const JAVA_TRUSTED_KEY_USAGE = '2.16.840.1.113894.746875.1.1';
const ANY_EXTENDED_KEY_USAGE = '2.5.29.37.0';
const KEY_BAG = '1.2.840.113549.1.12.10.1.2';
const CERTIFICATE_BAG = '1.2.840.113549.1.12.10.1.3';
const PROTECTION = {
  contentEncryptionAlgorithm: { name: 'AES-CBC', length: 256 },
  hmacHashAlgorithm: 'SHA-256',
  iterationCount: 10_000,
} as const;

type PkiJs = typeof import('pkijs');
type Attribute = InstanceType<PkiJs['Attribute']>;

/** A PKCS#12 file: AES-256 with PBKDF2 and SHA-256, as current OpenSSL, Java and Windows write it. */
export async function pkcs12(content: Pkcs12Content, password: string): Promise<Buffer> {
  const pkijs = await import('pkijs');
  const secret = Uint8Array.from(Buffer.from(password, 'utf8')).buffer;
  const certificates = new pkijs.SafeContents({ safeBags: await certificateBags(pkijs, content) });
  const keys = content.key === undefined ? [] : [await keyBag(pkijs, content.alias, content.key, secret)];
  const safes = [
    ...(keys.length === 0 ? [] : [{ privacyMode: 0, value: new pkijs.SafeContents({ safeBags: keys }) }]),
    { privacyMode: 1, value: certificates },
  ];
  const authenticatedSafe = new pkijs.AuthenticatedSafe({ parsedValue: { safeContents: safes } });
  await authenticatedSafe.makeInternalValues({
    safeContents: safes.map(({ privacyMode }) => (privacyMode === 0 ? {} : { password: secret, ...PROTECTION })),
  });
  const file = new pkijs.PFX({ parsedValue: { integrityMode: 0, authenticatedSafe } });
  await file.makeInternalValues({ password: secret, iterations: 10_000, pbkdf2HashAlgorithm: 'SHA-256', hmacHashAlgorithm: 'SHA-256' });
  return Buffer.from(file.toSchema().toBER(false));
}

async function keyBag(pkijs: PkiJs, alias: string, key: Uint8Array, password: ArrayBuffer): Promise<InstanceType<PkiJs['SafeBag']>> {
  const shrouded = new pkijs.PKCS8ShroudedKeyBag({ parsedValue: pkijs.PrivateKeyInfo.fromBER(Uint8Array.from(key)) });
  await shrouded.makeInternalValues({ password, ...PROTECTION });
  return new pkijs.SafeBag({
    bagId: KEY_BAG,
    bagValue: shrouded,
    bagAttributes: [await friendlyName(pkijs, alias), await localKeyId(pkijs)],
  });
}

async function certificateBags(pkijs: PkiJs, { alias, key, certificates }: Pkcs12Content): Promise<InstanceType<PkiJs['SafeBag']>[]> {
  return Promise.all(
    certificates.map(async ({ der, alias: own }, index) => {
      const holder = key !== undefined && index === 0;
      const attributes = [await friendlyName(pkijs, holder ? alias : own)];
      if (holder) attributes.push(await localKeyId(pkijs));
      if (key === undefined) attributes.push(await trustedByJava(pkijs));
      return new pkijs.SafeBag({
        bagId: CERTIFICATE_BAG,
        bagValue: new pkijs.CertBag({ parsedValue: pkijs.Certificate.fromBER(Uint8Array.from(der)) }),
        bagAttributes: attributes,
      });
    }),
  );
}

async function friendlyName(pkijs: PkiJs, value: string): Promise<Attribute> {
  const { BmpString } = await import('asn1js');
  return new pkijs.Attribute({ type: FRIENDLY_NAME, values: [new BmpString({ value })] });
}

/** Ties the key to its certificate. */
async function localKeyId(pkijs: PkiJs): Promise<Attribute> {
  const { OctetString } = await import('asn1js');
  return new pkijs.Attribute({ type: LOCAL_KEY_ID, values: [new OctetString({ valueHex: Uint8Array.of(1) })] });
}

async function trustedByJava(pkijs: PkiJs): Promise<Attribute> {
  const { ObjectIdentifier } = await import('asn1js');
  return new pkijs.Attribute({ type: JAVA_TRUSTED_KEY_USAGE, values: [new ObjectIdentifier({ value: ANY_EXTENDED_KEY_USAGE })] });
}
