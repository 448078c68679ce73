import { request } from 'undici';
import { LocalRefusal, messageOf } from '../../kernel/errors.ts';
import { ENVIRONMENTS, type EnvironmentId } from '../definitions.ts';
import type { ManagedEnvironment } from './managed.ts';
import { faultIn, hasShape } from './operation.ts';
import type { InputOf, OperationName, OutputOf } from './operations.ts';

const PATIENCE_MILLISECONDS = 30_000;

/** Where the admin API of an environment in another process answers. */
export interface RemotePlace {
  readonly id: EnvironmentId;
  /** Base URL without path, e.g. `http://127.0.0.1:8180`. */
  readonly url: string;
  /** The operator's token, where one is wanted. */
  readonly token: string | undefined;
}

/** The management of an environment that runs elsewhere, over its admin API. */
export function manageOverHttp({ id, url, token }: RemotePlace): ManagedEnvironment {
  const { title, production } = ENVIRONMENTS[id];
  return {
    id,
    title,
    production,
    async call<Name extends OperationName>(name: Name, input: InputOf<Name>): Promise<OutputOf<Name>> {
      const { operations } = await import('./operations.ts');
      const { status, answer } = await ask({ url: `${url}/_localspine/management/${name}`, token, input });
      if (status >= 400) throw refusalIn(answer, status, id);
      const { output } = operations[name];
      if (!hasShape(output, answer))
        throw new LocalRefusal(502, 'bad_management_answer', `${id} answered "${name}" in another shape: ${faultIn(output, answer)}.`);
      return answer as OutputOf<Name>;
    },
  };
}

async function ask({
  url,
  token,
  input,
}: {
  readonly url: string;
  readonly token: string | undefined;
  readonly input: unknown;
}): Promise<{ readonly status: number; readonly answer: unknown }> {
  try {
    const { statusCode, body } = await request(url, {
      method: 'POST',
      headers: { 'content-type': 'application/json', ...(token === undefined ? {} : { authorization: `Bearer ${token}` }) },
      body: JSON.stringify(input),
      headersTimeout: PATIENCE_MILLISECONDS,
      bodyTimeout: PATIENCE_MILLISECONDS,
    });
    const text = await body.text();
    return { status: statusCode, answer: text === '' ? undefined : JSON.parse(text) };
  } catch (error) {
    throw new LocalRefusal(
      503,
      'environment_unreachable',
      `The environment at ${new URL(url).origin} does not answer (${messageOf(error)}).`,
    );
  }
}

function refusalIn(answer: unknown, status: number, id: string): LocalRefusal {
  const word = (name: string): string | undefined => {
    const value: unknown = typeof answer === 'object' && answer !== null ? Reflect.get(answer, name) : undefined;
    return typeof value === 'string' ? value : undefined;
  };
  return new LocalRefusal(status, word('error') ?? 'management_refused', word('message') ?? `${id} refused (${status}).`, word('fix'));
}
