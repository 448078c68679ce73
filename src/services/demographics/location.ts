/** A place on a flat map, in miles. */
export interface Coordinates {
  readonly x: number;
  readonly y: number;
}

const FORM = /^([A-Z]{1,2}\d[A-Z\d]?)\s*(\d[A-Z]{2})$/;

/** Rough places of the districts that seed data uses; ZY is a fictional area (applications.md §16.3). */
const DISTRICTS: Readonly<Record<string, Coordinates>> = {
  LS: { x: 0, y: 0 },
  DN: { x: 38, y: -14 },
  KT: { x: 60, y: -165 },
  CR: { x: 72, y: -168 },
  DE: { x: 5, y: -63 },
  NG: { x: 18, y: -58 },
  ZY: { x: 12, y: 9 },
};

/** Where a postcode lies, or undefined when it is malformed or in no district known here. */
export function coordinates(postcode: string): Coordinates | undefined {
  const match = FORM.exec(postcode.trim().toUpperCase());
  const outward = match?.[1] ?? '';
  const area = DISTRICTS[/^[A-Z]+/.exec(outward)?.[0] ?? ''];
  if (area === undefined) return undefined;
  const district = Number.parseInt(outward.replace(/^[A-Z]+/, ''), 10);
  return { x: area.x + (district - 1) * 1.5, y: area.y + ((district - 1) % 3) };
}

/** Distance in whole miles, as e-RS shows it. */
export function distanceInMiles(from: Coordinates, to: Coordinates): number {
  return Math.floor(Math.hypot(from.x - to.x, from.y - to.y));
}
