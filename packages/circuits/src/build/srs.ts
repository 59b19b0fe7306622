import { closeSync, existsSync, mkdirSync, openSync, renameSync, statSync, writeFileSync, writeSync } from "node:fs";
import { homedir } from "node:os";
import { join } from "node:path";
import type { Srs } from "../bb.ts";

/** Modulus of the coordinates of BN254 points. */
const P = 21888242871839275222246405745257275088696311157297823662689037894645226208583n;
const POINT_BYTES = 64;
const WORD = 0xffffffffffffffffn;
/** Points converted to affine form together, with one inversion. */
const CHUNK = 8192;

/**
 * 2·G2 of BN254, the second G2 point of the dev SRS: imaginary and real part of x, then of y, in the order of the EVM's
 * pairing.
 */
export const DEV_G2: readonly [bigint, bigint, bigint, bigint] = [
  0x203e205db4f19b37b60121b83a7333706db86431c6d835849957ed8c3928ad79n,
  0x27dc7234fd11d3e8c36c59277c3e6f149d5cd3cfa9a62aee49f8130962b4b3b9n,
  0x195e8aa5b7827463722b8c153931579d3505566b4edf48d498e185f0509de152n,
  0x04bb53b8977e5f92a0bc372742c4830944a59b4fe6b1c0466e2a6dad122b5d2en,
];

/**
 * The dev SRS, powers of τ = 2, in `dir` with at least `points` points in the prover's file format; generated if
 * missing (2.5 s for 2^19 points). Whoever knows τ, and everyone knows 2, can forge proofs: for development chains
 * only.
 */
export function ensureDevSrs(options: {
  readonly dir: string;
  readonly points: number;
  /** Called after each per cent. */
  readonly onProgress?: (done: number, points: number) => void;
}): { readonly srs: Srs; readonly isCached: boolean } {
  const { dir, points, onProgress = () => {} } = options;
  const srs: Srs = { kind: "dev", dir };
  if (srsPoints(dir) >= points) return { srs, isCached: true };
  mkdirSync(dir, { recursive: true });
  writeFileSync(join(dir, "bn254_g2.dat"), g2Bytes());
  const temporary = join(dir, `bn254_g1.${process.pid}.tmp`);
  const file = openSync(temporary, "w");
  try {
    writePowers(file, points, onProgress);
  } finally {
    closeSync(file);
  }
  renameSync(temporary, join(dir, "bn254_g1.dat"));
  return { srs, isCached: false };
}

/** The dev SRS in the build script's folder. */
export function devSrs(cacheDir: string): Srs {
  return { kind: "dev", dir: join(cacheDir, "srs", "dev") };
}

/**
 * The Ignition SRS of 176 participants for production. The prover downloads what its folder lacks, so the first use
 * needs the network; `dir` is the prover's usual folder by default.
 */
export function ignitionSrs(dir: string = join(homedir(), ".bb-crs")): Srs {
  return { kind: "ignition", dir };
}

/**
 * The SRS with at least `points` points: for development generated if missing or too short, in the build script's folder;
 * Ignition's in the prover's usual folder, which the prover completes.
 */
export function ensureSrs(kind: Srs["kind"], cacheDir: string, points: number): Srs {
  return kind === "ignition" ? ignitionSrs() : ensureDevSrs({ dir: devSrs(cacheDir).dir, points }).srs;
}

function srsPoints(dir: string): number {
  const path = join(dir, "bn254_g1.dat");
  return existsSync(path) ? statSync(path).size / POINT_BYTES : 0;
}

/** G, 2G, 4G, … by Jacobian doubling on y² = x³ + 3. */
function writePowers(file: number, points: number, onProgress: (done: number, points: number) => void): void {
  let [x, y, z] = [1n, 2n, 1n];
  for (let start = 0; start < points; start += CHUNK) {
    const count = Math.min(CHUNK, points - start);
    const chunk: [x: bigint, y: bigint, z: bigint, productBefore: bigint][] = [];
    let product = 1n;
    for (let i = 0; i < count; i++) {
      chunk.push([x, y, z, product]);
      product = (product * z) % P;
      [x, y, z] = double(x, y, z);
    }
    writeSync(file, affineBytes(chunk, product));
    onProgress(start + count, points);
  }
}

function double(x: bigint, y: bigint, z: bigint): [bigint, bigint, bigint] {
  const xx = (x * x) % P;
  const yy = (y * y) % P;
  const yyyy = (yy * yy) % P;
  const sum = x + yy;
  const d = (2n * (sum * sum - xx - yyyy)) % P;
  const e = 3n * xx;
  const x3 = modulo(e * e - 2n * d);
  return [x3, modulo(e * (d - x3) - 8n * yyyy), (2n * y * z) % P];
}

function affineBytes(chunk: readonly [bigint, bigint, bigint, bigint][], product: bigint): Buffer {
  const bytes = Buffer.alloc(chunk.length * POINT_BYTES);
  let inverse = invert(product);
  for (const [i, [x, y, z, productBefore]] of [...chunk.entries()].reverse()) {
    const zInverse = (inverse * productBefore) % P;
    inverse = (inverse * z) % P;
    const square = (zInverse * zInverse) % P;
    writeCoordinate(bytes, i * POINT_BYTES, (x * square) % P);
    writeCoordinate(bytes, i * POINT_BYTES + 32, (y * ((square * zInverse) % P)) % P);
  }
  return bytes;
}

function writeCoordinate(bytes: Buffer, offset: number, value: bigint): void {
  for (let i = 0; i < 4; i++) bytes.writeBigUInt64BE((value >> BigInt(64 * (3 - i))) & WORD, offset + 8 * i);
}

function g2Bytes(): Buffer {
  const bytes = Buffer.alloc(128);
  const [x1, x0, y1, y0] = DEV_G2;
  for (const [i, value] of [x0, x1, y0, y1].entries()) writeCoordinate(bytes, 32 * i, value);
  return bytes;
}

function invert(value: bigint): bigint {
  let [a, b, u, v] = [value, P, 1n, 0n];
  while (b !== 0n) {
    const quotient = a / b;
    [a, b] = [b, a - quotient * b];
    [u, v] = [v, u - quotient * v];
  }
  return modulo(u);
}

function modulo(value: bigint): bigint {
  const rest = value % P;
  return rest < 0n ? rest + P : rest;
}
