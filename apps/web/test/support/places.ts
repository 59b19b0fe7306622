import { join, resolve } from "node:path";

/** Folder of everything built. */
export const CACHE_DIR = resolve(process.env.CAIRN_CACHE_DIR ?? join(import.meta.dirname, "../../../../.cache"));
