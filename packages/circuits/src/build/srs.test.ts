import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { bytesToBigint } from "@cairn/protocol";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { ensureDevSrs } from "./srs.ts";

const P = 21888242871839275222246405745257275088696311157297823662689037894645226208583n;
const POINTS = 9000;

describe("dev SRS", () => {
  let dir: string;
  beforeEach(() => {
    dir = mkdtempSync(join(tmpdir(), "cairn-srs-"));
  });
  afterEach(() => rmSync(dir, { recursive: true, force: true }));

  const pointAt = (bytes: Uint8Array, i: number): readonly [bigint, bigint] => [
    bytesToBigint(bytes.subarray(64 * i, 64 * i + 32)),
    bytesToBigint(bytes.subarray(64 * i + 32, 64 * i + 64)),
  ];

  it("starts at the generator and doubles from point to point", () => {
    const seen: number[] = [];
    const { srs, isCached } = ensureDevSrs({ dir, points: POINTS, onProgress: (done) => seen.push(done) });
    expect([srs.kind, isCached, seen.at(-1)]).toEqual(["dev", false, POINTS]);
    const bytes = readFileSync(join(dir, "bn254_g1.dat"));
    expect(bytes).toHaveLength(64 * POINTS);
    expect(pointAt(bytes, 0)).toEqual([1n, 2n]);
    for (const i of [0, 1, 2, 8190, 8191, 8192, POINTS - 2]) {
      const [x, y] = pointAt(bytes, i);
      const [doubleX, doubleY] = pointAt(bytes, i + 1);
      // With slope 3x²/2y: the tangent at (x, y) meets the curve in minus the double.
      expect((4n * y * y * (doubleX + 2n * x) - 9n * x ** 4n) % P).toBe(0n);
      expect((2n * y * (doubleY + y) - 3n * x * x * (x - doubleX)) % P).toBe(0n);
      expect((y * y - x ** 3n - 3n) % P).toBe(0n);
    }
  });

  it("is kept, and extended when needed", () => {
    ensureDevSrs({ dir, points: 8 });
    expect(ensureDevSrs({ dir, points: 8 }).isCached).toBe(true);
    expect(ensureDevSrs({ dir, points: 16 }).isCached).toBe(false);
    expect(readFileSync(join(dir, "bn254_g1.dat"))).toHaveLength(64 * 16);
    expect(ensureDevSrs({ dir, points: 8 }).isCached).toBe(true);
  });
});
