import { webcrypto } from "node:crypto";
import type { Browser, Page } from "playwright-core";
import { afterAll, afterEach, beforeAll, expect, test } from "vitest";
import { axe, DESKTOP, launch, PHONE, picture, soon, Windows } from "./browser";
import { Ground, type Unit } from "./units";

const KEYS = 100_000;
const FIRST_LOAD_BYTES = 150_000;

const ground = new Ground();
let browser: Browser;
let windows: Windows;
let unit: Unit;

beforeAll(async () => {
  [browser, unit] = await Promise.all([launch(), ground.alone("kitchen")]);
  windows = new Windows(browser);
});

afterEach(() => windows.close());

afterAll(async () => {
  await browser?.close();
  await ground.close();
});

test("a unit without keys says so in every view, and what to do", async () => {
  const page = await windows.open(unit.url, PHONE);
  await page.getByText("This unit stands alone.").waitFor();
  await page.getByText("Nothing has changed in the last minute.").waitFor();
  await page.goto(unit.url + "#/keys");
  await page.getByText("No keys yet").waitFor();
  expect(await axe(page)).toEqual([]);
  await page.goto(unit.url + "#/conflicts");
  await page.getByText("Nothing was overwritten").waitFor();
  expect(await axe(page)).toEqual([]);
});

test("the first load is less than 150 KB", async () => {
  const page = await windows.open("about:blank", { serviceWorkers: "block" });
  const network = await page.context().newCDPSession(page);
  await network.send("Network.enable");
  let bytes = 0;
  let files = 0;
  network.on("Network.loadingFinished", (loaded) => {
    bytes += loaded.encodedDataLength;
    files++;
  });
  await page.goto(unit.url);
  await page.getByText("This unit stands alone.").waitFor();
  expect(files).toBeGreaterThan(2);
  expect(bytes).toBeGreaterThan(50_000);
  expect(bytes).toBeLessThan(FIRST_LOAD_BYTES);
});

test("a phone pairs with the code that the unit shows, and keeps a key that cannot be exported", async () => {
  const page = await windows.open("about:blank", PHONE);
  const paired = await fakeSignIn(page);
  await page.goto(unit.url);
  await page.getByRole("heading", { name: "Sign in to kitchen" }).waitFor();
  expect(await axe(page)).toEqual([]);
  await picture(page, "pair-phone");
  await page.getByLabel("Name of this device").fill("Anna's phone");
  await page.getByLabel("Code").fill("1234");
  await page.getByRole("button", { name: "Pair" }).click();
  await page.getByText("The code has eight digits.").waitFor();
  await page.getByLabel("Code").fill("0000 0000");
  await page.getByRole("button", { name: "Pair" }).click();
  await page.getByText("That is not the code. 4 tries are left.").waitFor();
  await page.getByLabel("Code").fill("1234 5678");
  await page.getByRole("button", { name: "Pair" }).click();
  await page.getByText("This unit stands alone.").waitFor();
  expect(paired.signatures).toEqual([true]);

  const exported = await page.evaluate(() => new Promise<string>((done) => {
    const opening = indexedDB.open("bookshelf");
    opening.onsuccess = () => {
      const asking = opening.result.transaction("keys").objectStore("keys").get("home") as IDBRequest<{ key: CryptoKey }>;
      asking.onsuccess = () => crypto.subtle.exportKey("pkcs8", asking.result.key).then(() => done("exported"), () => done("refused"));
    };
  }));
  expect(exported).toBe("refused");

  paired.revoked = true;
  await page.reload();
  await page.getByText(/This device was revoked/).waitFor();
});

test("a unit with passwords asks for one", async () => {
  await ground.bookshelf(["passwd", "--stdin", "passwords", "anna"], "open sesame\n");
  const guarded = await ground.alone("vault", `[access]\npassword_file = "${ground.path("passwords")}"\n`);
  const page = await windows.open(guarded.url, DESKTOP);
  await page.getByLabel("User name").fill("anna");
  await page.getByLabel("Password").fill("wrong");
  await page.getByRole("button", { name: "Sign in" }).click();
  await page.getByText("did not take this name and password").waitFor();
  expect(await axe(page)).toEqual([]);
  await page.getByLabel("User name").fill("anna");
  await page.getByLabel("Password").fill("open sesame");
  await page.getByRole("button", { name: "Sign in" }).click();
  await page.getByText("This unit stands alone.").waitFor();
});

// The last one: it leaves much behind.
test("100,000 keys are a tree of which only what is seen is in the page, and that ends where it should", async () => {
  await unit.putAll(KEYS, (index) => `sensors/${String(index % 10)}/${String(index).padStart(6, "0")}`);
  const page = await windows.open(unit.url + "#/keys", PHONE);
  await page.getByText("100,000 keys", { exact: true }).waitFor({ timeout: 90_000 });
  const tree = page.getByRole("tree");
  const rows = page.getByRole("treeitem");
  await rows.filter({ hasText: "sensors/" }).filter({ hasText: "100,000" }).click();
  await rows.filter({ hasText: "9/" }).click();
  await rows.filter({ hasText: "0/" }).first().click();
  const nodes = (): Promise<number> => page.evaluate(() => document.querySelectorAll("*").length);
  expect(await nodes()).toBeLessThan(600);
  for (let step = 1; step <= 20; step++) {
    await tree.evaluate((element, part) => (element.scrollTop = element.scrollHeight * part), step / 20);
    await soon(() => rows.count()).toBeGreaterThan(5);
    expect(await nodes()).toBeLessThan(600);
  }
  await rows.filter({ hasText: "099999" }).waitFor();
  expect(await rows.last().textContent()).toContain("099999");
  await picture(page, "keys-100000-phone");

  await page.getByRole("searchbox").fill("4242");
  await rows.filter({ hasText: "sensors/2/004242" }).waitFor();
  const found = Array.from({ length: KEYS }, (_, i) => i).filter((i) => `sensors/${i % 10}/${String(i).padStart(6, "0")}`.includes("4242"));
  expect(await rows.first().getAttribute("aria-setsize")).toBe(String(found.length));
  await page.getByRole("searchbox").fill("no such key");
  await page.getByText("No key holds “no such key”").waitFor();
});

/** Answers the sign-in's requests as the contract has it; MQTT itself goes to the real unit. */
async function fakeSignIn(page: Page): Promise<{ revoked: boolean; signatures: boolean[] }> {
  const state = { revoked: false, signatures: [] as boolean[] };
  const challenge = "a-challenge";
  let key = "";
  const body = (request: { postDataJSON(): unknown }): Record<string, string> => request.postDataJSON() as Record<string, string>;
  await page.route("**/session", (route) => route.fulfill({ json: { unit: "kitchen", network: "home", signIn: "key", holder: null } }));
  await page.route("**/pair", (route) => {
    const sent = body(route.request());
    if (sent["code"] !== "12345678") return route.fulfill({ status: 403, json: { error: "no", triesLeft: 4 } });
    key = sent["key"]!;
    return route.fulfill({ status: 201, json: { id: "0011" } });
  });
  await page.route("**/challenge", (route) =>
    state.revoked ? route.fulfill({ status: 403, json: { error: "unknown" } }) : route.fulfill({ json: { challenge, seconds: 60 } }));
  await page.route("**/token", async (route) => {
    const spki = await webcrypto.subtle.importKey("spki", Buffer.from(key, "base64"), { name: "ECDSA", namedCurve: "P-256" }, false, ["verify"]);
    const text = Buffer.from(`bookshelf-sign-in:home:kitchen:${challenge}`);
    const signature = Buffer.from(body(route.request())["signature"]!, "base64");
    state.signatures.push(await webcrypto.subtle.verify({ name: "ECDSA", hash: "SHA-256" }, spki, signature, text));
    await route.fulfill({ json: { user: "0011", password: "token", seconds: 3600 } });
  });
  return state;
}
