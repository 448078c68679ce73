import { FaultEffectShape } from '../../environment/fault-shapes.ts';
import type { ManagedEnvironment, OutputOf } from '../../environment/management/index.ts';
import { hasShape } from '../../environment/management/operation.ts';
import { LocalRefusal } from '../../kernel/errors.ts';
import type { SentForm } from '../web/site.ts';
import type { NewFault } from './inspector.ts';

type Rule = OutputOf<'faults.list'>['rules'][number];

/**
 * The fault a form asks for: an example of the catalogue by its name, or a rule put together. The id comes from the page, so that a form sent twice sets
 * one fault.
 *
 * @throws LocalRefusal 400 for what is no fault, 404 for an example that is not in the catalogue
 */
export async function faultIn(form: SentForm, environment: ManagedEnvironment): Promise<NewFault> {
  const id = form('newId');
  const name = form('example');
  if (name !== '') return exampleFault(environment, name, id);
  const effect = effectIn(form);
  if (!hasShape(FaultEffectShape, effect))
    throw new LocalRefusal(
      400,
      'bad_fault',
      'This is not a fault rule.',
      'Choose what happens, and give it its number: a status from 400 to 599, milliseconds up to 180000.',
    );
  const count = form('count');
  if (count !== '' && !/^[1-9]\d{0,5}$/.test(count))
    throw new LocalRefusal(400, 'bad_fault', 'How often is a whole number.', 'Leave it empty for: until taken away.');
  return {
    id,
    service: form('service') === '' ? '*' : form('service').slice(0, 40),
    operation: form('operation') === '' ? '*' : form('operation').slice(0, 40),
    effect,
    ...(count !== '' && { count: Number(count) }),
  };
}

/** An example of an environment's catalogue. Throws LocalRefusal 404. */
export async function exampleFault(environment: ManagedEnvironment, name: string, id: string): Promise<NewFault> {
  const { chapters } = await environment.call('faults.catalogue', {});
  for (const { service, examples } of chapters) {
    const example = examples.find((each) => each.name === name);
    if (example !== undefined) {
      const { operation, effect, count } = example;
      return { id, service, operation, effect, ...(count !== undefined && { count }) };
    }
  }
  throw new LocalRefusal(
    404,
    'example_unknown',
    `The catalogue has no example "${name.slice(0, 60)}".`,
    'localspine fault catalogue lists them.',
  );
}

function effectIn(form: SentForm): unknown {
  const kind = form('kind');
  const number = form('number') === '' ? undefined : Number(form('number'));
  switch (kind) {
    case 'status':
      return { kind, status: number, ...(form('retryAfter') !== '' && { retryAfterSeconds: Number(form('retryAfter')) }) };
    case 'delay':
      return { kind, milliseconds: number };
    case 'disconnect':
      return { kind };
    default:
      return kind.startsWith('partner-') ? { kind: 'partner', behaviour: kind.slice('partner-'.length) } : undefined;
  }
}

/** A rule in words. */
export function faultText({ service, operation, effect, remaining }: Pick<Rule, 'service' | 'operation' | 'effect' | 'remaining'>): string {
  const where = `${service === '*' ? 'every service' : service}, ${operation === '*' ? 'every operation' : operation}`;
  return `${where}: ${effectText(effect)}, ${remaining === null ? 'until taken away' : `${remaining} more`}`;
}

function effectText(effect: Rule['effect']): string {
  switch (effect.kind) {
    case 'status':
      return `answers ${effect.status}${effect.retryAfterSeconds === undefined ? '' : ` with Retry-After ${effect.retryAfterSeconds}`}`;
    case 'delay':
      return `waits ${effect.milliseconds} ms`;
    case 'disconnect':
      return 'closes the connection without an answer';
    case 'partner':
      return `the partner does this: ${effect.behaviour}`;
  }
}
