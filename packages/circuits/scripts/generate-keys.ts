/**
 * Makes the lists of keys that circuits accept: `generate-keys.ts [--srs dev|ignition] [--rebuild]`. Writes
 * `noir/keys.json` and, for the development SRS, the `keys.nr` of each circuit with children; nothing if no source changed.
 * Compiles all of them and makes keys over 2^23 points: seven minutes and 6 GiB unless cached, for block1024 above all;
 * `--srs ignition` needs the network.
 *
 * With `--check` compares instead: by hashes of the sources, which needs no compiler; with `--check --rebuild` by making all
 * keys over the development SRS. Prints what differs and exits 1.
 */
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { writeFileAtomically } from "../src/build/compile.ts";
import {
  copySources,
  findStaleKeys,
  generateKeyLists,
  type KeyRecords,
  RECORDED_KEYS_PATH,
  readRecordedKeys,
} from "../src/build/key-lists.ts";
import { NOIR_DIR, type Srs } from "../src/index.ts";

const cacheDir = resolve(process.env.CAIRN_CACHE_DIR ?? join(import.meta.dirname, "../../../.cache"));
const kind: Srs["kind"] = process.argv.includes("ignition") ? "ignition" : "dev";
const isCheck = process.argv.includes("--check");
const isRebuild = process.argv.includes("--rebuild");

if (isCheck) report([...findStaleKeys(readRecordedKeys().dev), ...(isRebuild ? await rebuiltDifferences() : [])]);
else await write();

async function write(): Promise<void> {
  if (kind === "dev" && !isRebuild && findStaleKeys(readRecordedKeys().dev).length === 0) return report([]);
  const records = kind === "dev" ? await make(NOIR_DIR) : await makeInCopy();
  writeFileAtomically(RECORDED_KEYS_PATH, `${JSON.stringify({ ...readRecordedKeys(), [kind]: records }, null, 2)}\n`);
  console.log("keys.json: written");
}

/** What differs between the record and keys that are made again. */
async function rebuiltDifferences(): Promise<string[]> {
  const { dev } = readRecordedKeys();
  return Object.entries(await makeInCopy())
    .filter(([name, record]) => JSON.stringify(dev?.[name as keyof typeof dev]) !== JSON.stringify(record))
    .map(([name, record]) => `${name}: ${JSON.stringify(record)}`);
}

/** The keys, without touching the lists in the package's sources. */
async function makeInCopy(): Promise<KeyRecords> {
  const dir = mkdtempSync(join(tmpdir(), "cairn-keys-"));
  try {
    return await make(copySources(dir));
  } finally {
    rmSync(dir, { recursive: true, force: true });
  }
}

function make(noirDir: string): Promise<KeyRecords> {
  return generateKeyLists({
    kind,
    noirDir,
    cacheDir,
    onCircuit: (name) => console.log(`${name}, ${kind} SRS`),
  });
}

function report(differences: readonly string[]): void {
  for (const difference of differences) console.log(difference);
  console.log(differences.length === 0 ? "keys of children: up to date" : "npm run generate makes them again");
  if (differences.length > 0) process.exitCode = 1;
}
