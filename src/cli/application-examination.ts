import Type from 'typebox';
import { LocalRefusal } from '../kernel/errors.ts';
import type { AdminClient } from './client.ts';
import { type Finding, finding } from './finding.ts';
import { ApplicationAnswer } from './gateway-applications.ts';
import type { Invocation } from './invocation.ts';
import { findApplication, keyMatches, type LocalApplication } from './local-applications.ts';

/** Follows an application from the files here to what the gateway knows: each link that a token or a call needs. */
export async function examineApplication(
  invocation: Invocation,
  client: AdminClient,
  wanted: string,
): Promise<{ readonly appId: string; readonly findings: readonly Finding[] }> {
  let kept: LocalApplication | undefined;
  const findings: Finding[] = [];
  findings.push(
    await finding(
      'application: files',
      `Its keys are elsewhere; that is well if you sign yourself. Otherwise: npx localspine app create --environment ${invocation.slug}`,
      () => {
        kept = findApplication(invocation.configuration, invocation.slug, wanted);
        return `${kept.name} (${kept.mode})`;
      },
    ),
  );
  const { appId, hint } = kept === undefined ? await resolveId(client, wanted) : { appId: kept.appId, hint: undefined };
  if (hint !== undefined) findings.push(hint);
  const known = await lookUp(client, appId);
  if (known instanceof LocalRefusal)
    return {
      appId,
      findings: [
        ...findings,
        {
          check: 'application: gateway',
          ok: false,
          detail: known.message,
          fix: `List what there is with: npx localspine app list --environment ${invocation.slug}`,
        },
      ],
    };
  const { status, subscriptions = [], asid, jwks } = known;
  findings.push({
    check: 'application: gateway',
    ok: status === 'approved',
    detail: `${appId} is ${status}`,
    fix: 'A revoked application gets no tokens; make a new one.',
  });
  if (kept !== undefined) findings.push(keySet(kept, jwks));
  const approved = subscriptions.filter((each) => each.status === 'approved').map((each) => each.product);
  findings.push({
    check: 'application: product',
    ok: approved.length > 0,
    detail: approved.length > 0 ? approved.join(', ') : 'no approved product',
    fix: 'Subscribe it: POST /_localspine/gateway/applications/APPID/products with {"productName":…,"approve":true}.',
  });
  const hasAsid = typeof asid === 'string' && asid !== '';
  findings.push({
    check: 'application: ASID',
    ok: hasAsid,
    detail: hasAsid ? asid : 'none',
    fix: 'e-RS refuses applications without ASID (403); make the application with: npx localspine app create, or bind one: PUT /_localspine/gateway/applications/APPID/asid.',
  });
  return { appId, findings };
}

const AppWithKeys = Type.Object({
  applications: Type.Array(
    Type.Object({
      appId: Type.String(),
      name: Type.String(),
      keys: Type.Array(Type.Object({ apiKey: Type.String(), status: Type.String() })),
    }),
  ),
});

/** People paste the API key or the name where the AppID is wanted: finds the application all the same, and says which is which. */
async function resolveId(client: AdminClient, wanted: string): Promise<{ readonly appId: string; readonly hint: Finding | undefined }> {
  const { applications } = await client.call(AppWithKeys, 'GET', '/gateway/applications');
  const byKey = applications.find((each) => each.keys.some((key) => key.apiKey === wanted));
  const byName = applications.filter((each) => each.name === wanted);
  const found = byKey ?? (byName.length === 1 ? byName[0] : undefined);
  if (found === undefined) return { appId: wanted, hint: undefined };
  const what = byKey === undefined ? 'the name' : 'the API key (client id)';
  return {
    appId: found.appId,
    hint: { check: 'application: id', ok: true, detail: `"${wanted}" is ${what}; the AppID is ${found.appId}` },
  };
}

async function lookUp(client: AdminClient, appId: string) {
  try {
    return await client.call(ApplicationAnswer, 'GET', `/gateway/applications/${encodeURIComponent(appId)}`);
  } catch (error) {
    if (error instanceof LocalRefusal) return error;
    throw error;
  }
}

/** Whether the key set the gateway checks signatures with holds the public half of the key kept here. */
function keySet(application: LocalApplication, jwks: unknown): Finding {
  const check = 'application: key set';
  const fix = 'Upload the public key again, or make a new application with: npx localspine app create';
  const keys = keysOf(jwks);
  const key = keys.find((each) => each['kid'] === application.kid);
  if (key === undefined)
    return { check, ok: false, detail: `the gateway has no key "${application.kid}" for it (${keys.length} keys)`, fix };
  try {
    return keyMatches(application, key)
      ? { check, ok: true, detail: `key "${application.kid}" matches ${application.privateKeyPath}` }
      : { check, ok: false, detail: `key "${application.kid}" of the gateway is not the one in ${application.privateKeyPath}`, fix };
  } catch (error) {
    return { check, ok: false, detail: error instanceof Error ? error.message : String(error), fix };
  }
}

function keysOf(jwks: unknown): readonly Readonly<Record<string, unknown>>[] {
  const value: unknown = typeof jwks === 'string' ? JSON.parse(jwks) : jwks;
  if (typeof value !== 'object' || value === null || !('keys' in value) || !Array.isArray(value.keys)) return [];
  return value.keys.filter((each) => typeof each === 'object' && each !== null);
}
