import type { Command } from 'commander';
import type { Static } from 'typebox';
import { parseDuration } from '../../kernel/duration.ts';
import { ClockAnswer } from '../answers.ts';
import type { CommandBook, Invocation } from '../invocation.ts';
import { humanDuration } from '../output.ts';

/** `localspine clock …`: business time of an environment. */
export function addClockCommands(program: Command, book: CommandBook): void {
  const clock = book.group(program, 'clock', 'show or move the business time of an environment (forward only)');
  book.add(clock, 'show', 'show business time and real time', async (invocation) =>
    show(invocation, await invocation.client().call(ClockAnswer, 'GET', '/clock')),
  );
  book.add(clock, 'set <instant>', 'move business time to an instant, like 2026-12-02T19:59:00Z', async (invocation) => {
    show(invocation, await invocation.client().call(ClockAnswer, 'PUT', '/clock', { now: invocation.argument(0) }));
  });
  book.add(clock, 'advance <duration>', 'move business time on, like 90s, 5m, 2h, 3d or PT2H30M', async (invocation) => {
    const duration = invocation.argument(0);
    parseDuration(duration);
    show(invocation, await invocation.client().call(ClockAnswer, 'PUT', '/clock', { advance: duration }));
  });
  book.add(clock, 'release', 'go back to real time', async (invocation) =>
    show(invocation, await invocation.client().call(ClockAnswer, 'PUT', '/clock', { release: true })),
  );
}

function show(invocation: Invocation, clock: Static<typeof ClockAnswer>): void {
  const text =
    clock.offsetSeconds === 0
      ? `${invocation.environment} runs on real time: ${clock.now}`
      : `${invocation.environment} is at ${clock.now}, ${humanDuration(clock.offsetSeconds)} ahead of real time`;
  invocation.result({ environment: invocation.environment, ...clock }, text);
}
