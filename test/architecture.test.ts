/** The walls of the house (DESIGN.md, rules of the house): who may import whom, and what only the kernel may touch. */
import assert from 'node:assert/strict';
import { globSync, readFileSync } from 'node:fs';
import { dirname, join, relative, resolve } from 'node:path';
import { test } from 'node:test';

const ROOT = resolve(import.meta.dirname, '..');
const SPECIFIER = /(?:from\s+|import\s*\(\s*|import\s+)'([^']+)'/g;
const PURE = /^src\/services\/[^/]+\/(?!store\/|stu3\/|r4\/|pages\/|seed\/|migrations\/|files\/)(?:[a-z-]+\/)?[a-z-]+\.ts$/;

interface Source {
  readonly file: string;
  readonly text: string;
  readonly imports: readonly string[];
}

const sources: readonly Source[] = globSync('src/**/*.ts', { cwd: ROOT })
  .map((file) => file.replaceAll('\\', '/'))
  .map((file) => {
    const text = readFileSync(join(ROOT, file), 'utf8');
    const imports = [...text.matchAll(SPECIFIER)].map(([, specifier = '']) =>
      specifier.startsWith('.') ? relative(ROOT, resolve(ROOT, dirname(file), specifier)) : specifier,
    );
    return { file, text, imports };
  });
const product = sources.filter(({ file }) => !file.endsWith('.test.ts'));

function offences(rule: (source: Source, target: string) => boolean): string[] {
  return product.flatMap((source) =>
    source.imports.filter((target) => rule(source, target)).map((target) => `${source.file} imports ${target}`),
  );
}

function serviceOf(path: string): string | undefined {
  return /^src\/services\/([^/]+)\//.exec(path)?.[1];
}

test('the scan saw the product', () => {
  assert.ok(product.length > 80, `only ${product.length} files were read`);
  assert.ok(product.flatMap((each) => each.imports).length > 300);
});

test('the kernel knows no service, no environment, no platform', () => {
  assert.deepEqual(
    offences(({ file }, target) => file.startsWith('src/kernel/') && /^src\/(services|environment|platform|portal|cli)\//.test(target)),
    [],
  );
});

test('a service reaches another only through its index.ts', () => {
  assert.deepEqual(
    offences(
      ({ file }, target) => serviceOf(target) !== undefined && serviceOf(file) !== serviceOf(target) && !target.endsWith('/index.ts'),
    ),
    [],
  );
});

test('services are built in their order, and import only from left to right', () => {
  const order = ['pki', 'dns', 'directory', 'identity', 'gateway', 'spine-directory', 'endpoint-registration', 'demographics', 'ers'];
  assert.deepEqual(
    offences(({ file }, target) => {
      const [from, to] = [serviceOf(file), serviceOf(target)];
      return from !== undefined && to !== undefined && from !== to && order.indexOf(to) >= order.indexOf(from);
    }),
    [],
  );
});

test('only the platform knows the portal; the portal knows no service', () => {
  assert.deepEqual(
    offences(({ file }, target) => target.startsWith('src/portal/') && !/^src\/(portal|platform)\//.test(file)),
    [],
  );
  assert.deepEqual(
    offences(({ file }, target) => file.startsWith('src/portal/') && target.startsWith('src/services/')),
    [],
  );
});

test('services know neither the environment nor the platform', () => {
  assert.deepEqual(
    offences(({ file }, target) => file.startsWith('src/services/') && /^src\/(environment|platform|cli|portal)\//.test(target)),
    [],
  );
});

test('the wall clock, randomness and the process environment are touched in the kernel only', () => {
  const forbidden = /\bDate\.now\(|new Date\(\)|Math\.random\(|\brandomUUID\(|\brandomBytes\(|process\.env\b/;
  const allowed = new Set(['src/kernel/clock.ts', 'src/kernel/random.ts', 'src/cli/main.ts']);
  assert.deepEqual(
    product
      .filter(({ file, text }) => !allowed.has(file) && forbidden.test(text))
      .map(({ file, text }) => `${file}: ${forbidden.exec(text)?.[0]}`),
    [],
  );
});

test('rules import neither HTTP nor files nor the store', () => {
  const rules = product.filter(({ file }) => PURE.test(file) && /\/(referral|booking|review|catalogue)\//.test(file));
  assert.ok(rules.length > 5, `only ${rules.length} rule files were found`);
});

test('no file is longer than 400 lines', () => {
  assert.deepEqual(
    product.filter(({ text }) => text.split('\n').length > 401).map(({ file, text }) => `${file}: ${text.split('\n').length} lines`),
    [],
  );
});

test('there is no room for odds and ends', () => {
  assert.deepEqual(
    product.filter(({ file }) => /(^|\/)(utils?|helpers?|common|managers?|base)(\/|\.ts$)/.test(file)).map(({ file }) => file),
    [],
  );
});
