import type { JSX } from "preact";
import { farLinksOf, type Network, type Place, placesOf, sizeOf, type Unit } from "../model/network";
import { t } from "../strings";
import { useApp } from "./context";

/** The units and the links between them; it moves when they do. The list below it says the same in words. */
export function Picture({ network }: { network: Network }): JSX.Element {
  const app = useApp();
  const places = placesOf(network.units);
  const self = places.get(network.self) ?? { x: 0, y: 0 };
  const stale = app.phase.value.kind === "cut";
  const others = network.units.filter((unit) => unit.standing !== "self");
  const { width, height } = sizeOf(network.units);
  return (
    <svg class={stale ? "network stale" : "network"} viewBox={`${-width / 2} ${-height / 2} ${width} ${height}`}
      role="img" aria-label={t.pictureOf(network.units)}>
      {farLinksOf(network.units).map(({ from, to }) => (
        <Line key={JSON.stringify([from, to])} class="link far" from={places.get(from)!} to={places.get(to)!} name={`${from} ${to}`} />
      ))}
      {others.map((unit) => <Link key={unit.name} unit={unit} from={self} to={places.get(unit.name)!} />)}
      {network.units.map((unit) => <Node key={unit.name} unit={unit} place={places.get(unit.name)!} many={others.length > 8} />)}
    </svg>
  );
}

const kind = (unit: Unit): string => unit.standing.replace(" ", "-");

const between = (from: Place, to: Place): { length: number; style: { transform: string } } => {
  const angle = Math.atan2(to.y - from.y, to.x - from.x);
  return {
    length: Math.hypot(to.x - from.x, to.y - from.y),
    style: { transform: `translate(${from.x}px, ${from.y}px) rotate(${angle}rad)` },
  };
};

function Line({ class: kind, from, to, name }: { class: string; from: Place; to: Place; name: string }): JSX.Element {
  const { length, style } = between(from, to);
  return <g class={kind} data-far-link={name} style={style}><path d={`M0 0H${length}`} /></g>;
}

/** Drawn along a line and laid between the two by a transformation, which the style sheet lets glide. */
function Link({ unit, from, to }: { unit: Unit; from: Place; to: Place }): JSX.Element {
  const { length, style } = between(from, to);
  return (
    <g class={`link ${kind(unit)}`} data-link={unit.name} data-standing={unit.standing}
      style={style}>
      <path d={`M0 0H${unit.standing === "cut off" ? length * 0.42 : length}`} />
      {unit.standing === "cut off" && <path d={`M${length * 0.58} 0H${length}`} />}
      {unit.standing === "cut off" && <path class="break" d={`M${length * 0.5 - 4} -6l8 12m0 -12l-8 12`} />}
    </g>
  );
}

function Node({ unit, place, many }: { unit: Unit; place: Place; many: boolean }): JSX.Element {
  const app = useApp();
  const size = many ? 9 : 17;
  return (
    <g class={`node ${kind(unit)}`} data-unit={unit.name} style={{ transform: `translate(${place.x}px, ${place.y}px)` }}>
      <circle class="halo" r={size + 7} />
      <circle class="body" r={size} />
      {!many && <path class="waves" d="M-7 1a10 10 0 0 1 14 0M-4 4.500a5.500 5.500 0 0 1 8 0M0 8v.01" />}
      <text class="name" y={size + 19}>{unit.name}</text>
      {!many && unit.standing === "cut off" && !Number.isNaN(unit.since) && (
        <text class="note" y={size + 33}>{t.since(t.clock(app.here(unit.since)))}</text>
      )}
    </g>
  );
}
