import type { JSX } from "preact";
import { useState } from "preact/hooks";
import { linkTo } from "../route";
import { t } from "../strings";
import { useApp } from "./context";
import { KeyDetail } from "./KeyDetail";
import { NewKey } from "./NewKey";
import { Empty, Icon, Title } from "./parts";
import { Tree } from "./Tree";

export function Keys({ chosen }: { chosen: string }): JSX.Element {
  const app = useApp();
  const [text, search] = useState("");
  const [making, make] = useState(false);
  const keys = app.keys.value;
  const loading = app.phase.value.kind === "loading" || app.phase.value.kind === "connecting";
  return (
    <div class={chosen !== "" || making ? "keys with-detail" : "keys"}>
      <div class="keys-title"><Title>{t.views.keys}</Title></div>
      <div class="keys-list">
        <div class="search-line">
          <label class="search">
            <Icon name="search" />
            <span class="hidden">{t.search}</span>
            <input type="search" value={text} placeholder={t.searchHint} autocomplete="off" autocapitalize="off" spellcheck={false}
              onInput={(event) => search(event.currentTarget.value)} />
          </label>
          <button type="button" class="plain" disabled={!app.writable.value}
            onClick={() => {
              location.hash = linkTo("keys");
              make(true);
            }}>
            <Icon name="plus" />
            {t.newKey}
          </button>
        </div>
        <p class="faint count" role="status">{loading ? t.loadingKeys(keys.length) : t.keyCount(keys.length)}</p>
        {keys.length === 0 && !loading
          ? <Empty title={t.noKeys}>{t.noKeysText}</Empty>
          : <Tree text={text} chosen={chosen} choose={(key) => {
              make(false);
              location.hash = linkTo("keys", key);
            }} />}
      </div>
      <div class="keys-detail">
        {making && chosen === "" && <NewKey done={(key) => {
          make(false);
          location.hash = linkTo("keys", key);
        }} />}
        {chosen !== "" && <KeyDetail key={chosen} name={chosen} />}
        {!making && chosen === "" && <Empty title={t.noneChosen}>{t.noneChosenText}</Empty>}
      </div>
    </div>
  );
}
