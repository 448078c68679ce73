import type { PortalWorld } from '../helpers/portal-world.ts';

/** A path or body of a route with the names of the world in place of `:parameters`. */
export function filledIn(world: PortalWorld, text: string, route: string): string {
  const values: Readonly<Record<string, string>> = {
    ...world,
    people: '',
    accountIds: '',
    environment: 'INT',
    accountId: route.includes('members') ? world.accountIds.t : world.accountIds.m,
    asid: route.startsWith('DELETE /api/asids') ? world.otherAsid : world.asid,
    runId: route.endsWith('/delete') ? world.otherRunId : world.runId,
    fingerprint: 'of-another',
    kind: route.includes('connecting') ? 'test-data' : 'use-case',
    page: 'purpose',
    number: '999999',
    format: 'csv',
    file: route.includes('assets') ? 'nhsuk.css' : 'int.ics',
    action: route.includes('schedule') ? 'cancel' : 'submit',
    thing: 'kept',
    code: 'bad_request',
    id: route.includes('/inspect/:environment/')
      ? route.includes('exchanges')
        ? world.exchangeId
        : 'kept'
      : route.includes('releases')
        ? world.releaseId
        : route.includes('/changes')
          ? world.changeId
          : 'INT',
  };
  return text.replace(/:([A-Za-z]+)/g, (whole, name: string) => values[name] ?? whole);
}
