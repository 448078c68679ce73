import { type DOOR_PORTS, ENVIRONMENT_IDS, ENVIRONMENTS, PORTAL_PORT } from '../environment/definitions.ts';
import { doorPort } from '../environment/ports.ts';
import { SETTINGS } from '../platform/configuration.ts';
import { dns } from '../services/dns/index.ts';

/** The text of `docs/settings.md`, from the tables that the product itself goes by; a test compares. */
export function settingsPage(): string {
  const ports = ENVIRONMENT_IDS.map((id) => {
    const { ersInstances } = ENVIRONMENTS[id];
    const port = (door: keyof typeof DOOR_PORTS): string => String(8000 + doorPort(ENVIRONMENTS[id], door));
    return row([
      id,
      port('https'),
      port('mutual-tls'),
      port('http'),
      ...dns.doors.map((door) => String(8000 + ENVIRONMENTS[id].portBlock + door.portOffset)),
      ersInstances.length > 1 ? `${port('second-ers')} (${ersInstances[1]})` : '–',
    ]);
  });
  return [
    '# Settings',
    '',
    'Settings are environment variables, read once at start. All faults in them are reported together, and an unknown `LOCALSPINE_` name is a fault too: a',
    'misspelt setting is never silently ignored.',
    '',
    row(['setting', 'default', 'meaning']),
    '|---|---|---|',
    ...SETTINGS.map(({ name, fallback, meaning }) =>
      row([`\`${name}\``, fallback.startsWith('(') ? fallback : `\`${fallback}\``, meaning]),
    ),
    '',
    '## Ports',
    '',
    `With the default base of 8000; another \`LOCALSPINE_PORT_BASE\` moves all of them. The portal is on base + ${PORTAL_PORT}.`,
    '',
    row(['environment', 'HTTPS', 'mutual TLS', 'plain HTTP (loopback)', 'DNS (UDP, TCP)', 'second e-RS instance']),
    '|---|---|---|---|---|---|',
    ...ports,
    '',
    'The plain HTTP port is bound to loopback whatever `LOCALSPINE_HOST` says. In PROD it carries the admin API and certificates only.',
    '',
    '## Beyond this machine',
    '',
    'Bound to loopback, LocalSpine needs no password for its admin API. Once `LOCALSPINE_HOST` opens it to others, `LOCALSPINE_ADMIN_TOKEN` must be set, and the',
    'command line needs the same variable. Set `LOCALSPINE_PUBLIC_URL` to the name clients use: it goes into links, token audiences and server certificates.',
    '',
    'This page is made from the program; do not edit it by hand (`UPDATE_DOCS=1 node --test src/cli/settings-page.test.ts`).',
    '',
  ].join('\n');
}

function row(cells: readonly string[]): string {
  return `| ${cells.join(' | ')} |`;
}
