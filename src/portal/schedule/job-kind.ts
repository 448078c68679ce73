/** Kind of the outbox job by which a decision reaches an environment. Apart, so that its handler is loaded on the first such job only. */
export const DELIVER = 'schedule.deliver-decision';
