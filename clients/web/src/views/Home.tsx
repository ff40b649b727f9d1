import type { JSX } from "preact";
import type { Unit } from "../model/network";
import { preview } from "../model/values";
import { linkTo } from "../route";
import { t } from "../strings";
import { useApp } from "./context";
import { Empty, Masked, Title } from "./parts";
import { Picture } from "./Picture";

const RECENT_SHOWN = 12;

export function Home(): JSX.Element {
  const app = useApp();
  const network = app.network.value;
  const cut = app.phase.value.kind === "cut";
  if (network.self === "") {
    return (
      <>
        <Title>{t.views.home}</Title>
        {cut
          ? <Empty title={t.nothingKnown}>{t.nothingKnownText}</Empty>
          : <p class="loading">{t.connecting}</p>}
      </>
    );
  }
  return (
    <>
      <Title>{t.networkTitle(network.self)}</Title>
      <p class="subtitle">{cut ? t.lastKnown(t.summary(network.units)) : t.summary(network.units)}</p>
      <div class="home">
        <section class="card picture" aria-labelledby="units-title">
          <h2 id="units-title">{t.units}</h2>
          <Picture network={network} />
          <ul class="units">
            {network.units.map((unit) => <UnitLine key={unit.name} unit={unit} />)}
          </ul>
        </section>
        <div class="column">
          <Health />
          <Recent />
        </div>
      </div>
    </>
  );
}

function UnitLine({ unit }: { unit: Unit }): JSX.Element {
  const app = useApp();
  return (
    <li>
      <span class={`mark ${unit.standing.replace(" ", "-")}`} aria-hidden="true" />
      <div>
        <strong>{unit.name}</strong>
        <span class="faint">{t.standing(unit, (time) => t.clock(app.here(time)))}</span>
        {unit.problem !== "" && <span class="faint">{t.problem(unit.problem)}</span>}
      </div>
      {unit.roundTripMillis !== undefined && unit.standing !== "cut off" && (
        <span class="faint number" title={t.roundTrip}>{t.millis(unit.roundTripMillis)}</span>
      )}
    </li>
  );
}

function Health(): JSX.Element {
  const app = useApp();
  const { health, version } = app.network.value;
  const well = !health.degraded && health.writable && health.warnings.length === 0;
  const says = well ? t.healthy : health.problem || (health.writable ? t.attention : t.readOnly);
  return (
    <section class="card" aria-labelledby="health-title">
      <h2 id="health-title">{t.health}</h2>
      <p class={well ? "good" : "warning"}>{app.phase.value.kind === "cut" ? t.lastKnown(says) : says}</p>
      {health.warnings.map((warning) => <p key={warning} class="warning">{warning}</p>)}
      <dl class="facts">
        <div><dt>{t.keysHeld}</dt><dd>{t.number(app.keys.value.length)}</dd></div>
        <div><dt>{t.disk}</dt><dd>{t.bytes(health.diskBytes)}</dd></div>
        <div><dt>{t.version}</dt><dd>{version}</dd></div>
      </dl>
    </section>
  );
}

function Recent(): JSX.Element {
  const app = useApp();
  app.revision.value;
  const changes = app.shelf.recent(app.now.value);
  return (
    <section class="card" aria-labelledby="recent-title">
      <h2 id="recent-title">{t.recent}</h2>
      {changes.length === 0 && <p class="faint">{t.nothingRecent}</p>}
      <ul class="recent">
        {changes.slice(0, RECENT_SHOWN).map((change) => {
          const value = app.shelf.values.get(change.key);
          return (
            <li key={change.key}>
              <a href={linkTo("keys", change.key)}>{change.key}</a>
              <span class="recent-value">
                {change.deleted || value === undefined
                  ? <em>{t.wasDeleted}</em>
                  : <Masked secret={app.catalogue.value.secret(change.key)} label={change.key}>
                      <code>{preview(value.payload) ?? t.binary(value.payload.length)}</code>
                    </Masked>}
              </span>
              <span class="faint">{t.byUnit(change.unit, t.ago(change.at, Math.max(change.at, app.now.value)))}</span>
            </li>
          );
        })}
      </ul>
      {changes.length > RECENT_SHOWN && <p class="faint">{t.andMore(changes.length - RECENT_SHOWN)}</p>}
    </section>
  );
}
