import { describe, expect, test } from "vitest";
import { SortedKeys } from "../../src/model/sortedKeys";
import { foldersAbove, searchRows, treeRows } from "../../src/model/tree";

const KEYS = ["a", "a!x", "a/b", "a/b/c", "a/d", "b//c", "b/x", "z/"].sort();
const lines = (rows: ReturnType<typeof treeRows>): string[] => rows.map((row) => "  ".repeat(row.level - 1) + row.name + (row.folder ? `/ ${row.count}` : ""));

describe("the tree of keys", () => {
  test("shows the first level, folders with how many keys they hold", () => {
    expect(lines(treeRows(KEYS, new Set()))).toEqual(["a", "a!x", "a/ 3", "b/ 2", "z/ 1"]);
  });

  test("shows what is below open folders, empty levels too", () => {
    expect(lines(treeRows(KEYS, new Set(["a/", "a/b/", "b/", "b//", "z/"])))).toEqual([
      "a", "a!x", "a/ 3", "  b", "  b/ 1", "    c", "  d", "b/ 2", "  / 1", "    c", "  x", "z/ 1", "  ",
    ]);
  });

  test("puts nothing into a folder that only begins like it", () => {
    expect(lines(treeRows(["a-", "a/b", "a0", "a0/b", "ab"], new Set()))).toEqual(["a-", "a/ 1", "a0", "a0/ 1", "ab"]);
  });

  test("says of each line where it stands among its siblings", () => {
    const rows = treeRows(KEYS, new Set(["a/"]));
    expect(rows.map((row) => [row.level, row.position, row.siblings])).toEqual([
      [1, 1, 5], [1, 2, 5], [1, 3, 5], [2, 1, 3], [2, 2, 3], [2, 3, 3], [1, 4, 5], [1, 5, 5],
    ]);
  });

  test("finds the keys that hold all words, in whatever case", () => {
    const found = searchRows(["lights/Hall", "lights/attic", "wifi/hall"], " hall LIGHT");
    expect(found.map((row) => row.path)).toEqual(["lights/Hall"]);
  });

  test("names the folders above a key", () => {
    expect(foldersAbove("a/b/c")).toEqual(["a/", "a/b/"]);
    expect(foldersAbove("a/")).toEqual([]);
  });

  test("has every key of 100,000 on a line of its own when all is open", () => {
    const keys = Array.from({ length: 100_000 }, (_, i) => `unit${i % 10}/${i}`).sort();
    const rows = treeRows(keys, new Set(Array.from({ length: 10 }, (_, i) => `unit${i}/`)));
    expect(rows).toHaveLength(100_010);
    expect(rows.filter((row) => !row.folder).map((row) => row.path)).toEqual(keys);
  });
});

describe("sorted keys", () => {
  test("hold what was added and not removed, in order, whatever happened between two looks", () => {
    const random = mulberry(7);
    const sorted = new SortedKeys();
    const truth = new Set<string>();
    for (let step = 0; step < 5_000; step++) {
      const key = `k${Math.floor(random() * 300)}`;
      if (truth.delete(key)) sorted.remove(key);
      else {
        truth.add(key);
        sorted.add(key);
      }
      if (random() < 0.1) expect(sorted.list()).toEqual([...truth].sort());
    }
    expect(sorted.list()).toEqual([...truth].sort());
  });
});

function mulberry(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}
