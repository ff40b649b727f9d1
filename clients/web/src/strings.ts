// Everything that the app says, in one place. A translation is another object of the same type, chosen at the end of this file.
import type { KeyProblem } from "./model/keyName";
import type { Unit } from "./model/network";
import { ago, type Unit as TimeUnit } from "./model/time";
import type { Format } from "./model/values";
import type { WifiField, WifiNetwork } from "./model/wifi";
import type { WriteError } from "./net/connection";

const LOCALE = "en";
const number = new Intl.NumberFormat(LOCALE);
const clock = new Intl.DateTimeFormat(LOCALE, { hour: "2-digit", minute: "2-digit", hourCycle: "h23" });
const dayAndClock = new Intl.DateTimeFormat(LOCALE, { dateStyle: "medium", timeStyle: "short", hourCycle: "h23" });
const exact = new Intl.DateTimeFormat(LOCALE, { dateStyle: "full", timeStyle: "long" });
const relative = new Intl.RelativeTimeFormat(LOCALE, { numeric: "auto" });
const DAY = 86_400_000;

const plural = (count: number, one: string, many: string): string => `${number.format(count)} ${count === 1 ? one : many}`;
const timeOf = (millis: number): string => (Math.abs(Date.now() - millis) < DAY / 2 ? clock : dayAndClock).format(millis);
const agoText = (then: number, now: number): string => {
  const { count, unit } = ago(then, now);
  return unit === "second" && count < 5 ? "just now" : relative.format(-count, unit satisfies TimeUnit);
};
const bytes = (count: number): string => {
  if (count < 1000) return plural(count, "byte", "bytes");
  const [size, name] = count < 1_000_000 ? [count / 1000, "kB"] : [count / 1_000_000, "MB"];
  return `${size.toFixed(size < 10 ? 1 : 0)} ${name}`;
};
const names = (units: readonly Unit[]): string => new Intl.ListFormat(LOCALE).format(units.map((unit) => unit.name));
const others = (units: readonly Unit[]): readonly Unit[] => units.filter((unit) => unit.standing !== "self");
const inState = (units: readonly Unit[], standing: Unit["standing"]): readonly Unit[] =>
  units.filter((unit) => unit.standing === standing);

const english = {
  // Everywhere
  views: { home: "Home", keys: "Keys", conflicts: "Conflicts", settings: "Settings" },
  pageTitle: (view: string, unit: string) => (unit === "" ? `${view} – Bookshelf` : `${view} – ${unit} – Bookshelf`),
  navigation: "Views",
  brand: "Bookshelf",
  skip: "Skip to the content",
  undo: "Undo",
  dismiss: "Dismiss",
  tryNow: "Try now",
  save: "Save",
  cancel: "Cancel",
  show: "Show",
  hide: "Hide",
  showOf: (what: string) => `Show ${what}`,
  hideOf: (what: string) => `Hide ${what}`,
  dots: "••••••",
  masked: "hidden",
  on: "On",
  off: "Off",
  connecting: "Connecting to the unit …",
  cutOff: (unit: string, since: number) =>
    `Cut off from ${unit || "the unit"} since ${timeOf(since)}. This is the last that was known; changes have to wait.`,
  cutOffRemembered: (unit: string, at: number) =>
    `${unit || "The unit"} cannot be reached. This is what was known ${timeOf(at)}; changes have to wait, and secrets are not kept here.`,
  noWriting: "Changes have to wait until the unit can be reached.",

  // Times and numbers
  number: (count: number) => number.format(count),
  bytes,
  binary: (count: number) => `binary, ${bytes(count)}`,
  clock: (millis: number) => timeOf(millis),
  exactTime: (millis: number) => exact.format(millis),
  unknownTime: "at an unknown time",
  ago: agoText,
  in: (then: number, now: number) => {
    const { count, unit } = ago(now, then);
    return then <= now ? "now" : relative.format(count, unit);
  },
  millis: (count: number) => `${number.format(count)} ms`,
  byUnit: (unit: string, when = "") => `by ${unit}${when === "" ? "" : `, ${when}`}`,

  comma: ", ",

  // Home
  networkTitle: (unit: string) => unit,
  summary: (units: readonly Unit[]) => {
    const all = others(units);
    if (all.length === 0) return "This unit stands alone.";
    const cut = inState(all, "cut off");
    if (cut.length > 0) return `Cut off from ${names(cut)}. Everybody goes on; what differs comes together later.`;
    const busy = all.filter((unit) => unit.standing !== "in sync");
    return busy.length > 0 ? `Catching up with ${names(busy)}.` : `In sync with ${names(all)}.`;
  },
  lastKnown: (sentence: string) => `Last known: ${sentence}`,
  units: "Units",
  pictureOf: (units: readonly Unit[]) =>
    `${plural(units.length, "unit", "units")}: ` +
    units.map((unit) => (unit.standing === "self" ? `${unit.name}, the unit of this page` : `${unit.name}, ${unit.standing}`)).join("; "),
  standing: (unit: Unit, at: (millis: number) => string) => {
    const since = Number.isNaN(unit.since) ? "" : ` since ${at(unit.since)}`;
    switch (unit.standing) {
      case "self":
        return `the unit of this page; up${since}`;
      case "in sync":
        return `in sync${since}`;
      case "catching up":
        return unit.behind > 0 ? `catching up, ${plural(unit.behind, "change", "changes")} behind` : "catching up";
      case "cut off":
        return `cut off${since}${Number.isNaN(unit.lastInSync) ? "" : `; last in sync ${at(unit.lastInSync)}`}`;
      case "unknown":
        return "listed; nothing is known of it yet";
    }
  },
  problem: (sentence: string) => sentence,
  since: (time: string) => `cut off since ${time}`,
  roundTrip: "There and back",
  health: "This unit",
  healthy: "All is well.",
  attention: "Something needs attention.",
  readOnly: "It takes no changes at the moment.",
  keysHeld: "Keys",
  disk: "On disk",
  version: "Version",
  recent: "Changed in the last minute",
  nothingRecent: "Nothing has changed in the last minute.",
  wasDeleted: "deleted",
  andMore: (count: number) => `and ${plural(count, "more", "more")}`,
  nothingKnown: "Nothing is known yet",
  nothingKnownText: "As soon as the unit can be reached, the network appears here.",

  // Keys
  search: "Search keys",
  searchHint: "Search keys",
  newKey: "New key",
  tree: "Keys",
  keyCount: (count: number) => plural(count, "key", "keys"),
  loadingKeys: (count: number) => `Loading … ${plural(count, "key", "keys")}`,
  noKeys: "No keys yet",
  noKeysText: "What daemons and people write on this network appears here.",
  nothingFound: (text: string) => `No key holds “${text.trim()}”`,
  noneChosen: "No key chosen",
  noneChosenText: "Choose one to see its value, its age and who wrote it.",
  emptyLevel: "(empty)",
  backToKeys: "Back to the keys",
  notThere: "This key has no value",
  notThereText: "It was deleted, has expired, or was never written.",
  write: "Write a value",
  edit: "Edit",
  delete: "Delete",
  undoLast: "Undo my last change",
  age: "Age",
  author: "Written by",
  size: "Size",
  expires: "Expires",
  contentType: "Content type",
  value: "Value",
  valueOf: (key: string) => `Value of ${key}`,
  valueAs: (format: Format) => `Value as ${format === "text" ? "text" : format === "json" ? "JSON" : "hexadecimal digits"}`,
  format: "Format",
  formats: { text: "Text", json: "JSON", hex: "Hex" } satisfies Record<Format, string>,
  noJson: "This value is no JSON.",
  noText: "This value is no text; see it as Hex.",
  shortened: (shown: number, all: number) => `The first ${bytes(shown)} of ${bytes(all)}.`,
  cannotShowAs: (format: Format) => `This cannot be shown as ${format}.`,
  notFormat: (format: Format) => (format === "json" ? "This is no JSON yet." : "Write pairs of hexadecimal digits, such as 0a ff."),
  emptyValue: "An empty value would delete the key; write something, or use Delete.",
  changedMeanwhile: (unit: string) => `This value was changed meanwhile${unit === "" ? "" : ` by ${unit}`}. Saving replaces it.`,
  keyName: "Key",
  keyNameHint: "kitchen/lamp",
  keyExists: "There is such a key already; choose it to edit it.",
  keyProblems: {
    empty: "Give the key a name.",
    long: "A key has at most 512 bytes.",
    characters: "A key cannot hold + or #.",
    dollar: "Keys that start with $ are the unit's own.",
  } satisfies Record<KeyProblem, string>,
  example: "Example:",
  owner: (owner: string) => (owner === "" ? "" : `written by: ${owner}`),
  scope: (scope: string) => (scope === "" ? "" : `goes to: ${scope}`),
  sensitivity: (sensitivity: string) => (sensitivity === "public" ? "" : sensitivity),
  saved: (key: string) => `Saved ${key}.`,
  deleted: (key: string) => `Deleted ${key}.`,
  undone: (key: string) => `${key} is as it was.`,
  changedSince: (key: string) => `${key} has been changed since, so nothing was undone.`,
  writeProblem: (error: WriteError) => {
    if (error.kind === "cut off") return "The unit cannot be reached; nothing was changed.";
    if (error.kind === "unacknowledged") return "The unit did not answer; look whether the change is there.";
    const why = error.reason === "" ? "" : ` It says: ${error.reason}.`;
    switch (error.code) {
      case 0x87:
        return `You may not change this key.${why}`;
      case 0x90:
        return `The unit takes no key of this name.${why}`;
      case 0x97:
        return `The unit has no room for this.${why}`;
      default:
        return `The unit refused this (0x${error.code.toString(16)}).${why}`;
    }
  },

  // Conflicts
  conflictsText: "Writes that were made at the same time on both sides of a cut, and lost. The later one counts; the other is kept here.",
  conflictCount: (count: number) => plural(count, "conflict", "conflicts"),
  noConflicts: "Nothing was overwritten",
  noConflictsText: "When two units write the same key while they are cut off from each other, what lost appears here.",
  overwritten: "Was overwritten",
  standsNow: "Won, and stands now",
  hasNow: "Stands now",
  aDelete: "a delete",
  tooLong: (count: number) => `${bytes(count)}, too long to be kept here`,
  isGone: "the key is deleted",
  putItBack: "Put it back",
  deleteAgain: "Delete it again",
  putBackOf: (action: string, key: string) => `${action}: ${key}`,
  putBack: (key: string) => `${key} has its overwritten value again.`,
  isBack: "It is back.",

  // Settings
  reach: (units: readonly Unit[]) => {
    const all = others(units);
    const missing = all.filter((unit) => unit.standing === "cut off");
    if (all.length === 0) return "What is saved here counts on this unit.";
    if (missing.length === 0) return `What is saved here is on ${names(units)} at once.`;
    return `What is saved here reaches ${names(missing)} when they can be reached again, and the others at once.`;
  },
  homeNetwork: "Home network",
  guestNetwork: "Guest network",
  wifiLabels: { name: "Network name", password: "Password" },
  wifiProblems: {
    name: "A network name has 1 to 32 bytes.",
    password: "A password has 8 to 63 characters: letters, digits and signs of the English keyboard.",
  },
  wifiSaved: {
    home: { name: "Saved the name of the home network.", password: "Saved the password of the home network." },
    guest: { name: "Saved the name of the guest network.", password: "Saved the password of the guest network." },
  } satisfies Record<WifiNetwork, Record<Exclude<WifiField, "enabled">, string>>,
  guestOn: "The guest network is on.",
  guestOff: "The guest network is off.",
  notSet: "not set",
  setElsewhere: "This was changed elsewhere while you typed. Saving replaces it.",
  phones: "Paired phones",
  phonesText: "These may read and change everything but what is local to a unit. Whoever is revoked is cut off at once.",
  noPhones: "No phone is paired with this network. A phone pairs when it opens this page where the unit asks for a key.",
  thisPhone: "this one",
  pairedAt: (unit: string) => (unit === "" ? "paired" : `paired at ${unit}`),
  revoke: "Revoke",
  revokeOf: (name: string) => `Revoke ${name}`,
  revokeYes: "Yes, revoke it",
  revoked: (name: string) => `${name} is shut out.`,
  thisDevice: "This device",
  thisDeviceText: "To be readable while the unit is away, the last known state is kept in this browser, secrets excepted.",
  forget: "Forget it",
  forgotten: "This browser has forgotten the last known state.",

  // Sign-in
  pairTitle: (unit: string) => (unit === "" ? "Sign in" : `Sign in to ${unit}`),
  wasRevoked: "This unit does not know this device's key: it was revoked, or the unit has not heard of it yet. What was kept of the state has been deleted. Try again later, or pair the device anew.",
  insecure: "This page did not come over https, so the browser makes no keys. Open it with https:// and the name of the unit.",
  pairThis: "Pair this device",
  pairText: (unit: string) => `On ${unit || "a unit"}, run this command. It shows a code that is good for five minutes.`,
  command: "Command",
  pairCommand: "bookshelf pair",
  code: "Code",
  codeHint: "0000 0000",
  phoneName: "Name of this device",
  phoneNameHint: "Anna's phone",
  pair: "Pair",
  pairing: "Pairing …",
  codeHas8Digits: "The code has eight digits.",
  phoneNeedsName: "Give this device a name, so that it can be told from others.",
  wrongCode: (left: number) => `That is not the code. ${left > 0 ? `${plural(left, "try is", "tries are")} left.` : "Run the command again for a new one."}`,
  codeClosed: "No code is open at the moment. Run the command on the unit, and type in what it shows.",
  tooFast: (seconds: number) => `Too many tries. Wait ${plural(seconds, "second", "seconds")}.`,
  pairFailed: "The unit did not answer as it should. Try again.",
  withCertificate: "Or use a certificate",
  withCertificateText: "Who has an owner's certificate of this network (a .p12 file) installs it in the browser and opens this page again.",
  passwordTitle: "Sign in",
  passwordText: "This unit asks for a user name and a password. They are kept until this page is closed.",
  passwordRefused: "The unit did not take this name and password.",
  user: "User name",
  password: "Password",
  signIn: "Sign in",
};

export type Strings = typeof english;

/** In which language the app speaks. */
export const language = LOCALE;
export const t: Strings = english;
