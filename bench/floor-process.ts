import { execFileSync, spawn } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';

export interface Floor {
  readonly pid: number;
  readonly port: number;
  readonly caPath: string;
  stop(): void;
}

/** The floor in a process of its own, with a certificate of the same kind and a row of the same size. */
export async function startFloor(folder: string, text: string): Promise<Floor> {
  const port = 21_000 + (process.pid % 5_000);
  const [key, cert] = [join(folder, 'floor.key'), join(folder, 'floor.pem')];
  execFileSync(
    'openssl',
    [
      'req',
      '-x509',
      '-newkey',
      'rsa:2048',
      '-nodes',
      '-keyout',
      key,
      '-out',
      cert,
      '-days',
      '2',
      '-subj',
      '/CN=localhost',
      '-addext',
      'subjectAltName=DNS:localhost',
    ],
    { stdio: 'ignore' },
  );
  writeFileSync(join(folder, 'row.json'), text);
  const child = spawn(
    process.execPath,
    [resolve(import.meta.dirname, 'floor.ts'), String(port), key, cert, join(folder, 'floor.sqlite'), join(folder, 'row.json')],
    { stdio: ['ignore', 'pipe', 'inherit'] },
  );
  await new Promise((ready) => child.stdout.once('data', ready));
  return { pid: child.pid ?? 0, port, caPath: cert, stop: () => child.kill() };
}
