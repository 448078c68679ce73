import { X509Certificate } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { connect } from 'node:net';
import { connect as connectTls } from 'node:tls';
import { systemTime } from '../kernel/clock.ts';
import { HealthAnswer, JournalAnswer, ManifestAnswer, type ManifestView } from './answers.ts';
import { examineApplication } from './application-examination.ts';
import { type AdminClient, readRunning } from './client.ts';
import { type Finding, finding } from './finding.ts';
import type { Invocation } from './invocation.ts';

const CONNECT_MILLISECONDS = 3_000;

/** Looks at an environment from outside, nearest cause first. Stops where nothing further can be seen. */
export async function examine(invocation: Invocation): Promise<readonly Finding[]> {
  const findings: Finding[] = [];
  const running = await finding('running', 'Start LocalSpine in another terminal with: npm start', () => {
    const file = readRunning(invocation.configuration);
    if (file === undefined) throw new Error(`no running LocalSpine has the data folder ${invocation.configuration.home}`);
    process.kill(file.pid, 0);
    return `process ${file.pid}, since ${file.startedAt}`;
  });
  findings.push(running);
  if (!running.ok) return findings;
  const client = invocation.client();
  findings.push(
    await finding('CA certificates', 'Stop LocalSpine and start it again: it writes the file anew.', () =>
      certificates(client.place.caPath),
    ),
  );
  const admin = await finding(
    'admin API',
    'If it asks for a token, set LOCALSPINE_ADMIN_TOKEN as it was set when LocalSpine started.',
    async () => {
      const { status } = await client.call(HealthAnswer, 'GET', '/health');
      await client.raw('GET', '/clock');
      return `${status} on ${client.place.httpUrl}`;
    },
  );
  findings.push(admin);
  if (!admin.ok) return findings;
  const manifest = await client.call(ManifestAnswer, 'GET', '/manifest');
  findings.push(...(await Promise.all(manifest.listeners.map((listener) => door(listener, client.place.caPath)))));
  const app = invocation.text('app');
  if (app !== undefined) findings.push(...(await examineApplication(invocation, client, app)).findings);
  findings.push(await connectionAdvice(client), await lastRefusal(client, app));
  return findings;
}

/** Clients that connect in a way the national environments would not bear for long (PTL-024). No illness of LocalSpine's either. */
function connectionAdvice(client: AdminClient): Promise<Finding> {
  return finding('how clients connect', 'Look into it with: npx localspine journal tail', async () => {
    const query = new URLSearchParams({ service: 'environment', operation: 'connection-advice', limit: '20' });
    const { exchanges } = await client.call(JournalAnswer, 'GET', `/journal?${query}`);
    const advice = [
      ...new Set(exchanges.flatMap((each) => (each.advice === undefined ? [] : [`${each.advice.why} ${each.advice.fix ?? ''}`.trim()]))),
    ];
    return advice.length === 0 ? 'by name' : advice.join(' ');
  });
}

function certificates(path: string): string {
  const pems = readFileSync(path, 'utf8').match(/-----BEGIN CERTIFICATE-----[^-]+-----END CERTIFICATE-----/g) ?? [];
  if (pems.length === 0) throw new Error(`${path} holds no certificate`);
  const parsed = pems.map((pem) => new X509Certificate(pem));
  const now = systemTime.now();
  const stale = parsed.find((each) => Date.parse(each.validTo) < now || Date.parse(each.validFrom) > now);
  if (stale !== undefined) throw new Error(`${stale.subject.replaceAll('\n', ', ')} is valid from ${stale.validFrom} to ${stale.validTo}`);
  return `${pems.length} in ${path}`;
}

/** Whether a door opens, and, where it is secured without a client certificate, whether its certificate holds. */
function door({ name, port }: ManifestView['listeners'][number], caPath: string): Promise<Finding> {
  return finding(
    `port ${port} (${name})`,
    'Another program may have taken the port, or a firewall stops it; see LOCALSPINE_PORT_BASE in docs/settings.md.',
    async () => {
      if (name === 'http' || name === 'mutual-tls') {
        await opens(connect({ host: '127.0.0.1', port }), 'connect');
        return name === 'http' ? 'answers' : 'answers; it takes clients that show a certificate of this environment';
      }
      await opens(connectTls({ host: '127.0.0.1', port, servername: 'localhost', ca: readFileSync(caPath) }), 'secureConnect');
      return 'answers; its certificate leads to the CA';
    },
  );
}

function opens(socket: ReturnType<typeof connect>, event: 'connect' | 'secureConnect'): Promise<void> {
  return new Promise((resolve, reject) => {
    socket.setTimeout(CONNECT_MILLISECONDS, () => socket.destroy(new Error('no answer in time')));
    socket.once('error', reject);
    socket.once(event, () => {
      socket.end();
      resolve();
    });
  });
}

/** A refusal is what most people come to the doctor with: the latest is explained. It is no illness of LocalSpine's. */
export async function lastRefusal(client: AdminClient, app: string | undefined): Promise<Finding> {
  const query = new URLSearchParams({ verdict: 'refused', limit: '1', ...(app === undefined || app.includes('/') ? {} : { app }) });
  return finding('last refusal', 'Look into it with: npx localspine journal tail', async () => {
    const { exchanges } = await client.call(JournalAnswer, 'GET', `/journal?${query}`);
    const [last] = exchanges;
    if (last === undefined) return 'none in the journal';
    const reason = last.refusal === undefined ? `answered ${last.status}` : `${last.refusal.why} ${last.refusal.fix ?? ''}`.trim();
    const explain = last.refusal === undefined ? '' : `; npx localspine explain ${last.refusal.check}`;
    return `${last.method} ${last.url} at ${last.at}: ${reason} (npx localspine journal show ${last.id}${explain})`;
  });
}
