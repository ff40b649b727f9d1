import { Fields } from "./json";
import type { Shelf } from "./shelf";
import { textOf } from "./values";

/** How it stands between the unit that this device speaks to and another. */
export type Standing = "self" | "in sync" | "catching up" | "cut off" | "unknown";

export interface Unit {
  readonly name: string;
  readonly standing: Standing;
  /** Since when, in milliseconds by the unit's clock; NaN where that is not told. */
  readonly since: number;
  readonly lastInSync: number;
  readonly roundTripMillis: number | undefined;
  readonly behind: number;
  readonly problem: string;
}

export interface Health {
  readonly known: boolean;
  readonly writable: boolean;
  readonly degraded: boolean;
  readonly problem: string;
  readonly warnings: readonly string[];
  readonly keys: number;
  readonly diskBytes: number;
}

export interface Network {
  /** The unit that this device speaks to; empty before it has said its name. */
  readonly self: string;
  readonly version: string;
  /** The unit itself first, then the others by name. */
  readonly units: readonly Unit[];
  readonly health: Health;
}

const PEERS = "$bookshelf/peers/";
const LISTED = "bookshelf/units/";

const STANDINGS: Readonly<Record<string, Standing>> = {
  "in sync": "in sync",
  linked: "catching up",
  "catching up": "catching up",
  reconciling: "catching up",
  unreachable: "cut off",
};

export function networkOf(shelf: Shelf): Network {
  const unit = Fields.of(shelf.document("$bookshelf/unit"));
  const self = unit.text("name");
  const others = new Map<string, Unit>();
  for (const [key, value] of shelf.under(LISTED)) {
    const name = key.slice(LISTED.length);
    const listed = Fields.parse(textOf(value.payload) ?? "");
    const isUnit = !listed.has("role") || listed.text("role") === "unit";
    if (name !== self && isUnit && !listed.flag("retired")) others.set(name, unknown(name));
  }
  for (const topic of shelf.documents.keys()) {
    if (!topic.startsWith(PEERS)) continue;
    const name = topic.slice(PEERS.length);
    others.set(name, peer(name, Fields.of(shelf.document(topic))));
  }
  const units = [...others.values()].sort((a, b) => (a.name < b.name ? -1 : 1));
  if (self !== "") units.unshift({ ...unknown(self), standing: "self", since: unit.time("started") });
  return { self, version: unit.text("version"), units, health: healthOf(shelf) };
}

const unknown = (name: string): Unit => ({
  name,
  standing: "unknown",
  since: NaN,
  lastInSync: NaN,
  roundTripMillis: undefined,
  behind: 0,
  problem: "",
});

function peer(name: string, said: Fields): Unit {
  return {
    name,
    standing: STANDINGS[said.text("state")] ?? "unknown",
    since: said.time("since"),
    lastInSync: said.time("lastInSync"),
    roundTripMillis: said.number("roundTripMillis"),
    behind: said.number("behind") ?? 0,
    problem: said.text("problem"),
  };
}

function healthOf(shelf: Shelf): Health {
  const document = shelf.document("$bookshelf/health");
  const said = Fields.of(document);
  return {
    known: document !== undefined,
    writable: document === undefined || said.flag("writable"),
    degraded: said.text("status") === "degraded",
    problem: said.text("problem"),
    warnings: said.list("warnings").filter((each): each is string => typeof each === "string"),
    keys: said.number("keys") ?? 0,
    diskBytes: said.number("diskBytes") ?? 0,
  };
}

export interface Place {
  readonly x: number;
  readonly y: number;
}

/** How wide and high the picture is, with its middle at 0, 0. */
export const sizeOf = (units: readonly Unit[]): { readonly width: number; readonly height: number } => ({
  width: 360,
  height: units.length <= 3 ? 140 : 280,
});

/** Where each unit is in the picture: the one that this device speaks to in the middle, who is cut off further out. */
export function placesOf(units: readonly Unit[]): Map<string, Place> {
  const places = new Map<string, Place>();
  const others = units.filter((unit) => unit.standing !== "self");
  for (const unit of units) {
    if (unit.standing === "self") places.set(unit.name, others.length === 1 ? { x: -80, y: 0 } : { x: 0, y: 0 });
  }
  others.forEach((unit, index) => {
    const far = unit.standing === "cut off" ? 1.22 : 1;
    if (others.length === 1) {
      places.set(unit.name, { x: 80 * far, y: 0 });
      return;
    }
    // Two stand left and right; three or more begin at the top.
    const start = others.length === 2 ? Math.PI : -Math.PI / 2;
    const angle = start + (2 * Math.PI * index) / others.length;
    places.set(unit.name, { x: round(Math.cos(angle) * 118 * far), y: round(Math.sin(angle) * 84 * far) });
  });
  return places;
}

const round = (number: number): number => Math.round(number * 10) / 10;
