import { delimiter, dirname, join, resolve } from "node:path";
import { fileURLToPath } from "node:url";

export const root = resolve(dirname(fileURLToPath(import.meta.url)), "../..");

/** Everything built or downloaded besides node_modules lives here; `CAIRN_CACHE_DIR` moves it. */
export const cacheDir = resolve(process.env.CAIRN_CACHE_DIR ?? join(root, ".cache"));

export const modulesDir = join(root, "node_modules");

/** The Node that the npm package `node` installs. */
export const pinnedNode = join(modulesDir, "node", "bin", "node");

/** The machine's PATH, without the tools of this repository that npm prepends. */
export function machinePath() {
  const entries = (process.env.PATH ?? "").split(delimiter);
  return entries.filter((entry) => !entry.startsWith(modulesDir)).join(delimiter);
}

/**
 * The environment of every step and command: the pinned Node and the repository's tools come first in PATH, and Node
 * keeps compiled code, with which it starts sooner the next time, where `bin/cairn.mjs` keeps it.
 * @returns {NodeJS.ProcessEnv}
 */
export function commandEnv() {
  const tools = [dirname(pinnedNode), join(modulesDir, ".bin")];
  return {
    NODE_COMPILE_CACHE: join(cacheDir, "node-compile"),
    ...process.env,
    CAIRN_CACHE_DIR: cacheDir,
    PATH: [...tools, machinePath()].join(delimiter),
  };
}
