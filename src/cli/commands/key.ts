import { existsSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { type Command, Option } from 'commander';
import { LocalRefusal } from '../../kernel/errors.ts';
import { type CommandBook, type Invocation, wholeNumber } from '../invocation.ts';
import { makeKeyPair, writePrivate } from '../local-applications.ts';
import { table } from '../output.ts';

const PRIVATE_KEY_FILE = 'private-key.pem';
const KEY_SET_FILE = 'jwks.json';

/** `localspine key …`: key pairs for signing client assertions (PTL-116). Nothing running is asked: the private key stays here. */
export function addKeyCommands(program: Command, book: CommandBook): void {
  const key = book.group(program, 'key', 'key pairs for signing client assertions');
  book
    .add(key, 'create', 'make a key pair: the private key for you, the public key set to be registered', create)
    .option('--kid <name>', 'name of the key (default: its thumbprint)')
    .option('--out <folder>', 'folder to write to', '.')
    .addOption(new Option('--bits <count>', 'length of the key').argParser(wholeNumber(2048, 8192)).default(4096));
}

async function create(invocation: Invocation): Promise<void> {
  const { surroundings } = invocation;
  const folder = resolve(surroundings.folder, invocation.text('out') ?? '.');
  const privateKeyPath = join(folder, PRIVATE_KEY_FILE);
  const jwksPath = join(folder, KEY_SET_FILE);
  for (const path of [privateKeyPath, jwksPath])
    if (existsSync(path))
      throw new LocalRefusal(
        409,
        'file_there',
        `${path} is there already.`,
        'Choose another folder with --out: a key is never written over.',
      );
  const bits = invocation.number('bits') ?? 4096;
  invocation.progress(`Making a key pair of ${bits} bits …`);
  const pair = await makeKeyPair(invocation.text('kid'), bits);
  writePrivate(folder, PRIVATE_KEY_FILE, pair.privateKeyPem);
  writePrivate(folder, KEY_SET_FILE, `${JSON.stringify(pair.jwks, null, 2)}\n`);
  invocation.result({ kid: pair.kid, privateKeyPath, jwksPath, jwks: pair.jwks }, () =>
    [
      table([
        ['kid', pair.kid],
        ['private key', `${privateKeyPath} (keep it; it is needed nowhere else)`],
        ['public key set', `${jwksPath} (register this one)`],
      ]),
      '',
      'One key pair for each application: do not register this one twice.',
    ].join('\n'),
  );
}
