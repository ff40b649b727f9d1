/** What a writer gave along with a value; kept, so that putting a value back puts all of it back. */
export interface Properties {
  readonly contentType?: string;
  readonly text?: boolean;
  readonly responseTopic?: string;
  readonly correlationData?: Uint8Array;
  readonly userProperties?: Readonly<Record<string, string | readonly string[]>>;
}

/** A message as the unit sent it. */
export interface Message {
  readonly topic: string;
  /** Empty for a delete. */
  readonly payload: Uint8Array;
  /** True in a snapshot, false for what changed just now. */
  readonly retained: boolean;
  /** What orders the writes of a key; empty for an event and for the unit's own topics. */
  readonly version: string;
  /** The unit that wrote it. */
  readonly unit: string;
  /** When it was written, in milliseconds since the epoch by the unit's clock; NaN where it is not told. */
  readonly time: number;
  /** Seconds until it is gone. */
  readonly expiry?: number | undefined;
  readonly properties: Properties;
}

export const NO_PROPERTIES: Properties = Object.freeze({});

/** The unit's own topics, which are no keys. */
export const isDocument = (topic: string): boolean => topic.startsWith("$");
