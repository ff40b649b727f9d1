import { render } from "preact";
import { App } from "./app";
import { opener } from "./net/mqtt";
import { Storage } from "./net/storage";
import { language } from "./strings";
import "./styles.css";
import { AppContext } from "./views/context";
import { Shell } from "./views/Shell";

const url = `${location.protocol === "https:" ? "wss" : "ws"}://${location.host}/mqtt`;
const app = new App(opener(url), new Storage(indexedDB));

document.documentElement.lang = language;
render(
  <AppContext.Provider value={app}>
    <Shell />
  </AppContext.Provider>,
  document.getElementById("app")!,
);
void app.start();
if (import.meta.env.PROD && "serviceWorker" in navigator) {
  // Without it everything works, but for opening the page while the unit is away.
  navigator.serviceWorker.register("/sw.js").catch(() => undefined);
}
