import { readFileSync } from "node:fs";
import { join } from "node:path";
import { isCairnError } from "@cairn/protocol";
import { size } from "viem";
import { describe, expect, it } from "vitest";
import { buildCached, rollupTargets } from "./build.ts";
import { compileContract, compilerInputHash, ROLLUP_SETTINGS } from "./compile.ts";
import { packageDir, readSources } from "./sources.ts";

const CACHE_DIR = process.env.CAIRN_CACHE_DIR ?? join(import.meta.dirname, "../../../.cache");

/** Limits of Ethereum: EIP-170 for deployed code, EIP-3860 for creation code. */
const MAX_RUNTIME_BYTES = 24_576;
const MAX_CREATION_BYTES = 49_152;

describe("the contracts' build", () => {
  it("uses the same compiler settings as foundry.toml", () => {
    const foundry = readFileSync(join(packageDir, "foundry.toml"), "utf8");
    const setting = (name: string) => new RegExp(`^${name} = "?([^"\n]+)"?$`, "m").exec(foundry)?.[1];
    expect(setting("optimizer_runs")).toBe(String(ROLLUP_SETTINGS.optimizerRuns));
    expect(setting("evm_version")).toBe(ROLLUP_SETTINGS.evmVersion);
    expect(setting("bytecode_hash")).toBe("none");
    expect(setting("via_ir")).toBeUndefined();
  });

  it("takes the files that a contract needs, and no others", () => {
    const rollup = Object.keys(readSources("src/Rollup.sol"));
    expect(rollup).toContain("src/libraries/Poseidon2.sol");
    expect(rollup).toContain("src/interfaces/RollupTypes.sol");
    expect(rollup.filter((path) => path.startsWith("src/policies/") || path.startsWith("src/dev/"))).toEqual([]);
    expect(Object.keys(readSources("src/policies/FixedOperator.sol"))).toHaveLength(2);
  });

  it("compiles the rollup without warnings, below the size limits", async () => {
    const target = rollupTargets().find(({ name }) => name === "Rollup");
    if (target === undefined) expect.unreachable();
    // Compiled once for the present sources, by whatever needed it first; warnings fail it there.
    const { bytecode, runtimeCode, abi } = (await buildCached(CACHE_DIR, target)).artefact;
    expect(size(runtimeCode)).toBeLessThan(MAX_RUNTIME_BYTES);
    expect(size(bytecode)).toBeLessThan(MAX_CREATION_BYTES);
    const names = abi.flatMap((item) => (item.type === "function" ? [item.name] : []));
    for (const privileged of ["owner", "pause", "upgradeTo", "setVerifier", "withdraw"]) {
      expect(names).not.toContain(privileged);
    }
  });

  it("reports compiler errors by code", async () => {
    const sources = { "A.sol": "pragma solidity 0.8.30; contract A { uint x = missing; }" };
    const failure = await compileContract(sources, "A.sol", "A", ROLLUP_SETTINGS).catch((error: unknown) => error);
    expect(isCairnError(failure, "contracts/compile-failed")).toBe(true);
  });

  it("knows when its input changed", () => {
    const sources = { "A.sol": "contract A {}" };
    const hash = compilerInputHash(sources, ROLLUP_SETTINGS);
    expect(compilerInputHash({ "A.sol": "contract A { }" }, ROLLUP_SETTINGS)).not.toBe(hash);
    expect(compilerInputHash(sources, { ...ROLLUP_SETTINGS, optimizerRuns: 1 })).not.toBe(hash);
    expect(compilerInputHash({ ...sources }, { ...ROLLUP_SETTINGS })).toBe(hash);
  });
});
