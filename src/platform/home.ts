import { existsSync, linkSync, mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { LocalRefusal, messageOf } from '../kernel/errors.ts';
import { ALPHANUMERIC, type Random } from '../kernel/random.ts';

/** What a running LocalSpine leaves in its data folder, so that the command line finds it. */
export interface RunningFile {
  readonly pid: number;
  readonly startedAt: string;
  readonly portal: string;
  readonly environments: readonly { readonly id: string; readonly baseUrl: string; readonly httpUrl: string; readonly caPath: string }[];
}

const PRIVATE_FILE = 0o600;
const PRIVATE_FOLDER = 0o700;

/** The data folder. Private to its owner: it holds keys. */
export class Home {
  readonly path: string;

  /** Makes the folder when missing. Throws LocalRefusal when it cannot be written. */
  constructor(path: string) {
    this.path = path;
    try {
      mkdirSync(path, { recursive: true, mode: PRIVATE_FOLDER });
      const probe = join(path, '.writable');
      writeFileSync(probe, '', { mode: PRIVATE_FILE });
      rmSync(probe);
    } catch (error) {
      throw new LocalRefusal(
        403,
        'home_unwritable',
        `The data folder ${path} cannot be written (${messageOf(error)}).`,
        'Check its permissions, or choose another with LOCALSPINE_HOME.',
      );
    }
  }

  file(...names: readonly string[]): string {
    return join(this.path, ...names);
  }

  /** The key that seals secrets in the store: made on first use, readable by the owner only. */
  sealKey(random: Random): string {
    const path = this.file('seal.key');
    try {
      if (existsSync(path)) return readFileSync(path, 'utf8').trim();
      // Written whole elsewhere and then named: of two processes one is first, and neither reads half a key.
      const draft = draftOf(path);
      writeFileSync(draft, random.text(43, ALPHANUMERIC), { mode: PRIVATE_FILE });
      try {
        linkSync(draft, path);
      } finally {
        rmSync(draft);
      }
    } catch (error) {
      if (!existsSync(path)) throw new LocalRefusal(403, 'home_unwritable', `The seal key ${path} cannot be kept (${messageOf(error)}).`);
    }
    return readFileSync(path, 'utf8').trim();
  }

  /** Writes a file as a whole: who reads it meanwhile gets the old or the new. `secret` ones are readable by the owner only. */
  write(name: string, content: string, secret = false): string {
    const path = this.file(name);
    mkdirSync(join(path, '..'), { recursive: true, mode: PRIVATE_FOLDER });
    const draft = draftOf(path);
    writeFileSync(draft, content, secret ? { mode: PRIVATE_FILE } : {});
    renameSync(draft, path);
    return path;
  }

  announce(running: RunningFile): void {
    this.write('running.json', `${JSON.stringify(running, null, 2)}\n`);
  }

  withdraw(): void {
    rmSync(this.file('running.json'), { force: true });
  }
}

function draftOf(path: string): string {
  return `${path}.${process.pid}`;
}
