/** What the journal keeps of an operation. */
import type { VisitNote } from '../../../kernel/service-door.ts';
import type { Outcome } from './answers.ts';
import { filterText } from './filter-text.ts';
import type { Message } from './message.ts';
import { isRefusal, RESULT } from './result.ts';

const SCOPES = ['base', 'one', 'sub', 'children'];

/** Why an operation ended as it did and what to do, by result code; for what the code and its text do not say. */
const REASONS: Readonly<Record<number, readonly [why: string, fix?: string]>> = {
  [RESULT.noSuchObject]: [
    'There is no entry of this name.',
    'Check the base: ou=Services,o=nhs holds systems, ou=Organisations,o=nhs organisations.',
  ],
  [RESULT.invalidCredentials]: [
    'Name or password is wrong.',
    'Bind anonymously, or as cn=Directory Reader,o=nhs with LOCALSPINE_LDAP_READER_PASSWORD.',
  ],
  [RESULT.sizeLimitExceeded]: [
    'More entries fit than the limit allows.',
    'Ask for pages (control 1.2.840.113556.1.4.319) or narrow the filter.',
  ],
  [RESULT.timeLimitExceeded]: ['The search took longer than the client allowed.'],
};

export interface Course {
  readonly entries: number;
  readonly milliseconds: number;
  readonly reader: boolean;
}

/** An operation in the words of the journal. Passwords are in no part of it. */
export function journalNote({ request }: Message, outcome: Outcome, course: Course): VisitNote {
  const { code, diagnostic = '' } = outcome;
  const [why, fix] = REASONS[code] ?? [diagnostic === '' ? `The directory answered with result code ${code}.` : diagnostic];
  const refusal = isRefusal(code) ? { refusal: { check: `ldap.result-${code}`, why, ...(fix === undefined ? {} : { fix }) } } : {};
  const common = { status: code, milliseconds: course.milliseconds, ...refusal };
  switch (request.kind) {
    case 'search': {
      const url = `${request.base}?${request.attributes.join(',')}?${SCOPES[request.scope] ?? request.scope}?${filterText(request.filter)}`;
      return { operation: 'search', method: 'SEARCH', url, answer: `${course.entries} entries`, ...common };
    }
    case 'compare':
      return { operation: 'compare', method: 'COMPARE', url: `${request.entry}?${request.attribute}`, ...common };
    case 'bind':
      return { operation: 'bind', method: 'BIND', url: request.name, ...common };
    case 'extended':
      return { operation: 'extended', method: 'EXTENDED', url: request.oid, ...common };
    default:
      return { operation: request.kind, method: request.kind.toUpperCase(), url: '', ...common };
  }
}
