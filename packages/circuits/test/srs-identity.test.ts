import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { assertSrsIdentity, DEV_G2, ensureDevSrs, SRS_TAU_POINT, srsIdentity } from "../src/index.ts";
import { startChain, type TestChain } from "./support/evm.ts";

const P = 21888242871839275222246405745257275088696311157297823662689037894645226208583n;
const PAIRING = "0x0000000000000000000000000000000000000008";
const G2 = [
  0x198e9393920d483a7260bfb731fb5d25f1aa493335a9e71297e485b7aef312c2n,
  0x1800deef121f1e76426a00665e5c4479674322d4f75edadd46debd5cd992f6edn,
  0x090689d0585ff075ec9e99ad690c3395bc4b313370b38ef355acdadcd122975bn,
  0x12c85ea5db8c6deb4aab71808dcb408fe3d1e7690c43d37b4ce6cc0166fa7daan,
];
/** τ·G2 of the ceremony, as every production verifier contains it. */
const IGNITION_G2 = [
  0x260e01b251f6f1c7e7ff4e580791dee8ea51d87a358e038b4efe30fac09383c1n,
  0x0118c4d5b837bcc2bc89b5b398b5974e9f5944073b32078b7e231fec938883b0n,
  0x04fc6369f7110fe3d25156c1bb9a72859cf2a04641f99ba4ee413c80da6a5fe4n,
  0x22febda3c0c0632a56475b4214e5615e11e6dd3f96e6cea2854a87d4dacc5e55n,
];

function words(values: readonly bigint[]): string {
  return values.map((value) => value.toString(16).padStart(64, "0")).join("");
}

describe("the identity of an SRS", () => {
  let dir: string;
  let chain: TestChain;
  beforeAll(async () => {
    chain = await startChain();
  });
  afterAll(() => chain?.stop());
  beforeEach(() => {
    dir = mkdtempSync(join(tmpdir(), "cairn-srs-"));
  });
  afterEach(() => rmSync(dir, { recursive: true, force: true }));

  it.each([
    ["dev", DEV_G2],
    ["ignition", IGNITION_G2],
  ] as const)(
    "belongs to the point τ·G2 of the %s verifiers, which the EVM's pairing confirms",
    async (kind, tauG2) => {
      const tau = SRS_TAU_POINT[kind];
      const isEqual = (y: bigint) => chain.call(PAIRING, `0x${words([tau.x, y, ...G2, 1n, P - 2n, ...tauG2])}`);
      expect(BigInt(await isEqual(tau.y))).toBe(1n);
      expect(BigInt(await isEqual(P - tau.y))).toBe(0n);
    },
  );

  it("distinguishes the SRSs, and both from a folder without points", () => {
    expect(srsIdentity("dev")).not.toBe(srsIdentity("ignition"));
    const { srs } = ensureDevSrs({ dir, points: 4 });
    expect(() => assertSrsIdentity(srs)).not.toThrow();
    const wrong = expect.objectContaining({ code: "circuits/wrong-srs" });
    expect(() => assertSrsIdentity({ kind: "ignition", dir })).toThrow(wrong);
    const missing = expect.objectContaining({ code: "circuits/srs-missing" });
    expect(() => assertSrsIdentity({ kind: "dev", dir: join(dir, "none") })).toThrow(missing);
  });

  it("refuses points of another SRS in either layout, whatever the other holds", () => {
    const { srs } = ensureDevSrs({ dir, points: 4 });
    const compressed = (x: bigint) =>
      writeFileSync(join(dir, "bn254_g1_compressed.dat"), Buffer.from(words([1n, x]), "hex"));
    compressed(SRS_TAU_POINT.dev.x);
    expect(() => assertSrsIdentity(srs)).not.toThrow();
    compressed(SRS_TAU_POINT.ignition.x);
    const wrong = expect.objectContaining({ code: "circuits/wrong-srs" });
    for (const kind of ["dev", "ignition"] as const) expect(() => assertSrsIdentity({ kind, dir })).toThrow(wrong);
  });

  it("reads points that the prover keeps compressed", () => {
    const signBit = 1n << 255n;
    const { x } = SRS_TAU_POINT.ignition;
    const path = join(dir, "bn254_g1_compressed.dat");
    for (const second of [x, x + signBit]) {
      writeFileSync(path, Buffer.from(words([1n, second]), "hex"));
      expect(() => assertSrsIdentity({ kind: "ignition", dir })).not.toThrow();
    }
    writeFileSync(path, Buffer.from(words([1n, x + 1n]), "hex"));
    const wrong = expect.objectContaining({ code: "circuits/wrong-srs" });
    expect(() => assertSrsIdentity({ kind: "ignition", dir })).toThrow(wrong);
  });
});
