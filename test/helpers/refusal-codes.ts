/**
 * Reads from the product's own source every code that a refusal can carry: what stands, or can come to stand, as `check` of an
 * `Explanation`. The compiler says which values an expression has; parameters are followed to their callers.
 */
import { globSync } from 'node:fs';
import { join, relative, resolve } from 'node:path';
import type { Expression, Node } from 'typescript/unstable/ast';
import * as ast from 'typescript/unstable/ast/is';
import { API, type Checker, type Project, type Type } from 'typescript/unstable/sync';

const ROOT = resolve(import.meta.dirname, '../..');
/** Types whose `check` is a code of the knowledge base: refusals, and the links of the chain that the doctor examines. */
const EXPLAINING = new Set(['Explanation', 'Link']);
/** Object literals without a type of their own, which are an explanation when they say why. */
const UNTYPED = new Set<string | undefined>([undefined, '__object']);

/** Where a code is given to a refusal. */
export interface RefusalSite {
  readonly code: string;
  /** File below the repository, with the line. */
  readonly place: string;
}

export interface RefusalCodes {
  readonly sites: readonly RefusalSite[];
  /** Places whose code cannot be told from the source. */
  readonly unclear: readonly string[];
}

interface Call {
  readonly node: Node;
  readonly values: readonly Expression[];
}

/** Reads the whole product. Takes some seconds: the compiler reads it too. */
export function refusalCodes(): RefusalCodes {
  const api = new API({ cwd: ROOT });
  try {
    const [project] = api.updateSnapshot({ openProjects: [join(ROOT, 'tsconfig.json')] }).getProjects();
    if (project === undefined) throw new Error('the compiler opened no project');
    const files = globSync('src/**/*.ts', { cwd: ROOT }).filter((file) => !/\.test\.ts$|\/test-|-for-tests/.test(file));
    return new Reader(
      project,
      files.map((file) => join(ROOT, file)),
    ).read();
  } finally {
    api.close();
  }
}

class Reader {
  readonly #project: Project;
  readonly #checker: Checker;
  readonly #calls = new Map<string, Call[]>();
  readonly #roots: Node[] = [];

  constructor(project: Project, files: readonly string[]) {
    this.#project = project;
    this.#checker = project.checker;
    for (const file of files) {
      const source = project.program.getSourceFile(file);
      if (source === undefined) throw new Error(`the compiler does not know ${file}`);
      this.#visit(source);
    }
  }

  read(): RefusalCodes {
    const sites: RefusalSite[] = [];
    const unclear = new Set<string>();
    for (const root of this.#roots) {
      for (const { text, at } of this.#values(root, new Set())) {
        const place = placeOf(at);
        if (text === undefined) unclear.add(`${place}: ${at.getText().slice(0, 80)}`);
        else sites.push({ code: text, place });
      }
    }
    return { sites, unclear: [...unclear] };
  }

  #visit(node: Node): void {
    if (ast.isCallExpression(node) || ast.isNewExpression(node)) {
      const name = calledName(node.expression);
      const call = { node, values: [...(node.arguments ?? [])] };
      if (name !== undefined) this.#calls.set(name, [...(this.#calls.get(name) ?? []), call]);
    }
    if (ast.isPropertyAssignment(node) && isNamedCheck(node.name) && this.#explains(node.parent)) this.#roots.push(node.initializer);
    if (ast.isShorthandPropertyAssignment(node) && isNamedCheck(node.name) && this.#explains(node.parent)) this.#roots.push(node);
    node.forEachChild((child) => {
      this.#visit(child);
    });
  }

  #explains(literal: Node): boolean {
    if (!ast.isObjectLiteralExpression(literal)) return false;
    // The shape of an explanation, in a schema.
    if (ast.isCallExpression(literal.parent) && literal.parent.expression.getText().startsWith('Type.')) return false;
    const contextual = this.#checker.getContextualType(literal);
    const type = contextual === undefined ? undefined : this.#checker.getNonNullableType(contextual);
    const name = type?.getSymbol()?.name ?? type?.getAliasSymbol()?.name;
    if (name !== undefined && EXPLAINING.has(name)) return true;
    const saysWhy = literal.properties.some((each) => 'name' in each && each.name?.getText() === 'why');
    return UNTYPED.has(name) && (saysWhy || literal.properties.some(ast.isSpreadAssignment));
  }

  /** What an expression can be; a value without text where that cannot be told. */
  #values(node: Node, seen: Set<Node>): { readonly text: string | undefined; readonly at: Node }[] {
    const unknown = [{ text: undefined, at: node }];
    if (ast.isShorthandPropertyAssignment(node))
      return this.#ofSymbol(this.#checker.getShorthandAssignmentValueSymbol(node)?.valueDeclaration?.resolve(), node, seen);
    const literals = literalsOf(this.#checker.getTypeAtLocation(node));
    if (literals !== undefined) return literals.map((text) => ({ text, at: node }));
    if (ast.isConditionalExpression(node)) return [...this.#values(node.whenTrue, seen), ...this.#values(node.whenFalse, seen)];
    if (ast.isTemplateExpression(node)) {
      let texts = [{ text: node.head.text as string | undefined, at: node as Node }];
      for (const span of node.templateSpans)
        texts = this.#values(span.expression, seen).flatMap((value) =>
          texts.map(({ text }) => ({
            text: value.text === undefined ? undefined : `${text}${value.text}${span.literal.text}`,
            at: value.at,
          })),
        );
      return texts;
    }
    if (ast.isCallExpression(node) && ast.isPropertyAccessExpression(node.expression)) {
      const change = TEXT_METHODS[node.expression.name.text];
      const values = node.arguments.map((each) => literalsOf(this.#checker.getTypeAtLocation(each))?.[0] ?? '');
      if (change === undefined) return unknown;
      return this.#values(node.expression.expression, seen).map(({ text, at }) => ({
        text: text === undefined ? text : change(text, values),
        at,
      }));
    }
    // Handed on from another explanation: found where that was made.
    if (ast.isPropertyAccessExpression(node) && node.name.text === 'check') return [];
    if (ast.isIdentifier(node)) return this.#ofSymbol(this.#checker.getSymbolAtLocation(node)?.valueDeclaration?.resolve(), node, seen);
    return unknown;
  }

  #ofSymbol(declaration: Node | undefined, at: Node, seen: Set<Node>): { readonly text: string | undefined; readonly at: Node }[] {
    if (declaration === undefined) return [{ text: undefined, at }];
    if (seen.has(declaration)) return [];
    const deeper = new Set([...seen, declaration]);
    const literals = literalsOf(this.#checker.getTypeAtLocation(at));
    if (literals !== undefined) return literals.map((text) => ({ text, at }));
    if (ast.isVariableDeclaration(declaration) && declaration.initializer !== undefined)
      return this.#values(declaration.initializer, deeper);
    if (ast.isParameterDeclaration(declaration)) {
      const place = (declaration.parent as { readonly parameters?: Iterable<Node> }).parameters;
      const index = [...(place ?? [])].indexOf(declaration);
      return this.#callers(declaration.parent).flatMap(({ node, values }) => {
        const value = values[index];
        return value === undefined ? [{ text: undefined, at: node }] : this.#values(value, deeper);
      });
    }
    return [{ text: undefined, at }];
  }

  /** Calls of a function; constructions of a class that has this constructor, or inherits it. */
  #callers(called: Node): readonly Call[] {
    const names = ast.isConstructorDeclaration(called) ? undefined : functionName(called);
    const calls =
      names === undefined
        ? [...this.#calls.entries()].flatMap(([name, each]) => (name === 'super' || /^[A-Z]/.test(name) ? each : []))
        : (this.#calls.get(names) ?? []);
    return calls.filter(({ node }) => {
      const declaration = this.#checker.getResolvedSignature(node)?.declaration?.resolve(this.#project);
      return declaration !== undefined && placeOf(declaration) === placeOf(called) && declaration.pos === called.pos;
    });
  }
}

/** Methods of texts that codes are made with. */
const TEXT_METHODS: Readonly<Record<string, (text: string, values: readonly string[]) => string>> = {
  toLowerCase: (text) => text.toLowerCase(),
  replaceAll: (text, [from = '', to = '']) => text.replaceAll(from, to),
};

function literalsOf(type: Type | undefined): string[] | undefined {
  if (type === undefined) return undefined;
  if (type.isStringLiteralType() || type.isNumberLiteralType()) return [String(type.value)];
  if (!type.isUnionType()) return undefined;
  const each = type.getTypes().map(literalsOf);
  return each.every((one) => one !== undefined) ? each.flat() : undefined;
}

function isNamedCheck(name: Node): boolean {
  return ast.isIdentifier(name) && name.text === 'check';
}

function calledName(called: Expression): string | undefined {
  if (ast.isIdentifier(called)) return called.text;
  if (ast.isPropertyAccessExpression(called)) return called.name.text;
  return called.getText() === 'super' ? 'super' : undefined;
}

function functionName(called: Node): string | undefined {
  if ((ast.isFunctionDeclaration(called) || ast.isMethodDeclaration(called)) && called.name !== undefined) return called.name.getText();
  return ast.isVariableDeclaration(called.parent) ? called.parent.name.getText() : undefined;
}

function placeOf(node: Node): string {
  const source = node.getSourceFile();
  const line = source.text.slice(0, node.getStart(source)).split('\n').length;
  return `${relative(ROOT, source.fileName)}:${line}`;
}
