import { readFileSync, writeFileSync } from 'node:fs';
import { type Command, Option } from 'commander';
import type { Static } from 'typebox';
import { LocalRefusal, messageOf } from '../../kernel/errors.ts';
import {
  CertificateAnswer,
  CertificateChainAnswer,
  CertificateOutcomeAnswer,
  type CertificateRequestView,
  CertificatesAnswer,
  CutOverAnswer,
  KeyStoreAnswer,
} from '../answers.ts';
import { chainText, described, folderOf, writeChain, written } from '../certificate-files.ts';
import { type CommandBook, type Invocation, wholeNumber } from '../invocation.ts';
import { writePrivate } from '../local-applications.ts';
import { table } from '../output.ts';
import { addAuthorityCommands } from './certificate-authority.ts';
import { addCertificateRequestCommands } from './certificate-requests.ts';

const REASONS = ['unspecified', 'keyCompromise', 'affiliationChanged', 'superseded', 'cessationOfOperation', 'privilegeWithdrawn'];
const FORMS = ['pem', 'der', 'chain', 'pkcs12', 'jks', 'mesh', 'mesh-pkcs12'];
const MOST_DAYS = 1_096;

/** `localspine certificate …`: certificates for a supplier's systems. */
export function addCertificateCommands(program: Command, book: CommandBook): void {
  const certificate = book.group(program, 'certificate', 'certificates for your systems: request, sign, renew, revoke, download');
  withTerm(book.add(certificate, 'request <fqdn>', 'make a key and a signing request here, and have it signed', request))
    .addOption(new Option('--bits <bits>', 'length of the RSA key').choices(['2048', '3072', '4096']).default('2048'))
    .option('--register', 'register the name to the organisation first, if it is not registered');
  withTerm(book.add(certificate, 'sign <csr>', 'have a signing request in a file signed', sign)).option(
    '--out <file>',
    'write certificate and sub CA here',
  );
  book
    .add(certificate, 'list', 'list the certificates of an environment', list)
    .option('--name <fqdn>', 'only those for this common name')
    .option('--ods <code>', 'only those of this organisation');
  withTerm(book.add(certificate, 'renew <serial>', 'issue a certificate anew, for the same key or the one in --csr', renew))
    .option('--csr <file>', 'signing request with the new key')
    .option('--out <file>', 'write certificate and sub CA here');
  book
    .add(certificate, 'revoke <serial>', 'revoke a certificate; the revocation list says so at once', revoke)
    .addOption(new Option('--reason <reason>', 'why').choices(REASONS).default('unspecified'))
    .option('--yes', 'do not ask');
  withTerm(
    book.add(
      certificate,
      'download <what>',
      'a certificate by its serial number; or, for an FQDN, a new key store with key and password',
      download,
    ),
  )
    .addOption(new Option('--form <form>', 'form of the file').choices(FORMS).default('pem'))
    .option('--out <folder>', 'folder to write to', '.');
  addCertificateRequestCommands(certificate, book);
  addAuthorityCommands(certificate, book);
  book
    .add(certificate, 'cut-over', 'show or set the moment from which certificates are of generation 2', cutOver)
    .option('--at <date>', 'the moment, e.g. 2026-12-01T00:00:00Z');
}

function withTerm(command: Command): Command {
  return command
    .option('--ods <code>', 'organisation that asks')
    .option('--days <days>', 'how long it lasts (default: three years)', wholeNumber(1, MOST_DAYS))
    .option('--created <date>', 'date it back; before the cut-over it is of generation 1');
}

function orderOf(invocation: Invocation): Readonly<Record<string, unknown>> {
  const [ods, days, createdAt] = [invocation.text('ods'), invocation.number('days'), invocation.text('created')];
  return {
    ...(ods === undefined ? {} : { ods }),
    ...(days === undefined ? {} : { days }),
    ...(createdAt === undefined ? {} : { createdAt }),
  };
}

async function request(invocation: Invocation): Promise<void> {
  const { makeSigningRequest } = await import('../../services/pki/index.ts');
  const fqdn = invocation.argument(0).toLowerCase();
  const client = invocation.client();
  const bits = invocation.text('bits');
  if (invocation.flag('register')) await registerName(invocation, fqdn);
  const { privateKeyPem, csr } = await makeSigningRequest(fqdn, bits === '4096' ? 4096 : bits === '3072' ? 3072 : 2048);
  const made = await client.call(CertificateOutcomeAnswer, 'POST', '/pki/certificates', { csr, ...orderOf(invocation) });
  // Only now: a name that was refused makes no folder.
  const folder = folderOf(invocation, made.commonName);
  const own = { privateKeyPath: writePrivate(folder, 'private-key.pem', privateKeyPem), csrPath: written(folder, 'request.csr', csr) };
  if (!('chain' in made)) {
    invocation.result({ ...made, ...own }, () => [waiting(made), table([['private key', own.privateKeyPath]])].join('\n'));
    return;
  }
  const files = { ...own, ...writeChain(folder, made) };
  const { chain: _chain, ...facts } = made;
  invocation.result({ ...facts, ...files, caPath: client.place.caPath }, () =>
    [
      described(made),
      table([
        ['private key', files.privateKeyPath],
        ['certificate and sub CA', files.chainPath],
        ['trust', client.place.caPath],
      ]),
    ].join('\n'),
  );
}

/** Registers a name in the environment's zones; one that is registered to the same organisation stays as it is. */
async function registerName(invocation: Invocation, name: string): Promise<void> {
  const ods = invocation.text('ods');
  await invocation.client().raw('POST', '/dns/names', { name, ...(ods === undefined ? {} : { odsCode: ods }) });
}

async function sign(invocation: Invocation): Promise<void> {
  const csr = fileText(invocation.argument(0));
  issued(
    invocation,
    await invocation.client().call(CertificateOutcomeAnswer, 'POST', '/pki/certificates', { csr, ...orderOf(invocation) }),
  );
}

async function renew(invocation: Invocation): Promise<void> {
  const file = invocation.text('csr');
  const { ods: _ods, ...term } = orderOf(invocation);
  const body = { ...term, ...(file === undefined ? {} : { csr: fileText(file) }) };
  const path = `/pki/certificates/${encodeURIComponent(invocation.argument(0))}/renew`;
  issued(invocation, await invocation.client().call(CertificateOutcomeAnswer, 'POST', path, body));
}

/** Writes an issued chain to `--out`, or prints it; says so when the request waits. */
function issued(invocation: Invocation, made: Static<typeof CertificateOutcomeAnswer>): void {
  if (!('chain' in made)) {
    invocation.result(made, () => waiting(made));
    return;
  }
  const out = invocation.text('out');
  if (out !== undefined) writeFileSync(out, chainText(made));
  invocation.result(made, () => (out === undefined ? chainText(made).trimEnd() : `${described(made)}\nwritten to ${out}`));
}

async function list(invocation: Invocation): Promise<void> {
  const [commonName, ods] = [invocation.text('name'), invocation.text('ods')];
  const query = new URLSearchParams({ ...(commonName === undefined ? {} : { commonName }), ...(ods === undefined ? {} : { ods }) });
  const { certificates } = await invocation.client().call(CertificatesAnswer, 'GET', `/pki/certificates?${query}`);
  invocation.result({ environment: invocation.environment, certificates }, () =>
    certificates.length === 0
      ? 'No certificates. Ask for one with: npx localspine certificate request mysystem.mycompany.thirdparty.nhs.uk'
      : table(
          certificates.map((each) => [
            each.serial,
            each.commonName,
            each.organisation ?? '',
            each.generation,
            `until ${each.expiresAt.slice(0, 10)}`,
            each.status === 'revoked' ? invocation.paint('red', `revoked: ${each.reason ?? ''}`) : '',
          ]),
        ),
  );
}

async function revoke(invocation: Invocation): Promise<void> {
  const serial = invocation.argument(0);
  await invocation.agree(`This revokes the certificate ${serial} of ${invocation.environment} for good.`);
  const path = `/pki/certificates/${encodeURIComponent(serial)}/revoke`;
  const revoked = await invocation.client().call(CertificateAnswer, 'POST', path, { reason: invocation.requiredText('reason') });
  invocation.result(revoked, `${revoked.commonName} (${revoked.serial}) is revoked: ${revoked.reason ?? ''}.`);
}

async function download(invocation: Invocation): Promise<void> {
  const [what, form] = [invocation.argument(0), invocation.requiredText('form')];
  const folder = invocation.text('out') ?? '.';
  const client = invocation.client();
  if (form !== 'pem' && form !== 'der' && form !== 'chain') {
    const store = await client.call(KeyStoreAnswer, 'POST', '/pki/key-stores', { commonName: what, form, ...orderOf(invocation) });
    const { content, ...facts } = store;
    const path = writePrivate(folder, store.fileName, Buffer.from(content, 'base64'));
    invocation.result({ ...facts, path }, () =>
      [
        table([
          ['key store', path],
          ['entry', store.alias],
          ['password', store.password],
          ['belongs in', store.installInto],
        ]),
        'The password is shown this once only.',
      ].join('\n'),
    );
    return;
  }
  const found = await client.call(CertificateChainAnswer, 'GET', `/pki/certificates/${encodeURIComponent(what)}`);
  const [pem = ''] = found.chain;
  const der = Buffer.from(pem.replace(/-----[A-Z ]+-----/g, ''), 'base64');
  const path = written(
    folder,
    `${found.commonName.replace(/[^A-Za-z0-9.]+/g, '-')}${form === 'chain' ? '-chain.pem' : `.${form}`}`,
    form === 'pem' ? pem : form === 'der' ? der : chainText(found),
  );
  invocation.result({ serial: found.serial, commonName: found.commonName, path }, path);
}

async function cutOver(invocation: Invocation): Promise<void> {
  const at = invocation.text('at');
  const client = invocation.client();
  const answer =
    at === undefined
      ? await client.call(CutOverAnswer, 'GET', '/pki/cut-over')
      : await client.call(CutOverAnswer, 'PUT', '/pki/cut-over', { at });
  invocation.result(
    { environment: invocation.environment, ...answer },
    `Certificates of ${invocation.environment} created before ${answer.cutOver} are of generation 1, later ones of generation 2.`,
  );
}

function waiting({ commonName, requestId }: CertificateRequestView): string {
  return `The request for ${commonName} waits for a decision. Fetch the certificate then with: npx localspine certificate collect ${requestId}`;
}

function fileText(path: string): string {
  try {
    return readFileSync(path, 'utf8');
  } catch (error) {
    throw new LocalRefusal(404, 'file_unreadable', `${path} cannot be read: ${messageOf(error)}.`);
  }
}
