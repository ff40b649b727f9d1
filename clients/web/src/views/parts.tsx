import type { ComponentChildren, JSX } from "preact";
import { useState } from "preact/hooks";
import { t } from "../strings";
import { useApp } from "./context";

const ICONS = {
  home: "M4 11l8-7 8 7v9h-5v-6H9v6H4z",
  keys: "M9 6h11M9 12h11M9 18h11M4.500 6h.01M4.500 12h.01M4.500 18h.01",
  conflicts: "M6 4v3.500a6 6 0 0 0 12 0V4M12 13.500V20m-3-3 3 3 3-3",
  settings: "M4 8h9m4 0h3M4 16h3m4 0h9M15 6a2 2 0 1 0 0 4 2 2 0 0 0 0-4zM9 14a2 2 0 1 0 0 4 2 2 0 0 0 0-4z",
  back: "M15 5l-7 7 7 7",
  folder: "M9 6l6 6-6 6",
  close: "M6 6l12 12M18 6L6 18",
  eye: "M2.5 12S6 5.5 12 5.5 21.5 12 21.5 12 18 18.5 12 18.5 2.5 12 2.5 12zM12 9.5a2.5 2.5 0 100 5 2.5 2.5 0 000-5z",
  plus: "M12 5v14M5 12h14",
  search: "M10.5 4.5a6 6 0 100 12 6 6 0 000-12zM15 15l5 5",
} as const;

export function Icon({ name }: { name: keyof typeof ICONS }): JSX.Element {
  return (
    <svg class="icon" viewBox="0 0 24 24" aria-hidden="true">
      <path d={ICONS[name]} />
    </svg>
  );
}

/** How long ago something was, with the exact time for who asks. */
export function Age({ time }: { time: number }): JSX.Element {
  const app = useApp();
  if (Number.isNaN(time)) return <span>{t.unknownTime}</span>;
  const here = app.here(time);
  return (
    <time dateTime={new Date(time).toISOString()} title={t.exactTime(time)}>
      {t.ago(here, Math.max(app.now.value, here))}
    </time>
  );
}

/** A heading that takes the focus when its view opens, so that a screen reader says where one is. */
export function Title({ children }: { children: ComponentChildren }): JSX.Element {
  return (
    <h1 tabIndex={-1} class="title">
      {children}
    </h1>
  );
}

/** What stands where there is nothing to show. */
export function Empty({ title, children }: { title: string; children?: ComponentChildren }): JSX.Element {
  return (
    <div class="empty">
      <svg viewBox="0 0 48 48" aria-hidden="true">
        <rect x="6" y="14" width="8" height="24" rx="1.5" />
        <rect x="17" y="9" width="7" height="29" rx="1.5" />
        <rect x="27" y="17" width="6" height="21" rx="1.5" />
        <path d="M3 40h42" />
      </svg>
      <p class="empty-title">{title}</p>
      {children !== undefined && <div class="empty-text">{children}</div>}
    </div>
  );
}

/** A secret as dots, until it is asked for. */
export function Masked({ secret, label, children }: {
  secret: boolean;
  /** Of what, for who cannot see. */
  label: string;
  children: ComponentChildren;
}): JSX.Element {
  const [shown, show] = useState(false);
  if (!secret) return <>{children}</>;
  return (
    <span class="masked">
      {shown ? children : <span class="dots" role="img" aria-label={t.masked}>{t.dots}</span>}
      <button type="button" class="quiet" aria-pressed={shown} aria-label={shown ? t.hideOf(label) : t.showOf(label)}
        onClick={() => show(!shown)}>
        <Icon name="eye" />
        {shown ? t.hide : t.show}
      </button>
    </span>
  );
}
