import { createHash } from "node:crypto";
import { cpSync, existsSync, mkdirSync, readFileSync, renameSync, rmSync } from "node:fs";
import { join } from "node:path";
import { CairnError } from "@cairn/protocol";
import type { Srs } from "../bb.ts";
import {
  BATCH_CIRCUITS,
  type BatchCircuit,
  CIRCUITS,
  INNER_CIRCUITS,
  type InnerCircuit,
  isParent,
  PARENT_CIRCUITS,
  PARENTS,
  type ParentCircuit,
} from "../circuits.ts";
import type { CircuitsErrorCode } from "../errors.ts";
import { compileCircuit, NOIR_DIR, sourceHash, writeFileAtomically } from "./compile.ts";
import { programGates, srsPointsFor } from "./gates.ts";
import { KEY_LIST_FILE, listHeading } from "./list-srs.ts";
import { readRecursionKey } from "./recursion-key.ts";
import { ensureSrs } from "./srs.ts";
import { ensureVerificationKey } from "./verification-key.ts";

/** What is recorded of a circuit. */
export interface CircuitRecord {
  /** Hash of the sources, compiler and prover that everything else here follows from. */
  readonly sources: string;
  readonly gates: number;
}

/** What is recorded of a circuit whose proofs others verify. */
export interface KeyRecord extends CircuitRecord {
  /** Hash of its key for recursion, a field element as hex with 0x. */
  readonly keyHash: string;
}

/** All circuits that verify proofs or whose proofs are verified by others, over one SRS (spec 6.6). */
export type KeyRecords = Readonly<Record<InnerCircuit, KeyRecord> & Record<BatchCircuit, CircuitRecord>>;

/** Recorded keys by SRS; null where nobody has made them yet. */
export type RecordedKeys = Readonly<Record<Srs["kind"], KeyRecords | null>>;

/** The recorded keys of both sets. */
export const RECORDED_KEYS_PATH = join(NOIR_DIR, "keys.json");

/**
 * The keys that `noir/keys.json` records; the lists in the sources are those over the development SRS.
 *
 * @example readRecordedKeys().dev?.merge1.keyHash
 */
export function readRecordedKeys(path: string = RECORDED_KEYS_PATH): RecordedKeys {
  const { dev = null, ignition = null } = existsSync(path)
    ? (JSON.parse(readFileSync(path, "utf8")) as Partial<RecordedKeys>)
    : {};
  return { dev, ignition };
}

/** File of the list of keys that a circuit accepts, below `noirDir`. */
export function keyListPath(parent: ParentCircuit, noirDir: string = NOIR_DIR): string {
  return join(noirDir, parent, "src", KEY_LIST_FILE);
}

/** Source of the list of keys that a circuit accepts. */
export function keyListSource(
  parent: ParentCircuit,
  keys: Readonly<Partial<Record<InnerCircuit, Pick<KeyRecord, "keyHash">>>>,
  kind: Srs["kind"],
): string {
  const { accepts } = PARENTS[parent];
  const hashes = accepts.map((name) => {
    const hash = keys[name]?.keyHash;
    if (hash === undefined) throw keysMissing(`no key of ${name}`);
    return `    ${hash}, // ${name}`;
  });
  return [
    `${listHeading(kind)} (spec 6.6). Generated from`,
    "// packages/circuits/noir/keys.json by packages/circuits/scripts/generate-keys.ts; do not edit.",
    `pub global ALLOWED: [Field; ${accepts.length}] = [`,
    ...hashes,
    "];",
    "",
  ].join("\n");
}

/**
 * Makes the keys of all inner circuits over an SRS, in the order in which their lists depend on each other. `noirDir` holds
 * the sources and gets the lists; those of the package hold the lists over the development SRS. Throws as the compiler and
 * the prover binary do, `circuits/bad-key`.
 */
export async function generateKeyLists(options: {
  readonly kind: Srs["kind"];
  readonly noirDir: string;
  readonly cacheDir: string;
  readonly signal?: AbortSignal | undefined;
  /** Called before each circuit. */
  readonly onCircuit?: (name: InnerCircuit | BatchCircuit) => void;
}): Promise<KeyRecords> {
  const { kind, noirDir, cacheDir, signal, onCircuit = () => {} } = options;
  const records: Partial<Record<InnerCircuit, KeyRecord>> = {};
  for (const name of INNER_CIRCUITS) {
    onCircuit(name);
    if (isParent(name)) writeKeyList(name, records, kind, noirDir);
    const program = await compileCircuit({ name, cacheDir, noirDir });
    const gates = await programGates(program, signal);
    const srs = ensureSrs(kind, cacheDir, srsPointsFor(gates));
    const key = readRecursionKey(await ensureVerificationKey(program, srs, { target: "recursion", signal }));
    const keyHash = `0x${key.hash.toString(16).padStart(64, "0")}`;
    records[name] = { sources: sourceHash(name, noirDir), gates, keyHash };
  }
  const batches: Partial<Record<BatchCircuit, CircuitRecord>> = {};
  for (const name of BATCH_CIRCUITS) {
    onCircuit(name);
    writeKeyList(name, records, kind, noirDir);
    const program = await compileCircuit({ name, cacheDir, noirDir });
    batches[name] = { sources: sourceHash(name, noirDir), gates: await programGates(program, signal) };
  }
  return { ...records, ...batches } as KeyRecords;
}

/**
 * The folder of Noir sources whose lists of keys are those over an SRS: the package's own for `dev`, a copy below
 * `cacheDir` for `ignition`. Throws `circuits/keys-missing` when those of Ignition are not recorded.
 *
 * @example await compileCircuit({ name: "batch", cacheDir, noirDir: noirDirOf("ignition", cacheDir) });
 */
export function noirDirOf(kind: Srs["kind"], cacheDir: string, recorded = readRecordedKeys()): string {
  if (kind === "dev") return NOIR_DIR;
  const keys = recorded.ignition;
  if (keys === null) throw keysMissing("the lists of keys over the Ignition SRS are not recorded");
  const noirDir = join(cacheDir, `noir-ignition-${treeHash(keys)}`);
  if (existsSync(noirDir)) return noirDir;
  const unfinished = `${noirDir}.${process.pid}.tmp`;
  copySources(unfinished);
  for (const parent of PARENT_CIRCUITS) writeKeyList(parent, keys, kind, unfinished);
  try {
    renameSync(unfinished, noirDir);
  } catch (error) {
    // Another process was faster with the same content.
    rmSync(unfinished, { recursive: true });
    if (!existsSync(noirDir)) throw error;
  }
  return noirDir;
}

/**
 * The folder of Noir sources of a circuit for its key over an SRS: the package's own unless the circuit has a list of keys.
 * Throws as {@link noirDirOf}.
 *
 * @example await compileCircuit({ name, cacheDir, noirDir: sourcesOf(name, srs.kind, cacheDir) });
 */
export function sourcesOf(
  name: (typeof CIRCUITS)[number],
  kind: Srs["kind"],
  cacheDir: string,
  recorded = readRecordedKeys(),
): string {
  return isParent(name) ? noirDirOf(kind, cacheDir, recorded) : NOIR_DIR;
}

/** Hash of the sources of all circuits with these lists of keys. */
function treeHash(keys: KeyRecords): string {
  const hash = createHash("sha256").update(JSON.stringify(keys));
  for (const name of CIRCUITS) hash.update(sourceHash(name));
  return hash.digest("hex").slice(0, 16);
}

/** Copies the Noir sources to a folder that does not exist yet or is empty, for other lists of keys than the package's. */
export function copySources(noirDir: string): string {
  mkdirSync(noirDir, { recursive: true });
  cpSync(NOIR_DIR, noirDir, { recursive: true });
  return noirDir;
}

/** What is not as recorded: sources that changed since the keys were made, lists that are not those of the record. */
export function findStaleKeys(recorded: KeyRecords | null, noirDir: string = NOIR_DIR): string[] {
  if (recorded === null) return ["keys.json: no keys over the development SRS"];
  const missing = INNER_CIRCUITS.filter((name) => recorded[name] === undefined);
  if (missing.length > 0) return missing.map((name) => `${name}: no key recorded`);
  const changed = [...INNER_CIRCUITS, ...BATCH_CIRCUITS].filter(
    (name) => recorded[name]?.sources !== sourceHash(name, noirDir),
  );
  const lists = PARENT_CIRCUITS.filter(
    (parent) => readIfExists(keyListPath(parent, noirDir)) !== keyListSource(parent, recorded, "dev"),
  );
  return [
    ...changed.map((name) => `${name}: sources changed since its key and gates were recorded`),
    ...lists.map((parent) => `${parent}: list of keys differs from keys.json`),
  ];
}

function writeKeyList(
  parent: ParentCircuit,
  keys: Readonly<Partial<Record<InnerCircuit, KeyRecord>>>,
  kind: Srs["kind"],
  noirDir: string,
): void {
  const path = keyListPath(parent, noirDir);
  const source = keyListSource(parent, keys, kind);
  if (readIfExists(path) !== source) writeFileAtomically(path, source);
}

function readIfExists(path: string): string | null {
  return existsSync(path) ? readFileSync(path, "utf8") : null;
}

function keysMissing(reason: string): CairnError<CircuitsErrorCode> {
  return new CairnError<CircuitsErrorCode>("circuits/keys-missing", reason);
}
