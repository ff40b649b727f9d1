import type { JSX } from "preact";
import { useEffect, useState } from "preact/hooks";
import type { Phone } from "../model/phones";
import { t } from "../strings";
import { useApp } from "./context";
import { Age } from "./parts";

/** The phones that are paired with the network, each of which can be shut out. */
export function Phones(): JSX.Element {
  const app = useApp();
  const phones = app.phones.value;
  return (
    <section class="card" aria-labelledby="phones-title">
      <h2 id="phones-title">{t.phones}</h2>
      {phones.length === 0 ? <p class="faint">{t.noPhones}</p> : <p class="faint">{t.phonesText}</p>}
      <ul class="phones">{phones.map((phone) => <Line key={phone.id} phone={phone} />)}</ul>
    </section>
  );
}

function Line({ phone }: { phone: Phone }): JSX.Element {
  const app = useApp();
  const [asking, ask] = useState(false);
  const [own, setOwn] = useState(false);
  useEffect(() => {
    void app.signIn.ownId().then((id) => setOwn(id === phone.id));
  }, [phone.id]);
  const name = phone.name === "" ? phone.id.slice(0, 8) : phone.name;
  return (
    <li>
      <div>
        <strong>{name}</strong>
        {own && <span class="tag">{t.thisPhone}</span>}
        <span class="faint">{t.pairedAt(phone.unit)}{phone.paired > 0 && <>{t.comma}<Age time={phone.paired} /></>}</span>
      </div>
      {asking
        ? <div class="actions">
            <button type="button" class="danger" disabled={!app.writable.value}
              onClick={() => void app.revoke(phone.key, t.revoked(name))}>{t.revokeYes}</button>
            <button type="button" onClick={() => ask(false)}>{t.cancel}</button>
          </div>
        : <button type="button" aria-label={t.revokeOf(name)} onClick={() => ask(true)}>{t.revoke}</button>}
    </li>
  );
}
