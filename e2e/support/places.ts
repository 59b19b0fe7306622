import { join, resolve } from "node:path";

/** Folder of compiled circuits, contracts and keys. */
export const CACHE_DIR = resolve(process.env.CAIRN_CACHE_DIR ?? join(import.meta.dirname, "../../.cache"));

/** Most that one test may take; a machine that does much else at the same time needs it. */
export const TIMEOUT_MS = 900_000;
