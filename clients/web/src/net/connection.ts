import type { Message, Properties } from "../model/message";

/** Who comes in, where the unit wants to know. */
export interface Credentials {
  readonly user: string;
  readonly password: string;
}

/** What to write. An empty payload deletes. */
export interface Publication {
  readonly key: string;
  readonly payload: Uint8Array;
  readonly properties: Properties;
  /** Seconds until it is gone; undefined for never. */
  readonly expiry?: number | undefined;
}

/** What a connection tells, in this order: opened, messages and one snapshot, closed. */
export interface Listener {
  opened(): void;
  message(message: Message): void;
  /** All that there is has been told; what follows is change. */
  snapshotComplete(): void;
  /** It could not be opened, or has ended; told once. */
  closed(why: Ending): void;
}

export type Ending =
  | { readonly kind: "lost" }
  /** The unit did not accept who came in. */
  | { readonly kind: "refused" };

/** A write that did not happen, or of which nobody knows. */
export class WriteError extends Error {
  /**
   * @param kind why: cut off before it was sent, refused by the unit with a reason code, or sent and never acknowledged
   * @param reason the unit's own sentence, empty for none
   */
  constructor(
    readonly kind: "cut off" | "refused" | "unacknowledged",
    readonly code = 0,
    readonly reason = "",
  ) {
    super(`${kind} ${code} ${reason}`);
  }
}

/** One connection to the unit, from opening to end. */
export interface Connection {
  /** Resolves when the unit has it on disk. */
  publish(publication: Publication): Promise<void>;
  close(): void;
}

export type Open = (credentials: Credentials | undefined, listener: Listener) => Connection;
