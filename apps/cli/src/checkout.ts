import { join, resolve } from "node:path";
import type { Terminal } from "./terminal.ts";

/** The repository that the command runs from. */
export const REPOSITORY = join(import.meta.dirname, "../../..");

/** Folder of everything built, such as circuits and contracts: `CAIRN_CACHE_DIR`, else the repository's own. */
export function cacheDirOf({ env }: Pick<Terminal, "env">): string {
  return resolve(env.CAIRN_CACHE_DIR || join(REPOSITORY, ".cache"));
}
