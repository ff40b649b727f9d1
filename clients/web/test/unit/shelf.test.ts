import { describe, expect, test } from "vitest";
import { Shelf } from "../../src/model/shelf";
import { textOf } from "../../src/model/values";
import { change, document, snapshot, told } from "./fakes";

const text = (shelf: Shelf, key: string): string | undefined => {
  const value = shelf.values.get(key);
  return value && textOf(value.payload);
};

describe("a shelf", () => {
  test("has what was told last of each key, and not what was deleted", () => {
    const shelf = new Shelf();
    snapshot(shelf, [told("b", "1"), told("a/x", "2")]);
    shelf.take(change("b", "3"), 0);
    shelf.take(change("a/x", ""), 0);
    shelf.take(change("a!", "4"), 0);
    expect(shelf.keys()).toEqual(["a!", "b"]);
    expect(text(shelf, "b")).toBe("3");
    expect(text(shelf, "a/x")).toBeUndefined();
  });

  test("takes a new snapshot as the truth: what is not in it is gone when it is complete, and readable until then", () => {
    const shelf = new Shelf();
    snapshot(shelf, [told("stays", "old"), told("goes", "1"), document("$bookshelf/peers/attic", { state: "in sync" })]);
    shelf.begin();
    shelf.take(told("stays", "new"), 0);
    shelf.take(told("comes", "1"), 0);
    expect(shelf.keys()).toEqual(["comes", "goes", "stays"]);
    expect(shelf.complete).toBe(false);
    shelf.finish();
    expect(shelf.keys()).toEqual(["comes", "stays"]);
    expect(text(shelf, "stays")).toBe("new");
    expect(shelf.document("$bookshelf/peers/attic")).toBeUndefined();
    expect(shelf.complete).toBe(true);
  });

  test("keeps what changed while the snapshot came, deletes included", () => {
    const shelf = new Shelf();
    snapshot(shelf, [told("a", "1"), told("b", "1")]);
    shelf.begin();
    shelf.take(told("a", "1"), 0);
    shelf.take(told("b", "1"), 0);
    shelf.take(change("a", ""), 0);
    shelf.take(change("late", "1"), 0);
    shelf.finish();
    expect(shelf.keys()).toEqual(["b", "late"]);
  });

  test("loses nothing when a snapshot is broken off", () => {
    const shelf = new Shelf();
    snapshot(shelf, [told("a", "1"), told("b", "1")]);
    shelf.begin();
    shelf.take(told("a", "2"), 0);
    shelf.begin();
    expect(shelf.keys()).toEqual(["a", "b"]);
    shelf.take(told("b", "2"), 0);
    shelf.finish();
    expect(shelf.keys()).toEqual(["b"]);
  });

  test("takes no event for a value", () => {
    const shelf = new Shelf();
    shelf.take(change("bell", "ring", { version: "" }), 0);
    expect(shelf.keys()).toEqual([]);
  });

  test("lets go of what has expired, unless it was written anew", () => {
    const shelf = new Shelf();
    snapshot(shelf, [told("a", "1", { expiry: 10 }), told("b", "1", { expiry: 10 }), told("c", "1")]);
    shelf.take(change("b", "2"), 5_000);
    shelf.sweep(9_999);
    expect(shelf.keys()).toEqual(["a", "b", "c"]);
    shelf.sweep(10_000);
    expect(shelf.keys()).toEqual(["b", "c"]);
  });

  test("knows what changed in the last minute, newest first", () => {
    const shelf = new Shelf();
    const known = told("known", "1", { time: 95_000 });
    snapshot(shelf, [known, told("old", "1", { time: 10_000 })], 100_000);
    shelf.take(change("live", "1", { unit: "attic" }), 101_000);
    shelf.take(change("old", ""), 102_000);
    expect(shelf.recent(102_000).map(({ key, unit, deleted }) => [key, unit, deleted])).toEqual([
      ["old", "hall", true],
      ["live", "attic", false],
      ["known", "hall", false],
    ]);
    expect(shelf.recent(161_500).map(({ key }) => key)).toEqual(["old"]);
  });

  test("does not call news what a reconnect tells again", () => {
    const shelf = new Shelf();
    const value = told("a", "1", { time: 1_000 });
    snapshot(shelf, [value], 2_000);
    shelf.take(change("a", "2"), 70_000);
    const again = told("a", "2", { time: 75_000, version: shelf.values.get("a")!.version });
    snapshot(shelf, [again], 80_000);
    expect(shelf.recent(80_000)).toMatchObject([{ key: "a", at: 70_000 }]);
  });

  test("is kept over a reload, secrets excepted, and readable until the unit has told", () => {
    const shelf = new Shelf();
    snapshot(shelf, [told("a", "1"), told("wifi/password", "hush"), document("$bookshelf/unit", { name: "hall" })]);
    const saved = shelf.save(5, 100, 10_000, (key) => key.endsWith("password"));
    expect(JSON.stringify(saved)).not.toContain("password");
    const next = new Shelf();
    next.restore(structuredClone(saved));
    expect(text(next, "a")).toBe("1");
    expect(next.document("$bookshelf/unit")).toEqual({ name: "hall" });
    snapshot(next, [told("b", "1")]);
    expect(next.keys()).toEqual(["b"]);
  });

  test("keeps a bounded part of a large state", () => {
    const shelf = new Shelf();
    snapshot(shelf, Array.from({ length: 100 }, (_, i) => told(`k${i + 100}`, "x".repeat(10))));
    expect(shelf.save(0, 7, 10_000, () => false).entries).toHaveLength(7);
    expect(shelf.save(0, 100, 140, () => false).entries).toHaveLength(10);
  });

  test("tells of changes, and whether the set of keys changed", () => {
    let woken = 0;
    const shelf = new Shelf(() => woken++);
    snapshot(shelf, [told("a", "1")]);
    const { structure, revision } = shelf;
    woken = 0;
    shelf.take(change("a", "2"), 0);
    expect([shelf.structure, woken]).toEqual([structure, 1]);
    expect(shelf.revision).toBeGreaterThan(revision);
    shelf.take(change("b", "2"), 0);
    expect(shelf.structure).toBeGreaterThan(structure);
  });
});
