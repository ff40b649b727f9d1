import { type Message, NO_PROPERTIES } from "../../src/model/message";
import { bytesOf } from "../../src/model/values";
import type { Shelf } from "../../src/model/shelf";

let count = 0;

/** A stored value as the unit sends it when it changes; each has a version of its own. */
export function change(topic: string, text: string, more: Partial<Message> = {}): Message {
  return {
    topic,
    payload: bytesOf(text),
    retained: false,
    version: `v${String(++count).padStart(6, "0")}`,
    unit: "hall",
    time: 0,
    properties: NO_PROPERTIES,
    ...more,
  };
}

/** The same as a part of a snapshot. */
export const told = (topic: string, text: string, more: Partial<Message> = {}): Message =>
  change(topic, text, { retained: true, ...more });

/** One of the unit's own topics. */
export const document = (topic: string, json: unknown): Message =>
  change(topic, JSON.stringify(json), { retained: true, version: "", unit: "" });

/** Has a shelf take a whole snapshot. */
export function snapshot(shelf: Shelf, messages: readonly Message[], now = 0): void {
  shelf.begin();
  for (const message of messages) shelf.take(message, now, message.time);
  shelf.finish();
}
