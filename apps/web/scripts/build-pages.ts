import { execFile } from "node:child_process";
import { createHash } from "node:crypto";
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  utimesSync,
} from "node:fs";
import { join, resolve } from "node:path";
import { promisify } from "node:util";

const ROOT = resolve(import.meta.dirname, "../../..");
const SCOPE = "@cairn/";
/** Builds that are kept: those of other checkouts with the same cache, and the last few of this one. */
const KEPT = 8;

/** A folder with the pages. */
export interface BuiltPages {
  readonly folder: string;
  /** Whether it was there already. */
  readonly isCached: boolean;
}

/**
 * The pages, built from the sources as they are; a build is kept in `cacheDir` until something changes. Throws as
 * {@link buildInto}.
 */
export async function buildPages(cacheDir: string): Promise<BuiltPages> {
  const builds = join(resolve(cacheDir), "web");
  const folder = join(builds, hashOfSources());
  if (existsSync(folder)) {
    const now = new Date();
    utimesSync(folder, now, now);
    return { folder, isCached: true };
  }
  mkdirSync(builds, { recursive: true });
  const draft = mkdtempSync(join(builds, "draft-"));
  try {
    await buildInto(draft);
    // Two processes may have built the same.
    if (!existsSync(folder)) renameSync(draft, folder);
  } finally {
    rmSync(draft, { recursive: true, force: true });
  }
  forgetOld(builds);
  return { folder, isCached: false };
}

/**
 * Builds the pages into a folder, without looking for an earlier build: in a process of its own, whose environment is always
 * the same. Throws when it fails, with what it printed.
 */
export async function buildInto(folder: string): Promise<void> {
  const script = join(import.meta.dirname, "build-into.ts");
  const env = { PATH: process.env.PATH, NODE_ENV: "production" };
  await promisify(execFile)(process.execPath, [script, folder], { env });
}

/** Of all that the pages are made from. */
function hashOfSources(): string {
  const folders = ["apps/web", ...packagesOf("apps/web").map((name) => `packages/${name}`)];
  const files = folders.flatMap((folder) =>
    readdirSync(join(ROOT, folder), { recursive: true, withFileTypes: true })
      .filter((entry) => entry.isFile())
      .map((entry) => join(entry.parentPath, entry.name).slice(ROOT.length + 1))
      .filter((path) =>
        /^(?:apps\/web\/(?:src|public|scripts)|packages\/[^/]+\/src)\/|^(?:apps|packages)\/[^/]+\/[^/]+\.(?:html|json)$/.test(
          path,
        ),
      )
      .filter((path) => !/\/(?:node_modules|dist)\/|\.test\.ts$/.test(path)),
  );
  const hash = createHash("sha256");
  for (const path of [...files.sort(), "package-lock.json"]) {
    hash
      .update(`${path}\0`)
      .update(readFileSync(join(ROOT, path)))
      .update("\0");
  }
  return hash.digest("hex").slice(0, 32);
}

/** Packages of this repository that one needs, directly or not. */
function packagesOf(folder: string, known: Set<string> = new Set()): string[] {
  const { dependencies = {} } = JSON.parse(readFileSync(join(ROOT, folder, "package.json"), "utf8")) as {
    readonly dependencies?: Readonly<Record<string, string>>;
  };
  for (const name of Object.keys(dependencies)) {
    const own = name.startsWith(SCOPE) ? name.slice(SCOPE.length) : undefined;
    if (own === undefined || known.has(own)) continue;
    known.add(own);
    packagesOf(`packages/${own}`, known);
  }
  return [...known].sort();
}

function forgetOld(builds: string): void {
  const byAge = readdirSync(builds)
    .filter((name) => !name.startsWith("draft-"))
    .map((name) => ({ name, usedMs: statSync(join(builds, name), { throwIfNoEntry: false })?.mtimeMs ?? 0 }))
    .sort((a, b) => b.usedMs - a.usedMs);
  for (const { name } of byAge.slice(KEPT)) rmSync(join(builds, name), { recursive: true, force: true });
}
