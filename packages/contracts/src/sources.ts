import { readdirSync, readFileSync } from "node:fs";
import { join, resolve } from "node:path";
import type { Sources } from "./compile.ts";

/** Folder of this package. */
export const packageDir = resolve(import.meta.dirname, "..");

/** Every Solidity file below `src`, by its path from the package's folder. */
export function readSources(): Sources {
  const files = readdirSync(join(packageDir, "src"), { recursive: true, encoding: "utf8" });
  const paths = files.filter((path) => path.endsWith(".sol")).map((path) => join("src", path));
  return Object.fromEntries(paths.map((path) => [path, readFileSync(join(packageDir, path), "utf8")]));
}
