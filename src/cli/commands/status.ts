import type { Command } from 'commander';
import { LocalRefusal, messageOf } from '../../kernel/errors.ts';
import { ClockAnswer, HealthAnswer } from '../answers.ts';
import { readRunning } from '../client.ts';
import type { CommandBook, Invocation } from '../invocation.ts';
import { humanDuration, table } from '../output.ts';

interface EnvironmentStatus {
  readonly id: string;
  readonly status: string;
  readonly baseUrl: string;
  readonly now?: string;
  readonly offsetSeconds?: number;
}

/** `localspine status`: is it running, and how are the environments? */
export function addStatus(program: Command, book: CommandBook): void {
  book.add(program, 'status', 'whether LocalSpine is running, and how each environment is', async (invocation) => {
    const running = readRunning(invocation.configuration);
    if (running === undefined) {
      throw new LocalRefusal(
        503,
        'not_running',
        `LocalSpine is not running with the data folder ${invocation.configuration.home}.`,
        'Start it in another terminal with: npm start',
      );
    }
    const chosen = running.environments.filter((each) => !invocation.environmentChosen || each.id === invocation.environment);
    const environments = await Promise.all(chosen.map(({ id, baseUrl }) => statusOf(invocation, id, baseUrl)));
    const ready = environments.length > 0 && environments.every((each) => each.status === 'ready');
    if (!ready) invocation.exitCode = 1;
    invocation.result({ running: true, pid: running.pid, startedAt: running.startedAt, portal: running.portal, environments }, () => {
      const { paint } = invocation;
      const rows = environments.map((each) => [
        each.id,
        paint(each.status === 'ready' ? 'green' : 'red', each.status),
        each.baseUrl,
        clockText(each),
      ]);
      return [`LocalSpine runs since ${running.startedAt} (process ${running.pid}); portal ${running.portal}`, table(rows)].join('\n');
    });
  });
}

async function statusOf(invocation: Invocation, id: string, baseUrl: string): Promise<EnvironmentStatus> {
  try {
    const client = invocation.client(id);
    const { status } = await client.call(HealthAnswer, 'GET', '/health');
    const clock = await client.call(ClockAnswer, 'GET', '/clock');
    return { id, status, baseUrl, now: clock.now, offsetSeconds: clock.offsetSeconds };
  } catch (error) {
    return { id, status: error instanceof LocalRefusal && error.code === 'not_running' ? 'not answering' : messageOf(error), baseUrl };
  }
}

function clockText({ now, offsetSeconds }: EnvironmentStatus): string {
  if (now === undefined || offsetSeconds === undefined) return '';
  return offsetSeconds === 0 ? 'clock: real time' : `clock: ${now} (${humanDuration(offsetSeconds)} ahead)`;
}
