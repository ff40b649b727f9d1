import { describe, expect, test } from "vitest";
import { Catalogue } from "../../src/model/catalogue";
import { conflictsOf } from "../../src/model/conflicts";
import { keyProblem } from "../../src/model/keyName";
import { farLinksOf, networkOf, placesOf } from "../../src/model/network";
import { phonesOf } from "../../src/model/phones";
import { Shelf } from "../../src/model/shelf";
import { textOf } from "../../src/model/values";
import { fits } from "../../src/model/wifi";
import { document, snapshot, told } from "./fakes";

const described = (pattern: string, sensitivity = "public"): ReturnType<typeof document> =>
  document(`$bookshelf/catalogue/${pattern}`, { pattern, says: `of ${pattern}`, type: "text", owner: "app", scope: "units", sensitivity, example: "x" });

function shelfWith(...messages: Parameters<typeof snapshot>[1][number][]): Shelf {
  const shelf = new Shelf();
  snapshot(shelf, messages);
  return shelf;
}

describe("the catalogue", () => {
  const catalogue = Catalogue.of(
    shelfWith(
      described("private/wifi/{network}/password", "secret"),
      described("clients/{unit}/{mac}", "personal"),
      described("services/{name}/{path...}"),
      described("services/door/{id}"),
      document("$bookshelf/catalogue/broken", "not an object"),
    ),
  );

  test("describes the keys of a pattern, levels in braces being whatever they are", () => {
    expect(catalogue.describe("clients/hall/aa:bb")?.pattern).toBe("clients/{unit}/{mac}");
    expect(catalogue.describe("clients/hall")).toBeUndefined();
    expect(catalogue.describe("clients/hall/aa/bb")).toBeUndefined();
    expect(catalogue.describe("services/lamp/a/b/c")?.pattern).toBe("services/{name}/{path...}");
    expect(catalogue.describe("services/lamp")).toBeUndefined();
  });

  test("prefers what describes a key more closely", () => {
    expect(catalogue.describe("services/door/1")?.pattern).toBe("services/door/{id}");
  });

  test("says what is secret, and takes what nobody has described for secret where its name says so", () => {
    expect(catalogue.secret("private/wifi/home/password")).toBe(true);
    expect(catalogue.secret("clients/hall/aa")).toBe(false);
    expect(catalogue.secret("my/daemon/token")).toBe(true);
    expect(catalogue.secret("my/daemon/tokens")).toBe(false);
  });
});

describe("the network", () => {
  const unit = document("$bookshelf/unit", { name: "hall", version: "1", started: "2026-01-01T00:00:00Z" });

  test("is the unit, and each other with how it stands with it", () => {
    const shelf = shelfWith(
      unit,
      document("$bookshelf/peers/attic", { state: "in sync", since: "2026-01-01T01:00:00Z", roundTripMillis: 3 }),
      document("$bookshelf/peers/cellar", { state: "unreachable", since: "2026-01-01T02:00:00Z", problem: "no answer" }),
      document("$bookshelf/peers/den", { state: "reconciling", behind: 7 }),
      told("bookshelf/units/garage", '{"addresses":[]}'),
      told("bookshelf/units/gone", '{"retired":true}'),
      told("bookshelf/units/sky", '{"role":"cloud"}'),
    );
    const { self, units } = networkOf(shelf);
    expect(self).toBe("hall");
    expect(units.map(({ name, standing }) => [name, standing])).toEqual([
      ["hall", "self"],
      ["attic", "in sync"],
      ["cellar", "cut off"],
      ["den", "catching up"],
      ["garage", "unknown"],
    ]);
    expect(units[2]).toMatchObject({ since: Date.UTC(2026, 0, 1, 2), problem: "no answer" });
  });

  test("has a place for each unit, within the picture, further out for who is cut off", () => {
    for (let count = 0; count <= 24; count++) {
      const peers = Array.from({ length: count }, (_, i) => document(`$bookshelf/peers/u${i}`, { state: i % 2 === 0 ? "in sync" : "unreachable" }));
      const { units } = networkOf(shelfWith(unit, ...peers));
      const places = [...placesOf(units).values()];
      expect(new Set(places.map(({ x, y }) => `${x} ${y}`)).size).toBe(count + 1);
      for (const { x, y } of places) expect([Math.abs(x) <= 150, Math.abs(y) <= 110]).toEqual([true, true]);
    }
    const before = placesOf(networkOf(shelfWith(unit, document("$bookshelf/peers/a", { state: "in sync" }))).units);
    const after = placesOf(networkOf(shelfWith(unit, document("$bookshelf/peers/a", { state: "unreachable" }))).units);
    expect(after.get("a")!.x).toBeGreaterThan(before.get("a")!.x);
  });

  test("has the links between the others, as they tell of them, each once", () => {
    const { units } = networkOf(
      shelfWith(
        unit,
        document("$bookshelf/peers/attic", { state: "in sync", links: ["cellar", "hall"] }),
        document("$bookshelf/peers/cellar", { state: "in sync", links: ["attic", "hall", "stranger", 7] }),
        document("$bookshelf/peers/den", { state: "unreachable" }),
      ),
    );
    expect(farLinksOf(units)).toEqual([{ from: "attic", to: "cellar" }]);
  });

  test("of a unit that has said nothing is empty", () => {
    expect(networkOf(new Shelf())).toMatchObject({ self: "", units: [], health: { known: false, writable: true } });
  });
});

test("conflicts tell what was overwritten, as text, bytes, a delete, or not at all", () => {
  const side = { version: "1-a", unit: "hall", time: "2026-01-01T00:00:00Z" };
  const common = { key: "k", found: "2026-01-01T00:00:00Z", lost: side, won: { ...side, unit: "attic" } };
  const conflicts = conflictsOf(
    shelfWith(
      document("$bookshelf/conflicts", [
        { ...common, bytes: 4, value: "warm" },
        { ...common, bytes: 2, base64: "/wA=" },
        { ...common, deleted: true },
        { ...common, bytes: 5000 },
        "nonsense",
      ]),
    ),
  );
  expect(conflicts.map(({ value, deleted }) => [value && (textOf(value) ?? [...value]), deleted])).toEqual([
    ["warm", false],
    [[255, 0], false],
    [undefined, true],
    [undefined, false],
  ]);
  expect(conflicts[0]).toMatchObject({ key: "k", lost: { unit: "hall" }, won: { unit: "attic" } });
});

test("phones are listed, the newest first, whatever somebody has written there", () => {
  const shelf = shelfWith(
    told("bookshelf/phones/aa", '{"name":"Anna","key":"…","paired":"2026-01-01T00:00:00Z","unit":"hall"}'),
    told("bookshelf/phones/bb", '{"name":"Ben","paired":"2026-02-01T00:00:00Z","unit":"attic"}'),
    told("bookshelf/phones/cc", "nonsense"),
    told("bookshelf/phones/dd", '{"revoked":true}'),
  );
  expect(phonesOf(shelf).map(({ id, name, unit }) => [id, name, unit])).toEqual([
    ["bb", "Ben", "attic"],
    ["aa", "Anna", "hall"],
    ["cc", "", ""],
  ]);
});

test("the names of keys and the settings of a network are checked before they are written", () => {
  expect(["", "$x", "a+b", "a/#", "ü".repeat(257), "a/b c"].map(keyProblem)).toEqual(["empty", "dollar", "characters", "characters", "long", undefined]);
  expect([fits("name", ""), fits("name", "ü".repeat(17)), fits("name", "Home")]).toEqual([false, false, true]);
  expect([fits("password", "short"), fits("password", "grüße dich"), fits("password", "long enough")]).toEqual([false, false, true]);
});
