import { isDocument, type Message, NO_PROPERTIES, type Properties } from "./message";
import { lowerBound, SortedKeys } from "./sortedKeys";

/** A value of a key, or of one of the unit's own topics. */
export interface Value {
  readonly payload: Uint8Array;
  readonly version: string;
  readonly unit: string;
  /** When it was written, in milliseconds by the unit's clock; NaN where it is not told. */
  readonly time: number;
  /** When it is gone, in milliseconds by this device's clock; Infinity for never. */
  readonly expires: number;
  readonly properties: Properties;
  /** The snapshot in which, or after which, it was told. */
  readonly round: number;
}

/** A key that changed, and when this device heard of it. */
export interface Change {
  readonly key: string;
  readonly at: number;
  readonly unit: string;
  readonly deleted: boolean;
}

/** What is kept of a shelf over a reload. */
export interface Saved {
  readonly at: number;
  readonly entries: readonly (readonly [string, Omit<Value, "round">])[];
}

export const RECENT_MILLIS = 60_000;
const RECENT_MOST = 200;

/**
 * What this device knows of the state. Messages are taken in the order in which they come; a snapshot is a round: what has not
 * been told again when it is complete is gone. Until then, and while the unit cannot be reached, the former values stay readable.
 * It has no clock and no connection of its own.
 */
export class Shelf {
  readonly values = new Map<string, Value>();
  readonly documents = new Map<string, Value>();
  private readonly sorted = new SortedKeys();
  private readonly changes = new Map<string, Change>();
  private readonly expiring = new Set<string>();
  private round = 0;
  private whole = false;

  /** Counts all changes, to tell whether anything is new. */
  revision = 0;
  /** Counts the changes of the set of keys. */
  structure = 0;

  /** @param told is called after each change; it should only take note. */
  constructor(private readonly told: () => void = () => {}) {}

  /** A snapshot is about to come. */
  begin(): void {
    this.round++;
    this.whole = false;
    this.changed();
  }

  /** True once a snapshot has come in full, until the next one begins. */
  get complete(): boolean {
    return this.whole;
  }

  /** The snapshot has come in full: what was not told in it is gone. */
  finish(): void {
    for (const [topic, value] of this.documents) {
      if (value.round !== this.round) this.documents.delete(topic);
    }
    for (const [key, value] of this.values) {
      if (value.round !== this.round) this.drop(key);
    }
    this.whole = true;
    this.changed();
  }

  /**
   * Takes a message.
   *
   * @param now this device's time, in milliseconds
   * @param written when it was written, by this device's clock
   */
  take(message: Message, now: number, written = now): void {
    const { topic, payload } = message;
    if (isDocument(topic)) {
      if (payload.length === 0) this.documents.delete(topic);
      else this.documents.set(topic, this.valueOf(message, now));
    } else if (message.version !== "") {
      const before = this.values.get(topic);
      if (payload.length === 0) this.drop(topic);
      else this.keep(topic, this.valueOf(message, now));
      this.note(message, before, message.retained ? written : now, now);
    }
    this.changed();
  }

  /** Lets go of what has expired. */
  sweep(now: number): void {
    let gone = false;
    for (const key of this.expiring) {
      if ((this.values.get(key)?.expires ?? Infinity) <= now) {
        this.drop(key);
        gone = true;
      }
    }
    if (gone) this.changed();
  }

  /** All keys, in order. */
  keys(): readonly string[] {
    return this.sorted.list();
  }

  /** The keys that start with this, in order. */
  *under(prefix: string): Iterable<readonly [string, Value]> {
    const keys = this.keys();
    for (let at = lowerBound(keys, prefix); at < keys.length && keys[at]!.startsWith(prefix); at++) {
      yield [keys[at]!, this.values.get(keys[at]!)!];
    }
  }

  /** The text of one of the unit's own topics as JSON, undefined where there is none that can be read. */
  document(topic: string): unknown {
    const value = this.documents.get(topic);
    if (value === undefined) return undefined;
    try {
      return JSON.parse(new TextDecoder().decode(value.payload)) as unknown;
    } catch {
      return undefined;
    }
  }

  /** What changed in the last minute, newest first. */
  recent(now: number): Change[] {
    return [...this.changes.values()].filter((change) => now - change.at < RECENT_MILLIS).sort((a, b) => b.at - a.at);
  }

  /** What is worth keeping over a reload: the unit's own topics, and the first keys in order. */
  save(at: number, mostKeys: number, mostBytes: number, secret: (key: string) => boolean): Saved {
    const entries: [string, Omit<Value, "round">][] = [...this.documents];
    let bytes = 0;
    for (const key of this.keys()) {
      const value = this.values.get(key)!;
      bytes += key.length + value.payload.length;
      if (bytes > mostBytes || entries.length - this.documents.size >= mostKeys) break;
      if (!secret(key)) entries.push([key, value]);
    }
    return { at, entries: entries.map(([topic, { payload, version, unit, time, expires, properties }]) =>
      [topic, { payload, version, unit, time, expires, properties }]) };
  }

  /** Takes back what was kept, for reading until the first snapshot is complete. */
  restore(saved: Saved): void {
    for (const [topic, value] of saved.entries) {
      if (isDocument(topic)) this.documents.set(topic, { ...value, round: this.round });
      else this.keep(topic, { ...value, round: this.round });
    }
    this.changed();
  }

  /** Forgets everything. */
  clear(): void {
    this.documents.clear();
    for (const key of [...this.values.keys()]) this.drop(key);
    this.changes.clear();
    this.whole = false;
    this.changed();
  }

  private valueOf(message: Message, now: number): Value {
    const expires = message.expiry === undefined ? Infinity : now + message.expiry * 1000;
    const { payload, version, unit, time, properties } = message;
    return { payload, version, unit, time, expires, properties: properties ?? NO_PROPERTIES, round: this.round };
  }

  private keep(key: string, value: Value): void {
    if (!this.values.has(key)) {
      this.sorted.add(key);
      this.structure++;
    }
    this.values.set(key, value);
    if (value.expires === Infinity) this.expiring.delete(key);
    else this.expiring.add(key);
  }

  private drop(key: string): void {
    if (!this.values.delete(key)) return;
    this.sorted.remove(key);
    this.expiring.delete(key);
    this.structure++;
  }

  private note(message: Message, before: Value | undefined, at: number, now: number): void {
    if (now - at >= RECENT_MILLIS || before?.version === message.version) return;
    const { topic: key, unit } = message;
    this.changes.delete(key);
    this.changes.set(key, { key, at, unit, deleted: message.payload.length === 0 });
    if (this.changes.size > RECENT_MOST) this.changes.delete(this.changes.keys().next().value!);
  }

  private changed(): void {
    this.revision++;
    this.told();
  }
}
