import { createRequire } from "node:module";
import { readFileSync } from "node:fs";
import { resolve } from "node:path";
import { type Browser, type BrowserContext, type BrowserContextOptions, chromium, type Page } from "playwright-core";
import { expect } from "vitest";

const AXE = readFileSync(createRequire(import.meta.url).resolve("axe-core/axe.min.js"), "utf8");
/** What Chromium says by itself when a unit is away, or does not know of signing in. */
const EXPECTED = /^(?:Failed to load resource|WebSocket connection to)/;

/** How long to wait for what takes moments on a calm machine. */
const PATIENCE = 45_000;

export const PHONE = { viewport: { width: 390, height: 844 }, deviceScaleFactor: 2, hasTouch: true, isMobile: true } as const;
export const DESKTOP = { viewport: { width: 1280, height: 820 } } as const;

export const CHROMIUM = {
  executablePath: process.env["CHROMIUM"] ?? "/usr/bin/chromium",
  args: ["--no-sandbox", "--disable-gpu", "--disable-background-networking", "--disable-component-update", "--disable-sync"],
};

export function launch(): Promise<Browser> {
  return chromium.launch(CHROMIUM);
}

/** Asks again until the answer is as it should be. */
export const soon = <T>(ask: () => T | Promise<T>) => expect.poll(ask, { timeout: PATIENCE });

/** Notes what goes wrong in a page that no test would look at. */
export async function attend(page: Page, problems: string[]): Promise<void> {
  page.setDefaultTimeout(PATIENCE);
  page.on("pageerror", (error) => problems.push(String(error)));
  page.on("console", (message) => {
    if (message.type() === "error" && !EXPECTED.test(message.text())) problems.push(message.text());
  });
  await page.exposeFunction("violated", (what: string) => problems.push(`the policy stopped ${what}`));
  await page.addInitScript(() => {
    addEventListener("securitypolicyviolation", (event) => {
      void (globalThis as unknown as { violated: (what: string) => void }).violated(`${event.violatedDirective} ${event.blockedURI}`);
    });
  });
}

/** Opens pages, and notes what goes wrong in them that no test would look at. */
export class Windows {
  private readonly contexts: BrowserContext[] = [];
  private readonly problems: string[] = [];

  constructor(private readonly browser: Browser) {}

  async open(url: string, options: BrowserContextOptions = {}): Promise<Page> {
    const context = await this.browser.newContext({ reducedMotion: "reduce", ...options });
    this.contexts.push(context);
    const page = await context.newPage();
    await attend(page, this.problems);
    await page.goto(url);
    return page;
  }

  /** Closes all pages; nothing may have gone wrong in any. */
  async close(): Promise<void> {
    await Promise.all(this.contexts.splice(0).map((context) => context.close()));
    expect(this.problems.splice(0)).toEqual([]);
  }
}

/** What a page does wrong for people who cannot see or use a mouse, as axe finds it. */
export async function axe(page: Page): Promise<string[]> {
  await page.evaluate(AXE);
  return page.evaluate(async () => {
    const { axe } = globalThis as unknown as { axe: { run(): Promise<{ violations: { id: string; nodes: { html: string }[] }[] }> } };
    const { violations } = await axe.run();
    return violations.map(({ id, nodes }) => `${id}: ${nodes.map((node) => node.html).join(" | ")}`);
  });
}

/** How many states the page's browser keeps: 1 once something was saved, 0 when it is forgotten. */
export function keptStates(page: Page): Promise<number> {
  return page.evaluate(() => new Promise<number>((done) => {
    const opening = indexedDB.open("bookshelf");
    opening.onsuccess = () => {
      const asking = opening.result.transaction("state").objectStore("state").count();
      asking.onsuccess = () => {
        opening.result.close();
        done(asking.result);
      };
    };
  }));
}

/** Keeps a picture of a page in docs/images, where BOOKSHELF_SCREENSHOTS is set. */
export async function picture(page: Page, name: string): Promise<void> {
  if (process.env["BOOKSHELF_SCREENSHOTS"] === undefined) return;
  await page.screenshot({ path: resolve(`../../docs/images/app-${name}.png`) });
}
