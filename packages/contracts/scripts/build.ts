/**
 * Compiles the contracts, and the verifiers that the circuits package has generated, into `<cache>/contracts`.
 * Usage: node scripts/build.ts [--verifiers DIRECTORY], by default `<cache>/verifiers`, with one folder per SRS.
 */
import { existsSync, mkdirSync, readdirSync, readFileSync, renameSync, writeFileSync } from "node:fs";
import { basename, dirname, join, resolve } from "node:path";
import { parseArgs } from "node:util";
import { BLOCK_SIZES } from "@cairn/protocol";
import { artefactPath, type ContractArtefact, srsOfBytecode, verifierName } from "../src/artefact.ts";
import {
  type CompilerSettings,
  compileContract,
  compilerInputHash,
  ROLLUP_SETTINGS,
  type Sources,
  VERIFIER_SETTINGS,
} from "./compile.ts";
import { packageDir, readSources } from "./sources.ts";

const cacheDir = resolve(process.env.CAIRN_CACHE_DIR ?? join(packageDir, "../../.cache"));
const { values } = parseArgs({ options: { verifiers: { type: "string" } } });

const sources = readSources();
await build(sources, "src/Rollup.sol", "Rollup", ROLLUP_SETTINGS);
await build(sources, "src/dev/DevToken.sol", "DevToken", ROLLUP_SETTINGS);
await buildVerifiers(resolve(values.verifiers ?? join(cacheDir, "verifiers")));

async function buildVerifiers(directory: string): Promise<void> {
  for (const srs of ["dev", "ignition"] as const) {
    const folder = join(directory, srs);
    const names = BLOCK_SIZES.map((slots) => verifierName(slots, srs));
    const files = existsSync(folder)
      ? readdirSync(folder).filter((file) => names.includes(basename(file, ".sol")))
      : [];
    for (const file of files.sort()) {
      const source = { [file]: readFileSync(join(folder, file), "utf8") };
      const artefact = await build(source, file, basename(file, ".sol"), VERIFIER_SETTINGS);
      if (srsOfBytecode(artefact.bytecode) === srs) continue;
      console.error(`${file}: in folder ${srs}, but its constants are of the other SRS`);
      process.exitCode = 1;
    }
  }
}

async function build(
  input: Sources,
  path: string,
  name: string,
  settings: CompilerSettings,
): Promise<ContractArtefact> {
  const target = artefactPath(cacheDir, name);
  const cached = readCached(target, compilerInputHash(input, settings));
  if (cached !== null) {
    console.log(`${name}: cached`);
    return cached;
  }
  const started = performance.now();
  const artefact = await compileContract(input, path, name, settings);
  mkdirSync(dirname(target), { recursive: true });
  writeFileSync(`${target}.${process.pid}`, `${JSON.stringify(artefact)}\n`);
  renameSync(`${target}.${process.pid}`, target);
  console.log(`${name}: compiled in ${((performance.now() - started) / 1000).toFixed(1)} s`);
  return artefact;
}

function readCached(path: string, inputHash: string): ContractArtefact | null {
  if (!existsSync(path)) return null;
  const artefact: ContractArtefact = JSON.parse(readFileSync(path, "utf8"));
  return artefact.inputHash === inputHash ? artefact : null;
}
