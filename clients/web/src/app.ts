import { computed, signal } from "@preact/signals";
import { Catalogue } from "./model/catalogue";
import { conflictsOf } from "./model/conflicts";
import { type Edit, Edits, stands } from "./model/edits";
import { Fields } from "./model/json";
import type { Message, Properties } from "./model/message";
import { networkOf } from "./model/network";
import { phonesOf, REVOKED } from "./model/phones";
import { Shelf, type Value } from "./model/shelf";
import { UnitClock } from "./model/time";
import { type Open, WriteError } from "./net/connection";
import { Line, type Phase } from "./net/line";
import { SignIn } from "./net/signIn";
import type { Storage } from "./net/storage";
import { parseRoute } from "./route";
import { t } from "./strings";

/** Something to tell once, and perhaps to take back. */
export interface Notice {
  readonly text: string;
  readonly edit?: Edit;
  readonly problem?: boolean;
}

const SAVED_KEYS = 5_000;
const SAVED_BYTES = 2_000_000;
const SAVE_MILLIS = 3_000;
const LOADING_MILLIS = 200;
const FRAME_MILLIS = 16;

/** The app: what is known, how it stands with the unit, and what may be done. Views read its signals and call its methods. */
export class App {
  readonly shelf = new Shelf(() => this.wake());
  readonly signIn: SignIn;
  readonly edits = new Edits();
  private readonly clock = new UnitClock();
  private readonly line: Line;
  private waking = false;
  private saving = false;

  readonly phase = signal<Phase>({ kind: "connecting" });
  /** Changes whenever anything is new in the shelf, at most once a frame. */
  readonly revision = signal(0);
  readonly structure = signal(0);
  readonly now = signal(Date.now());
  readonly notice = signal<Notice | undefined>(undefined);
  readonly route = signal(parseRoute(location.hash));
  /** When what is shown was true, for what was kept over a reload; undefined once the unit has told. */
  readonly remembered = signal<number | undefined>(undefined);

  readonly catalogue = computed(() => this.read(() => Catalogue.of(this.shelf)));
  readonly network = computed(() => this.read(() => networkOf(this.shelf)));
  readonly conflicts = computed(() => this.read(() => conflictsOf(this.shelf)));
  readonly phones = computed(() => this.read(() => phonesOf(this.shelf)));
  readonly keys = computed(() => {
    this.structure.value;
    return this.shelf.keys();
  });
  /** True while changes can be made. */
  readonly writable = computed(() => this.phase.value.kind === "live" || this.phase.value.kind === "loading");

  constructor(open: Open, readonly storage: Storage) {
    this.signIn = new SignIn((...request) => fetch(...request), storage, globalThis.crypto?.subtle);
    const world = {
      now: () => Date.now(),
      random: () => Math.random(),
      later: (millis: number, task: () => void) => {
        const timer = setTimeout(task, millis);
        return () => clearTimeout(timer);
      },
    };
    this.line = new Line(() => this.signIn.admit(), open, world, {
      phase: (phase) => this.entered(phase),
      begins: () => {
        this.clock.forget();
        this.shelf.begin();
      },
      message: (message) => this.take(message),
      complete: () => {
        this.shelf.finish();
        this.remembered.value = undefined;
        this.saveSoon();
      },
    });
  }

  async start(): Promise<void> {
    addEventListener("hashchange", () => (this.route.value = parseRoute(location.hash)));
    addEventListener("online", () => this.line.hurry());
    addEventListener("pagehide", () => void this.save());
    document.addEventListener("visibilitychange", () => document.visibilityState === "visible" && this.line.hurry());
    setInterval(() => this.tick(), 1_000);
    const saved = await this.storage.loadState().catch(() => undefined);
    if (saved !== undefined) {
      this.shelf.restore(saved);
      this.remembered.value = saved.at;
    }
    this.line.start();
  }

  hurry(): void {
    this.line.hurry();
  }

  signInAgain(user?: string, password?: string): void {
    this.line.again(user === undefined ? undefined : { user, password: password ?? "" });
  }

  value(key: string): Value | undefined {
    return this.read(() => this.shelf.values.get(key));
  }

  /** A time of the unit's, by this device's clock. */
  here(unitMillis: number): number {
    return this.clock.here(unitMillis);
  }

  /** Writes a value; says so, or why not. True if it is on the unit's disk. */
  async put(key: string, payload: Uint8Array, said: string, properties?: Properties): Promise<boolean> {
    const before = this.shelf.values.get(key);
    const done = await this.write(key, payload, properties ?? before?.properties ?? {}, remaining(before));
    if (done) this.tell({ key, before, after: payload }, said);
    return done;
  }

  async remove(key: string, said = t.deleted(key)): Promise<boolean> {
    const before = this.shelf.values.get(key);
    const done = await this.write(key, new Uint8Array(), {});
    if (done) this.tell({ key, before, after: undefined }, said);
    return done;
  }

  /** Shuts a phone out for good: there is nothing to undo. */
  async revoke(key: string, said: string): Promise<boolean> {
    const done = await this.write(key, REVOKED, {});
    if (done) this.notice.value = { text: said };
    return done;
  }

  /** Puts back what was there before an edit, unless somebody has changed it since. */
  async undo(edit: Edit): Promise<void> {
    if (!stands(edit, this.shelf)) {
      this.notice.value = { text: t.changedSince(edit.key), problem: true };
      return;
    }
    const { key, before } = edit;
    const payload = before?.payload ?? new Uint8Array();
    if (await this.write(key, payload, before?.properties ?? {}, remaining(before))) {
      this.edits.remove(edit);
      this.notice.value = { text: t.undone(key) };
    }
  }

  /** Forgets what this browser keeps of the state. */
  async forget(): Promise<void> {
    await this.storage.forgetState();
    this.notice.value = { text: t.forgotten };
  }

  private tell(edit: Edit, text: string): void {
    this.edits.add(edit);
    this.notice.value = { text, edit };
  }

  private async write(key: string, payload: Uint8Array, properties: Properties, expiry?: number): Promise<boolean> {
    try {
      await this.line.publish({ key, payload, properties, expiry });
      return true;
    } catch (error) {
      this.notice.value = { text: error instanceof WriteError ? t.writeProblem(error) : String(error), problem: true };
      return false;
    }
  }

  private take(message: Message): void {
    const now = Date.now();
    this.shelf.take(message, now, this.clock.here(message.time));
    if (message.topic === "$bookshelf/clock") {
      this.clock.heard(Fields.of(this.shelf.document(message.topic)).number("millis") ?? now, now);
    }
  }

  private entered(phase: Phase): void {
    this.phase.value = phase;
    if (phase.kind === "pair" && phase.why === "revoked") {
      // Who was shut out keeps nothing of the state; but the key, as this unit may only not have heard of it yet.
      this.shelf.clear();
      void this.storage.forgetState();
    }
  }

  private tick(): void {
    this.now.value = Date.now();
    const timeKnown = Fields.of(this.shelf.document("$bookshelf/clock")).flag("known");
    if (timeKnown && this.phase.value.kind === "live") this.shelf.sweep(Date.now());
  }

  private read<T>(read: () => T): T {
    this.revision.value;
    return read();
  }

  private wake(): void {
    if (this.waking) return;
    this.waking = true;
    setTimeout(() => {
      this.waking = false;
      this.revision.value = this.shelf.revision;
      this.structure.value = this.shelf.structure;
      if (this.shelf.complete) this.saveSoon();
    }, this.phase.peek().kind === "loading" ? LOADING_MILLIS : FRAME_MILLIS);
  }

  private saveSoon(): void {
    if (this.saving) return;
    this.saving = true;
    setTimeout(() => {
      this.saving = false;
      void this.save();
    }, SAVE_MILLIS);
  }

  private async save(): Promise<void> {
    if (!this.shelf.complete || this.phase.peek().kind !== "live") return;
    const catalogue = Catalogue.of(this.shelf);
    const saved = this.shelf.save(Date.now(), SAVED_KEYS, SAVED_BYTES, (key) => catalogue.secret(key));
    // Where the browser keeps nothing, there is nothing to read after a reload; that is all.
    await this.storage.saveState(saved).catch(() => undefined);
  }
}

/** Seconds that a value had left, so that what is put back still expires. */
function remaining(value: Value | undefined): number | undefined {
  if (value === undefined || value.expires === Infinity) return undefined;
  return Math.max(1, Math.round((value.expires - Date.now()) / 1000));
}
