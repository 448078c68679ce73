/** Every check of public keys before they are registered, as a supplier is shown them (path-to-live.md §3.3, "JWKS"). */
import { messageOf } from '../../kernel/errors.ts';
import type { Outgoing } from '../../kernel/http/outgoing.ts';
import { checksOfJwks, judgeJwks, type KeyCheck, type SigningJwk } from './jwks.ts';
import { acceptKeySource, type KeySource } from './registration.ts';

export interface KeyExamination {
  /** Whether they would be registered. */
  readonly good: boolean;
  readonly checks: readonly KeyCheck[];
  /** The keys, when they are good: public numbers only. */
  readonly keys: readonly SigningJwk[];
}

const CAN_BE_READ = 'the address can be read and gives JSON';

/**
 * Examines a key set, or reads it from the supplier's address first; nothing is stored. Never throws for what is given.
 *
 * @param outgoing reads the supplier's address
 */
export async function examineKeys(outgoing: Pick<Outgoing, 'read'>, source: KeySource): Promise<KeyExamination> {
  if (!('jwksUrl' in source)) return examined([], source.jwks);
  try {
    const [warning] = acceptKeySource(source).warnings;
    if (warning !== undefined) return unread(warning);
    const document: unknown = JSON.parse(await outgoing.read(source.jwksUrl));
    return examined([{ check: CAN_BE_READ, outcome: 'passed' }], document);
  } catch (error) {
    return unread(`${source.jwksUrl.slice(0, 200)}: ${messageOf(error)}`);
  }
}

function unread(why: string): KeyExamination {
  const { checks } = examined([{ check: CAN_BE_READ, outcome: 'failed', why }], undefined);
  return {
    good: false,
    checks: checks.map((each) => (each.check === CAN_BE_READ ? each : { check: each.check, outcome: 'not-reached' })),
    keys: [],
  };
}

function examined(before: readonly KeyCheck[], document: unknown): KeyExamination {
  const verdict = judgeJwks(document);
  return {
    good: !('problems' in verdict),
    checks: [...before, ...checksOfJwks(document)],
    keys: 'problems' in verdict ? [] : verdict.keys,
  };
}
