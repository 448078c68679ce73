/** Exchanges that were answered and could not be written, kept until something can be written again. */

/** As many misses of one recording as were taken from the book, to be put back should they not be written. */
export interface Taken {
  readonly recording: string;
  readonly count: number;
}

/**
 * What is still to be owned to, in the memory of a process: the database that refuses an exchange refuses the note that it is missing as
 * well. Where it could not even be read who is recorded, a miss is one of an application, or of nobody known, until that can be read.
 */
export class Misses {
  readonly #ofRecording = new Map<string, number>();
  readonly #ofApplication = new Map<string, number>();
  #ofAnybody = 0;

  /** Recordings that have misses to be written. */
  get recordings(): readonly string[] {
    return [...this.#ofRecording.keys()];
  }

  /** False while it is not known of some of them whose they are. */
  get arePlaced(): boolean {
    return this.#ofApplication.size === 0 && this.#ofAnybody === 0;
  }

  ofRecording(recording: string, count = 1): void {
    add(this.#ofRecording, recording, count);
  }

  /** An exchange of an application of which it is not known whether it is recorded; `undefined`: of an application that is not known. */
  ofApplication(appId: string | undefined): void {
    if (appId === undefined) this.#ofAnybody += 1;
    else add(this.#ofApplication, appId, 1);
  }

  /**
   * Now it is known who is recorded. Those of nobody known may be of any recording: each has a gap then, for evidence that owns to too
   * much is honest, and evidence that owns to too little is not.
   *
   * @param before recording of each application as of the last time that this was known: it may have ended meanwhile
   * @param now the same, as it is
   */
  place(before: ReadonlyMap<string, string>, now: ReadonlyMap<string, string>): void {
    for (const [appId, count] of this.#ofApplication) {
      const recording = now.get(appId) ?? before.get(appId);
      if (recording !== undefined) this.ofRecording(recording, count);
    }
    if (this.#ofAnybody > 0) for (const each of new Set([...before.values(), ...now.values()])) this.ofRecording(each, this.#ofAnybody);
    this.#ofApplication.clear();
    this.#ofAnybody = 0;
  }

  /** Takes those of a recording out, for whoever writes them. */
  take(recording: string): Taken {
    const count = this.#ofRecording.get(recording) ?? 0;
    this.#ofRecording.delete(recording);
    return { recording, count };
  }

  /** They could not be written. */
  putBack({ recording, count }: Taken): void {
    if (count > 0) this.ofRecording(recording, count);
  }
}

function add(counts: Map<string, number>, key: string, count: number): void {
  counts.set(key, (counts.get(key) ?? 0) + count);
}
