import { readFileSync } from 'node:fs';
import { hostname } from 'node:os';

const NAME = /^(?=.{1,253}$)[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?(?:\.[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?)*$/;
const HOSTS_FILE = process.platform === 'win32' ? 'C:\\Windows\\System32\\drivers\\etc\\hosts' : '/etc/hosts';

/**
 * Names of this machine, for server certificates: its host name, and what the hosts file calls the machine of that name. Programs on the
 * machine may say these for `localhost`: OpenLDAP's tools put the full name in its place before they look at the certificate. No name
 * service is asked: starting must not wait for one.
 */
export function machineNames(): readonly string[] {
  return namesOf(hostname(), readHostsFile());
}

/** The host name, and every name on a line of the hosts file that has it. */
export function namesOf(host: string, hostsFile: string): readonly string[] {
  const own = host.toLowerCase();
  const lines = hostsFile.split(/\r?\n/).map((line) => line.replace(/#.*/, '').trim().toLowerCase().split(/\s+/).slice(1));
  const names = [own, ...lines.filter((names) => names.includes(own)).flat()];
  return [...new Set(names)].filter((name) => NAME.test(name) && !/^[\d.]+$/.test(name)).sort();
}

function readHostsFile(): string {
  try {
    return readFileSync(HOSTS_FILE, 'utf8');
  } catch {
    return ''; // a machine without one has no further names
  }
}
