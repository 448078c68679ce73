/** Every change an owner or the operator makes to an application, by name. */

import { LocalRefusal } from '../../kernel/errors.ts';
import type { Visitor } from '../access/index.ts';
import type { Portal } from '../portal.ts';
import { change, changeAs, look, permittedRecord, type ViewedApplication } from './application.ts';
import { judgeName, type NameVerdict } from './name.ts';

/** Adds the one API (PTL-104…108), with the callback URL it needs: both or neither. In PROD it waits for the operator. */
export async function addApi(
  portal: Portal,
  visitor: Visitor,
  appId: string,
  productName: string,
  callbackUrl?: string,
): Promise<ViewedApplication> {
  return change(portal, visitor, appId, 'application.change', {
    action: 'addApi',
    audited: 'application.api',
    detail: { product: productName, ...(callbackUrl === undefined ? {} : { callbackUrl }) },
    run: (managed) => managed.call('applications.addApi', { appId, productName, ...(callbackUrl === undefined ? {} : { callbackUrl }) }),
  });
}

/** The operator approves the API that waits. */
export async function approveApi(portal: Portal, visitor: Visitor, appId: string): Promise<ViewedApplication> {
  return change(portal, visitor, appId, 'application.operate', {
    action: 'approveApi',
    audited: 'application.api-approve',
    run: async (managed, { subscriptions }) => {
      for (const { product } of subscriptions) await managed.call('applications.approveApi', { appId, productName: product });
    },
  });
}

export function setCallback(portal: Portal, visitor: Visitor, appId: string, callbackUrl: string): Promise<ViewedApplication> {
  return change(portal, visitor, appId, 'application.change', {
    action: 'setCallback',
    audited: 'application.callback',
    detail: { callbackUrl },
    run: (managed) => managed.call('applications.setCallback', { appId, callbackUrl }),
  });
}

/** Gives another name; what is wrong with it is told, and refused only where names are judged strictly. */
export async function rename(
  portal: Portal,
  visitor: Visitor,
  appId: string,
  name: string,
  strict = false,
): Promise<{ readonly view: ViewedApplication; readonly verdict: NameVerdict }> {
  const { environment, accessMode } = await permittedRecord(portal, visitor, appId, 'application.change');
  const verdict = judgeName(name, { environment, accessMode }, strict ? 'strict' : 'guidance');
  const [error] = verdict.faults.filter((each) => each.severity === 'error');
  if (error !== undefined)
    throw new LocalRefusal(400, 'bad_name', error.why, verdict.suggestion === undefined ? error.fix : `Use "${verdict.suggestion}".`);
  const view = await change(portal, visitor, appId, 'application.change', {
    action: 'rename',
    audited: 'application.rename',
    detail: { name: name.trim() },
    run: (managed) => managed.call('applications.rename', { appId, name: name.trim() }),
  });
  return { view, verdict };
}

/**
 * A new API key with its secret, told this once: a key that is there is answered without one, and nothing is changed. The others go on working
 * unless they are revoked with it.
 */
export async function addApiKey(
  portal: Portal,
  visitor: Visitor,
  appId: string,
  { revokeOthers, apiKey = portal.random.text(32) }: { readonly revokeOthers: boolean; readonly apiKey?: string },
): Promise<{ readonly apiKey: string; readonly secret?: string }> {
  const record = await permittedRecord(portal, visitor, appId, 'application.change');
  const { application } = await look(portal, record);
  if (application.apiKeys.some((each) => each.apiKey === apiKey)) return { apiKey };
  let made: { readonly apiKey: string; readonly secret?: string } = { apiKey };
  await changeAs(portal, visitor, record, {
    action: 'addSecret',
    audited: 'application.secret',
    detail: { apiKey, revokeOthers },
    run: async (managed) => {
      made = await managed.call('applications.addApiKey', { appId, apiKey, revokeOthers });
    },
  });
  return made;
}

export function revokeApiKey(portal: Portal, visitor: Visitor, appId: string, apiKey: string): Promise<ViewedApplication> {
  return change(portal, visitor, appId, 'application.change', {
    action: 'revokeSecret',
    audited: 'application.secret-revoke',
    detail: { apiKey },
    run: (managed) => managed.call('applications.revokeApiKey', { appId, apiKey }),
  });
}

export function setAttributes(
  portal: Portal,
  visitor: Visitor,
  appId: string,
  attributes: Readonly<Record<string, string | null>>,
): Promise<ViewedApplication> {
  return change(portal, visitor, appId, 'application.operate', {
    action: 'setAttributes',
    audited: 'application.attributes',
    detail: attributes,
    run: (managed) => managed.call('applications.setAttributes', { appId, attributes: { ...attributes } }),
  });
}

/** Refused for a while, or for good. */
export function setStanding(
  portal: Portal,
  visitor: Visitor,
  appId: string,
  action: 'suspend' | 'resume' | 'revoke',
): Promise<ViewedApplication> {
  return change(portal, visitor, appId, action === 'revoke' ? 'application.revoke' : 'application.operate', {
    action,
    audited: `application.${action}`,
    run: (managed) => managed.call(`applications.${action}`, { appId }),
  });
}
