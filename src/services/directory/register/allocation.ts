import type { Db } from '../../../kernel/store/store.ts';
import type { AccreditedSystem } from '../model.ts';
import type { Author } from './changes.ts';
import { nextOf } from './counters.ts';
import { asidWasUsed, messageHandlingSystem, partyKey, saveAccreditedSystem, savePartyKey } from './store.ts';

/** Shape of the ASIDs that suppliers get on the path to live: 2000000024xx (path-to-live.md §2.2). */
const FIRST_ASID = 200_000_002_400;
/** CPA ids are opaque; new ones look like the published `S918999410559`. */
const FIRST_CPA_ID = 918_999_600_001;
const FIRST_PRODUCT_KEY = 10_001;
/** Party keys run through an environment, each in a range of its own (sds.md §4). */
const FIRST_PARTY_NUMBER: Readonly<Record<string, number>> = { INT: 823_001, DEP: 824_001, PROD: 831_001 };
const NEWEST_RANGE = 850_001;

/** A system as it is asked for: what is not said follows from its organisation. */
export type NewAccreditedSystem = Pick<AccreditedSystem, 'odsCode' | 'productName' | 'displayName' | 'interactions'> &
  Partial<Omit<AccreditedSystem, 'asid'>>;

/** A party key nobody has: the organisation's code and the environment's next number. */
export async function allocatePartyKey(tx: Db, environment: string, odsCode: string, author: Author): Promise<string> {
  for (;;) {
    const number = await nextOf(tx, 'party-key', FIRST_PARTY_NUMBER[environment] ?? NEWEST_RANGE);
    const candidate = `${odsCode}-${number}`;
    if ((await partyKey(tx, candidate)) !== undefined) continue;
    await savePartyKey(tx, { partyKey: candidate, odsCode }, author);
    return candidate;
  }
}

/** An ASID that was never given out. */
export async function nextAsid(tx: Db): Promise<string> {
  for (;;) {
    const asid = String(await nextOf(tx, 'asid', FIRST_ASID));
    if (!(await asidWasUsed(tx, asid))) return asid;
  }
}

export async function nextCpaId(tx: Db): Promise<string> {
  for (;;) {
    const cpaId = `S${await nextOf(tx, 'cpa-id', FIRST_CPA_ID)}`;
    if ((await messageHandlingSystem(tx, cpaId)) === undefined) return cpaId;
  }
}

export async function nextProductKey(tx: Db): Promise<string> {
  return String(await nextOf(tx, 'product-key', FIRST_PRODUCT_KEY));
}

/** Registers a system under a new ASID, and under a new party key unless it names one. */
export async function allocateAsid(tx: Db, environment: string, system: NewAccreditedSystem, author: Author): Promise<string> {
  const asid = await nextAsid(tx);
  const { odsCode } = system;
  const approval = { requestor: author.actor, requestedAt: author.at, approver: author.actor, approvedAt: author.at };
  await saveAccreditedSystem(
    tx,
    {
      manufacturerOdsCode: odsCode,
      productKey: '0',
      productVersion: '1',
      clientOdsCodes: [odsCode],
      accessControlFeatures: [],
      categoryBag: [],
      approval,
      ...system,
      asid,
      partyKey: system.partyKey ?? (await allocatePartyKey(tx, environment, odsCode, author)),
    },
    author,
  );
  return asid;
}
