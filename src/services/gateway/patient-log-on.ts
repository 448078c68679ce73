/** The log-on of a patient who signed in with NHS login (identity.md C.3–C.6). */
import type { Application } from './application.ts';
import { refuse } from './errors.ts';
import { productNames, subscribedProducts } from './issue.ts';
import { textMember } from './jwt.ts';
import type { LogOn, TokenFacts } from './log-on.ts';
import { scopesFor } from './products.ts';
import type { GatewayWorld } from './world.ts';

/**
 * A log-on from the claims of a checked ID token of NHS login. There is nothing for `/userinfo`, which serves CIS2 only.
 *
 * @param from.tokenServer how the token server signs staff in: the simulated log-on has its own name for the provider
 * @throws TokenRefusal when no subscribed scope carries the proofing level reached
 */
export function patientLogOnOf(
  world: GatewayWorld,
  application: Application,
  from: {
    readonly claims: Readonly<Record<string, unknown>>;
    readonly tokenServer: string;
    readonly grantType: 'authorization_code' | 'token_exchange';
  },
): LogOn {
  const { claims, grantType } = from;
  const proofing = textMember(claims, 'identity_proofing_level');
  const products = subscribedProducts(world, application);
  const scopes = scopesFor(products, { kind: 'patient', proofing });
  if (scopes.length === 0)
    throw refuse(
      'gateway.scope.user',
      `The patient's identity is proven to ${proofing ?? 'no level'}; no product of the application has a scope for it.`,
    );
  const nhsNumber = textMember(claims, 'nhs_number');
  const vectorOfTrust = textMember(claims, 'vot');
  const userId = nhsNumber ?? textMember(claims, 'sub');
  const facts: TokenFacts = {
    kind: 'user',
    grantType,
    provider: from.tokenServer === 'mock' ? 'apim-mock-nhs-login' : 'nhs-login',
    authLevel: (proofing ?? '').toLowerCase(),
    scopes,
    products: productNames(products, scopes),
    ...(userId !== undefined && { userId }),
    ...(nhsNumber !== undefined && { nhsNumber }),
    ...(vectorOfTrust !== undefined && { vectorOfTrust }),
  };
  return { facts };
}
