import { Fields } from "./json";
import type { Shelf } from "./shelf";
import { textOf } from "./values";

export const PHONES = "bookshelf/phones/";

/** A phone that may sign in with its own key. */
export interface Phone {
  readonly key: string;
  readonly id: string;
  readonly name: string;
  readonly paired: number;
  /** Where it was paired. */
  readonly unit: string;
}

/** What stands in place of a phone that is revoked, for good; units spell it exactly so. */
export const REVOKED = new TextEncoder().encode('{"revoked":true}');

/** Newest first; those that were revoked are none any more. */
export function phonesOf(shelf: Shelf): Phone[] {
  const phones: Phone[] = [];
  for (const [key, value] of shelf.under(PHONES)) {
    const said = Fields.parse(textOf(value.payload) ?? "");
    if (said.flag("revoked")) continue;
    const id = key.slice(PHONES.length);
    const paired = said.time("paired");
    phones.push({ key, id, name: said.text("name"), paired: Number.isNaN(paired) ? 0 : paired, unit: said.text("unit") });
  }
  return phones.sort((a, b) => b.paired - a.paired);
}
