import type { Browser } from "playwright-core";
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
