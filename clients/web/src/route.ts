export type View = "home" | "keys" | "conflicts" | "settings";

/** Where in the app somebody is: the part of the address behind the number sign. */
export interface Route {
  readonly view: View;
  /** The key that is looked at, in the view of keys; empty for none. */
  readonly key: string;
}

const VIEWS: readonly View[] = ["home", "keys", "conflicts", "settings"];

export function parseRoute(hash: string): Route {
  const [, view = "", ...rest] = hash.split("/");
  const known = VIEWS.find((each) => each === view) ?? "home";
  try {
    return { view: known, key: known === "keys" ? decodeURIComponent(rest.join("/")) : "" };
  } catch {
    return { view: known, key: "" };
  }
}

export const linkTo = (view: View, key = ""): string =>
  view === "home" ? "#/" : `#/${view}${key === "" ? "" : "/" + encodeURIComponent(key)}`;
