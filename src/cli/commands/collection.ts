import { existsSync, mkdirSync, writeFileSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { type Command, Option } from 'commander';
import { Type } from 'typebox';
import { LocalRefusal } from '../../kernel/errors.ts';
import type { CommandBook, Invocation } from '../invocation.ts';

const BrunoAnswer = Type.Object({ files: Type.Record(Type.String(), Type.String()) });

/** `localspine collection`: the e-RS API of an environment as a collection for an API client, every request filled in. */
export function addCollection(program: Command, book: CommandBook): void {
  book
    .add(program, 'collection', 'write a Postman or Bruno collection of the e-RS API, every request filled in', write)
    .addOption(new Option('--format <format>', 'for which client').choices(['postman', 'bruno']).default('postman'))
    .option('--output <path>', 'file (Postman) or folder (Bruno) to write; default: in the working folder, named after the environment')
    .option('--force', 'write over what is there');
}

async function write(invocation: Invocation): Promise<void> {
  const format = invocation.text('format') === 'bruno' ? 'bruno' : 'postman';
  const fallback = `localspine-${invocation.slug}${format === 'bruno' ? '-bruno' : '.postman_collection.json'}`;
  const output = resolve(invocation.surroundings.folder, invocation.text('output') ?? fallback);
  if (existsSync(output) && !invocation.flag('force'))
    throw new LocalRefusal(409, 'exists', `${output} is there already.`, 'Add --force to write over it, or choose another --output.');
  const files = format === 'bruno' ? await brunoFiles(invocation, output) : await postmanFile(invocation, output);
  for (const [path, text] of files) {
    mkdirSync(dirname(path), { recursive: true });
    writeFileSync(path, text);
  }
  const what = format === 'bruno' ? 'Open the folder in Bruno' : 'Import the file in Postman';
  invocation.result(
    { environment: invocation.environment, format, output, files: files.length },
    `${output} is written (${files.length} ${files.length === 1 ? 'file' : 'files'}). ${what}.`,
  );
}

type NamedTexts = readonly (readonly [path: string, text: string])[];

async function postmanFile(invocation: Invocation, output: string): Promise<NamedTexts> {
  const collection = await invocation.client().raw('GET', '/ers/collection/postman.json');
  return [[output, `${JSON.stringify(collection, undefined, 2)}\n`]];
}

/** Names of files come from the server: none may lead out of the folder. */
async function brunoFiles(invocation: Invocation, output: string): Promise<NamedTexts> {
  const { files } = await invocation.client().call(BrunoAnswer, 'GET', '/ers/collection/bruno.json');
  return Object.entries(files).map(([path, text]) => {
    const target = join(output, path);
    if (!target.startsWith(`${output}/`))
      throw new LocalRefusal(400, 'bad_collection', `The collection names a file outside its folder: ${path}.`);
    return [target, text];
  });
}
