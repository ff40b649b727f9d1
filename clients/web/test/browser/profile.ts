import { execFile } from "node:child_process";
import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { promisify } from "node:util";
import { type BrowserContext, type BrowserContextOptions, chromium, type Page } from "playwright-core";
import { expect } from "vitest";
import { attend, CHROMIUM } from "./browser";

const run = promisify(execFile);

/**
 * A browser of somebody's, with a profile and certificates of its own, which stay when it is closed and opened again. It
 * judges certificates as any does: whom it trusts stands in the NSS database of its home directory.
 */
export class Profile {
  private readonly problems: string[] = [];
  private context: BrowserContext | undefined;

  /**
   * @param folder for all that it keeps; made if it is not there
   * @param resolve which names lead to this machine, at any port
   */
  constructor(private readonly folder: string, private readonly resolve: readonly string[]) {
    mkdirSync(join(folder, "profile", "Default"), { recursive: true });
    mkdirSync(this.database, { recursive: true });
  }

  private get database(): string {
    return join(this.folder, "home", ".pki", "nssdb");
  }

  /** Trusts an authority, as somebody does who installs its certificate. */
  async trust(authority: string): Promise<this> {
    await run("certutil", ["-N", "--empty-password", "-d", `sql:${this.database}`]);
    await run("certutil", ["-A", "-d", `sql:${this.database}`, "-n", "network", "-t", "C,,", "-i", authority]);
    return this;
  }

  /** Installs a certificate with its key, and shows it to this site without asking, which nobody could answer here. */
  async own(p12: string, site: string): Promise<this> {
    await run("pk12util", ["-i", p12, "-w", `${p12}.password`, "-d", `sql:${this.database}`]);
    const chosen = { [`${new URL(site).origin},*`]: { setting: { filters: [{}] } } };
    const preferences = { profile: { content_settings: { exceptions: { auto_select_certificate: chosen } } } };
    writeFileSync(join(this.folder, "profile", "Default", "Preferences"), JSON.stringify(preferences));
    return this;
  }

  /** Starts it, with one page that is still empty. */
  async start(options: BrowserContextOptions): Promise<Page> {
    this.context = await chromium.launchPersistentContext(join(this.folder, "profile"), {
      ...CHROMIUM,
      args: [...CHROMIUM.args, `--host-resolver-rules=${this.resolve.map((name) => `MAP ${name} 127.0.0.1`).join(",")}`],
      env: { ...process.env, HOME: join(this.folder, "home") },
      reducedMotion: "reduce",
      ...options,
    });
    const page = this.context.pages()[0] ?? (await this.context.newPage());
    await attend(page, this.problems);
    return page;
  }

  /** Ends it; nothing may have gone wrong in its page. */
  async close(): Promise<void> {
    await this.context?.close();
    this.context = undefined;
    expect(this.problems.splice(0)).toEqual([]);
  }
}
