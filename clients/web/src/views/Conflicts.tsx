import type { JSX } from "preact";
import type { Conflict } from "../model/conflicts";
import { preview, same } from "../model/values";
import { linkTo } from "../route";
import { t } from "../strings";
import { useApp } from "./context";
import { Age, Empty, Masked, Title } from "./parts";

export function Conflicts(): JSX.Element {
  const app = useApp();
  const conflicts = app.conflicts.value;
  return (
    <>
      <Title>{t.views.conflicts}</Title>
      <p class="subtitle">{t.conflictsText}</p>
      {conflicts.length === 0
        ? <Empty title={t.noConflicts}>{t.noConflictsText}</Empty>
        : <ul class="conflicts">
            {conflicts.map((conflict) => <Line key={conflict.key + conflict.lost.version} conflict={conflict} />)}
          </ul>}
    </>
  );
}

function Line({ conflict }: { conflict: Conflict }): JSX.Element {
  const app = useApp();
  const { key, lost, won, deleted, value, bytes } = conflict;
  const now = app.value(key);
  const secret = app.catalogue.value.secret(key);
  const isBack = deleted ? now === undefined : now !== undefined && value !== undefined && same(now.payload, value);
  const putBack = (): void => {
    if (deleted) void app.remove(key, t.putBack(key));
    else if (value !== undefined) void app.put(key, value, t.putBack(key));
  };
  return (
    <li class="card conflict">
      <h2><a href={linkTo("keys", key)}>{key}</a></h2>
      <dl>
        <div class="lost">
          <dt>{t.overwritten}</dt>
          <dd>
            <Bytes payload={value} secret={secret} label={`${key}, ${t.overwritten}`} otherwise={deleted ? t.aDelete : t.tooLong(bytes)} />
            <span class="faint">{t.byUnit(lost.unit)}{t.comma}<Age time={lost.time} /></span>
          </dd>
        </div>
        <div>
          <dt>{won.version === now?.version ? t.standsNow : t.hasNow}</dt>
          <dd>
            <Bytes payload={now?.payload} secret={secret} label={`${key}, ${t.standsNow}`} otherwise={t.isGone} />
            <span class="faint">
              {now === undefined ? <>{t.byUnit(won.unit)}{t.comma}<Age time={won.time} /></> : <>{t.byUnit(now.unit)}{t.comma}<Age time={now.time} /></>}
            </span>
          </dd>
        </div>
      </dl>
      <div class="actions">
        {isBack
          ? <p class="good">{t.isBack}</p>
          : <button type="button" class="primary" onClick={putBack} aria-label={t.putBackOf(deleted ? t.deleteAgain : t.putItBack, key)}
              disabled={!app.writable.value || (!deleted && value === undefined)}>
              {deleted ? t.deleteAgain : t.putItBack}
            </button>}
      </div>
    </li>
  );
}

function Bytes({ payload, secret, label, otherwise }: {
  payload: Uint8Array | undefined;
  secret: boolean;
  label: string;
  otherwise: string;
}): JSX.Element {
  if (payload === undefined) return <em>{otherwise}</em>;
  return (
    <Masked secret={secret} label={label}>
      <code>{preview(payload) ?? t.binary(payload.length)}</code>
    </Masked>
  );
}
