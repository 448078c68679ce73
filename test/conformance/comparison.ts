/** Compares two JSON documents value for value: the order of lists does not matter where FHIR gives it no meaning, and times are compared as instants. */
import type { Json } from './pair.ts';

/** A place where two documents are not the same. A member that is not there is undefined. */
export interface Deviation {
  /** Like `extension[ReferralState].extension[reason].valueCoding.code`. */
  readonly path: string;
  readonly published: Json;
  readonly ours: Json;
}

/** Lists of these members are sets; `entry` is one where an operation gives no order. */
const SETS: ReadonlySet<string> = new Set(['extension', 'contained', 'parameter', 'property', 'concept', 'supportingInfo', 'participant']);

export interface ComparisonOptions {
  /** Whether the entries of a Bundle or List come in no order. */
  readonly entriesAreASet?: boolean;
}

/** Every deviation of `ours` from `published`. */
export function compare(published: Json, ours: Json, options: ComparisonOptions = {}, path = ''): readonly Deviation[] {
  if (Array.isArray(published) && Array.isArray(ours)) return compareLists(published, ours, options, path);
  if (isRecord(published) && isRecord(ours)) {
    const names = [...new Set([...Object.keys(published), ...Object.keys(ours)])];
    return names.flatMap((name) => compare(published[name], ours[name], options, path === '' ? name : `${path}.${name}`));
  }
  return isSame(published, ours) ? [] : [{ path, published, ours }];
}

function compareLists(published: readonly Json[], ours: readonly Json[], options: ComparisonOptions, path: string): readonly Deviation[] {
  const member = path.slice(path.lastIndexOf('.') + 1);
  if (!SETS.has(member) && !(member === 'entry' && options.entriesAreASet === true)) {
    return Array.from({ length: Math.max(published.length, ours.length) }, (_, index) =>
      compare(published[index], ours[index], options, `${path}[${markerOf(published[index] ?? ours[index]) ?? index}]`),
    ).flat();
  }
  const left = [...ours];
  const deviations: Deviation[] = [];
  for (const each of published) {
    const place = `${path}[${markerOf(each) ?? '*'}]`;
    const nearest = nearestOf(each, left, options, place);
    if (nearest === undefined) deviations.push({ path: place, published: each, ours: undefined });
    else {
      left.splice(nearest.index, 1);
      deviations.push(...nearest.deviations);
    }
  }
  return [...deviations, ...left.map((each) => ({ path: `${path}[${markerOf(each) ?? '*'}]`, published: undefined, ours: each }))];
}

/** Of the members with the same marker, the one that deviates least. */
function nearestOf(
  published: Json,
  ours: readonly Json[],
  options: ComparisonOptions,
  path: string,
): { readonly index: number; readonly deviations: readonly Deviation[] } | undefined {
  let nearest: { index: number; deviations: readonly Deviation[] } | undefined;
  const marker = markerOf(published);
  for (const [index, each] of ours.entries()) {
    if (markerOf(each) !== marker) continue;
    const deviations = compare(published, each, options, path);
    if (nearest === undefined || deviations.length < nearest.deviations.length) nearest = { index, deviations };
    if (deviations.length === 0) break;
  }
  return nearest;
}

/** An extension's whole address, or its bare name inside another; not the address of a link. */
const EXTENSION = /^(?:https:\/\/fhir[^?]*\/StructureDefinition\/(?:Extension-)?(?:eRS-)?)?([A-Za-z-]+?)(?:-\d)?$/;

/** What tells one member of a list from another: an extension's address, a parameter's name, a code, a resource's type. */
export function markerOf(value: Json): string | undefined {
  if (!isRecord(value)) return undefined;
  if (typeof value['url'] === 'string') return EXTENSION.exec(value['url'])?.[1];
  if (typeof value['name'] === 'string') return value['name'];
  if (isRecord(value['resource'])) return markerOf(value['resource']);
  if (typeof value['resourceType'] === 'string') return value['resourceType'];
  return typeof value['code'] === 'string' && value['system'] === undefined ? value['code'] : undefined;
}

const INSTANT = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?(Z|[+-]\d\d:\d\d)$/;

function isSame(one: Json, other: Json): boolean {
  if (one === other) return true;
  return isInstant(one) && isInstant(other) && Date.parse(one) === Date.parse(other);
}

/** Whether the value is a FHIR instant. */
export function isInstant(value: Json): value is string {
  return typeof value === 'string' && INSTANT.test(value);
}

function isRecord(value: Json): value is Record<string, Json> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** The document with every string changed. */
export function mapStrings(value: Json, change: (text: string) => string): Json {
  if (typeof value === 'string') return change(value);
  if (Array.isArray(value)) return value.map((each) => mapStrings(each, change));
  return isRecord(value) ? Object.fromEntries(Object.entries(value).map(([name, each]) => [name, mapStrings(each, change)])) : value;
}

/** The document with every date and instant moved by some days. */
export function moveTimes(value: Json, days: number): Json {
  const move = (instant: number): string => new Date(instant + days * 86_400_000).toISOString();
  return mapStrings(value, (text) =>
    isInstant(text) ? move(Date.parse(text)) : /^\d{4}-\d\d-\d\d$/.test(text) ? move(Date.parse(text)).slice(0, 10) : text,
  );
}
