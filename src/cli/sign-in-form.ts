/** The sign-in form as a script finds it (DESIGN.md, fixed points: form id `kc-form-login`). */
export interface SignInForm {
  readonly action: string;
  /** Fields with the value the page gives them. */
  readonly fields: Readonly<Record<string, string>>;
  /** Values offered for a field, by its name: radio buttons and select boxes. */
  readonly choices: Readonly<Record<string, readonly string[]>>;
  /** What the page says is wrong, when it does. */
  readonly problem?: string;
}

/** Finds the sign-in form of a page; undefined when there is none. */
export function parseForm(html: string): SignInForm | undefined {
  const form = [...html.matchAll(/<form\b([^>]*)>([\s\S]*?)<\/form>/gi)].find(
    ([, attributes = '']) => attribute(attributes, 'id') === 'kc-form-login',
  );
  const action = form === undefined ? undefined : attribute(form[1] ?? '', 'action');
  if (form === undefined || action === undefined) return undefined;
  const fields: Record<string, string> = {};
  const choices: Record<string, string[]> = {};
  for (const [, tag = ''] of (form[2] ?? '').matchAll(/<input\b([^>]*)>/gi)) readInput(tag, fields, choices);
  for (const [, tag = '', content = ''] of (form[2] ?? '').matchAll(/<select\b([^>]*)>([\s\S]*?)<\/select>/gi))
    readSelect(tag, content, fields, choices);
  const problem = problemOf(html);
  return problem === undefined ? { action, fields, choices } : { action, fields, choices, problem };
}

function readInput(tag: string, fields: Record<string, string>, choices: Record<string, string[]>): void {
  const name = attribute(tag, 'name');
  if (name === undefined) return;
  const value = attribute(tag, 'value') ?? '';
  const type = attribute(tag, 'type')?.toLowerCase();
  // A browser sends the button that was pressed only, and some mean "cancel".
  if (type === 'submit' || type === 'button' || type === 'reset') return;
  if (type !== 'radio') {
    if (type !== 'checkbox' || /\bchecked\b/i.test(tag)) fields[name] = value;
    return;
  }
  choices[name] = [...(choices[name] ?? []), value];
  if (/\bchecked\b/i.test(tag)) fields[name] = value;
}

function readSelect(tag: string, content: string, fields: Record<string, string>, choices: Record<string, string[]>): void {
  const name = attribute(tag, 'name');
  if (name === undefined) return;
  const options = [...content.matchAll(/<option\b([^>]*)>/gi)].map(([, option = '']) => ({
    value: attribute(option, 'value') ?? '',
    selected: /\bselected\b/i.test(option),
  }));
  choices[name] = options.map((each) => each.value);
  fields[name] = (options.find((each) => each.selected) ?? options[0])?.value ?? '';
}

/** Error texts of the NHS design system: the message at a field, or the list on top of the page. */
const PROBLEM = /class="[^"]*nhsuk-error-(?:message|summary__list)[^"]*"[^>]*>([\s\S]*?)<(?:form|input|select|\/ul|\/p|\/div)\b/i;

function problemOf(html: string): string | undefined {
  const found = PROBLEM.exec(html)?.[1];
  if (found === undefined) return undefined;
  return unescapeHtml(found.replace(/<[^>]+>/g, ' '))
    .replace(/\s+/g, ' ')
    .replace(/^ ?Error: /, '')
    .trim();
}

function attribute(tag: string, name: string): string | undefined {
  const found = new RegExp(`(?:^|\\s)${name}\\s*=\\s*(?:"([^"]*)"|'([^']*)')`, 'i').exec(tag);
  const value = found?.[1] ?? found?.[2];
  return value === undefined ? undefined : unescapeHtml(value);
}

const ENTITIES: Readonly<Record<string, string>> = { amp: '&', lt: '<', gt: '>', quot: '"', apos: "'" };

function unescapeHtml(text: string): string {
  return text.replace(/&(?:#x([0-9a-f]+)|#(\d+)|(\w+));/gi, (whole, hex?: string, decimal?: string, name?: string) => {
    if (hex !== undefined) return String.fromCodePoint(Number.parseInt(hex, 16));
    if (decimal !== undefined) return String.fromCodePoint(Number(decimal));
    return ENTITIES[name ?? ''] ?? whole;
  });
}
