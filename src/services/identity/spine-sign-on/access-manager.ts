/** The envelope of the access manager's remote protocol: documents inside CDATA inside documents (identity.md A.4, A.5). */
import { cdata, escapeXml, parseXml, type XmlElement, XmlError } from '../../../kernel/xml/xml.ts';
import { EVENT_TYPES, type SessionEvent, type SpineSession } from './model.ts';
import { second } from './role-assertion.ts';
import { idleSeconds, secondsLeft } from './session-times.ts';

/** A request of a bundle: the document that was inside the CDATA. */
export interface BundledRequest {
  readonly document: XmlElement;
  readonly vers: string;
  readonly reqid: string;
}

export interface RequestBundle {
  readonly service: string;
  readonly reqid: string;
  readonly requests: readonly BundledRequest[];
}

const MOST_REQUESTS = 20;

/** Reads a `RequestSet`. Throws XmlError. */
export async function readRequestSet(body: string): Promise<RequestBundle> {
  const set = await parseXml(body);
  if (set.name !== 'RequestSet') throw new XmlError(`the element is ${set.name.slice(0, 40)}, not RequestSet`);
  if (set.children.length === 0 || set.children.length > MOST_REQUESTS)
    throw new XmlError(`there are none or more than ${MOST_REQUESTS} requests`);
  const requests: BundledRequest[] = [];
  for (const each of set.children) {
    if (each.name !== 'Request') throw new XmlError(`it holds ${each.name.slice(0, 40)}, not Request`);
    const document = await parseXml(each.text);
    requests.push({ document, vers: document.attributes['vers'] ?? '1.0', reqid: document.attributes['reqid'] ?? '0' });
  }
  return { service: set.attributes['svcid'] ?? '', reqid: set.attributes['reqid'] ?? '0', requests };
}

/** Writes a `ResponseSet` of documents. */
export function writeResponseSet({ service, reqid }: Pick<RequestBundle, 'service' | 'reqid'>, documents: readonly string[]): string {
  return envelope('ResponseSet', 'Response', `svcid="${escapeXml(service)}" reqid="${escapeXml(reqid)}"`, documents);
}

/** An element with attributes; its content is XML already. */
export function element(name: string, attributes: Readonly<Record<string, string | number>>, content = ''): string {
  const all = Object.entries(attributes).map(([each, value]) => ` ${each}="${escapeXml(String(value))}"`);
  return `<${name}${all.join('')}>${content}</${name}>`;
}

/** A session as the protocol shows it. */
export function sessionElement(session: SpineSession, now: number, state: 'valid' | 'invalid' | 'destroyed' = 'valid'): string {
  const principal = `uid=${session.userId},ou=People,o=nhs`;
  const properties: Readonly<Record<string, string | undefined>> = {
    UserId: session.userId,
    Principal: principal,
    AuthType: 'ExtendedLoginModule',
    authInstant: second(session.authenticatedAt),
    ssbSessionRoleUid: session.roleProfileId,
    ssbMode: session.mode,
    ...session.properties,
  };
  return element(
    'Session',
    {
      sid: session.ticket,
      stype: 'user',
      cid: principal,
      cdomain: 'o=nhs',
      maxtime: session.maximum,
      maxidle: session.idle,
      maxcaching: 3,
      timeidle: idleSeconds(session, now),
      timeleft: secondsLeft(session, now),
      state,
    },
    Object.entries(properties)
      .flatMap(([name, value]) => (value === undefined ? [] : [element('Property', { name, value })]))
      .join(''),
  );
}

/** What a listener is told. */
export function writeNotification(event: {
  readonly session: SpineSession;
  readonly event: SessionEvent;
  readonly at: number;
  readonly number: number;
}): string {
  const lasting = event.event === 'created' || event.event === 'property-changed';
  const timedOut = event.event === 'idle-timeout' || event.event === 'maximum-time';
  const content = [
    sessionElement(event.session, event.at, lasting ? 'valid' : timedOut ? 'invalid' : 'destroyed'),
    element('Type', {}, String(EVENT_TYPES[event.event])),
    element('Time', {}, String(event.at)),
  ].join('');
  const document = element('SessionNotification', { vers: '1.0', notid: event.number }, content);
  return envelope('NotificationSet', 'Notification', `svcid="session" notid="${event.number}"`, [document]);
}

function envelope(set: string, each: string, attributes: string, documents: readonly string[]): string {
  return [
    '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>',
    `<${set} vers="1.0" ${attributes}>`,
    ...documents.map((document) => `<${each}>${cdata(document)}</${each}>`),
    `</${set}>`,
    '',
  ].join('\n');
}
