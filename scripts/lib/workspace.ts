import { execFileSync } from "node:child_process";
import { existsSync } from "node:fs";
import { join, resolve } from "node:path";

/** Absolute path of the repository. */
export const root = resolve(import.meta.dirname, "../..");

/** Absolute path of the folder for everything built; `CAIRN_CACHE_DIR` moves it. */
export const cacheDir = resolve(process.env.CAIRN_CACHE_DIR ?? join(root, ".cache"));

/** Repository-relative paths of the existing files that git tracks or would add (untracked, not ignored). */
export function trackedFiles(): string[] {
  const output = execFileSync("git", ["ls-files", "-z", "--cached", "--others", "--exclude-standard"], {
    cwd: root,
    encoding: "utf8",
    maxBuffer: 64 * 1024 * 1024,
  });
  const files = output.split("\0").filter((path) => path !== "" && existsSync(join(root, path)));
  return [...new Set(files)].sort();
}
