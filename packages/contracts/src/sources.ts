import { readFileSync } from "node:fs";
import { join, posix, resolve } from "node:path";
import type { Sources } from "./compile.ts";

/** Folder of this package. */
export const packageDir = resolve(import.meta.dirname, "..");

/** The last line of an import, whether of one line or of many. */
const IMPORT = /^(?:import\b.*|\}) from "(\.[^"]+)";$/gm;

/**
 * The Solidity files that `path` needs, itself included, by their paths from the package's folder: whatever else changes
 * leaves the input of its compilation as it is.
 */
export function readSources(path: string): Sources {
  const sources: Record<string, string> = {};
  const open = [path];
  for (let next = open.pop(); next !== undefined; next = open.pop()) {
    if (sources[next] !== undefined) continue;
    const text = readFileSync(join(packageDir, next), "utf8");
    sources[next] = text;
    for (const [, target] of text.matchAll(IMPORT))
      if (target !== undefined) open.push(posix.join(posix.dirname(next), target));
  }
  return sources;
}
