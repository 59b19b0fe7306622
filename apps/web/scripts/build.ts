/**
 * Builds the pages. `--out DIR` copies them there, by default to `apps/web/dist`; `--cached` only makes sure that the cache
 * has them, and prints its folder last.
 */
import { cpSync, readFileSync, rmSync } from "node:fs";
import { join, resolve } from "node:path";
import { buildPages } from "./build-pages.ts";

const web = join(import.meta.dirname, "..");
const cacheDir = process.env.CAIRN_CACHE_DIR || join(web, "../../.cache");
const { folder, isCached } = await buildPages(cacheDir);
if (process.argv.includes("--cached")) {
  console.log(`pages: ${isCached ? "cached" : "built"}`);
  console.log(folder);
} else {
  const at = process.argv.indexOf("--out");
  const out = resolve(at < 0 ? join(web, "dist") : (process.argv[at + 1] ?? "dist"));
  rmSync(out, { recursive: true, force: true });
  cpSync(folder, out, { recursive: true });
  const { build } = JSON.parse(readFileSync(join(folder, "files.json"), "utf8"));
  console.log(`pages: ${out}\nSHA-256 of the build: ${build}`);
}
