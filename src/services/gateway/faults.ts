import type { FaultChapter } from '../../kernel/faults/catalogue.ts';

/** Outages of the token servers that can be rehearsed. */
export const GATEWAY_FAULTS: FaultChapter = {
  service: 'gateway',
  title: 'API platform: token servers',
  kinds: ['status', 'delay', 'disconnect'],
  operations: [
    { id: 'token', title: 'Token endpoint' },
    { id: 'authorize', title: 'Authorisation endpoint' },
    { id: 'callback', title: 'Callback from the identity provider' },
    { id: 'userinfo', title: 'Userinfo endpoint' },
    { id: 'backchannel-logout', title: 'Back-channel logout' },
  ],
  examples: [
    {
      name: 'tokens-unavailable',
      title: 'No tokens are issued',
      rehearses: 'Go on with the token at hand while it lasts, and try again with growing pauses.',
      operation: 'token',
      effect: { kind: 'status', status: 503, retryAfterSeconds: 30 },
    },
    {
      name: 'tokens-rate-limit',
      title: 'The next three token requests are too many',
      rehearses: 'Keep a token until it expires instead of asking before each call.',
      operation: 'token',
      effect: { kind: 'status', status: 429, retryAfterSeconds: 5 },
      count: 3,
    },
    {
      name: 'tokens-slow',
      title: 'Tokens take eight seconds',
      rehearses: 'Ask for the next token before the present one ends.',
      operation: 'token',
      effect: { kind: 'delay', milliseconds: 8_000 },
    },
    {
      name: 'sign-in-cut-off',
      title: 'The next sign-in is cut off',
      rehearses: 'Offer to begin again; keep what the user had typed.',
      operation: 'authorize',
      effect: { kind: 'disconnect' },
      count: 1,
    },
  ],
};
