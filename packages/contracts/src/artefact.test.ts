import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { loadArtefact, loadVerifier } from "./artefact.ts";
import { verifierContract } from "./srs.ts";

/** Constant of every verifier over Ignition. */
const IGNITION_WORD = "260e01b251f6f1c7e7ff4e580791dee8ea51d87a358e038b4efe30fac09383c1";

describe("compiled contracts", () => {
  let cacheDir: string;
  const store = (name: string, content: object = {}): void => {
    const artefact = { name, inputHash: "a", abi: [], bytecode: "0x6001", runtimeCode: "0x6002", immutables: [] };
    writeFileSync(join(cacheDir, "contracts", `${name}.json`), JSON.stringify({ ...artefact, ...content }));
  };
  const bad = expect.objectContaining({ code: "contracts/bad-artefact" });

  beforeEach(() => {
    cacheDir = mkdtempSync(join(tmpdir(), "cairn-artefacts-"));
    mkdirSync(join(cacheDir, "contracts"), { recursive: true });
  });
  afterEach(() => rmSync(cacheDir, { recursive: true }));

  it("are loaded with the code that their deployment leaves", () => {
    store("Rollup", { immutables: [{ name: "POLICY", offsets: [1] }] });
    expect(loadArtefact(cacheDir, "Rollup")).toMatchObject({
      runtimeCode: "0x6002",
      immutables: [{ offsets: [1] }],
    });
    store("DevBatchVerifier");
    expect(loadVerifier(cacheDir, "batch", "dev")).toMatchObject({ circuit: "batch", srs: "dev", bytecode: "0x6001" });
  });

  it("are refused when they are missing or not what their name says", () => {
    expect(() => loadArtefact(cacheDir, "Binding")).toThrow(
      expect.objectContaining({ code: "contracts/artefact-missing" }),
    );
    for (const content of [
      { name: "Receipts" },
      { bytecode: "0x" },
      { runtimeCode: undefined },
      { runtimeCode: "0x" },
    ]) {
      store("Binding", content);
      expect(() => loadArtefact(cacheDir, "Binding")).toThrow(bad);
    }
  });

  it("are refused as verifiers over another SRS than asked for, whatever they are called", () => {
    store(verifierContract("solo16", "ignition"));
    expect(() => loadVerifier(cacheDir, "solo16", "ignition")).toThrow(bad);
    store(verifierContract("solo16", "ignition"), { bytecode: `0x${IGNITION_WORD}` });
    expect(loadVerifier(cacheDir, "solo16", "ignition").srs).toBe("ignition");
    store(verifierContract("solo16", "dev"), { bytecode: `0x${IGNITION_WORD}` });
    expect(() => loadVerifier(cacheDir, "solo16", "dev")).toThrow(bad);
  });

  it("are refused as verifiers with immutables, whose code is not known before deployment", () => {
    store("DevPairVerifier", { immutables: [{ name: "X", offsets: [1] }] });
    expect(() => loadVerifier(cacheDir, "pair", "dev")).toThrow(bad);
  });
});
