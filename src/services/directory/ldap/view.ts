/**
 * The directory's records as a tree of entries, kept in memory and brought up to date by change number before every operation: what is
 * committed is answered at once, in this process and in every other (DESIGN.md D15, sds.md §16).
 */
import { setImmediate as breathe } from 'node:timers/promises';
import type { Db } from '../../../kernel/store/store.ts';
import type { DirectoryChange, Person, RoleProfile } from '../model.ts';
import { changeEntry, entryOfRecord } from './change-log.ts';
import { distinguishedName } from './distinguished-name.ts';
import { CHANGE_LOG, CONTAINERS, type EntryText, personEntry, personInOrganisationEntry, roleProfileEntry } from './records.ts';
import { referenceEntries } from './reference-entries.ts';
import { DirectoryTree } from './tree.ts';

/** What the tree is made of: functions of the directory's store. */
export interface Records {
  /** The number of the last change and something that tells it from one of the same number in another history. */
  lastChange(db: Db): Promise<{ readonly changeNumber: number; readonly mark: string }>;
  /** That of one change; undefined when it is not there (any more). */
  markOf(db: Db, changeNumber: number): Promise<string | undefined>;
  changesAfter(db: Db, changeNumber: number, limit: number): Promise<readonly DirectoryChange[]>;
  /** Every record but people and role profiles, with its kind, a batch at a time. */
  systemsAndOrganisations(db: Db): AsyncIterable<readonly { kind: DirectoryChange['kind']; record: unknown }[]>;
  people(db: Db): Promise<readonly Person[]>;
  person(db: Db, userId: string): Promise<Person | undefined>;
  /** Role profiles of one person or of all, closed ones too. */
  roleProfiles(db: Db, userId?: string): Promise<readonly RoleProfile[]>;
}

/** Changes taken in one after the other; with more than these it is quicker to read everything. */
const CHANGES_AT_ONCE = 1_000;
/** Entries the change log shows: the newest. */
const LOG_KEPT = 10_000;

export class DirectoryView {
  readonly #db: Db;
  readonly #records: Records;
  #tree: DirectoryTree | undefined;
  #known = { changeNumber: 0, mark: '' };
  #log: number[] = [];
  /** A look at the store that has not begun reading: those who ask meanwhile share it. */
  #refresh: Promise<DirectoryTree> | undefined;
  #running: Promise<unknown> = Promise.resolve();

  constructor(db: Db, records: Records) {
    this.#db = db;
    this.#records = records;
  }

  /** The tree with everything that was committed before the call. */
  current(): Promise<DirectoryTree> {
    this.#refresh ??= this.#begin();
    return this.#refresh;
  }

  async #begin(): Promise<DirectoryTree> {
    await this.#running;
    this.#refresh = undefined; // who asks from here on may have committed after our look
    const work = this.#bringUpToDate();
    this.#running = work.catch(() => undefined);
    return work;
  }

  async #bringUpToDate(): Promise<DirectoryTree> {
    const last = await this.#records.lastChange(this.#db);
    const known = this.#known;
    if (this.#tree !== undefined && last.changeNumber === known.changeNumber && last.mark === known.mark) return this.#tree;
    const behind = last.changeNumber - known.changeNumber;
    const sameHistory =
      this.#tree !== undefined &&
      behind > 0 &&
      behind <= CHANGES_AT_ONCE &&
      (known.changeNumber === 0 || (await this.#records.markOf(this.#db, known.changeNumber)) === known.mark);
    if (this.#tree === undefined || !sameHistory) this.#tree = await this.#load();
    else for (const change of await this.#records.changesAfter(this.#db, known.changeNumber, behind)) await this.#apply(this.#tree, change);
    this.#putChangeLogHead(this.#tree);
    this.#known = last;
    return this.#tree;
  }

  async #load(): Promise<DirectoryTree> {
    const tree = new DirectoryTree();
    this.#log = [];
    for (const each of [...CONTAINERS, ...referenceEntries()]) this.#put(tree, each);
    const from = Math.max(0, (await this.#records.lastChange(this.#db)).changeNumber - LOG_KEPT);
    for await (const batch of this.#records.systemsAndOrganisations(this.#db)) {
      for (const { kind, record } of batch) this.#put(tree, entryOfRecord(kind, record));
      await breathe();
    }
    const profiles = Map.groupBy(await this.#records.roleProfiles(this.#db), (each) => each.userId);
    for (const person of await this.#records.people(this.#db)) this.#putPerson(tree, person, profiles.get(person.userId) ?? []);
    this.#putChangeLogHead(tree);
    for (let after = from; ; ) {
      const changes = await this.#records.changesAfter(this.#db, after, CHANGES_AT_ONCE);
      for (const change of changes) this.#putChange(tree, change);
      after = changes.at(-1)?.changeNumber ?? after;
      if (changes.length < CHANGES_AT_ONCE) return tree;
      await breathe();
    }
  }

  async #apply(tree: DirectoryTree, change: DirectoryChange): Promise<void> {
    this.#putChange(tree, change);
    if (change.kind === 'person' || change.kind === 'role-profile') {
      await this.#renewPerson(tree, change);
      return;
    }
    if (change.after !== undefined) this.#put(tree, entryOfRecord(change.kind, change.after), change.changedAt);
    else if (change.before !== undefined) removeEntry(tree, entryOfRecord(change.kind, change.before));
  }

  /** A person's entry and all below it hang together: they are made anew. */
  async #renewPerson(tree: DirectoryTree, change: DirectoryChange): Promise<void> {
    const records = [change.before, change.after] as readonly ({ readonly userId?: string } | undefined)[];
    for (const userId of new Set(records.flatMap((each) => each?.userId ?? []))) {
      const profiles = await this.#records.roleProfiles(this.#db, userId);
      const person = await this.#records.person(this.#db, userId);
      const old = [change.before, change.after].flatMap((each) => (each === undefined ? [] : (entryOfRecord(change.kind, each) ?? [])));
      for (const each of old) removeEntry(tree, each);
      if (person !== undefined) this.#putPerson(tree, person, profiles);
    }
  }

  #putPerson(tree: DirectoryTree, person: Person, profiles: readonly RoleProfile[]): void {
    this.#put(tree, personEntry(person));
    for (const [, [first, ...others]] of Map.groupBy(profiles, (each) => each.personOrgId)) {
      if (first === undefined) continue;
      this.#put(tree, personInOrganisationEntry(person, first, others));
      for (const profile of [first, ...others]) this.#put(tree, roleProfileEntry(profile));
    }
  }

  #putChange(tree: DirectoryTree, change: DirectoryChange): void {
    const entry = changeEntry(change);
    if (entry === undefined) return;
    this.#put(tree, entry);
    this.#log.push(change.changeNumber);
    if (this.#log.length > LOG_KEPT) tree.remove(`changenumber=${this.#log.shift()},${CHANGE_LOG}`);
  }

  /** The change log's own entry names its first and last number. */
  #putChangeLogHead(tree: DirectoryTree): void {
    this.#put(tree, {
      dn: 'cn=ChangeLog,o=nhs',
      attributes: [
        ['objectClass', ['top', 'nhsExternalChangelog']],
        ['cn', ['ChangeLog']],
        ['firstchangenumber', [String(this.#log[0] ?? 0)]],
        ['lastchangenumber', [String(this.#log.at(-1) ?? 0)]],
      ],
      createdAt: CONTAINERS[0]?.createdAt ?? 0,
      modifiedAt: CONTAINERS[0]?.modifiedAt ?? 0,
    });
  }

  #put(tree: DirectoryTree, text: EntryText | undefined, modifiedAt = text?.modifiedAt ?? 0): void {
    if (text === undefined) return;
    const key = distinguishedName(text.dn)?.key;
    if (key === undefined) throw new Error(`${text.dn} is no distinguished name`);
    const createdAt = tree.get(key)?.createdAt ?? text.createdAt;
    tree.put(text.dn, key, text.attributes, { createdAt, modifiedAt });
  }
}

function removeEntry(tree: DirectoryTree, text: EntryText | undefined): void {
  const key = text === undefined ? undefined : distinguishedName(text.dn)?.key;
  if (key !== undefined) tree.remove(key);
}
