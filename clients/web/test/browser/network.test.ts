import type { Browser, Page } from "playwright-core";
import { afterAll, afterEach, beforeAll, expect, test } from "vitest";
import { axe, DESKTOP, keptStates, launch, PHONE, picture, soon, Windows } from "./browser";
import { type Client, Ground, type Unit } from "./units";

const ground = new Ground();
let browser: Browser;
let windows: Windows;
let hall: Unit;
let attic: Unit;
let atHall: Client;
let atAttic: Client;

beforeAll(async () => {
  const [chromium, units] = await Promise.all([launch(), ground.network(["hall", "attic", "cellar"])]);
  browser = chromium;
  [hall, attic] = units as [Unit, Unit];
  windows = new Windows(browser);
  atHall = await ground.client(hall);
  atAttic = await ground.client(attic);
  await atHall.watch("#");
  await atAttic.watch("#");
  await atHall.put("lights/hall", "on");
  await atHall.put("lights/desk", '{"on":true,"level":40}');
  await atHall.put("private/wifi/home/name", "Casa");
  await atHall.put("private/wifi/home/password", "correct horse");
  await atHall.put("clients/hall/02:1a:7d", Buffer.from([1, 2, 0xff]));
  await atAttic.sees("private/wifi/home/password", "correct horse");
});

afterEach(() => windows.close());

afterAll(async () => {
  await browser?.close();
  await ground.close();
});

const view = (page: Page, name: string): Promise<void> => page.getByRole("navigation").getByRole("link", { name }).click();
const standing = (page: Page, name: string): Promise<string | null> => page.locator(`[data-link=${name}]`).getAttribute("data-standing");
const link = (page: Page, name: string, says: string): Promise<void> => page.locator(`[data-link=${name}][data-standing="${says}"]`).waitFor({ state: "attached" });

test("home shows the units and their links, and moves when they do", async () => {
  const page = await windows.open(hall.url, { ...DESKTOP, reducedMotion: "no-preference" });
  await link(page, "attic", "in sync");
  await link(page, "cellar", "in sync");
  await page.getByText("In sync with attic and cellar.").waitFor();
  await page.locator('[data-far-link="attic cellar"]').waitFor({ state: "attached" });
  const place = (): Promise<string> => page.locator("[data-unit=attic]").evaluate((node) => (node as SVGElement).style.transform);
  const before = await place();
  await page.locator("[data-unit=attic]").evaluate((node) => {
    node.addEventListener("transitionend", () => node.setAttribute("data-moved", ""));
  });

  ground.cut("attic");
  await link(page, "attic", "cut off");
  await page.getByText(/Cut off from attic/).waitFor();
  await page.getByText(/cut off since \d\d:\d\d; last in sync/).waitFor();
  expect(await standing(page, "cellar")).toBe("in sync");
  await page.locator("[data-far-link]").waitFor({ state: "detached" });
  expect(await place()).not.toBe(before);
  await page.locator("[data-unit=attic][data-moved]").waitFor({ state: "attached" });
  await picture(page, "home-cut-desktop");

  ground.heal();
  await link(page, "attic", "in sync");
  expect(await place()).toBe(before);
});

test("home stays still for who asked for it, and says in words what the picture shows", async () => {
  const page = await windows.open(hall.url, PHONE);
  await link(page, "attic", "in sync");
  expect(await page.locator("[data-unit=attic]").evaluate((node) => getComputedStyle(node).transitionDuration)).toBe("0s");
  expect(await page.getByRole("img", { name: /3 units: hall.*attic, in sync/ }).count()).toBe(1);
});

test("home shows what changed in the last minute, as it changes, and no secret", async () => {
  const page = await windows.open(hall.url, PHONE);
  await link(page, "attic", "in sync");
  await atAttic.put("lights/attic", "dimmed");
  const recent = page.locator(".recent li");
  await recent.filter({ hasText: "lights/attic" }).filter({ hasText: "dimmed" }).filter({ hasText: "by attic" }).waitFor();
  await atAttic.put("private/wifi/guest/password", "not for all eyes");
  await recent.filter({ hasText: "private/wifi/guest/password" }).waitFor();
  expect(await page.getByText("not for all eyes").count()).toBe(0);
  await picture(page, "home-phone");
});

test("a key is edited, deleted and put back, which another client on another unit sees", async () => {
  const page = await windows.open(hall.url + "#/keys/lights%2Fhall", PHONE);
  await page.getByLabel("Value as text").filter({ hasText: "on" }).waitFor();
  await page.getByText("Written by").waitFor();

  await page.getByRole("button", { name: "Edit" }).click();
  await page.getByLabel("Value of lights/hall").fill("off");
  await page.getByRole("button", { name: "Save" }).click();
  await atAttic.sees("lights/hall", "off");
  await page.getByText("Saved lights/hall.").waitFor();

  await page.getByRole("button", { name: "Delete" }).click();
  await atAttic.sees("lights/hall", "");
  await page.getByText("This key has no value").waitFor();
  await page.getByRole("button", { name: "Undo", exact: true }).click();
  await atAttic.sees("lights/hall", "off");

  await page.getByRole("button", { name: "Undo my last change" }).click();
  await atAttic.sees("lights/hall", "on");
  await page.getByLabel("Value as text").filter({ hasText: "on" }).waitFor();
});

test("what somebody else has changed meanwhile is not undone", async () => {
  const page = await windows.open(hall.url + "#/keys/lights%2Fhall", PHONE);
  await page.getByRole("button", { name: "Delete" }).click();
  await atAttic.sees("lights/hall", "");
  await atAttic.put("lights/hall", "theirs");
  await page.getByLabel("Value as text").filter({ hasText: "theirs" }).waitFor();
  await page.getByRole("button", { name: "Undo", exact: true }).click();
  await page.getByText("has been changed since").waitFor();
  await atAttic.put("lights/hall", "on");
});

test("a value is shown as text, JSON or hexadecimal digits, with its age, author and version", async () => {
  const page = await windows.open(hall.url + "#/keys/lights%2Fdesk", DESKTOP);
  await page.getByLabel("Value as JSON").filter({ hasText: '"level": 40' }).waitFor();
  await picture(page, "keys-desktop");
  await page.getByRole("button", { name: "Hex" }).click();
  await page.getByLabel("Value as hexadecimal digits").filter({ hasText: "7b 22 6f 6e" }).waitFor();
  await page.getByRole("button", { name: "Text" }).click();
  await page.getByLabel("Value as text").filter({ hasText: '{"on":true,"level":40}' }).waitFor();
  const facts = page.locator(".detail .facts");
  await facts.filter({ hasText: /Written by\s*hall/ }).filter({ hasText: /Age/ }).filter({ hasText: /[0-9a-f]{16}-[0-9a-f]{16}/ }).waitFor();

  await page.goto(hall.url + "#/keys/clients%2Fhall%2F02%3A1a%3A7d");
  await page.getByLabel("Value as hexadecimal digits").filter({ hasText: "01 02 ff" }).waitFor();
});

test("a secret is hidden until it is asked for", async () => {
  const page = await windows.open(hall.url + "#/keys/private%2Fwifi%2Fhome%2Fpassword", PHONE);
  await page.getByRole("img", { name: "hidden" }).waitFor();
  expect(await page.getByText("correct horse").count()).toBe(0);
  await page.getByRole("button", { name: "Show private/wifi/home/password" }).click();
  await page.getByText("correct horse").waitFor();
});

test("a new key is written, and the unit's own sentence is shown where it refuses", async () => {
  const page = await windows.open(hall.url + "#/keys", PHONE);
  await page.getByRole("button", { name: "New key" }).click();
  await page.getByLabel("Key", { exact: true }).fill("notes/+");
  await page.getByLabel("Value", { exact: true }).fill("milk");
  await page.getByRole("button", { name: "Save" }).click();
  await page.getByText("A key cannot hold + or #.").waitFor();
  await page.getByLabel("Key", { exact: true }).fill("notes/shopping");
  await page.getByRole("button", { name: "Save" }).click();
  await atAttic.sees("notes/shopping", "milk");
  await page.getByRole("heading", { name: "notes/shopping" }).waitFor();
  await page.getByRole("button", { name: "Edit" }).click();
  await page.getByLabel("Value of notes/shopping").fill("x".repeat(262_145));
  await page.getByRole("button", { name: "Save" }).click();
  await page.getByText(/The unit has no room for this/).waitFor();
});

test("what a cut overwrote is shown, and put back with one tap", async () => {
  const page = await windows.open(hall.url + "#/conflicts", PHONE);
  await page.getByText("Nothing was overwritten").waitFor();
  ground.cut("attic");
  await page.goto(hall.url + "#/");
  await link(page, "attic", "cut off");
  await atHall.put("heating/target", "21");
  await atAttic.put("heating/target", "17");
  ground.heal();
  await atHall.sees("heating/target", "17");

  await view(page, "Conflicts");
  const conflict = page.locator(".conflict").filter({ hasText: "heating/target" });
  await conflict.locator(".lost").filter({ hasText: "21" }).filter({ hasText: "by hall" }).waitFor();
  await conflict.filter({ hasText: "by attic" }).waitFor();
  await picture(page, "conflicts-phone");
  expect(await axe(page)).toEqual([]);
  await conflict.getByRole("button", { name: "Put it back" }).click();
  await atAttic.sees("heating/target", "21");
  await conflict.getByText("It is back.").waitFor();
});

test("what is set on one unit is seen on the other at once", async () => {
  const phone = await windows.open(hall.url + "#/settings", PHONE);
  const desktop = await windows.open(attic.url + "#/settings", DESKTOP);
  const name = (page: Page) => page.locator("#home-name");
  await soon(() => name(desktop).inputValue()).toBe("Casa");
  await name(phone).fill("Villa");
  await phone.getByRole("button", { name: "Save" }).click();
  await soon(() => name(desktop).inputValue()).toBe("Villa");
  const guests = (page: Page) => page.getByRole("switch", { name: "Guest network" });
  expect(await guests(desktop).getAttribute("aria-checked")).toBe("false");
  await guests(phone).click();
  await soon(() => guests(desktop).getAttribute("aria-checked")).toBe("true");
  await atAttic.sees("private/wifi/guest/enabled", "true");

  await phone.locator("#home-password").fill("short");
  await phone.getByRole("button", { name: "Save" }).click();
  await phone.getByText("A password has 8 to 63 characters").waitFor();
  expect(await phone.locator("#home-password").getAttribute("type")).toBe("password");
  await picture(desktop, "settings-desktop");
});

test("paired phones are listed, and revoked for good", async () => {
  await atHall.put("bookshelf/phones/00112233445566778899aabbccddeeff", '{"name":"Anna\'s phone","key":"","paired":"2026-11-20T08:00:00Z","unit":"attic"}');
  const page = await windows.open(hall.url + "#/settings", PHONE);
  await page.getByText("Anna's phone").waitFor();
  await page.getByRole("button", { name: "Revoke Anna's phone" }).click();
  await page.getByRole("button", { name: "Yes, revoke it" }).click();
  await atAttic.sees("bookshelf/phones/00112233445566778899aabbccddeeff", '{"revoked":true}');
  await page.getByText("No phone is paired").waitFor();
});

// Each size and each of the two appearances once: nothing depends on both.
for (const [name, options] of [["phone, dark", { ...PHONE, colorScheme: "dark" }], ["desktop, light", { ...DESKTOP, colorScheme: "light" }]] as const) {
  test(`axe finds nothing in any view: ${name}`, async () => {
    const kept = async (what: string): Promise<void> => {
      if (options.colorScheme === "dark") await picture(page, `${what}-phone-dark`);
    };
    const page = await windows.open(hall.url, options);
    await link(page, "attic", "in sync");
    expect(await axe(page)).toEqual([]);
    await kept("home");
    for (const where of ["Keys", "Conflicts", "Settings"]) {
      await view(page, where);
      await page.getByRole("heading", { level: 1, name: where }).waitFor();
      expect(await axe(page)).toEqual([]);
      await kept(where.toLowerCase());
    }
    await page.goto(hall.url + "#/keys/lights%2Fdesk");
    await page.getByLabel("Value as JSON").waitFor();
    expect(await axe(page)).toEqual([]);
    await kept("key");
    await page.getByRole("button", { name: "Edit" }).click();
    expect(await axe(page)).toEqual([]);
  });
}

test("everything can be reached and done with the keyboard", async () => {
  const page = await windows.open(hall.url, DESKTOP);
  await link(page, "attic", "in sync");
  await page.keyboard.press("Tab");
  expect(await page.evaluate(() => document.activeElement?.textContent)).toBe("Skip to the content");
  await page.keyboard.press("Tab");
  await page.keyboard.press("Tab");
  await page.keyboard.press("Enter");
  await page.getByRole("heading", { level: 1, name: "Keys" }).waitFor();
  await soon(() => page.evaluate(() => document.activeElement?.tagName)).toBe("H1");
  await page.getByRole("tree").focus();
  const active = (): Promise<string | undefined> => page.evaluate(() => {
    const id = document.activeElement?.getAttribute("aria-activedescendant") ?? "";
    return document.getElementById(id)?.querySelector(".row-name")?.textContent ?? undefined;
  });
  while ((await active()) !== "lights/") await page.keyboard.press("ArrowDown");
  await page.keyboard.press("ArrowRight");
  await page.keyboard.press("ArrowRight");
  await soon(active).toBe("attic");
  await page.keyboard.press("ArrowDown");
  await soon(active).toBe("desk");
  await page.keyboard.press("Enter");
  await page.getByRole("heading", { name: "lights/desk" }).waitFor();
  await page.getByRole("tree").focus();
  await page.keyboard.press("ArrowLeft");
  await page.keyboard.press("ArrowLeft");
  await soon(() => page.getByRole("treeitem", { name: "lights/" }).getAttribute("aria-expanded")).toBe("false");
});

// The last one: it kills a unit.
test("a page that is cut off says so, shows what was known last, even after a reload, and then the truth", async () => {
  const page = await windows.open(hall.url, PHONE);
  await link(page, "attic", "in sync");
  await page.evaluate(() => navigator.serviceWorker.ready);
  await soon(() => keptStates(page)).toBe(1);
  await hall.kill();
  await page.getByText(/Cut off from hall since \d\d:\d\d/).waitFor();
  expect(await standing(page, "attic")).toBe("in sync");
  expect(await axe(page)).toEqual([]);
  await picture(page, "cut-off-phone");
  await page.goto(hall.url + "#/keys/lights%2Fdesk");
  await page.getByLabel("Value as JSON").filter({ hasText: '"level": 40' }).waitFor();
  expect(await page.getByRole("button", { name: "Edit" }).isDisabled()).toBe(true);

  await page.reload();
  await page.getByText(/hall cannot be reached. This is what was known/).waitFor();
  await page.getByLabel("Value as JSON").filter({ hasText: '"level": 40' }).waitFor();
  await page.goto(hall.url + "#/keys/private%2Fwifi%2Fhome%2Fpassword");
  await page.getByText("This key has no value").waitFor();

  await atAttic.put("lights/desk", "");
  await hall.start();
  // As a browser says it that is on the net again; it would come back by itself, too, seconds later.
  await page.evaluate(() => dispatchEvent(new Event("online")));
  await page.goto(hall.url + "#/keys/lights%2Fdesk");
  await page.getByText("This key has no value").waitFor();
  await soon(() => page.getByText("This is what was known").count()).toBe(0);
  await soon(() => page.getByRole("button", { name: "Write a value" }).isDisabled()).toBe(false);
});
