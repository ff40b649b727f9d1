import { Fields } from "./json";
import type { Shelf } from "./shelf";
import { bytesOf, fromBase64 } from "./values";

export interface Write {
  readonly version: string;
  readonly unit: string;
  readonly time: number;
}

/** A write that another one, made without knowing of it, overwrote. */
export interface Conflict {
  readonly key: string;
  readonly found: number;
  readonly lost: Write;
  readonly won: Write;
  readonly deleted: boolean;
  readonly bytes: number;
  /** What was overwritten; undefined where it was too long to be told, or a delete. */
  readonly value: Uint8Array | undefined;
}

/** Newest first. */
export function conflictsOf(shelf: Shelf): Conflict[] {
  const document = shelf.document("$bookshelf/conflicts");
  if (!Array.isArray(document)) return [];
  return document.map((each) => conflict(Fields.of(each))).filter((each) => each.key !== "");
}

function conflict(said: Fields): Conflict {
  return {
    key: said.text("key"),
    found: said.time("found"),
    lost: write(said.inner("lost")),
    won: write(said.inner("won")),
    deleted: said.flag("deleted"),
    bytes: said.number("bytes") ?? 0,
    value: value(said),
  };
}

const write = (said: Fields): Write => ({ version: said.text("version"), unit: said.text("unit"), time: said.time("time") });

function value(said: Fields): Uint8Array | undefined {
  if (said.has("value")) return bytesOf(said.text("value"));
  if (!said.has("base64")) return undefined;
  try {
    return fromBase64(said.text("base64"));
  } catch {
    return undefined;
  }
}
