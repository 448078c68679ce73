import type { ErrorBook } from '../../kernel/knowledge.ts';
import { CHECKED_ERRORS } from './knowledge/checked.ts';
import { CODED_ERRORS } from './knowledge/coded.ts';
import { CONTROL_ERRORS } from './knowledge/control.ts';

/** All errors of e-RS. */
export const ERS_ERRORS: ErrorBook = { ...CODED_ERRORS, ...CHECKED_ERRORS, ...CONTROL_ERRORS };
