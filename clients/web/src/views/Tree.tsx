import type { JSX } from "preact";
import { useEffect, useLayoutEffect, useMemo, useRef, useState } from "preact/hooks";
import { foldersAbove, type Row, searchRows, treeRows } from "../model/tree";
import { preview } from "../model/values";
import { t } from "../strings";
import { useApp } from "./context";
import { Empty, Icon } from "./parts";

const ROW = 44;
/** Lines above and below the window that are there already. */
const MARGIN = 8;

/** The keys as a tree, or those that a search finds. Only the lines in the window are in the page, however many there are. */
export function Tree({ text, chosen, choose }: { text: string; chosen: string; choose: (key: string) => void }): JSX.Element {
  const app = useApp();
  const keys = app.keys.value;
  const [open, setOpen] = useState<ReadonlySet<string>>(() => new Set(foldersAbove(chosen)));
  const searching = text.trim() !== "";
  const rows = useMemo(() => (searching ? searchRows(keys, text) : treeRows(keys, open)), [keys, text, open, searching]);
  const [active, setActive] = useState(0);
  const window = useWindow(rows.length);
  const at = Math.min(active, Math.max(0, rows.length - 1));

  useEffect(() => setActive(0), [text]);
  useEffect(() => {
    setOpen((now) => new Set([...now, ...foldersAbove(chosen)]));
  }, [chosen]);

  const toggle = (row: Row, to = !row.open): void => {
    const next = new Set(open);
    if (to) next.add(row.path);
    else next.delete(row.path);
    setOpen(next);
  };
  const act = (row: Row): void => (row.folder ? toggle(row) : choose(row.path));
  const go = (index: number): void => {
    const next = Math.max(0, Math.min(rows.length - 1, index));
    setActive(next);
    window.show(next);
  };
  const onKeyDown = (event: KeyboardEvent): void => {
    const row = rows[at];
    if (row === undefined || !handle(event.key, row, { at, rows, go, act, toggle, page: window.page })) return;
    event.preventDefault();
  };

  if (rows.length === 0 && searching) return <Empty title={t.nothingFound(text)} />;
  return (
    <div class="tree" role="tree" aria-label={t.tree} tabIndex={0} ref={window.ref} onKeyDown={onKeyDown}
      aria-activedescendant={rows.length > 0 ? `row-${at}` : undefined}>
      <div class="tree-all" role="presentation" style={{ height: `${rows.length * ROW}px` }}>
        {rows.slice(window.from, window.to).map((row, offset) => {
          const index = window.from + offset;
          return (
            <Line key={row.path} row={row} index={index} active={index === at} chosen={row.path === chosen && !row.folder}
              press={() => {
                setActive(index);
                act(row);
              }} />
          );
        })}
      </div>
    </div>
  );
}

function Line({ row, index, active, chosen, press }: {
  row: Row;
  index: number;
  active: boolean;
  chosen: boolean;
  press: () => void;
}): JSX.Element {
  const app = useApp();
  const value = row.folder ? undefined : app.value(row.path);
  let says = "";
  if (row.folder) says = t.number(row.count);
  else if (value !== undefined) says = app.catalogue.value.secret(row.path) ? t.dots : (preview(value.payload) ?? t.binary(value.payload.length));
  return (
    <div id={`row-${index}`} role="treeitem" class={`row${active ? " active" : ""}${chosen ? " chosen" : ""}`} onClick={press}
      aria-level={row.level} aria-setsize={row.siblings} aria-posinset={row.position} aria-selected={chosen}
      aria-expanded={row.folder ? row.open : undefined}
      style={{ transform: `translateY(${index * ROW}px)`, paddingInlineStart: `${(row.level - 1) * 18 + 8}px` }}>
      <span class={row.open ? "turn open" : "turn"}>{row.folder && <Icon name="folder" />}</span>
      <span class="row-name">{row.name === "" ? t.emptyLevel : row.name}{row.folder && "/"}</span>
      <span class="row-value">{says}</span>
    </div>
  );
}

interface Keyboard {
  readonly at: number;
  readonly rows: readonly Row[];
  readonly page: number;
  go(index: number): void;
  act(row: Row): void;
  toggle(row: Row, to: boolean): void;
}

/** What the keys do in a tree, as the ARIA practices have it. False for a key that does nothing here. */
function handle(key: string, row: Row, { at, rows, page, go, act, toggle }: Keyboard): boolean {
  switch (key) {
    case "ArrowDown": go(at + 1); return true;
    case "ArrowUp": go(at - 1); return true;
    case "PageDown": go(at + page); return true;
    case "PageUp": go(at - page); return true;
    case "Home": go(0); return true;
    case "End": go(rows.length - 1); return true;
    case "Enter": case " ": act(row); return true;
    case "ArrowRight":
      if (row.folder && !row.open) toggle(row, true);
      else if (row.folder) go(at + 1);
      return true;
    case "ArrowLeft":
      if (row.folder && row.open) toggle(row, false);
      else go(rows.findLastIndex((each, index) => index < at && each.level < row.level));
      return true;
    default:
      return false;
  }
}

/** Which lines are in the window of the element, and a way to bring one there. */
function useWindow(count: number): {
  ref: { current: HTMLDivElement | null };
  from: number;
  to: number;
  page: number;
  show: (index: number) => void;
} {
  const ref = useRef<HTMLDivElement>(null);
  const [top, setTop] = useState(0);
  const [height, setHeight] = useState(600);
  useLayoutEffect(() => {
    const element = ref.current;
    if (element === null) return undefined;
    const measure = (): void => setHeight(element.clientHeight);
    const scrolled = (): void => setTop(element.scrollTop);
    measure();
    const observer = new ResizeObserver(measure);
    observer.observe(element);
    element.addEventListener("scroll", scrolled, { passive: true });
    return () => {
      observer.disconnect();
      element.removeEventListener("scroll", scrolled);
    };
  }, [count === 0]);
  const page = Math.max(1, Math.floor(height / ROW) - 1);
  return {
    ref,
    from: Math.max(0, Math.floor(top / ROW) - MARGIN),
    to: Math.min(count, Math.ceil((top + height) / ROW) + MARGIN),
    page,
    show: (index) => {
      const element = ref.current;
      if (element === null) return;
      if (index * ROW < element.scrollTop) element.scrollTop = index * ROW;
      const least = (index + 1) * ROW - element.clientHeight;
      if (element.scrollTop < least) element.scrollTop = least;
    },
  };
}
