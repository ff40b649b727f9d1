import { expect, test } from "vitest";
import { Edits } from "../../src/model/edits";
import { Shelf } from "../../src/model/shelf";
import { ago, UnitClock } from "../../src/model/time";
import { bytesOf } from "../../src/model/values";
import { linkTo, parseRoute } from "../../src/route";
import { change, snapshot, told } from "./fakes";

test("ages are told by the unit's clock, however wrong this device's is", () => {
  const clock = new UnitClock();
  expect(clock.here(5_000)).toBe(5_000);
  clock.heard(100_000, 40_000);
  clock.heard(103_000, 50_000);
  expect(clock.here(100_000)).toBe(40_000);
  clock.forget();
  clock.heard(103_000, 50_000);
  expect(clock.here(103_000)).toBe(50_000);
});

test("ages are told in the largest unit that fits, and nothing is in the future", () => {
  const at = (seconds: number): unknown => Object.values(ago(0, seconds * 1000));
  expect([at(-5), at(59), at(60), at(3_599), at(3_600), at(200_000)]).toEqual([
    [0, "second"], [59, "second"], [1, "minute"], [59, "minute"], [1, "hour"], [2, "day"],
  ]);
});

test("an edit can be undone while nobody has changed the key since", () => {
  const shelf = new Shelf();
  snapshot(shelf, [told("a", "1")]);
  const edits = new Edits();
  const before = shelf.values.get("a");
  shelf.take(change("a", "2"), 0);
  edits.add({ key: "a", before, after: bytesOf("2") });
  expect(edits.undoable("a", shelf)?.before).toBe(before);
  shelf.take(change("a", "3", { unit: "attic" }), 0);
  expect(edits.undoable("a", shelf)).toBeUndefined();
  edits.add({ key: "a", before, after: undefined });
  expect(edits.undoable("a", shelf)).toBeUndefined();
  shelf.take(change("a", ""), 0);
  expect(edits.undoable("a", shelf)).toBeDefined();
});

test("a place in the app is an address, whatever a key is called", () => {
  for (const key of ["a/b", "ü #?&%/", "//", "%zz"]) {
    expect(parseRoute(linkTo("keys", key))).toEqual({ view: "keys", key });
  }
  expect(parseRoute("#/keys/%zz")).toEqual({ view: "keys", key: "" });
  expect(parseRoute("#/elsewhere")).toEqual({ view: "home", key: "" });
  expect(parseRoute(linkTo("settings"))).toEqual({ view: "settings", key: "" });
});
