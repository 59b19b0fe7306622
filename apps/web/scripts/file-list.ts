import { createHash } from "node:crypto";
import { readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { HEADER_POLICY } from "./csp.ts";

/** Name of the list. */
const FILE_LIST = "files.json";
/** Differs from host to host. */
const CONFIG = "config.json";

/** The files of a build, for whoever serves or compares them. */
export interface FileList {
  /** SHA-256 over names and hashes of all files: equal builds have equal ones. */
  readonly build: string;
  /** For the header Content-Security-Policy. */
  readonly contentSecurityPolicy: string;
  /** Without the list itself and the configuration. */
  readonly files: readonly { readonly path: string; readonly sha256: string; readonly bytes: number }[];
}

/** Writes `files.json`, which names every file of the folder with its hash, and returns it. */
export function writeFileList(folder: string): FileList {
  const files = readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name).slice(folder.length + 1))
    .filter((path) => path !== FILE_LIST && path !== CONFIG)
    .sort()
    .map((path) => {
      const content = readFileSync(join(folder, path));
      return { path, sha256: sha256(content), bytes: content.length };
    });
  const list: FileList = {
    build: sha256(files.map(({ path, sha256: hash }) => `${hash}  ${path}\n`).join("")),
    contentSecurityPolicy: HEADER_POLICY,
    files,
  };
  writeFileSync(join(folder, FILE_LIST), `${JSON.stringify(list, null, 2)}\n`);
  return list;
}

function sha256(content: Buffer | string): string {
  return createHash("sha256").update(content).digest("hex");
}
