import type { X509Certificate } from 'node:crypto';
import type { Instant } from '../../kernel/clock.ts';
import { type Generation, isLocalAuthority } from './authorities.ts';
import { STORES } from './stores.ts';

/** An authority of a running LocalSpine. */
export interface KnownAuthority {
  readonly environment: string;
  readonly generation: Generation;
  readonly role: 'root' | 'sub-ca';
  readonly certificate: X509Certificate;
}

/** A file, or what a server sent. */
export interface Source {
  /** File name, or `host:port`. */
  readonly name: string;
  readonly form: 'pem' | 'der' | 'wire' | 'unreadable';
  readonly certificates: readonly X509Certificate[];
}

/** What is examined. */
export interface ChainQuestion {
  readonly environment: string;
  /** What a server shows, or a client would: from the end entity up. */
  readonly presented: readonly Source[];
  /** What is installed as root, if told. */
  readonly roots?: readonly Source[];
  /** What is installed as intermediate, if told. */
  readonly intermediates?: readonly Source[];
  /** Name that the end entity should be good for. */
  readonly host?: string;
  readonly known: readonly KnownAuthority[];
  /** Serial numbers on the revocation lists of the environment, with the reason. */
  readonly revoked: ReadonlyMap<string, string>;
  readonly now: Instant;
}

/** One thing looked at. */
export interface ChainFinding {
  readonly check: string;
  readonly ok: boolean;
  readonly detail: string;
  readonly fix?: string;
}

const SHORTEST_KEY = 2048;
const NUMBERS: Readonly<Record<Generation, string>> = { 'generation-1': 'generation 1', 'generation-2': 'generation 2' };
const OTHER: Readonly<Record<Generation, Generation>> = { 'generation-1': 'generation-2', 'generation-2': 'generation-1' };

/** Looks at a chain of trust and says in plain words what is wrong with it (PTL-068 to PTL-070, sds.md §11). */
export function examineChain(question: ChainQuestion): readonly ChainFinding[] {
  const { presented, roots = [], intermediates = [] } = question;
  const findings = [...presented, ...roots, ...intermediates].flatMap(formOf);
  const certificates = presented.flatMap((source) => source.certificates);
  for (const certificate of unique([...certificates, ...[...roots, ...intermediates].flatMap((each) => each.certificates)]))
    findings.push(validityOf(certificate, question.now), strengthOf(certificate));
  findings.push(...storesOf(question));
  const leaf = certificates.find((each) => !each.ca);
  if (leaf === undefined) {
    findings.push(...authoritiesOnly(question, certificates));
    return findings;
  }
  return [...findings, ...endEntity(question, leaf, certificates)];
}

function endEntity(question: ChainQuestion, leaf: X509Certificate, certificates: readonly X509Certificate[]): readonly ChainFinding[] {
  const findings: ChainFinding[] = [];
  if (question.host !== undefined) findings.push(nameOf(leaf, question.host));
  const issuer = issuerOf(question, leaf);
  findings.push(issuer.finding);
  if (question.revoked.size > 0) findings.push(revocationOf(question, leaf));
  if (issuer.authority === undefined) return findings;
  findings.push(completeness(question, leaf, certificates, issuer.authority));
  findings.push(...generationInstalled(question, issuer.authority));
  return findings;
}

function formOf({ name, form, certificates }: Source): readonly ChainFinding[] {
  const check = `file ${name}`;
  if (form === 'unreadable' || certificates.length === 0)
    return [
      {
        check,
        ok: false,
        detail: 'there is no certificate in it, neither as PEM nor as DER',
        fix: 'A PEM file holds lines from -----BEGIN CERTIFICATE----- on; a DER file holds the bytes only.',
      },
    ];
  const ending = /\.([a-z0-9]+)$/i.exec(name)?.[1]?.toLowerCase();
  if (form === 'pem' && ending === 'der')
    return [
      {
        check,
        ok: false,
        detail: 'it is PEM text under the name .der; many programs refuse it',
        fix: `Turn it into DER (openssl x509 -in ${name} -outform DER -out fixed.der), or call it .pem.`,
      },
    ];
  if (form === 'der' && ending === 'pem')
    return [
      {
        check,
        ok: false,
        detail: 'it is DER under the name .pem',
        fix: `Turn it into PEM (openssl x509 -inform DER -in ${name} -out fixed.pem), or call it .der.`,
      },
    ];
  return form === 'wire' ? [] : [{ check, ok: true, detail: `${certificates.length} as ${form.toUpperCase()}` }];
}

function validityOf(certificate: X509Certificate, now: Instant): ChainFinding {
  const check = `validity of ${nameIn(certificate.subject)}`;
  const [from, to] = [certificate.validFromDate, certificate.validToDate].map((each) => each.toISOString().slice(0, 19).concat('Z'));
  if (now > certificate.validToDate.getTime()) return { check, ok: false, detail: `it expired on ${to}`, fix: 'Get a new certificate.' };
  if (now < certificate.validFromDate.getTime())
    return { check, ok: false, detail: `it is not valid before ${from}`, fix: 'Check the date of this machine.' };
  return { check, ok: true, detail: `until ${to}` };
}

function strengthOf(certificate: X509Certificate): ChainFinding {
  const check = `strength of ${nameIn(certificate.subject)}`;
  const { asymmetricKeyType: type = 'unknown', asymmetricKeyDetails } = certificate.publicKey;
  const bits = asymmetricKeyDetails?.modulusLength ?? 0;
  const algorithm = certificate.signatureAlgorithm ?? '';
  if (type === 'rsa' && bits < SHORTEST_KEY)
    return {
      check,
      ok: false,
      detail: `its RSA key has ${bits} bits only`,
      fix: 'Make a key of 2048 to 4096 bits and ask for a new certificate.',
    };
  if (/sha1|md5/i.test(algorithm))
    return { check, ok: false, detail: `it is signed with ${algorithm}`, fix: 'Ask for a certificate signed with SHA-256.' };
  return {
    check,
    ok: true,
    detail: `${type.toUpperCase()}${bits === 0 ? '' : ` ${bits} bits`}${algorithm === '' ? '' : `, ${algorithm}`}`,
  };
}

function nameOf(leaf: X509Certificate, host: string): ChainFinding {
  const check = 'name';
  const matches = /^[\d.]+$|:/.test(host) ? leaf.checkIP(host) : leaf.checkHost(host, { subject: 'default' });
  if (matches !== undefined) return { check, ok: true, detail: `${host} is in the certificate` };
  return {
    check,
    ok: false,
    detail: `the certificate is not for ${host}; it is for ${leaf.subjectAltName ?? nameIn(leaf.subject)}`,
    fix: 'Call the system by a name in its certificate, or get one for this name.',
  };
}

/** Whose signature an end entity carries. */
function issuerOf({ known, environment }: ChainQuestion, leaf: X509Certificate): { finding: ChainFinding; authority?: KnownAuthority } {
  const check = 'issuer';
  const name = nameIn(leaf.issuer);
  const authority = known.find(({ role, certificate }) => role === 'sub-ca' && signed(leaf, certificate));
  if (authority !== undefined && authority.environment === environment)
    return { authority, finding: { check, ok: true, detail: `${name}, ${NUMBERS[authority.generation]} of ${environment}` } };
  if (authority !== undefined)
    return {
      finding: {
        check,
        ok: false,
        detail: `it is a certificate of ${authority.environment} (issued by ${name}), not of ${environment}`,
        fix: `Use a certificate of ${environment}: those of other environments are refused even where the root is the same.`,
      },
    };
  if (known.some(({ certificate }) => certificate.subject === leaf.issuer))
    return {
      finding: {
        check,
        ok: false,
        detail: `it names ${name} as its issuer, but was not signed by its present key`,
        fix: 'It is from another installation, or from before this one was started anew: get a new certificate.',
      },
    };
  if (leaf.issuer === leaf.subject)
    return {
      finding: { check, ok: false, detail: 'it signed itself', fix: `Get a certificate from the authority of ${environment}.` },
    };
  const local = isLocalAuthority(name) ? 'no sub CA of an environment that runs here' : 'no authority of LocalSpine';
  return {
    finding: {
      check,
      ok: false,
      detail: `it was issued by ${name}, ${local}`,
      fix: `Get a certificate from the authority of ${environment}.`,
    },
  };
}

function revocationOf({ revoked }: ChainQuestion, leaf: X509Certificate): ChainFinding {
  const reason = revoked.get(leaf.serialNumber.toUpperCase());
  return reason === undefined
    ? { check: 'revocation', ok: true, detail: 'not on the revocation list' }
    : { check: 'revocation', ok: false, detail: `it is revoked: ${reason}`, fix: 'Ask for a new certificate with a new key.' };
}

/** Whether the sub CA comes along, in its place. */
function completeness(
  { presented, intermediates = [] }: ChainQuestion,
  leaf: X509Certificate,
  certificates: readonly X509Certificate[],
  { certificate, generation }: KnownAuthority,
): ChainFinding {
  const check = 'chain';
  const name = nameIn(certificate.subject);
  const wire = presented.some(({ form }) => form === 'wire');
  const place = certificates.findIndex((each) => each.fingerprint256 === certificate.fingerprint256);
  const installed = intermediates.some((source) => source.certificates.some((each) => each.fingerprint256 === certificate.fingerprint256));
  if (place === -1 && !installed)
    return {
      check,
      ok: false,
      detail: `the sub CA is missing: ${name} issued the certificate, but ${wire ? 'the server does not send it' : 'it is in none of the files'}`,
      fix: `Put the sub CA of ${NUMBERS[generation]} (${fileOf(generation, 'sub-ca')}) behind the certificate in the chain file.`,
    };
  if (place !== -1 && place < certificates.indexOf(leaf))
    return { check, ok: false, detail: 'the sub CA comes before the certificate', fix: 'The order is: own certificate, sub CA.' };
  return { check, ok: true, detail: `${nameIn(leaf.subject)} ← ${name} ← ${nameIn(certificate.issuer)}` };
}

/** Whether what is installed belongs to the generation of the certificate (PTL-069). */
function generationInstalled(question: ChainQuestion, { generation, environment }: KnownAuthority): readonly ChainFinding[] {
  return (['root', 'sub-ca'] as const).flatMap((role): readonly ChainFinding[] => {
    const sources = role === 'root' ? question.roots : question.intermediates;
    if (sources === undefined) return [];
    const installed = sources.flatMap((source) => source.certificates);
    const has = (wanted: Generation): boolean =>
      question.known.some(
        (each) =>
          each.environment === environment &&
          each.generation === wanted &&
          each.role === role &&
          installed.some((certificate) => certificate.fingerprint256 === each.certificate.fingerprint256),
      );
    const check = `installed ${role === 'root' ? 'root' : 'sub CA'}`;
    if (has(generation)) return [{ check, ok: true, detail: `of ${NUMBERS[generation]}, as the certificate` }];
    const other = OTHER[generation];
    const fix = `Install the ${role === 'root' ? 'root' : 'sub CA'} of ${NUMBERS[generation]} (${fileOf(generation, role)}); keep the other while you have certificates of both.`;
    return has(other)
      ? [{ check, ok: false, detail: `you installed ${NUMBERS[other]}, but the certificate was issued by ${NUMBERS[generation]}`, fix }]
      : [{ check, ok: false, detail: `that of ${environment} is not installed`, fix }];
  });
}

/** Roots among the roots, sub CAs among the intermediates (PTL-070). */
function storesOf({ roots = [], intermediates = [] }: ChainQuestion): readonly ChainFinding[] {
  return [
    ...roots.flatMap((source) => source.certificates.map((each) => placed(each, 'root'))),
    ...intermediates.flatMap((source) => source.certificates.map((each) => placed(each, 'sub-ca'))),
  ];
}

const ROLES = {
  root: { name: 'root', store: 'root store' },
  'sub-ca': { name: 'sub CA', store: 'intermediate store' },
} as const;

/** Whether a certificate belongs in the store where it was found. */
function placed(certificate: X509Certificate, store: KnownAuthority['role']): ChainFinding {
  const check = `${ROLES[store].store}: ${nameIn(certificate.subject)}`;
  if (!certificate.ca)
    return {
      check,
      ok: false,
      detail: 'it is no authority at all',
      fix: `Only a ${ROLES[store].name} belongs in the ${ROLES[store].store}.`,
    };
  const role = selfSigned(certificate) ? 'root' : 'sub-ca';
  if (role === store) return { check, ok: true, detail: `a ${ROLES[role].name}, where it belongs` };
  return { check, ok: false, detail: `it is a ${ROLES[role].name} in the ${ROLES[store].store}`, fix: `Move it to "${STORES[role]}".` };
}

/** Files that hold authorities and nothing else: said what they are; sent by a server, that is the fault. */
function authoritiesOnly(
  { presented, known, environment }: ChainQuestion,
  certificates: readonly X509Certificate[],
): readonly ChainFinding[] {
  if (certificates.length > 0 && presented.some(({ form }) => form === 'wire'))
    return [
      {
        check: 'end entity',
        ok: false,
        detail: `the server shows the certificate of an authority, ${nameIn(certificates[0]?.subject ?? '')}`,
        fix: 'Configure it with its own certificate first, then the sub CA.',
      },
    ];
  return certificates.map((certificate) => {
    const check = `authority ${nameIn(certificate.subject)}`;
    const found = known.filter((each) => each.certificate.fingerprint256 === certificate.fingerprint256);
    const here = found.find((each) => each.environment === environment) ?? found[0];
    if (here === undefined) {
      const fix = `Download those of ${environment}: /_localspine/certificates/root.pem and sub-ca.pem.`;
      return { check, ok: false, detail: 'no authority of an environment that runs here', fix };
    }
    const detail = `${here.role === 'root' ? 'root' : 'sub CA'} of ${here.environment}, ${NUMBERS[here.generation]}; belongs in "${STORES[here.role]}"`;
    return here.environment === environment
      ? { check, ok: true, detail }
      : { check, ok: false, detail, fix: `This is not ${environment}: download its own.` };
  });
}

function fileOf(generation: Generation, role: KnownAuthority['role']): string {
  return `/_localspine/certificates/${generation}/${role}.pem`;
}

function signed(certificate: X509Certificate, issuer: X509Certificate): boolean {
  return certificate.checkIssued(issuer) && certificate.verify(issuer.publicKey);
}

function selfSigned(certificate: X509Certificate): boolean {
  return certificate.subject === certificate.issuer && certificate.verify(certificate.publicKey);
}

function unique(certificates: readonly X509Certificate[]): readonly X509Certificate[] {
  return [...new Map(certificates.map((each) => [each.fingerprint256, each])).values()];
}

function nameIn(subject: string): string {
  return /^CN=(.*)$/m.exec(subject)?.[1] ?? subject.split('\n').join(', ');
}
