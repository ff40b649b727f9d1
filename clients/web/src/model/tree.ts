import { lowerBound } from "./sortedKeys";

/** A line of the tree of keys. */
export interface Row {
  /** A key, or the prefix of a folder with its slash. */
  readonly path: string;
  readonly folder: boolean;
  /** What the line is called below its parent. */
  readonly name: string;
  /** From 1. */
  readonly level: number;
  readonly open: boolean;
  /** Keys below a folder; 0 for a key. */
  readonly count: number;
  /** From 1, among those of the same parent. */
  readonly position: number;
  siblings: number;
}

/** The lines to show, in order: all of the first level, and what is below the folders that are open. */
export function treeRows(keys: readonly string[], open: ReadonlySet<string>): Row[] {
  const rows: Row[] = [];
  addLevel(rows, keys, open, { prefix: "", from: 0, to: keys.length, level: 1 });
  return rows;
}

interface Span {
  readonly prefix: string;
  readonly from: number;
  readonly to: number;
  readonly level: number;
}

function addLevel(rows: Row[], keys: readonly string[], open: ReadonlySet<string>, span: Span): void {
  const { prefix, to, level } = span;
  const mine: Row[] = [];
  let at = span.from;
  while (at < to) {
    const key = keys[at]!;
    const slash = key.indexOf("/", prefix.length);
    const folder = slash >= 0;
    const path = folder ? key.slice(0, slash + 1) : key;
    // "0" follows "/": everything below the folder is less than this.
    const end = folder ? lowerBound(keys, key.slice(0, slash) + "0", at, to) : at + 1;
    const row: Row = {
      path,
      folder,
      name: key.slice(prefix.length, folder ? slash : undefined),
      level,
      open: folder && open.has(path),
      count: folder ? end - at : 0,
      position: mine.length + 1,
      siblings: 0,
    };
    mine.push(row);
    rows.push(row);
    if (row.open) addLevel(rows, keys, open, { prefix: path, from: at, to: end, level: level + 1 });
    at = end;
  }
  for (const row of mine) row.siblings = mine.length;
}

/** The keys that hold each of the words, in whatever case, as lines of one level. */
export function searchRows(keys: readonly string[], text: string): Row[] {
  const words = text.toLowerCase().split(/\s+/).filter((word) => word !== "");
  const found = keys.filter((key) => {
    const lower = key.toLowerCase();
    return words.every((word) => lower.includes(word));
  });
  return found.map((key, index) => ({
    path: key,
    folder: false,
    name: key,
    level: 1,
    open: false,
    count: 0,
    position: index + 1,
    siblings: found.length,
  }));
}

/** The folders above a key or folder, outermost first. */
export function foldersAbove(path: string): string[] {
  const above: string[] = [];
  for (let slash = path.indexOf("/"); slash >= 0 && slash < path.length - 1; slash = path.indexOf("/", slash + 1)) {
    above.push(path.slice(0, slash + 1));
  }
  return above;
}
