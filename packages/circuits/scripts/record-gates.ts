/**
 * Writes gates.json: the gate count of every gadget, of the smallest block circuit and of every circuit of one block, with
 * the SHA-256 of the verification keys over the dev SRS. With `--check` prints what changed and exits 1; circuits of more
 * than 16 slots, which take minutes to compile, then count as unchanged while the hash of their sources is the recorded
 * one, except with `--all`. The other circuits are in `noir/keys.json`, which `generate-keys.ts` compares.
 */
import { createHash } from "node:crypto";
import { existsSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { parseArgs } from "node:util";
import { SOLO_SIZES, type SoloSize } from "@cairn/protocol";
import { sourceHash } from "../src/build/compile.ts";
import {
  compileCircuit,
  devSrs,
  ensureDevSrs,
  ensureVerificationKey,
  NOIR_DIR,
  programGates,
  soloCircuit,
  srsPointsFor,
} from "../src/index.ts";

const cacheDir = resolve(process.env.CAIRN_CACHE_DIR ?? join(import.meta.dirname, "../../../.cache"));
const target = join(import.meta.dirname, "..", "gates.json");
const { values } = parseArgs({
  options: { check: { type: "boolean", default: false }, all: { type: "boolean", default: false } },
});
const recorded: Record<string, number | string> = existsSync(target) ? JSON.parse(readFileSync(target, "utf8")) : {};
/** Circuits of more slots are compiled only when asked. */
const QUICK_SLOTS = 16;

/** Circuits whose key is recorded here, and their slots. */
const CIRCUITS: readonly (readonly [name: string, slots: SoloSize])[] = [
  ["block16", 16],
  ...SOLO_SIZES.map((slots) => [soloCircuit(slots), slots] as const),
];

const counts: Record<string, number | string> = {};
for (const [name, slots] of CIRCUITS) {
  const sources = sourceHash(name);
  if (slots > QUICK_SLOTS && values.check && !values.all && recorded[`${name}.sources`] === sources) {
    for (const [key, value] of Object.entries(recorded)) if (key.startsWith(`${name}.`)) counts[key] = value;
    continue;
  }
  const program = await compileCircuit({ name, cacheDir });
  const gates = await programGates(program);
  const { srs } = ensureDevSrs({ dir: devSrs(cacheDir).dir, points: srsPointsFor(gates) });
  const { path } = await ensureVerificationKey(program, srs);
  counts[`${name}.gates`] = gates;
  counts[`${name}.gatesPerSlot`] = Math.ceil(gates / slots);
  if (slots > QUICK_SLOTS) counts[`${name}.sources`] = sources;
  counts[`${name}.devKeySha256`] = createHash("sha256").update(readFileSync(path)).digest("hex");
}
for (const gadget of readdirSync(join(NOIR_DIR, "gadgets")).sort()) {
  const program = await compileCircuit({ name: `gadgets/${gadget}`, cacheDir });
  counts[`gadgets/${gadget}.gates`] = await programGates(program);
}

const names = [...new Set([...Object.keys(recorded), ...Object.keys(counts)])];
const changed = names.filter((name) => recorded[name] !== counts[name]);
for (const name of changed)
  console.log(`${name}: recorded ${recorded[name] ?? "nothing"}, now ${counts[name] ?? "gone"}`);
if (changed.length === 0) {
  console.log("gates.json: up to date");
} else if (values.check) {
  process.exitCode = 1;
} else {
  writeFileSync(target, `${JSON.stringify(counts, null, 2)}\n`);
  console.log("gates.json: written");
}
