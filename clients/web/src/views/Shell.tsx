import type { JSX } from "preact";
import { useEffect, useRef } from "preact/hooks";
import { linkTo, type View } from "../route";
import { t } from "../strings";
import { Conflicts } from "./Conflicts";
import { useApp } from "./context";
import { Home } from "./Home";
import { Keys } from "./Keys";
import { Icon } from "./parts";
import { Settings } from "./Settings";
import { Pair, Password } from "./SignIn";

const VIEWS: readonly View[] = ["home", "keys", "conflicts", "settings"];

/** The frame around all views: where one can go, whether one is cut off, and what has just happened. */
export function Shell(): JSX.Element {
  const app = useApp();
  const { view, key } = app.route.value;
  const main = useRef<HTMLElement>(null);
  const first = useRef(true);
  const phase = app.phase.value;
  const asks = phase.kind === "pair" || phase.kind === "password";

  useEffect(() => {
    document.title = t.pageTitle(t.views[view], app.network.peek().self);
    if (!first.current) main.current?.querySelector<HTMLElement>("h1")?.focus();
    first.current = false;
  }, [view, asks]);

  if (phase.kind === "pair") return <main class="alone" ref={main}><Pair session={phase.session} why={phase.why} /></main>;
  if (phase.kind === "password") return <main class="alone" ref={main}><Password refused={phase.refused} /></main>;
  return (
    <div class="shell">
      <button type="button" class="skip" onClick={() => main.current?.focus()}>{t.skip}</button>
      <nav aria-label={t.navigation}>
        <p class="brand"><img src="/icon.svg" alt="" width="28" height="28" />{t.brand}</p>
        {VIEWS.map((each) => (
          <a key={each} href={linkTo(each)} aria-current={each === view ? "page" : undefined}>
            <Icon name={each} />
            <span>{t.views[each]}</span>
            {each === "conflicts" && app.conflicts.value.length > 0 && (
              <span class="badge" role="img" aria-label={t.conflictCount(app.conflicts.value.length)}>{app.conflicts.value.length}</span>
            )}
          </a>
        ))}
      </nav>
      <main ref={main} tabIndex={-1} class={`view-${view}`}>
        <Banner />
        {view === "home" && <Home />}
        {view === "keys" && <Keys chosen={key} />}
        {view === "conflicts" && <Conflicts />}
        {view === "settings" && <Settings />}
      </main>
      <Notice />
    </div>
  );
}

/** Says that what is shown is only what was known last. */
function Banner(): JSX.Element {
  const app = useApp();
  const phase = app.phase.value;
  const remembered = app.remembered.value;
  const unit = app.network.value.self;
  let text = "";
  if (phase.kind === "cut") text = remembered === undefined ? t.cutOff(unit, phase.since) : t.cutOffRemembered(unit, remembered);
  return (
    <div role="status" class="banner-place">
      {text !== "" && (
        <div class="banner">
          <p>{text}</p>
          <button type="button" onClick={() => app.hurry()}>{t.tryNow}</button>
        </div>
      )}
    </div>
  );
}

function Notice(): JSX.Element {
  const app = useApp();
  const notice = app.notice.value;
  return (
    <div class="notice-place" role="status">
      {notice !== undefined && (
        <div class={notice.problem === true ? "notice problem" : "notice"}>
          <p>{notice.text}</p>
          {notice.edit !== undefined && (
            <button type="button" class="undo" onClick={() => void app.undo(notice.edit!)}>{t.undo}</button>
          )}
          <button type="button" class="quiet" aria-label={t.dismiss} onClick={() => (app.notice.value = undefined)}>
            <Icon name="close" />
          </button>
        </div>
      )}
    </div>
  );
}
