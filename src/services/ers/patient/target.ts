/** e-RS, as the aggregator addresses it in `NHSD-Target-Identifier` (ers.md §20.3). */
export const TARGET = { system: 'urn:ietf:rfc:3986', value: '2b3b21fd-fe9f-403c-9682-10b8d8a4eaf3' } as const;

/** The header's value: base64 of the identifier as JSON. */
export const TARGET_IDENTIFIER = Buffer.from(JSON.stringify(TARGET)).toString('base64');
