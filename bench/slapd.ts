/** OpenLDAP slapd with the published schema and the same entries, for comparison (sds.md §15). */
import { execFileSync, spawn, spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, writeFileSync } from 'node:fs';
import { connect } from 'node:net';
import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import type { EntryText } from '../src/services/directory/ldap/records.ts';
import { subschema } from '../src/services/directory/ldap/schema.ts';

export interface Slapd {
  readonly pid: number;
  readonly port: number;
  readonly caPath: string;
  readonly loadSeconds: number;
  stop(): void;
}

const PROGRAM = '/usr/sbin/slapd';

export function isSlapdInstalled(): boolean {
  return existsSync(PROGRAM);
}

/** The national types and classes of systems, in slapd's own words. */
function schemaText(): string {
  const { attributeTypes = [], objectClasses = [] } = subschema();
  const wanted = (definition: string): boolean => / NAME '(nhs[A-Za-z]+)'/.test(definition);
  const classes = objectClasses.filter((each) => / NAME '(nhsAs|nhsMhs)'/.test(each));
  return [
    ...attributeTypes.filter(wanted).map((each) => `attributetype ${each.replace('nhsTempUid-oid', '1.3.6.1.4.1.4203.666.1.9999')}`),
    ...classes.map((each) => `objectclass ${each}`),
    '',
  ].join('\n');
}

/** Loads the entries with slapadd and starts slapd over TLS on a port. */
export async function startSlapd(folder: string, port: number, entries: Iterable<EntryText>): Promise<Slapd> {
  const data = join(folder, 'mdb');
  mkdirSync(data);
  const [key, cert] = [join(folder, 'slapd.key'), join(folder, 'slapd.pem')];
  const subject = ['-subj', '/CN=localhost', '-addext', 'subjectAltName=DNS:localhost'];
  execFileSync('openssl', ['req', '-x509', '-newkey', 'rsa:2048', '-nodes', '-keyout', key, '-out', cert, '-days', '2', ...subject], {
    stdio: 'ignore',
  });
  writeFileSync(join(folder, 'nhs.schema'), schemaText());
  writeFileSync(
    join(folder, 'slapd.conf'),
    `include /etc/ldap/schema/core.schema
include /etc/ldap/schema/cosine.schema
include /etc/ldap/schema/inetorgperson.schema
include ${folder}/nhs.schema
modulepath /usr/lib/ldap
moduleload back_mdb.la
TLSCertificateFile ${cert}
TLSCertificateKeyFile ${key}
TLSCACertificateFile ${cert}
TLSVerifyClient try
loglevel none
sizelimit unlimited
database mdb
maxsize 4294967296
suffix "o=nhs"
directory ${data}
index objectClass,uniqueIdentifier,nhsIDCode,nhsMHSPartyKey,nhsAsSvcIA,nhsMhsSvcIA,nhsMhsCPAId,uid eq
`,
  );
  const ldif = [...entries].map(ldifOf).join('\n');
  const from = performance.now();
  const loaded = spawnSync('/usr/sbin/slapadd', ['-q', '-f', join(folder, 'slapd.conf')], { input: ldif, encoding: 'utf8' });
  if (loaded.status !== 0) throw new Error(loaded.stderr);
  const loadSeconds = (performance.now() - from) / 1_000;
  const child = spawn(PROGRAM, ['-f', join(folder, 'slapd.conf'), '-h', `ldaps://127.0.0.1:${port}`, '-d', '0'], { stdio: 'ignore' });
  await answering(port);
  return { pid: child.pid ?? 0, port, caPath: cert, loadSeconds, stop: () => child.kill() };
}

function ldifOf({ dn, attributes }: EntryText): string {
  const values = attributes.flatMap(([name, all]) => all.map((value) => `${name}:: ${Buffer.from(value).toString('base64')}\n`));
  return `dn: ${dn}\n${values.join('')}`;
}

async function answering(port: number): Promise<void> {
  for (let tries = 0; tries < 100; tries += 1) {
    const open = await new Promise<boolean>((resolve) => {
      const socket = connect(port, '127.0.0.1', () => {
        socket.destroy();
        resolve(true);
      });
      socket.once('error', () => resolve(false));
    });
    if (open) return;
    await wait(100);
  }
  throw new Error('slapd did not start');
}
