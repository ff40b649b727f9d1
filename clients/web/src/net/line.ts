import type { Message } from "../model/message";
import { type Connection, type Credentials, type Ending, type Open, type Publication, WriteError } from "./connection";
import type { Admission, Session } from "./signIn";

/** How it stands with the unit. */
export type Phase =
  | { readonly kind: "connecting" }
  /** Connected; the snapshot is coming. */
  | { readonly kind: "loading" }
  | { readonly kind: "live" }
  /** Cut off since then; the next try is under way or comes by itself. */
  | { readonly kind: "cut"; readonly since: number }
  | { readonly kind: "pair"; readonly session: Session; readonly why: "new" | "revoked" | "insecure" }
  /** The unit wants a name and a password; refused if some were tried. */
  | { readonly kind: "password"; readonly refused: boolean };

/** Time and chance, handed in for the tests. */
export interface World {
  now(): number;
  random(): number;
  /** Calls back once after these milliseconds; returns how to call it off. */
  later(millis: number, task: () => void): () => void;
}

export interface LineListener {
  phase(phase: Phase): void;
  /** A snapshot is about to come. */
  begins(): void;
  message(message: Message): void;
  complete(): void;
}

const FIRST_PAUSE_MILLIS = 500;
const LONGEST_PAUSE_MILLIS = 8_000;

/** Keeps a connection to the unit: signs in, connects, and begins again, with growing and random pauses, when it is lost. */
export class Line {
  private state: Phase = { kind: "connecting" };
  private connection: Connection | undefined;
  private typed: Credentials | undefined;
  private signedIn = false;
  private pause = FIRST_PAUSE_MILLIS;
  private cutSince: number | undefined;
  private callOff: () => void = () => {};
  /** Counts the attempts, so that what an earlier one says late is not taken for the present one's. */
  private attempt = 0;

  constructor(
    private readonly admit: () => Promise<Admission>,
    private readonly open: Open,
    private readonly world: World,
    private readonly listener: LineListener,
  ) {}

  get phase(): Phase {
    return this.state;
  }

  start(): void {
    void this.connect();
  }

  /** Tries at once, if it is waiting to: something says that the unit may be there again. */
  hurry(): void {
    if (this.state.kind !== "cut") return;
    this.pause = FIRST_PAUSE_MILLIS;
    void this.connect();
  }

  /** Begins again, after a phone was paired or a password typed. */
  again(credentials?: Credentials): void {
    this.typed = credentials;
    this.pause = FIRST_PAUSE_MILLIS;
    this.enter({ kind: "connecting" });
    void this.connect();
  }

  publish(publication: Publication): Promise<void> {
    if (this.connection === undefined || this.state.kind === "cut") return Promise.reject(new WriteError("cut off"));
    return this.connection.publish(publication);
  }

  private async connect(): Promise<void> {
    const mine = ++this.attempt;
    this.callOff();
    this.connection?.close();
    this.connection = undefined;
    const admission = await this.admit();
    if (mine !== this.attempt) return;
    switch (admission.kind) {
      case "unreachable":
        this.lost(mine);
        break;
      case "pair":
        this.enter({ kind: "pair", session: admission.session, why: admission.why });
        break;
      case "open":
        this.signedIn = admission.credentials !== undefined;
        this.connection = this.open(admission.credentials ?? this.typed, this.listenerFor(mine));
    }
  }

  private listenerFor(mine: number): Parameters<Open>[1] {
    const current = (): boolean => mine === this.attempt;
    return {
      opened: () => {
        if (!current()) return;
        this.listener.begins();
        this.enter({ kind: "loading" });
      },
      message: (message) => {
        if (current()) this.listener.message(message);
      },
      snapshotComplete: () => {
        if (!current()) return;
        this.pause = FIRST_PAUSE_MILLIS;
        this.cutSince = undefined;
        this.listener.complete();
        this.enter({ kind: "live" });
      },
      closed: (why) => this.closed(mine, why),
    };
  }

  private closed(mine: number, why: Ending): void {
    if (mine !== this.attempt) return;
    this.connection = undefined;
    // A token that is not taken has run out meanwhile: the next attempt gets another.
    if (why.kind === "refused" && !this.signedIn) {
      this.attempt++;
      this.enter({ kind: "password", refused: this.typed !== undefined });
      this.typed = undefined;
    } else {
      this.lost(mine);
    }
  }

  private lost(mine: number): void {
    if (mine !== this.attempt) return;
    this.cutSince ??= this.world.now();
    this.enter({ kind: "cut", since: this.cutSince });
    const wait = this.pause * (0.5 + this.world.random() / 2);
    this.pause = Math.min(this.pause * 2, LONGEST_PAUSE_MILLIS);
    this.callOff = this.world.later(wait, () => void this.connect());
  }

  private enter(phase: Phase): void {
    this.state = phase;
    this.listener.phase(phase);
  }
}
