import type { JSX } from "preact";
import { useEffect, useRef, useState } from "preact/hooks";
import { keyProblem } from "../model/keyName";
import { bytesOf } from "../model/values";
import { t } from "../strings";
import { useApp } from "./context";

/** Writes a key that there is not yet. */
export function NewKey({ done }: { done: (key: string) => void }): JSX.Element {
  const app = useApp();
  const [name, setName] = useState("");
  const [value, setValue] = useState("");
  const [problem, setProblem] = useState("");
  const input = useRef<HTMLInputElement>(null);
  useEffect(() => input.current?.focus(), []);

  const save = async (): Promise<void> => {
    const wrong = keyProblem(name);
    if (wrong !== undefined) setProblem(t.keyProblems[wrong]);
    else if (app.shelf.values.has(name)) setProblem(t.keyExists);
    else if (value === "") setProblem(t.emptyValue);
    else if (await app.put(name, bytesOf(value), t.saved(name))) done(name);
  };
  return (
    <form class="card detail editor" aria-labelledby="new-title" onSubmit={(event) => {
      event.preventDefault();
      void save();
    }}>
      <h2 id="new-title">{t.newKey}</h2>
      <label>{t.keyName}
        <input ref={input} value={name} placeholder={t.keyNameHint} autocomplete="off" autocapitalize="off" spellcheck={false}
          aria-describedby="new-problem" onInput={(event) => setName(event.currentTarget.value)} />
      </label>
      <label>{t.value}
        <textarea rows={5} value={value} spellcheck={false} onInput={(event) => setValue(event.currentTarget.value)} />
      </label>
      <p id="new-problem" class="error" role="alert">{problem}</p>
      <div class="actions">
        <button type="submit" class="primary" disabled={!app.writable.value}>{t.save}</button>
        <button type="button" onClick={() => done("")}>{t.cancel}</button>
      </div>
    </form>
  );
}
