import { randomUUID } from "node:crypto";
import {
  closeSync,
  cpSync,
  existsSync,
  fsyncSync,
  mkdirSync,
  openSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
} from "node:fs";
import { createRequire } from "node:module";
import { dirname, join } from "node:path";
import { CairnError } from "@cairn/protocol";
import type { DbErrorCode } from "./errors.ts";

/** How a fresh directory gets its empty database cluster. */
export interface ClusterOptions {
  readonly directory: string;
  /**
   * Folder that keeps an empty cluster to copy from, created on first use; null creates one for this directory alone.
   */
  readonly preparedDir: string | null;
  /** Creates an empty cluster in a directory that does not exist yet. */
  readonly initialise: (directory: string) => Promise<void>;
}

/**
 * Makes sure that a directory holds a cluster. It appears whole or not at all: it is created beside its place and
 * renamed once it is durable, so that a process killed here leaves nothing that the next start would mistake for a
 * database. Only one process at a time may work on a directory. Throws `db/unavailable` for a directory that holds
 * something else.
 */
export async function ensureCluster({ directory, preparedDir, initialise }: ClusterOptions): Promise<void> {
  if (isCluster(directory)) return;
  if (existsSync(directory) && readdirSync(directory).length > 0) {
    throw new CairnError<DbErrorCode>(
      "db/unavailable",
      `${directory} holds files, but no database: name another directory`,
    );
  }
  const fresh = `${directory}.new`;
  rmSync(fresh, { recursive: true, force: true });
  mkdirSync(dirname(directory), { recursive: true });
  if (preparedDir === null) await initialise(fresh);
  else cpSync(await ensurePrepared(preparedDir, initialise), fresh, { recursive: true });
  syncTree(fresh);
  renameSync(fresh, directory);
  syncPath(dirname(directory));
}

/** The prepared cluster of this engine version; if several processes create it at once, one wins. */
async function ensurePrepared(preparedDir: string, initialise: ClusterOptions["initialise"]): Promise<string> {
  const prepared = join(preparedDir, `pglite-${engineVersion()}`);
  if (isCluster(prepared)) return prepared;
  mkdirSync(preparedDir, { recursive: true });
  const own = `${prepared}.${randomUUID()}`;
  await initialise(own);
  try {
    renameSync(own, prepared);
  } catch (error) {
    rmSync(own, { recursive: true, force: true });
    if (!isCluster(prepared)) throw error;
  }
  return prepared;
}

function isCluster(directory: string): boolean {
  return existsSync(join(directory, "PG_VERSION"));
}

function engineVersion(): string {
  const entry = createRequire(import.meta.url).resolve("@electric-sql/pglite");
  const manifest = readFileSync(join(dirname(entry), "..", "package.json"), "utf8");
  return (JSON.parse(manifest) as { readonly version: string }).version;
}

/** Syncs everything in a directory to disk. */
function syncTree(directory: string): void {
  for (const entry of readdirSync(directory, { recursive: true, withFileTypes: true })) {
    syncPath(join(entry.parentPath, entry.name));
  }
  syncPath(directory);
}

function syncPath(path: string): void {
  const file = openSync(path, "r");
  try {
    fsyncSync(file);
  } finally {
    closeSync(file);
  }
}
