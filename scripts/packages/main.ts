/** Builds the npm packages, packs them into `dist`, and says what they weigh. */
import { cpSync, mkdirSync, rmSync, statSync } from "node:fs";
import { basename, dirname, join, relative } from "node:path";
import { root } from "../lib/workspace.ts";
import { buildPackages } from "./build.ts";
import { compressedBytes, SIZE_LIMITS } from "./sizes.ts";

const kilobytes = (bytes: number): string => `${(bytes / 1000).toFixed(1)} kB`;

const folder = join(root, "dist");
rmSync(folder, { recursive: true, force: true });
mkdirSync(folder);
const packages = await buildPackages();
for (const { tarball } of packages) {
  const copy = join(folder, basename(tarball));
  cpSync(tarball, copy);
  console.log(`${relative(root, copy)}  ${kilobytes(statSync(copy).size)}`);
}
const builds = dirname(packages[0]?.folder ?? folder);
for (const { name, code, maxBytes } of SIZE_LIMITS)
  console.log(`on a page: ${name}  ${kilobytes(await compressedBytes(code, builds))} of ${kilobytes(maxBytes)}`);
