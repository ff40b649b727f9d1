import type { Shelf } from "./shelf";
import { bytesOf, textOf } from "./values";

export type WifiNetwork = "home" | "guest";
export type WifiField = "name" | "password" | "enabled";

export const wifiKey = (network: WifiNetwork, field: WifiField): string => `private/wifi/${network}/${field}`;

/** The value as text, empty where there is none. */
export function wifiText(shelf: Shelf, network: WifiNetwork, field: WifiField): string {
  const value = shelf.values.get(wifiKey(network, field));
  return value === undefined ? "" : (textOf(value.payload) ?? "");
}

/** What 802.11 takes: a name of 1 to 32 bytes, a WPA passphrase of 8 to 63 printable ASCII characters. */
export function fits(field: "name" | "password", text: string): boolean {
  if (field === "name") return bytesOf(text).length >= 1 && bytesOf(text).length <= 32;
  return /^[\x20-\x7e]{8,63}$/.test(text);
}
