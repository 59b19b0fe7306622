import { existsSync, mkdirSync, readFileSync } from "node:fs";
import { mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { CairnError } from "@cairn/protocol";
import { runBb, type Srs } from "../bb.ts";
import type { CircuitsErrorCode } from "../errors.ts";
import { writeFileAtomically } from "./compile.ts";
import { DEV_G2 } from "./srs.ts";
import type { VerificationKey } from "./verification-key.ts";

/**
 * A Solidity verifier: one contract, `verify(bytes proof, bytes32[] publicInputs) view returns (bool)`, reverts on a
 * bad proof.
 */
export interface SolidityVerifier {
  /** `DevBlock16Verifier` over the dev SRS, `Block16Verifier` over Ignition. */
  readonly contractName: string;
  /** `<cache>/verifiers/dev` or `<cache>/verifiers/ignition`, then the contract's file. */
  readonly path: string;
  readonly source: string;
  readonly isCached: boolean;
}

const GENERATED_NAME = /\bHonkVerifier\b/g;
/** The ceremony's second G2 point as bb writes it, word by word. */
const G2_WORDS = /(\/\/ G2 \[x\]\n)((?:\s*mstore\(0x1[0-9a-f]{2}, 0x[0-9a-f]{64}\)\n){4})/;

/**
 * Name of the verifier contract of a circuit.
 *
 * @example verifierName("block16", "dev") // "DevBlock16Verifier"
 */
export function verifierName(circuit: string, kind: Srs["kind"]): string {
  return `${kind === "dev" ? "Dev" : ""}${circuit.charAt(0).toUpperCase()}${circuit.slice(1)}Verifier`;
}

/**
 * Generates the Solidity verifier of a key below `cacheDir`. The one for the dev SRS differs from the production one in
 * its G2 point, name and folder. Throws `circuits/bad-verifier`, and as the prover binary does.
 */
export async function writeSolidityVerifier(options: {
  /** Name of the circuit without folder, such as `block16`. */
  readonly circuit: string;
  readonly key: VerificationKey;
  readonly srs: Srs;
  readonly cacheDir: string;
  readonly signal?: AbortSignal;
}): Promise<SolidityVerifier> {
  const { circuit, key, srs, cacheDir, signal } = options;
  if (key.target !== "evm") throw badVerifier("the key is one for recursion");
  if (key.srs !== srs.kind) throw badVerifier(`the key is over the ${key.srs} SRS, not over ${srs.kind}`);
  const contractName = verifierName(circuit, srs.kind);
  const path = join(cacheDir, "verifiers", srs.kind, `${contractName}.sol`);
  const beside = `${key.path}.sol`;
  const isCached = existsSync(beside) && isContract(readFileSync(beside, "utf8"), contractName);
  if (!isCached) {
    const generated = await generate(key.path, signal);
    const source = srs.kind === "dev" ? withDevSrs(generated) : generated;
    writeFileAtomically(beside, rename(source, contractName));
  }
  const source = readFileSync(beside, "utf8");
  if (!existsSync(path) || readFileSync(path, "utf8") !== source) {
    mkdirSync(dirname(path), { recursive: true });
    writeFileAtomically(path, source);
  }
  return { contractName, path, source, isCached };
}

async function generate(keyPath: string, signal?: AbortSignal): Promise<string> {
  const dir = await mkdtemp(join(tmpdir(), "cairn-verifier-"));
  try {
    const path = join(dir, "Verifier.sol");
    await runBb(["write_solidity_verifier", "-k", keyPath, "-o", path, "--optimized"], { signal });
    return await readFile(path, "utf8");
  } finally {
    await rm(dir, { recursive: true, force: true });
  }
}

function rename(source: string, contractName: string): string {
  if (!isContract(source, "HonkVerifier")) throw badVerifier("no contract HonkVerifier");
  return source.replaceAll(GENERATED_NAME, contractName);
}

function isContract(source: string, name: string): boolean {
  return new RegExp(`\\bcontract ${name}\\b`).test(source);
}

function withDevSrs(source: string): string {
  if (!G2_WORDS.test(source)) throw badVerifier("no G2 point of the SRS");
  return source.replace(G2_WORDS, (_all, comment: string, words: string) => {
    let i = 0;
    const replaced = words.replace(/0x[0-9a-f]{64}/g, () => `0x${(DEV_G2[i++] ?? 0n).toString(16).padStart(64, "0")}`);
    return comment + replaced;
  });
}

function badVerifier(reason: string): CairnError<CircuitsErrorCode> {
  return new CairnError<CircuitsErrorCode>("circuits/bad-verifier", `generated verifier: ${reason}`);
}
