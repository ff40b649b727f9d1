import { existsSync, readdirSync, readFileSync, statSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";

const DIST = "target/dist";
const FIRST_LOAD_BYTES = 150_000;
const html = readFileSync(join(DIST, "index.html"), "utf8");
const listed = readFileSync(join(DIST, "files"), "utf8").trim().split("\n");
const isCompressed = (name: string): boolean => /\.(?:html|js|css|svg|webmanifest)$/.test(name);

describe("what the build makes", () => {
  test("is less than 150 KB compressed, all of it but the large icons, which only installing asks for", () => {
    const loaded = listed.filter((name) => !name.endsWith(".png"));
    const bytes = loaded.map((name) => statSync(join(DIST, isCompressed(name) ? name + ".gz" : name)).size);
    expect(loaded.filter((name) => name.endsWith(".js")).length).toBeGreaterThan(1);
    expect(bytes.reduce((sum, each) => sum + each, 0)).toBeLessThan(FIRST_LOAD_BYTES);
  });

  test("loads from its own origin only, with nothing inline that a strict policy would stop", () => {
    expect(html).not.toMatch(/https?:|<style|\sstyle=|\son\w+=/);
    expect([...html.matchAll(/<script([^>]*)>([^<]*)<\/script>/g)].every(([, attributes, body]) => attributes!.includes("src=") && body === "")).toBe(true);
    for (const [, path] of html.matchAll(/(?:src|href)="\/([^"]+)"/g)) expect(listed).toContain(path);
    const code = listed.filter((name) => name.endsWith(".js")).map((name) => readFileSync(join(DIST, name), "utf8")).join("\n");
    expect(code).not.toMatch(/\beval\(|import\(\s*["']https?:/);
  });

  test("lists each of its files once, with compressed copies of what shrinks", () => {
    expect(new Set(listed).size).toBe(listed.length);
    for (const name of listed.filter(isCompressed)) {
      expect(existsSync(join(DIST, name + ".gz")) && existsSync(join(DIST, name + ".br")), name).toBe(true);
    }
    expect(listed).toEqual(expect.arrayContaining(["index.html", "sw.js", "manifest.webmanifest"]));
  });

  test("names its parts by what they hold, so that browsers may keep them", () => {
    for (const name of readdirSync(join(DIST, "assets"))) expect(name).toMatch(/-[\w-]{8}\.(?:js|css)(?:\.gz|\.br)?$/);
  });

  test("can be installed: a manifest with the icons it names, and a service worker that keeps the shell", () => {
    const manifest = JSON.parse(readFileSync(join(DIST, "manifest.webmanifest"), "utf8")) as { icons: { src: string; sizes: string }[]; display: string };
    expect(manifest.display).toBe("standalone");
    for (const icon of manifest.icons) expect(listed).toContain(icon.src.slice(1));
    expect(manifest.icons.map((icon) => icon.sizes)).toEqual(expect.arrayContaining(["192x192", "512x512"]));
    const worker = readFileSync(join(DIST, "sw.js"), "utf8");
    for (const name of listed.filter((each) => each !== "sw.js")) {
      expect(worker).toContain(JSON.stringify(name === "index.html" ? "/" : "/" + name));
    }
  });
});

test("the views say nothing that is not in the file of strings", () => {
  const said: string[] = [];
  for (const name of readdirSync("src/views").filter((each) => each.endsWith(".tsx"))) {
    const source = readFileSync(join("src/views", name), "utf8");
    for (const [, text] of source.matchAll(/(?<![=-])>([^<>{}()=;&|]*[A-Za-z]{2}[^<>{}()=;&|]*)<\//g)) said.push(`${name}: ${text}`);
    for (const [text] of source.matchAll(/\b(?:aria-label|title|placeholder|alt|label|otherwise)="[^"]+"/g)) said.push(`${name}: ${text}`);
  }
  expect(said).toEqual([]);
});
