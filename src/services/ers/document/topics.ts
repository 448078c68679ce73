/** What people do with e-RS, in the order in which they do it: how lists of operations are grouped. */
import { LocalRefusal } from '../../../kernel/errors.ts';

interface Topic {
  /** A folder of the collections too: no slash. */
  readonly name: string;
  readonly description: string;
  /** Operations, in the order in which they are used. */
  readonly operations: readonly string[];
}

/** Every operation has its place in one of these. */
export const TOPICS: readonly Topic[] = [
  { name: 'Sign in', description: 'Who the user is, and for whom they may act.', operations: ['A030', 'A040'] },
  {
    name: 'Look things up',
    description: 'Reference data, the directory of services, and what a UBRN stands for.',
    operations: ['A004', 'A033', 'A037', 'A035', 'A041'],
  },
  {
    name: 'Search and refer',
    description: 'Find services for a patient, make a referral, change its shortlist.',
    operations: ['A010', 'A011', 'A031', 'A021', 'A032'],
  },
  { name: 'Book', description: 'Find a slot, book or defer, cancel an appointment.', operations: ['A015', 'A016', 'A038', 'A034'] },
  {
    name: 'Files and letters',
    description: 'Upload and attach files, fetch them, print letters.',
    operations: ['A020', 'A012', 'A042', 'A006', 'A007', 'A019'],
  },
  {
    name: 'Follow a referral',
    description: 'Worklists of both sides, a referral as it stands, what can be done with it, its end.',
    operations: ['A008', 'A005', 'A029', 'A036'],
  },
  {
    name: 'Review as provider',
    description: 'Accept, reject, act later, triage.',
    operations: ['A013', 'A014', 'A022', 'A028'],
  },
  {
    name: 'Advice and guidance',
    description: 'Ask for advice, answer, convert to a referral.',
    operations: ['A044', 'A023', 'A024', 'A025', 'A026', 'A027', 'A043'],
  },
];

/** The patient API's own. */
export const PATIENT_TOPIC = {
  name: 'Patient care API',
  description: 'What a patient who signed in with NHS login sees. An API of its own, with its own address and token.',
} as const;

/** The topic of an operation. Throws LocalRefusal 500 for one that has none: it must be written here. */
export function topicOf(id: string): Topic {
  const found = TOPICS.find((each) => each.operations.includes(id));
  if (found === undefined) throw new LocalRefusal(500, 'no_topic', `${id} has no topic.`, 'Name it in document/topics.ts.');
  return found;
}

/** Operations in the order of the topics. Throws as {@link topicOf}. */
export function byTopic<O extends { readonly id: string }>(operations: readonly O[]): readonly O[] {
  const place = ({ id }: O): number => TOPICS.indexOf(topicOf(id)) * 100 + topicOf(id).operations.indexOf(id);
  return [...operations].sort((one, other) => place(one) - place(other));
}
