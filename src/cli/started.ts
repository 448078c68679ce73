import type { Paint } from './output.ts';

/** What `start --json` prints once everything is open. */
export interface StartedView {
  readonly ready: true;
  readonly milliseconds: number;
  readonly pid: number;
  readonly firstBoot: boolean;
  readonly home: string;
  readonly portal: string;
  readonly caPath: string;
  readonly environments: readonly {
    readonly id: string;
    readonly title: string;
    readonly baseUrl: string;
    readonly mutualTlsUrl: string;
    readonly adminUrl: string;
    readonly ers: readonly { readonly instance: string; readonly url: string }[];
    readonly tokenServers: readonly { readonly signIn: string; readonly url: string }[];
    readonly caPath: string;
  }[];
  readonly demo: readonly {
    readonly appId: string;
    readonly name: string;
    readonly mode: string;
    readonly apiKey: string;
    readonly alias: string;
  }[];
}

/** The summary a person can act on: what is open, whom to trust, what to try. */
export function startedText(view: StartedView, paint: Paint): string {
  const lines = [
    `${paint('bold', 'LocalSpine is ready')} ${paint('dim', `(${(view.milliseconds / 1_000).toFixed(1)} s)`)}. Not affiliated with the NHS; all data is synthetic.`,
    '',
    `  Portal           ${paint('cyan', view.portal)}`,
  ];
  for (const environment of view.environments) {
    lines.push(
      '',
      `  ${paint('bold', environment.id.padEnd(7))} ${environment.title}`,
      `    HTTPS          ${paint('cyan', environment.baseUrl)}`,
    );
    for (const { instance, url } of environment.ers) lines.push(`    e-RS ${instance.padEnd(10)}${url}`);
    if (environment.tokenServers.length === 0)
      lines.push(`    tokens         none needed: try ${paint('green', `curl ${sandboxTry(environment.adminUrl)}`)}`);
    for (const { signIn, url } of environment.tokenServers)
      lines.push(`    tokens         ${url}  ${paint('dim', signIn === 'mock' ? 'simulated log-on' : 'CIS2 sign-in')}`);
    lines.push(`    API explorer   ${environment.adminUrl}/ers/explorer`);
    lines.push(`    mutual TLS     ${environment.mutualTlsUrl}`, `    admin API      ${environment.adminUrl}`);
  }
  lines.push('', `  CA certificates  ${view.caPath}  ${paint('dim', '(trust these: curl --cacert)')}`);
  if (view.demo.length > 0) lines.push('', '  Demo applications in INT');
  for (const { appId, apiKey, mode, alias } of view.demo)
    lines.push(`    ${mode.padEnd(22)} AppID ${appId}  API key ${apiKey}  ${paint('dim', `--app ${alias}`)}`);
  lines.push('', '  Try next, in another terminal:');
  if (view.demo.length > 0) lines.push(`    ${paint('green', 'npx localspine token --app demo/application-restricted')}`);
  lines.push(
    `    ${paint('green', 'npx localspine env show')}`,
    `    ${paint('green', 'npx localspine journal tail --follow')}`,
    '',
    '  Stop with Ctrl-C.',
  );
  return lines.join('\n');
}

/** A first call that needs nothing: no token, no certificate, no header. */
function sandboxTry(adminUrl: string): string {
  return `${new URL(adminUrl).origin}/referrals/FHIR/STU3/ReferralRequest/000000070000`;
}
