import type { Shelf, Value } from "./shelf";
import { same } from "./values";

/** A write or delete that was made on this device, and what it replaced. */
export interface Edit {
  readonly key: string;
  readonly before: Value | undefined;
  /** What was written; undefined for a delete. */
  readonly after: Uint8Array | undefined;
}

const KEPT = 50;

/** What was done on this device since the page was opened, to be taken back. */
export class Edits {
  private readonly made: Edit[] = [];

  add(edit: Edit): void {
    this.made.push(edit);
    if (this.made.length > KEPT) this.made.shift();
  }

  /** Takes an edit out: it has been undone. */
  remove(edit: Edit): void {
    const index = this.made.indexOf(edit);
    if (index >= 0) this.made.splice(index, 1);
  }

  /** The last edit of a key that can be undone: the key still is what it was made. */
  undoable(key: string, shelf: Shelf): Edit | undefined {
    const last = this.made.findLast((edit) => edit.key === key);
    return last !== undefined && stands(last, shelf) ? last : undefined;
  }
}

/** True while nobody has changed the key since. */
export function stands(edit: Edit, shelf: Shelf): boolean {
  const now = shelf.values.get(edit.key);
  if (now === undefined || edit.after === undefined) return now === undefined && edit.after === undefined;
  return same(now.payload, edit.after);
}
