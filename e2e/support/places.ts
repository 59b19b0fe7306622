import { join, resolve } from "node:path";

/** Folder of compiled circuits, contracts and keys. */
export const CACHE_DIR = resolve(process.env.CAIRN_CACHE_DIR ?? join(import.meta.dirname, "../../.cache"));
