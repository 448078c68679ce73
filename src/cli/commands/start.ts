import { join } from 'node:path';
import type { Command } from 'commander';
import { systemTime } from '../../kernel/clock.ts';
import { messageOf } from '../../kernel/errors.ts';
import type { Platform } from '../../platform/boot.ts';
import { AdminClient } from '../client.ts';
import { createDemo, readDemo } from '../demo.ts';
import type { CommandBook, Invocation } from '../invocation.ts';
import type { LocalApplication } from '../local-applications.ts';
import { type StartedView, startedText } from '../started.ts';

/** One Ctrl-C can arrive twice: from the terminal, and passed on by npm. */
const SAME_SIGNAL_MILLISECONDS = 500;

/** `localspine start`: opens the environments and the portal, and runs until told to stop. */
export function addStart(program: Command, book: CommandBook): void {
  book
    .add(program, 'start', 'open the environments and the portal; runs until Ctrl-C', start)
    .addHelpText(
      'after',
      '\nSettings are environment variables; see docs/settings.md. Choose environments with LOCALSPINE_ENVIRONMENTS or --environment.',
    );
}

async function start(invocation: Invocation): Promise<void> {
  const begun = systemTime.now();
  const { configuration: settings } = invocation;
  const configuration = invocation.environmentChosen ? { ...settings, environments: [invocation.environment] } : settings;
  const stopped = stopSignal(invocation);
  const { boot } = await import('../../platform/boot.ts');
  const platform = await boot({ configuration, progress: (step) => invocation.progress(step) });
  try {
    const demo = await demoOf(platform, invocation);
    const view = viewOf(platform, demo, systemTime.now() - begun);
    invocation.result(view, () => startedText(view, invocation.paint));
    await stopped;
    invocation.progress('Stopping: finishing requests under way …');
  } finally {
    await platform.stop();
  }
  invocation.progress('Stopped.');
  // Client sockets that linger must not keep a stopped process alive.
  setTimeout(() => process.exit(0), 2_000).unref();
}

/** Resolves at the first SIGINT or SIGTERM; a second ends the process at once. */
function stopSignal(invocation: Invocation): Promise<void> {
  return new Promise((resolve) => {
    let first: number | undefined;
    const stop = (): void => {
      const now = performance.now();
      if (first === undefined) {
        first = now;
        resolve();
      } else if (now - first > SAME_SIGNAL_MILLISECONDS) {
        invocation.progress('Stopped at once.');
        process.exit(1);
      }
    };
    for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, stop);
  });
}

/** The demo applications of INT: made on first boot, read back afterwards. */
async function demoOf(platform: Platform, invocation: Invocation): Promise<readonly LocalApplication[]> {
  const int = platform.environments.find((each) => each.facts.id === 'INT');
  if (int === undefined) return [];
  const kept = readDemo(platform.configuration);
  if (!platform.firstBoot && kept.length > 0) return kept;
  invocation.progress('INT: making the demo applications');
  const http = int.doors.listeners.find((each) => each.name === 'http');
  const place = {
    id: 'INT',
    baseUrl: int.facts.baseUrl,
    httpUrl: `http://127.0.0.1:${http?.port ?? 0}`,
    caPath: platform.home.file('int', 'ca.pem'),
  };
  try {
    return await createDemo(platform.configuration, new AdminClient(place, platform.configuration.adminToken));
  } catch (error) {
    // The environments are open and useful without them.
    invocation.terminal.note(
      `The demo applications could not be made: ${messageOf(error)} Make one of your own with: npx localspine app create`,
    );
    return [];
  }
}

function viewOf(platform: Platform, demo: readonly LocalApplication[], milliseconds: number): StartedView {
  return {
    ready: true,
    milliseconds: Math.round(milliseconds),
    pid: process.pid,
    firstBoot: platform.firstBoot,
    home: platform.home.path,
    portal: platform.portalUrl,
    caPath: join(platform.home.path, 'ca.pem'),
    environments: platform.environments.map(({ facts, doors }) => ({
      id: facts.id,
      title: facts.title,
      baseUrl: facts.baseUrl,
      mutualTlsUrl: doors.listeners.find((each) => each.name === 'mutual-tls')?.baseUrl ?? '',
      adminUrl: `http://127.0.0.1:${doors.listeners.find((each) => each.name === 'http')?.port ?? 0}/_localspine`,
      ers: doors.listeners
        .filter((each) => each.name === 'https' || each.name === 'second-ers')
        .flatMap((each) => facts.ersPaths.map((path) => ({ instance: each.ersInstance, url: `${each.baseUrl}${path}/FHIR` }))),
      tokenServers: facts.tokenServers.map(({ path, signIn }) => ({ signIn, url: `${facts.baseUrl}${path}` })),
      caPath: platform.home.file(facts.slug, 'ca.pem'),
    })),
    demo: demo.map(({ appId, name, mode, apiKey }) => ({ appId, name, mode, apiKey, alias: `demo/${mode}` })),
  };
}
