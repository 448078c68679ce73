import type { Command } from 'commander';
import type { Finding } from '../finding.ts';
import type { CommandBook, Invocation } from '../invocation.ts';

/** `localspine doctor`: looks for what usually goes wrong, and says what to do. */
export function addDoctor(program: Command, book: CommandBook): void {
  book
    .add(program, 'doctor', 'look for what usually goes wrong, and say what to do', async (invocation) => {
      const { examine } = await import('../examination.ts');
      const findings = await examine(invocation);
      if (findings.some((each) => !each.ok)) invocation.exitCode = 1;
      invocation.result({ environment: invocation.environment, healthy: invocation.exitCode === 0, findings }, () =>
        findingsText(findings, invocation),
      );
    })
    .option('--app <id>', 'also follow an application: key, key set, product, ASID');
}

function findingsText(findings: readonly Finding[], { paint }: Invocation): string {
  return findings
    .map(
      ({ check, ok, detail, fix }) =>
        `${ok ? paint('green', 'well ') : paint('red', 'wrong')}  ${paint('bold', check)}  ${detail}${ok || fix === undefined ? '' : `\n       ${fix}`}`,
    )
    .join('\n');
}
