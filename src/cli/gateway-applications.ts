import Type, { type Static } from 'typebox';
import type { AdminClient } from './client.ts';

const Text = Type.String();

/** An application as the gateway's admin API shows it. */
export const ApplicationAnswer = Type.Object({
  appId: Text,
  name: Text,
  accessMode: Text,
  status: Text,
  callbackUrl: Type.Optional(Text),
  asid: Type.Optional(Text),
  attributes: Type.Optional(Type.Record(Text, Text)),
  subscriptions: Type.Optional(Type.Array(Type.Object({ product: Text, status: Text }))),
  jwks: Type.Optional(Type.Unknown()),
});
export type ApplicationView = Static<typeof ApplicationAnswer>;
export const ApplicationsAnswer = Type.Object({ applications: Type.Array(ApplicationAnswer) });

/** What the gateway says once, when it makes an application. */
const CreatedAnswer = Type.Object({
  appId: Text,
  name: Text,
  apiKey: Text,
  secret: Text,
  asid: Type.Optional(Text),
  callbackUrl: Type.Optional(Text),
});

export interface NewApplication {
  readonly name: string;
  readonly mode: 'application-restricted' | 'user-restricted';
  readonly capability: 'referrer' | 'provider';
  readonly ods: string;
  readonly callbackUrl: string | undefined;
  readonly product?: string | undefined;
  readonly jwks: object;
}

/** Registers an application with the API platform; products, ASID and attributes are the gateway's affair. */
export function registerApplication(
  client: AdminClient,
  { name, mode, capability, ods, callbackUrl, product, jwks }: NewApplication,
): Promise<Static<typeof CreatedAnswer>> {
  return client.call(CreatedAnswer, 'POST', '/gateway/applications', {
    name,
    accessMode: mode,
    capability,
    odsCode: ods,
    ...(callbackUrl === undefined ? {} : { callbackUrl }),
    ...(product === undefined ? {} : { productName: product }),
    jwks,
  });
}
