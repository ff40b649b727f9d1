import type { Page } from "playwright-core";
import { afterAll, afterEach, beforeAll, expect, test } from "vitest";
import { axe, DESKTOP, keptStates, PHONE, picture, soon } from "./browser";
import { Profile } from "./profile";
import { type Client, Ground, Relay, type Unit } from "./units";

const HOST = "shelf.home";

const ground = new Ground();
const opened: Profile[] = [];
/** The way from the browsers to the unit that is near: hall, unless a test says otherwise. */
let door: Relay;
let url: string;
let hall: Unit;
let attic: Unit;
let atHall: Client;
let atAttic: Client;

beforeAll(async () => {
  [hall, attic] = (await ground.network(["hall", "attic"], HOST, "anna")) as [Unit, Unit];
  door = await Relay.to(hall.webTls);
  url = `https://${HOST}:${door.port}/`;
  atAttic = await ground.client(attic);
  await atAttic.watch("#");
  await watchHall();
});

afterEach(async () => {
  door.heal();
  for (const profile of opened.splice(0)) await profile.close();
});

afterAll(async () => {
  door?.close();
  await ground.close();
});

async function watchHall(): Promise<void> {
  atHall = await ground.client(hall);
  await atHall.watch("#");
}

function profile(name: string): Profile {
  const made = new Profile(ground.path(`browser-${name}`), [HOST, "other.home"]);
  opened.push(made);
  return made;
}

const trusting = (name: string): Promise<Profile> => profile(name).trust(ground.path("authority/ca.pem"));
const inSync = (page: Page, name: string): Promise<void> => page.locator(`[data-link=${name}][data-standing="in sync"]`).waitFor({ state: "attached" });

async function fillIn(page: Page, code: string): Promise<void> {
  await page.getByLabel("Code").fill(code);
  await page.getByRole("button", { name: "Pair" }).click();
}

/** Writes in the app what a client at the other unit sees. */
async function writes(page: Page, value: string, seenBy: Client): Promise<void> {
  await page.goto(`${url}#/settings`);
  await page.getByLabel("Network name").first().fill(value);
  await page.getByRole("button", { name: "Save" }).first().click();
  await seenBy.sees("private/wifi/home/name", value);
}

test("a browser that does not know the network's authority refuses the page", async () => {
  const page = await profile("stranger").start(PHONE);
  await expect(page.goto(url)).rejects.toThrow("net::ERR_CERT_AUTHORITY_INVALID");
});

test("an owner's certificate signs in without a question, and again after a cut", async () => {
  const page = await (await (await trusting("anna")).own(ground.path("anna/anna.p12"), url)).start(DESKTOP);
  const sockets: string[] = [];
  page.on("websocket", (socket) => sockets.push(socket.url()));
  await page.goto(url);
  await inSync(page, "attic");
  expect(sockets).toEqual([`wss://${HOST}:${door.port}/mqtt`]);
  expect(await page.evaluate(async () => ((await (await fetch("/session")).json()) as { holder: string }).holder)).toBe("owner/anna");
  await writes(page, "Casa", atAttic);
  expect(await axe(page)).toEqual([]);

  door.cut();
  await page.getByText(/Cut off from hall since \d\d:\d\d/).waitFor();
  await atAttic.put("private/wifi/home/name", "Casa Grande");
  door.heal();
  await page.getByText(/Cut off from hall/).waitFor({ state: "detached" });
  await soon(() => page.locator("#home-name").inputValue()).toBe("Casa Grande");
  await writes(page, "Casa Nova", atAttic);
});

test("a phone without a certificate pairs by the unit's code, signs in by itself at every unit, until it is revoked at any", async () => {
  const phone = await trusting("phone");
  let page = await phone.start(PHONE);
  const misled = await page.context().newPage();
  await expect(misled.goto(url.replace(HOST, "other.home"))).rejects.toThrow("net::ERR_CERT_COMMON_NAME_INVALID");
  await misled.close();
  await page.goto(url);
  await page.getByRole("heading", { name: "Sign in to hall" }).waitFor();
  expect(await axe(page)).toEqual([]);
  await picture(page, "pair-phone");
  await page.getByLabel("Name of this device").fill("Anna's phone");
  await fillIn(page, "1234");
  await page.getByText("The code has eight digits.").waitFor();
  await fillIn(page, "1234 5678");
  await page.getByText("No code is open at the moment.").waitFor();

  const { code, said } = await ground.pairing(hall);
  const wrong = String((Number(code[0]) + 1) % 10) + code.slice(1);
  await fillIn(page, wrong);
  await page.getByText("That is not the code. 4 tries are left.").waitFor();
  expect(await axe(page)).toEqual([]);
  await fillIn(page, code);
  await inSync(page, "attic");
  const id = /^Paired: Anna's phone \(([0-9a-f]{32})\)\nexit 0$/m.exec(await said)?.[1];
  expect(id).toBeDefined();
  expect(await keyOf(page)).toEqual({ id, extractable: false, pkcs8: "refused", jwk: "refused" });
  await writes(page, "Phones' house", atAttic);
  await page.getByText("this one").waitFor();

  await page.reload();
  await writes(page, "after a reload", atAttic);
  await hall.kill();
  await page.getByText(/Cut off from hall since/).waitFor();
  await hall.start();
  await watchHall();
  await page.getByText(/Cut off from hall/).waitFor({ state: "detached" });
  await writes(page, "after hall was killed", atAttic);
  await phone.close();
  page = await phone.start(PHONE);
  await page.goto(url);
  await writes(page, "in a browser started anew", atAttic);

  door.lead(attic.webTls);
  await page.goto(url);
  await inSync(page, "hall");
  await writes(page, "from attic", atHall);

  const key = `bookshelf/phones/${id!}`;
  const entry = atHall.value(key)!;
  await soon(() => keptStates(page)).toBe(1);
  await atHall.put(key, "");
  await page.getByText(/does not know this device's key/).waitFor();
  expect(await axe(page)).toEqual([]);
  await picture(page, "revoked-phone");
  await soon(() => keptStates(page)).toBe(0);
  await page.reload();
  await page.getByText(/does not know this device's key/).waitFor();
  await atHall.put(key, entry);
  // A key that was once revoked never counts again, whatever is written there.
  await atAttic.sees(key, '{"revoked":true}');
  await page.getByRole("button", { name: "Try now" }).click();
  await page.getByText(/does not know this device's key/).waitFor();
  const again = await ground.pairing(attic);
  await page.getByLabel("Name of this device").fill("Anna's phone");
  await fillIn(page, again.code);
  expect(await again.said).toContain("Paired: Anna's phone");
  await writes(page, "paired anew", atHall);
});

/** What the browser keeps of the key that it paired, and what it says when somebody wants to take it out. */
function keyOf(page: Page): Promise<unknown> {
  return page.evaluate(async () => {
    const database = await new Promise<IDBDatabase>((done) => {
      const opening = indexedDB.open("bookshelf");
      opening.onsuccess = () => done(opening.result);
    });
    const kept = await new Promise<{ id: string; key: CryptoKey }>((done) => {
      const asking = database.transaction("keys").objectStore("keys").get("home") as IDBRequest<{ id: string; key: CryptoKey }>;
      asking.onsuccess = () => done(asking.result);
    });
    database.close();
    const asked = (format: "pkcs8" | "jwk"): Promise<string> => crypto.subtle.exportKey(format, kept.key).then(() => "exported", () => "refused");
    return { id: kept.id, extractable: kept.key.extractable, pkcs8: await asked("pkcs8"), jwk: await asked("jwk") };
  });
}
