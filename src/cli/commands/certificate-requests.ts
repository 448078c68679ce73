import { type Command, Option } from 'commander';
import { LocalRefusal } from '../../kernel/errors.ts';
import { CertificateRequestAnswer, CertificateRequestsAnswer } from '../answers.ts';
import { described, folderOf, writeChain } from '../certificate-files.ts';
import type { CommandBook, Invocation } from '../invocation.ts';
import { table } from '../output.ts';

/** `localspine certificate requests|decide|collect`: the queue of requests where a person decides (LOCALSPINE_REGISTRATION_APPROVAL). */
export function addCertificateRequestCommands(certificate: Command, book: CommandBook): void {
  book
    .add(certificate, 'requests', 'list requests for certificates, and what became of them', list)
    .addOption(new Option('--state <state>', 'only those in this state').choices(['requested', 'issued', 'refused']));
  book
    .add(certificate, 'decide <requestId>', 'decide on a request that waits', decide)
    .addOption(new Option('--event <event>', 'what to do').choices(['issue', 'refuse']).makeOptionMandatory())
    .option('--reason <text>', 'why it is refused');
  book.add(certificate, 'collect <requestId>', 'fetch the certificate of a request, beside its key', collect);
}

async function list(invocation: Invocation): Promise<void> {
  const state = invocation.text('state');
  const path = `/pki/requests${state === undefined ? '' : `?state=${state}`}`;
  const { requests } = await invocation.client().call(CertificateRequestsAnswer, 'GET', path);
  invocation.result({ environment: invocation.environment, requests }, () =>
    requests.length === 0
      ? 'There are no requests.'
      : table(requests.map((each) => [each.requestId, each.state, each.commonName, each.organisation ?? '', each.reason ?? ''])),
  );
}

async function decide(invocation: Invocation): Promise<void> {
  const reason = invocation.text('reason');
  const body = { event: invocation.requiredText('event'), ...(reason === undefined ? {} : { reason }) };
  const request = await invocation.client().call(CertificateRequestAnswer, 'POST', `${pathOf(invocation)}/decision`, body);
  invocation.result(request, () =>
    request.certificate === undefined ? `${request.commonName} is refused: ${request.reason ?? ''}` : described(request.certificate),
  );
}

async function collect(invocation: Invocation): Promise<void> {
  const request = await invocation.client().call(CertificateRequestAnswer, 'GET', pathOf(invocation));
  const { certificate, state, reason } = request;
  if (certificate === undefined)
    throw new LocalRefusal(
      409,
      'certificate_not_issued',
      state === 'refused' ? `The request was refused: ${reason ?? ''}` : 'The request waits for a decision.',
      state === 'refused' ? 'Put it right and ask again.' : 'Decide with: localspine certificate decide',
    );
  const files = writeChain(folderOf(invocation, certificate.commonName), certificate);
  const { chain: _, ...facts } = certificate;
  invocation.result({ requestId: request.requestId, ...facts, ...files }, () =>
    [described(certificate), table([['certificate and sub CA', files.chainPath]])].join('\n'),
  );
}

function pathOf(invocation: Invocation): string {
  return `/pki/requests/${encodeURIComponent(invocation.argument(0))}`;
}
