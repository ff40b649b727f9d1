import type { JSX } from "preact";
import { useEffect, useRef, useState } from "preact/hooks";
import type { Value } from "../model/shelf";
import { bestFormat, type Format, hexDump, jsonOf, textOf } from "../model/values";
import { linkTo } from "../route";
import { t } from "../strings";
import { useApp } from "./context";
import { Editor, Formats } from "./Editor";
import { Age, Empty, Icon, Masked } from "./parts";

/** So much of a value is laid out as hexadecimal digits. */
const HEX_SHOWN = 64 * 1024;

export function KeyDetail({ name }: { name: string }): JSX.Element {
  const app = useApp();
  const [editing, edit] = useState(false);
  const heading = useRef<HTMLHeadingElement>(null);
  const value = app.value(name);
  const undoable = (app.revision.value, app.edits.undoable(name, app.shelf));

  // After a choice the focus stands on what was chosen; not while one walks through the tree.
  useEffect(() => heading.current?.focus({ preventScroll: true }), [name]);

  return (
    <article class="card detail">
      <header>
        <a class="back" href={linkTo("keys")} aria-label={t.backToKeys}><Icon name="back" /></a>
        <h2 tabIndex={-1} ref={heading}>{name}</h2>
      </header>
      <Described name={name} />
      {value === undefined && !editing && <Empty title={t.notThere}>{t.notThereText}</Empty>}
      {editing
        ? <Editor name={name} value={value} done={() => edit(false)} />
        : value !== undefined && <Shown name={name} value={value} />}
      {!editing && (
        <div class="actions">
          <button type="button" class="primary" disabled={!app.writable.value} onClick={() => edit(true)}>
            {value === undefined ? t.write : t.edit}
          </button>
          {value !== undefined && (
            <button type="button" class="danger" disabled={!app.writable.value} onClick={() => void app.remove(name)}>{t.delete}</button>
          )}
          {undoable !== undefined && (
            <button type="button" disabled={!app.writable.value} onClick={() => void app.undo(undoable)}>{t.undoLast}</button>
          )}
        </div>
      )}
      {!app.writable.value && <p class="faint">{t.noWriting}</p>}
      {value !== undefined && <Facts value={value} />}
    </article>
  );
}

function Described({ name }: { name: string }): JSX.Element | null {
  const app = useApp();
  const described = app.catalogue.value.describe(name);
  if (described === undefined) return null;
  const tags = [described.type, t.owner(described.owner), t.scope(described.scope), t.sensitivity(described.sensitivity)];
  return (
    <div class="described">
      <p>{described.says}</p>
      <p class="tags">{tags.filter((tag) => tag !== "").map((tag) => <span key={tag} class="tag">{tag}</span>)}</p>
      {described.example !== "" && described.sensitivity !== "secret" && (
        <p class="faint">{t.example} <code>{described.example}</code></p>
      )}
    </div>
  );
}

function Shown({ name, value }: { name: string; value: Value }): JSX.Element {
  const app = useApp();
  const [asked, ask] = useState<Format | undefined>(undefined);
  const format = asked ?? bestFormat(value.payload);
  return (
    <div class="value">
      <Formats format={format} choose={ask} />
      <Masked secret={app.catalogue.value.secret(name)} label={name}>
        <Rendered format={format} payload={value.payload} />
      </Masked>
    </div>
  );
}

function Rendered({ format, payload }: { format: Format; payload: Uint8Array }): JSX.Element {
  const text = format === "hex" ? hexDump(payload, HEX_SHOWN) : format === "json" ? jsonOf(payload) : textOf(payload);
  if (text === undefined) return <p class="faint">{format === "json" ? t.noJson : t.noText}</p>;
  return (
    <>
      <pre tabIndex={0} aria-label={t.valueAs(format)} class={format}><code>{text}</code></pre>
      {format === "hex" && payload.length > HEX_SHOWN && <p class="faint">{t.shortened(HEX_SHOWN, payload.length)}</p>}
    </>
  );
}

function Facts({ value }: { value: Value }): JSX.Element {
  const app = useApp();
  return (
    <dl class="facts">
      <div><dt>{t.age}</dt><dd><Age time={value.time} /></dd></div>
      <div><dt>{t.author}</dt><dd>{value.unit}</dd></div>
      <div><dt>{t.size}</dt><dd>{t.bytes(value.payload.length)}</dd></div>
      {value.expires !== Infinity && <div><dt>{t.expires}</dt><dd>{t.in(value.expires, app.now.value)}</dd></div>}
      {value.properties.contentType !== undefined && <div><dt>{t.contentType}</dt><dd>{value.properties.contentType}</dd></div>}
      <div class="wide"><dt>{t.version}</dt><dd><code>{value.version}</code></dd></div>
    </dl>
  );
}
