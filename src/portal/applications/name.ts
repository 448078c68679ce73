/**
 * Names of applications (path-to-live.md §3.3, PTL-103): `[Supplier name] - [App name] - [Environment] - e-Referral Service, [Access mode]`.
 *
 * The pattern is guidance: a fault warns, and is an error only where names are judged strictly. It has no place for the end-user organisation
 * or the capability, so that names repeat: the AppID is the key, never the name. Pure.
 */
import type { AccessMode } from './access-mode.ts';
import { joinedByHyphens, tidyText } from './name-text.ts';

/** Environments an application can be registered in, as the name spells them. */
export type NameEnvironment = 'INT' | 'DEP' | 'PROD';

export interface NameFields {
  readonly supplier: string;
  readonly app: string;
  readonly environment: NameEnvironment;
  readonly accessMode: AccessMode;
  /** What tells two applications of one name apart, e.g. `R69, provider`; shown in brackets at the end. */
  readonly suffix?: string;
}

/** What the name is compared with; what is not known is not compared. */
export interface NameContext {
  readonly environment: NameEnvironment;
  readonly accessMode?: AccessMode;
  /** Name of the application owner. */
  readonly supplier?: string;
}

export type NameLevel = 'guidance' | 'strict';

export type NameFaultCode =
  | 'empty'
  | 'too-long'
  | 'unprintable'
  | 'surrounding-spaces'
  | 'double-spaces'
  | 'dashes'
  | 'supplier-missing'
  | 'app-missing'
  | 'environment-missing'
  | 'environment-differs'
  | 'service-name'
  | 'mode-missing'
  | 'mode-spelling'
  | 'mode-differs'
  | 'supplier-differs'
  | 'ambiguous';

export interface NameFault {
  readonly code: NameFaultCode;
  readonly severity: 'warning' | 'error';
  readonly why: string;
  readonly fix: string;
}

export interface NameVerdict {
  /** `refused` when a fault is an error: the name cannot be used. */
  readonly outcome: 'good' | 'warned' | 'refused';
  readonly faults: readonly NameFault[];
  /** What could be read of it. */
  readonly fields: Partial<NameFields>;
  /** The name as it should be, when that can be told. Judged again it has no fault that can be mended. */
  readonly suggestion?: string;
}

export const SERVICE_NAME = 'e-Referral Service';
export const LONGEST_NAME = 200;

/** Which faults stop a name: always, when names are judged strictly, or never. */
const STOPS: Readonly<Record<NameFaultCode, 'always' | 'strict' | 'never'>> = {
  empty: 'always',
  'too-long': 'always',
  unprintable: 'always',
  'surrounding-spaces': 'strict',
  'double-spaces': 'strict',
  dashes: 'strict',
  'supplier-missing': 'strict',
  'app-missing': 'strict',
  'environment-missing': 'strict',
  'environment-differs': 'strict',
  'service-name': 'strict',
  'mode-missing': 'strict',
  'mode-spelling': 'strict',
  'mode-differs': 'strict',
  'supplier-differs': 'never',
  ambiguous: 'never',
};

/** Spellings of the mode as the guidance of each environment writes them. */
const MODE_SPELLING: Readonly<Record<'PROD' | 'INT', Readonly<Record<AccessMode, string>>>> = {
  PROD: { 'user-restricted': 'User Restricted', 'application-restricted': 'Application-Restricted' },
  INT: { 'user-restricted': 'User-restricted', 'application-restricted': 'Application-restricted' },
};
const ACCEPTED_MODE = /^(?:User|Application)[ -][Rr]estricted$/;
const SUFFIX = / \(([^()]+)\)$/;
const MODE = /(?: -|,) ?((user|application)[ -]?restricted)$/i;
const ENVIRONMENT = /^(?:INT|DEP|PROD)$/;

/** The name by the guidance of its environment: a comma before the mode in PROD, a dash before it elsewhere. */
export function buildName({ supplier, app, environment, accessMode, suffix }: NameFields): string {
  const production = environment === 'PROD';
  const mode = MODE_SPELLING[production ? 'PROD' : 'INT'][accessMode];
  const head = `${tidyText(supplier)} - ${tidyText(app)} - ${environment} - ${SERVICE_NAME}${production ? ',' : ' -'} ${mode}`;
  return suffix === undefined ? head : `${head} (${suffix})`;
}

/** What a name says, read from its end: the literal service name and the mode are what can be recognised there. */
interface Reading {
  readonly fields: Partial<NameFields>;
  readonly environmentText: string | undefined;
  readonly serviceText: string | undefined;
  readonly modeText: string | undefined;
  readonly ambiguous: boolean;
}

function read(text: string): Reading {
  const suffix = SUFFIX.exec(text)?.[1];
  const body = suffix === undefined ? text : text.slice(0, -` (${suffix})`.length);
  const [tail, modeText, modeWord] = MODE.exec(body) ?? [];
  const parts = (tail === undefined ? body : body.slice(0, -tail.length)).split(' - ').map((each) => each.trim());
  const environmentAt = parts.findLastIndex((each) => ENVIRONMENT.test(each));
  const at = environmentAt >= 0 ? environmentAt : Math.min(2, Math.max(parts.length - 1, 0));
  const head = parts.slice(0, at).filter((each) => each !== '');
  const environment = parts[environmentAt];
  return {
    fields: {
      ...(head[0] === undefined || head.length > 2 ? {} : { supplier: head[0] }),
      ...(head.length === 2 && head[1] !== undefined ? { app: head[1] } : {}),
      ...(environment === 'INT' || environment === 'DEP' || environment === 'PROD' ? { environment } : {}),
      ...(modeWord === undefined ? {} : { accessMode: /^user$/i.test(modeWord) ? 'user-restricted' : 'application-restricted' }),
      ...(suffix === undefined ? {} : { suffix }),
    },
    environmentText: environment ?? (parts.length > 3 ? parts[2] : undefined),
    serviceText: parts.slice(environmentAt >= 0 ? environmentAt + 1 : at).join(' - ') || undefined,
    modeText,
    ambiguous: head.length > 2,
  };
}

/**
 * Whether a name follows the guidance, with every fault, and the name as it should be.
 *
 * @param given the fields when they were asked for one by one: a blank-hyphen-blank inside them is then no riddle, but is still told
 */
export function judgeName(name: string, context: NameContext, level: NameLevel = 'guidance', given?: Partial<NameFields>): NameVerdict {
  const faults: NameFault[] = [];
  const fault = (code: NameFaultCode, why: string, fix: string): void => {
    const stops = STOPS[code];
    faults.push({ code, severity: stops === 'always' || (stops === 'strict' && level === 'strict') ? 'error' : 'warning', why, fix });
  };
  spelling(name, fault);
  if (faults.some((each) => STOPS[each.code] === 'always')) return verdict(faults, {}, undefined);
  const tidy = joinedByHyphens(name);
  const reading = read(tidy);
  parts(reading, fault);
  comparison(reading.fields, context, fault);
  const fields = { ...reading.fields, ...given };
  const suggestion = faults.length === 0 ? undefined : suggestionFor(tidy, fields, reading, context, faults);
  // What we offer must itself be without reproach.
  const good = suggestion !== undefined && judgeName(suggestion, context).faults.every(({ code }) => STOPS[code] === 'never');
  return verdict(faults, fields, good ? suggestion : undefined);
}

type Note = (code: NameFaultCode, why: string, fix: string) => void;

function spelling(name: string, fault: Note): void {
  if (name.trim() === '') fault('empty', 'The name is empty.', 'Enter a name.');
  if (name.length > LONGEST_NAME) fault('too-long', `The name has ${name.length} characters.`, `Use ${LONGEST_NAME} characters or fewer.`);
  if (/\p{Cc}/u.test(name)) fault('unprintable', 'The name has a line break or another character that cannot be shown.', 'Take it out.');
  if (name !== name.trim()) fault('surrounding-spaces', 'There are spaces before or after the name.', 'Take them away.');
  if (/\s{2,}/.test(name.trim())) fault('double-spaces', 'There are two spaces side by side.', 'Write one.');
  if (joinedByHyphens(name) !== tidyText(name))
    fault('dashes', 'The parts are not joined by a hyphen with a space on either side.', 'Write " - " between the parts.');
}

function parts({ fields, environmentText, serviceText, modeText, ambiguous }: Reading, fault: Note): void {
  if (ambiguous)
    fault(
      'ambiguous',
      'A supplier or application name has " - " in it, so that the name can be read in more than one way.',
      'Enter supplier and application name one by one.',
    );
  else {
    if (fields.supplier === undefined) fault('supplier-missing', 'The supplier name is missing.', 'Begin with the supplier name.');
    if (fields.app === undefined)
      fault('app-missing', 'The application name is missing.', 'Write the application name after the supplier name.');
  }
  if (fields.environment === undefined)
    fault(
      'environment-missing',
      environmentText === undefined ? 'The environment is missing.' : `"${environmentText}" is not an environment.`,
      'Write INT, DEP or PROD.',
    );
  if (serviceText !== SERVICE_NAME)
    fault(
      'service-name',
      serviceText === undefined ? 'The service name is missing.' : `The service is called "${serviceText}".`,
      `Write "${SERVICE_NAME}".`,
    );
  if (modeText === undefined)
    fault('mode-missing', 'The access mode is missing at the end.', 'End with "User Restricted" or "Application-Restricted".');
  else if (!ACCEPTED_MODE.test(modeText))
    fault('mode-spelling', `The access mode is spelt "${modeText}".`, 'Write "User Restricted" or "Application-Restricted".');
}

function comparison(fields: Partial<NameFields>, context: NameContext, fault: Note): void {
  const { environment, accessMode, supplier } = fields;
  if (environment !== undefined && environment !== context.environment)
    fault(
      'environment-differs',
      `The name says ${environment}; the application is for ${context.environment}.`,
      `Write ${context.environment}.`,
    );
  if (accessMode !== undefined && context.accessMode !== undefined && accessMode !== context.accessMode)
    fault(
      'mode-differs',
      `The name says ${accessMode}; the application is ${context.accessMode}.`,
      'An application has one access mode: name it for that one, or register another application.',
    );
  if (supplier !== undefined && context.supplier !== undefined && supplier !== tidyText(context.supplier))
    fault('supplier-differs', `The supplier in the name is "${supplier}", the owner "${context.supplier}".`, 'Use the name of the owner.');
}

/** The tidied text when that is all it takes, else the name built anew from what is known; undefined when too little is. */
function suggestionFor(
  tidy: string,
  fields: Partial<NameFields>,
  reading: Reading,
  context: NameContext,
  faults: readonly NameFault[],
): string | undefined {
  const onlySpelling = faults.every(({ code }) =>
    ['surrounding-spaces', 'double-spaces', 'dashes', 'supplier-differs', 'ambiguous'].includes(code),
  );
  if (onlySpelling && faults.some(({ code }) => STOPS[code] !== 'never')) return tidy;
  if (onlySpelling) return undefined;
  const supplier = fields.supplier ?? (reading.ambiguous ? undefined : context.supplier);
  const { app, suffix } = fields;
  const accessMode = context.accessMode ?? fields.accessMode;
  if (supplier === undefined || app === undefined || accessMode === undefined) return undefined;
  const built = buildName({ supplier, app, environment: context.environment, accessMode, ...(suffix === undefined ? {} : { suffix }) });
  return built.length > LONGEST_NAME ? undefined : built;
}

function verdict(faults: readonly NameFault[], fields: Partial<NameFields>, suggestion: string | undefined): NameVerdict {
  const outcome = faults.length === 0 ? 'good' : faults.some((each) => each.severity === 'error') ? 'refused' : 'warned';
  return { outcome, faults, fields, ...(suggestion === undefined ? {} : { suggestion }) };
}
