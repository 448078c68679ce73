import type { TokenAnswer } from './answers/answer.ts';
import { LOG_ON, LOGGED_ON } from './answers/log-on.ts';
import { SUBJECT_TOKEN } from './answers/subject-token.ts';
import { CLIENT_ASSERTION, DISPATCH } from './answers/token-request.ts';

/** The whole error catalogue of the token server by name of check (identity.md C.1–C.9). */
export const TOKEN_ANSWERS = { ...DISPATCH, ...CLIENT_ASSERTION, ...SUBJECT_TOKEN, ...LOG_ON, ...LOGGED_ON } as const satisfies Readonly<
  Record<string, TokenAnswer>
>;

export type TokenCheck = keyof typeof TOKEN_ANSWERS;
