import type { JSX } from "preact";
import { useState } from "preact/hooks";
import { bytesOf } from "../model/values";
import { fits, type WifiNetwork, wifiKey, wifiText } from "../model/wifi";
import { t } from "../strings";
import { useApp } from "./context";
import { Title } from "./parts";
import { Phones } from "./Phones";

/** What a home would set, on all of its units at once. */
export function Settings(): JSX.Element {
  const app = useApp();
  return (
    <>
      <Title>{t.views.settings}</Title>
      <p class="subtitle">{t.reach(app.network.value.units)}</p>
      <div class="settings">
        <section class="card" aria-labelledby="home-title">
          <h2 id="home-title">{t.homeNetwork}</h2>
          <Field network="home" field="name" />
          <Field network="home" field="password" />
        </section>
        <section class="card" aria-labelledby="guest-title">
          <div class="switch-line">
            <h2 id="guest-title">{t.guestNetwork}</h2>
            <GuestSwitch />
          </div>
          <Field network="guest" field="name" />
          <Field network="guest" field="password" />
        </section>
        <Phones />
        <section class="card" aria-labelledby="device-title">
          <h2 id="device-title">{t.thisDevice}</h2>
          <p class="faint">{t.thisDeviceText}</p>
          <div class="actions"><button type="button" onClick={() => void app.forget()}>{t.forget}</button></div>
        </section>
      </div>
    </>
  );
}

function GuestSwitch(): JSX.Element {
  const app = useApp();
  app.revision.value;
  const on = wifiText(app.shelf, "guest", "enabled") === "true";
  return (
    <button type="button" role="switch" class="switch" aria-checked={on} aria-label={t.guestNetwork} disabled={!app.writable.value}
      onClick={() => void app.put(wifiKey("guest", "enabled"), bytesOf(String(!on)), on ? t.guestOff : t.guestOn)}>
      <span class="knob" />
      <span class="switch-text" aria-hidden="true">{on ? t.on : t.off}</span>
    </button>
  );
}

/** A field that shows what is set, live, until somebody types into it. */
function Field({ network, field }: { network: WifiNetwork; field: "name" | "password" }): JSX.Element {
  const app = useApp();
  const set = (app.revision.value, wifiText(app.shelf, network, field));
  const [draft, setDraft] = useState<{ readonly text: string; readonly from: string } | undefined>(undefined);
  const [problem, setProblem] = useState("");
  const [shown, show] = useState(false);
  const text = draft?.text ?? set;
  const id = `${network}-${field}`;
  const secret = field === "password";

  const save = async (): Promise<void> => {
    if (!fits(field, text)) setProblem(t.wifiProblems[field]);
    else if (await app.put(wifiKey(network, field), bytesOf(text), t.wifiSaved[network][field])) setDraft(undefined);
  };
  return (
    <form class="field" onSubmit={(event) => {
      event.preventDefault();
      void save();
    }}>
      <label for={id}>{t.wifiLabels[field]}</label>
      <div class="field-line">
        <input id={id} {...(secret && !shown ? { type: "password" } as const : { type: "text" } as const)} value={text} autocomplete="off" autocapitalize="off"
          spellcheck={false} placeholder={t.notSet} aria-invalid={problem !== ""} aria-describedby={`${id}-problem`}
          onInput={(event) => {
            setProblem("");
            setDraft({ text: event.currentTarget.value, from: draft?.from ?? set });
          }} />
        {secret && (
          <button type="button" class="quiet" aria-pressed={shown} aria-label={shown ? t.hideOf(t.wifiLabels[field]) : t.showOf(t.wifiLabels[field])}
            onClick={() => show(!shown)}>{shown ? t.hide : t.show}</button>
        )}
      </div>
      <p id={`${id}-problem`} class="error" role="alert">{problem}</p>
      {draft !== undefined && draft.text !== set && (
        <>
          {draft.from !== set && <p class="warning" role="status">{t.setElsewhere}</p>}
          <div class="actions">
            <button type="submit" class="primary" disabled={!app.writable.value}>{t.save}</button>
            <button type="button" onClick={() => {
              setDraft(undefined);
              setProblem("");
            }}>{t.cancel}</button>
          </div>
        </>
      )}
    </form>
  );
}

