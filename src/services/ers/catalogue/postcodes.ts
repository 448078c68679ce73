/**
 * Where postcodes are, well enough to sort services by distance: the middle of each postcode area, and each district at a fixed spot
 * around it. Approximate on purpose: distances between districts are plausible, not surveyed.
 */

/** Degrees, WGS 84. */
export interface Coordinates {
  readonly latitude: number;
  readonly longitude: number;
}

/** `area latitude longitude`. ZY is the fictional area of the synthetic population (applications.md §17): near Leeds. */
const AREAS = `AB 57.15 -2.11;AL 51.76 -0.34;B 52.48 -1.90;BA 51.38 -2.36;BB 53.75 -2.48;BD 53.80 -1.76;BH 50.72 -1.88;BL 53.58 -2.43;BN 50.83 -0.14;BR 51.41 0.02;
BS 51.45 -2.59;BT 54.60 -5.93;CA 54.89 -2.94;CB 52.21 0.12;CF 51.48 -3.18;CH 53.19 -2.89;CM 51.74 0.47;CO 51.89 0.90;CR 51.37 -0.10;CT 51.28 1.08;CV 52.41 -1.51;
CW 53.10 -2.44;DA 51.44 0.22;DD 56.46 -2.97;DE 52.92 -1.48;DG 55.07 -3.61;DH 54.78 -1.58;DL 54.52 -1.55;DN 53.52 -1.13;DT 50.71 -2.44;DY 52.51 -2.08;E 51.53 -0.05;
EC 51.52 -0.09;EH 55.95 -3.19;EN 51.65 -0.08;EX 50.72 -3.53;FK 56.00 -3.78;FY 53.82 -3.05;G 55.86 -4.25;GL 51.86 -2.24;GU 51.24 -0.57;HA 51.58 -0.33;HD 53.65 -1.78;
HG 53.99 -1.54;HP 51.75 -0.47;HR 52.06 -2.72;HS 58.21 -6.39;HU 53.74 -0.33;HX 53.72 -1.86;IG 51.56 0.07;IP 52.06 1.16;IV 57.48 -4.22;KA 55.61 -4.50;KT 51.41 -0.30;
KW 58.44 -3.09;KY 56.11 -3.16;L 53.41 -2.98;LA 54.05 -2.80;LD 52.24 -3.38;LE 52.64 -1.13;LL 53.05 -3.00;LN 53.23 -0.54;LS 53.80 -1.55;LU 51.88 -0.42;M 53.48 -2.24;
ME 51.39 0.53;MK 52.04 -0.76;ML 55.79 -3.99;N 51.57 -0.11;NE 54.97 -1.61;NG 52.95 -1.15;NN 52.24 -0.90;NP 51.59 -2.99;NR 52.63 1.30;NW 51.55 -0.18;OL 53.54 -2.12;
OX 51.75 -1.26;PA 55.85 -4.42;PE 52.57 -0.24;PH 56.40 -3.43;PL 50.38 -4.14;PO 50.80 -1.09;PR 53.76 -2.70;RG 51.46 -0.97;RH 51.24 -0.17;RM 51.58 0.18;S 53.38 -1.47;
SA 51.62 -3.94;SE 51.48 -0.07;SG 51.90 -0.20;SK 53.41 -2.16;SL 51.51 -0.59;SM 51.37 -0.19;SN 51.56 -1.78;SO 50.91 -1.40;SP 51.07 -1.79;SR 54.91 -1.38;SS 51.54 0.71;
ST 53.00 -2.18;SW 51.47 -0.17;SY 52.71 -2.75;TA 51.02 -3.10;TD 55.60 -2.43;TF 52.68 -2.45;TN 51.13 0.26;TQ 50.46 -3.53;TR 50.26 -5.05;TS 54.57 -1.23;TW 51.45 -0.34;
UB 51.55 -0.48;W 51.51 -0.20;WA 53.39 -2.60;WC 51.52 -0.12;WD 51.66 -0.40;WF 53.68 -1.50;WN 53.55 -2.63;WR 52.19 -2.22;WS 52.59 -1.98;WV 52.59 -2.13;YO 53.96 -1.08;
ZE 60.15 -1.15;ZY 53.85 -1.50`;

const POSTCODE = /^([A-Z]{1,2})([0-9][A-Z0-9]?)[0-9][ABD-HJLNP-UW-Z]{2}$/;
const EARTH_RADIUS_MILES = 3958.8;
const MILES_PER_DEGREE = 69;

const areas: ReadonlyMap<string, Coordinates> = new Map(
  AREAS.split(';').map((row) => {
    const [area = '', latitude, longitude] = row.trim().split(' ');
    return [area, { latitude: Number(latitude), longitude: Number(longitude) }];
  }),
);

/** Where a postcode is; undefined when it is not one, or its area does not exist (as the ZZ99 pseudo-postcodes). */
export function coordinatesOf(postcode: string): Coordinates | undefined {
  const [, area, district] = POSTCODE.exec(postcode.toUpperCase().replaceAll(' ', '')) ?? [];
  const middle = area === undefined ? undefined : areas.get(area);
  if (middle === undefined || district === undefined) return undefined;
  // Districts wind outwards from the middle of their area, half a mile a step.
  const step = Number.parseInt(district, 10);
  const degrees = (step * 0.5) / MILES_PER_DEGREE;
  return { latitude: middle.latitude + degrees * Math.sin(step * 2.4), longitude: middle.longitude + degrees * Math.cos(step * 2.4) };
}

/** Miles as the crow flies. */
export function milesBetween(one: Coordinates, other: Coordinates): number {
  const radians = (degrees: number) => (degrees * Math.PI) / 180;
  const halfLatitude = Math.sin(radians(other.latitude - one.latitude) / 2);
  const halfLongitude = Math.sin(radians(other.longitude - one.longitude) / 2);
  const chord = halfLatitude ** 2 + Math.cos(radians(one.latitude)) * Math.cos(radians(other.latitude)) * halfLongitude ** 2;
  return 2 * EARTH_RADIUS_MILES * Math.asin(Math.min(1, Math.sqrt(chord)));
}
