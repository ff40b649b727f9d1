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
  /** The units that it says it is linked to. */
  readonly links: readonly string[];
}

/** A link between two of the other units, of which only one of the two tells. */
export interface FarLink {
  readonly from: string;
  readonly to: string;
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
  links: [],
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
    links: said.list("links").filter((each): each is string => typeof each === "string"),
  };
}

/** The links between the others, each once. */
export function farLinksOf(units: readonly Unit[]): FarLink[] {
  const others = new Map(units.filter((unit) => unit.standing !== "self").map((unit) => [unit.name, unit]));
  const links = new Map<string, FarLink>();
  for (const { name, links: said } of others.values()) {
    for (const other of said.filter((each) => each !== name && others.has(each))) {
      const [from, to] = [name, other].sort() as [string, string];
      links.set(JSON.stringify([from, to]), { from, to });
    }
  }
  return [...links.values()];
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
  height: units.length < 3 ? 140 : units.length === 3 ? 200 : 280,
});

/** How much further out who is cut off is. */
const FAR = 1.22;

/** Where each unit is in the picture: the one that this device speaks to in the middle, or opposite of one or two others. */
export function placesOf(units: readonly Unit[]): Map<string, Place> {
  const others = units.filter((unit) => unit.standing !== "self");
  const self = units.find((unit) => unit.standing === "self");
  const places = new Map<string, Place>();
  if (self !== undefined) places.set(self.name, middle(others.length));
  others.forEach((unit, index) => {
    const far = unit.standing === "cut off" ? FAR : 1;
    places.set(unit.name, around(index, others.length, far));
  });
  return places;
}

function middle(others: number): Place {
  if (others === 1) return { x: -80, y: 0 };
  return others === 2 ? { x: 0, y: -62 } : { x: 0, y: 0 };
}

function around(index: number, count: number, far: number): Place {
  if (count === 1) return { x: 80 * far, y: 0 };
  if (count === 2) return { x: round((index === 0 ? -100 : 100) * far), y: 40 };
  const angle = -Math.PI / 2 + (2 * Math.PI * index) / count;
  return { x: round(Math.cos(angle) * 106 * far), y: round(Math.sin(angle) * 84 * far) };
}

const round = (number: number): number => Math.round(number * 10) / 10;
