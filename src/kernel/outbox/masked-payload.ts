/** Members of a job's payload that may hold something nobody should read: secrets, sealed texts, messages on their way. */
const HIDDEN = /token|secret|pass(word|code)|ticket(?!hash)|assertion|sealed|private|signature|cookie|credential|body|document|content/i;
const LONGEST = 200;

/**
 * A job's payload for people to look at. What stays are ids and small facts by which one sees what the job is about; values that could be
 * secrets are left out, long ones cut.
 */
export function maskedPayload(payload: unknown): unknown {
  if (Array.isArray(payload)) return payload.slice(0, 20).map(maskedPayload);
  if (typeof payload === 'object' && payload !== null)
    return Object.fromEntries(
      Object.entries(payload).map(([name, value]) => [name, HIDDEN.test(name) && value !== null ? '…' : maskedPayload(value)]),
    );
  return typeof payload === 'string' && payload.length > LONGEST ? `${payload.slice(0, LONGEST)}…` : payload;
}
