import { readFileSync } from 'node:fs';
import type { Command } from 'commander';
import { type ExaminationView, TokenExaminationAnswer } from '../answers.ts';
import type { Finding } from '../finding.ts';
import type { CommandBook, Invocation } from '../invocation.ts';

/** `localspine doctor`: looks for what usually goes wrong, and says what to do. */
export function addDoctor(program: Command, book: CommandBook): void {
  const doctor = book
    .add(program, 'doctor', 'look for what usually goes wrong, and say what to do', async (invocation) => {
      const { examine } = await import('../examination.ts');
      report(invocation, await examine(invocation));
    })
    .option('--app <id>', 'also follow an application: key, key set, product, ASID');
  book.add(
    doctor,
    'token <token>',
    'examine a client assertion, ID token, access token or API key, check by check; - reads it from the input',
    token,
  );
  book.add(
    doctor,
    'app <id>',
    'follow an application by its AppID, API key or name: key set, product, ASID, last refusal',
    async (invocation) => {
      const [{ examineApplication }, { lastRefusal }] = await Promise.all([
        import('../application-examination.ts'),
        import('../examination.ts'),
      ]);
      const client = invocation.client();
      const { appId, findings } = await examineApplication(invocation, client, invocation.argument(0));
      report(invocation, [...findings, await lastRefusal(client, appId)]);
    },
  );
  book
    .add(doctor, 'chain <targets...>', 'say what is wrong with certificates: of a server (host:port), or in files', async (invocation) => {
      const { examineTargets } = await import('../chain-examination.ts');
      report(invocation, await examineTargets(invocation, invocation.argumentList(0)));
    })
    .option('--roots <files>', 'what is installed as trusted root, separated by commas')
    .option('--intermediates <files>', 'what is installed as intermediate, separated by commas')
    .option('--name <host>', 'name the certificate should be good for (default: the host)');
}

function report(invocation: Invocation, findings: readonly Finding[]): void {
  if (findings.some((each) => !each.ok)) invocation.exitCode = 1;
  invocation.result({ environment: invocation.environment, healthy: invocation.exitCode === 0, findings }, () =>
    findingsText(findings, invocation),
  );
}

function findingsText(findings: readonly Finding[], { paint }: Invocation): string {
  return findings
    .map(
      ({ check, ok, detail, fix }) =>
        `${ok ? paint('green', 'well ') : paint('red', 'wrong')}  ${paint('bold', check)}  ${detail}${ok || fix === undefined ? '' : `\n       ${fix}`}`,
    )
    .join('\n');
}

async function token(invocation: Invocation): Promise<void> {
  const given = invocation.argument(0);
  const text = given === '-' ? readFileSync(0, 'utf8') : given;
  const examination = await invocation.client().call(TokenExaminationAnswer, 'POST', '/gateway/examinations', { token: text.trim() });
  if (examination.verdict === 'refused') invocation.exitCode = 1;
  invocation.result({ environment: invocation.environment, ...examination }, () => examinationText(examination, invocation));
}

const MARKS = { passed: 'passed ', failed: 'FAILED ', 'not-reached': '   –   ' } as const;

function examinationText({ kind, verdict, checks, contents }: ExaminationView, { paint, environment }: Invocation): string {
  const lines = [`${paint('bold', kind)}: ${environment} ${verdict === 'good' ? 'would take it' : 'refuses it'}`];
  for (const { check, outcome, why, fix, answer } of checks) {
    lines.push(`${paint(outcome === 'failed' ? 'red' : outcome === 'passed' ? 'green' : 'dim', MARKS[outcome])} ${check}`);
    if (why !== undefined) lines.push(`        ${why}`);
    if (answer !== undefined) lines.push(`        The platform answers ${answer.status} ${answer.error}: ${answer.error_description}`);
    if (fix !== undefined) lines.push(`        ${fix}`);
    if (outcome === 'failed') lines.push(paint('dim', `        More: npx localspine explain ${check}`));
  }
  if (contents !== undefined) lines.push('', JSON.stringify(contents, null, 2));
  return lines.join('\n');
}
