import type { JSX } from "preact";
import { useEffect, useRef, useState } from "preact/hooks";
import type { Value } from "../model/shelf";
import { bestFormat, type Format, hexOf, jsonOf, parse, textOf } from "../model/values";
import { t } from "../strings";
import { useApp } from "./context";

const FORMATS: readonly Format[] = ["text", "json", "hex"];

/** The three ways to see a value. */
export function Formats({ format, choose }: { format: Format; choose: (format: Format) => void }): JSX.Element {
  return (
    <div class="formats" role="group" aria-label={t.format}>
      {FORMATS.map((each) => (
        <button key={each} type="button" aria-pressed={each === format} onClick={() => choose(each)}>{t.formats[each]}</button>
      ))}
    </div>
  );
}

function shown(bytes: Uint8Array, format: Format): string | undefined {
  if (format === "hex") return hexOf(bytes);
  return format === "json" ? (jsonOf(bytes) ?? textOf(bytes)) : textOf(bytes);
}

/** Changes a value, or writes the first one of a key. */
export function Editor({ name, value, done }: { name: string; value: Value | undefined; done: () => void }): JSX.Element {
  const app = useApp();
  const begun = useRef(value?.version);
  const [format, setFormat] = useState<Format>(() => (value === undefined ? "text" : bestFormat(value.payload)));
  const [draft, setDraft] = useState(() => (value === undefined ? "" : (shown(value.payload, bestFormat(value.payload)) ?? "")));
  const [problem, setProblem] = useState("");
  const area = useRef<HTMLTextAreaElement>(null);
  useEffect(() => area.current?.focus(), []);

  const change = (to: Format): void => {
    const bytes = parse(draft, format);
    const text = bytes === undefined ? undefined : shown(bytes, to);
    if (text === undefined) {
      setProblem(t.cannotShowAs(to));
      return;
    }
    setProblem("");
    setDraft(text);
    setFormat(to);
  };
  const save = async (): Promise<void> => {
    const bytes = parse(draft, format);
    if (bytes === undefined) setProblem(t.notFormat(format));
    else if (bytes.length === 0) setProblem(t.emptyValue);
    else if (await app.put(name, bytes, t.saved(name))) done();
  };
  return (
    <form class="editor" onSubmit={(event) => {
      event.preventDefault();
      void save();
    }}>
      <Formats format={format} choose={change} />
      <label>
        <span class="hidden">{t.valueOf(name)}</span>
        <textarea ref={area} rows={8} value={draft} spellcheck={false} autocapitalize="off" class={format}
          aria-invalid={problem !== ""} aria-describedby="editor-problem"
          onInput={(event) => setDraft(event.currentTarget.value)}
          onKeyDown={(event) => event.key === "Escape" && done()} />
      </label>
      <p id="editor-problem" class="error" role="alert">{problem}</p>
      {begun.current !== value?.version && <p class="warning" role="status">{t.changedMeanwhile(value?.unit ?? "")}</p>}
      <div class="actions">
        <button type="submit" class="primary" disabled={!app.writable.value}>{t.save}</button>
        <button type="button" onClick={done}>{t.cancel}</button>
      </div>
    </form>
  );
}
