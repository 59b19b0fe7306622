import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import type { Srs } from "../bb.ts";
import { NOIR_DIR } from "../compile.ts";
import type { BatchCircuit, InnerCircuit } from "./circuits.ts";

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

/** All circuits that verify proofs or whose proofs are verified by others, over one SRS (spec 2, 6.6). */
export type KeyRecords = Readonly<Record<InnerCircuit, KeyRecord> & Record<BatchCircuit, CircuitRecord>>;

/** Recorded keys by SRS; null where nobody has made them yet. */
export type RecordedKeys = Readonly<Record<Srs["kind"], KeyRecords | null>>;

/** The recorded keys of both sets. */
export const RECORDED_KEYS_PATH = join(NOIR_DIR, "2", "keys.json");

/**
 * The keys that `noir/2/keys.json` records; the lists in the sources are those over the development SRS.
 *
 * @example readRecordedKeys().dev?.merge1.keyHash
 */
export function readRecordedKeys(path: string = RECORDED_KEYS_PATH): RecordedKeys {
  const { dev = null, ignition = null } = existsSync(path)
    ? (JSON.parse(readFileSync(path, "utf8")) as Partial<RecordedKeys>)
    : {};
  return { dev, ignition };
}
