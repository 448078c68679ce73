import { type Command, Option } from 'commander';
import type { Static } from 'typebox';
import { readRunning } from '../client.ts';
import type { CommandBook, Invocation } from '../invocation.ts';
import { given, short } from '../maintenance-words.ts';
import { table } from '../output.ts';

const LIVE = 'PROD';
const APPLICATIONS = ['spine-core', 'cis', 'ers', 'api-platform', 'mesh', 'das', 'das-r15'] as const;

/** `localspine build …`: build versions of the national applications, and whether they are those of the live environment (PTL-091). */
export function addBuildCommands(program: Command, book: CommandBook): void {
  const build = book.group(program, 'build', 'build versions of the national applications, compared with live');
  book
    .add(build, 'list', 'list what runs in an environment, and whether live has the same', list)
    .option('--history', 'with the builds before');
  book
    .add(build, 'add <application> <version>', 'record a build that was put in', async (invocation) => {
      const { BuildHistoryView } = await import('../../environment/maintenance/views.ts');
      const body = {
        application: invocation.argument(0),
        version: invocation.argument(1),
        ...given({ deployedAt: invocation.text('at'), note: invocation.text('note') }),
      };
      const history = await invocation.client().call(BuildHistoryView, 'POST', '/maintenance/builds', body);
      invocation.result(
        { environment: invocation.environment, ...history },
        `${history.title} is at ${history.version} in ${invocation.environment}.`,
      );
    })
    .addOption(new Option('--at <time>', 'since when (default: now)'))
    .option('--note <text>', 'a note')
    .addHelpText('after', `\nApplications: ${APPLICATIONS.join(', ')}`);
}

async function list(invocation: Invocation): Promise<void> {
  const { BuildsView } = await import('../../environment/management/maintenance.ts');
  const { comparedWithLive } = await import('../../environment/maintenance/compared-builds.ts');
  const { builds } = await invocation.client().call(BuildsView, 'GET', '/maintenance/builds');
  const compared = comparedWithLive(builds, await liveBuilds(invocation));
  invocation.result({ environment: invocation.environment, builds: compared }, () =>
    table([
      ['APPLICATION', 'BUILD', 'SINCE, LONDON', 'LIVE'].map((each) => invocation.paint('dim', each)),
      ...compared.flatMap((each) => [
        [
          each.title,
          each.version,
          short(each.history[0]?.deployedAtLondon ?? ''),
          each.matchesLive === undefined ? 'unknown' : each.matchesLive ? 'the same' : `live has ${each.liveVersion}`,
        ],
        ...(invocation.flag('history')
          ? each.history.slice(1).map((before) => ['', before.version, short(before.deployedAtLondon), ''])
          : []),
      ]),
    ]),
  );
}

/** What runs in the production twin; undefined when that is not open. */
async function liveBuilds(
  invocation: Invocation,
): Promise<Static<typeof import('../../environment/management/maintenance.ts')['BuildsView']>['builds'] | undefined> {
  const { BuildsView } = await import('../../environment/management/maintenance.ts');
  if (readRunning(invocation.configuration)?.environments.some((each) => each.id === LIVE) !== true) return undefined;
  return (await invocation.client(LIVE).call(BuildsView, 'GET', '/maintenance/builds')).builds;
}
