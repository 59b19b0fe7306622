import { createHash, randomUUID } from "node:crypto";
import { mkdirSync } from "node:fs";
import { open, readdir, readFile, rename, rm } from "node:fs/promises";
import { join } from "node:path";
import { CairnError } from "@cairn/protocol";
import { sdkError } from "../errors.ts";
import { createLocks, type RequestStorage } from "../storage/storage.ts";
import { codeOf, takeFileLock } from "./file-lock.ts";

const SUFFIX = ".json";
/** Longest file name that every file system takes, less room for suffixes. */
const MAX_NAME = 240;

/**
 * Storage in a folder, for this process's user alone, shared by the processes that name the same folder. Files are on
 * the disk before `write` resolves. Throws `sdk/storage-failed`, and its locks `sdk/storage-busy` when another process
 * holds one for a minute.
 *
 * @example const storage = fileStorage("/var/lib/shop/cairn");
 */
export function fileStorage(folder: string): RequestStorage {
  const locks = join(folder, "locks");
  try {
    mkdirSync(locks, { recursive: true, mode: 0o700 });
  } catch (cause) {
    throw unusable(folder, cause);
  }
  const attempt = async <T>(work: () => Promise<T>): Promise<T> => {
    try {
      return await work();
    } catch (cause) {
      throw cause instanceof CairnError ? cause : unusable(folder, cause);
    }
  };
  const pathOf = (name: string) => join(folder, fileNameOf(name) + SUFFIX);
  const inProcess = createLocks();
  return {
    read: (name) => attempt(() => readIfThere(pathOf(name))),
    write: (name, text) => attempt(() => writeDurably(folder, pathOf(name), text)),
    remove: (name) => attempt(() => rm(pathOf(name), { force: true })),
    names: (prefix) =>
      attempt(async () => {
        const files = (await readdir(folder)).filter((file) => file.endsWith(SUFFIX));
        return files.map((file) => nameOf(file.slice(0, -SUFFIX.length))).filter((name) => name.startsWith(prefix));
      }),
    locked: (name, work) =>
      inProcess(name, async () => {
        const path = join(locks, `${createHash("sha256").update(name).digest("hex")}.lock`);
        const lock = await attempt(() => takeFileLock(path));
        try {
          return await work();
        } finally {
          lock.release();
        }
      }),
  };
}

/** Letters that mean the same on every disk; other bytes as hex. */
function fileNameOf(name: string): string {
  const bytes = [...new TextEncoder().encode(name)];
  const file = bytes
    .map((byte) => {
      const letter = String.fromCharCode(byte);
      return /[a-z0-9-]/.test(letter) ? letter : `_${byte.toString(16).padStart(2, "0")}`;
    })
    .join("");
  if (file.length <= MAX_NAME) return file;
  throw sdkError("sdk/storage-failed", `the name is too long for a file: ${name.slice(0, 80)}…`);
}

function nameOf(file: string): string {
  return decodeURIComponent(file.replaceAll("_", "%"));
}

/** Replaces a file as a whole: after a crash it is the old one or the new one, and the new one once this resolves. */
async function writeDurably(folder: string, path: string, text: string): Promise<void> {
  const draft = join(folder, `${randomUUID()}.tmp`);
  const file = await open(draft, "w", 0o600);
  try {
    await file.writeFile(text);
    await file.sync();
  } finally {
    await file.close();
  }
  await rename(draft, path);
  // Windows opens no folders.
  if (process.platform === "win32") return;
  const directory = await open(folder, "r");
  try {
    await directory.sync();
  } finally {
    await directory.close();
  }
}

async function readIfThere(path: string): Promise<string | null> {
  try {
    return await readFile(path, "utf8");
  } catch (error) {
    if (codeOf(error) === "ENOENT") return null;
    throw error;
  }
}

function unusable(folder: string, cause: unknown): CairnError {
  return sdkError("sdk/storage-failed", `${folder} cannot be used`, { cause, details: { folder } });
}
