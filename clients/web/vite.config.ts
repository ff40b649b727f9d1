import { createHash } from "node:crypto";
import { readdirSync, readFileSync, statSync, writeFileSync } from "node:fs";
import { join, relative } from "node:path";
import { brotliCompressSync, constants, gzipSync } from "node:zlib";
import { defineConfig, type Plugin } from "vite";

const OUT = "target/dist";
const PACKED = /\.(?:html|js|css|svg|webmanifest)$/;

function filesIn(folder: string): string[] {
  return readdirSync(folder).flatMap((name) => {
    const path = join(folder, name);
    return statSync(path).isDirectory() ? filesIn(path) : [path];
  }).sort();
}

/** The service worker, told what to keep; compressed copies, so that a unit need not compress; and a list of it all. */
function finish(): Plugin {
  return {
    name: "bookshelf-finish",
    apply: "build",
    closeBundle() {
      const files = filesIn(OUT);
      const version = createHash("sha256");
      for (const file of files) version.update(readFileSync(file));
      const shell = files.map((file) => "/" + relative(OUT, file)).map((path) => (path === "/index.html" ? "/" : path));
      const worker = readFileSync("sw.js", "utf8")
        .replace("self.__FILES__", JSON.stringify(shell))
        .replace("self.__VERSION__", JSON.stringify(version.digest("hex").slice(0, 16)));
      writeFileSync(join(OUT, "sw.js"), worker);
      const listed = filesIn(OUT);
      for (const file of listed.filter((each) => PACKED.test(each))) {
        const bytes = readFileSync(file);
        writeFileSync(file + ".gz", gzipSync(bytes, { level: 9 }));
        writeFileSync(file + ".br", brotliCompressSync(bytes, { params: { [constants.BROTLI_PARAM_QUALITY]: 11 } }));
      }
      writeFileSync(join(OUT, "files"), listed.map((file) => relative(OUT, file) + "\n").join(""));
    },
  };
}

// Where the unit is that `npm run dev` shows; what is no part of the app is asked there.
const unit = process.env["BOOKSHELF_UNIT"] ?? "http://127.0.0.1:8080";
const paths = ["/session", "/pair", "/challenge", "/token", "/healthz", "/metrics"];
const proxy = {
  ...Object.fromEntries(paths.map((path) => [path, { target: unit, changeOrigin: true, headers: { origin: unit } }])),
  "/mqtt": { target: unit.replace(/^http/, "ws"), ws: true, changeOrigin: true, headers: { origin: unit } },
};

export default defineConfig({
  plugins: [finish()],
  server: { proxy },
  build: {
    outDir: OUT,
    emptyOutDir: true,
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
    target: "es2022",
  },
});
