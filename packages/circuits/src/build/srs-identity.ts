import { createHash } from "node:crypto";
import { closeSync, existsSync, openSync, readSync } from "node:fs";
import { join } from "node:path";
import { CairnError } from "@cairn/protocol";
import type { Srs } from "../bb.ts";
import type { CircuitsErrorCode } from "../errors.ts";

/**
 * τ·G of each SRS, affine, which determines all other points. Ignition's matches the ceremony's τ·G2 that its verifiers
 * contain: e(τ·G, G2) = e(G, τ·G2), which a test checks on the EVM.
 */
export const SRS_TAU_POINT: Readonly<Record<Srs["kind"], { readonly x: bigint; readonly y: bigint }>> = {
  dev: {
    x: 0x030644e72e131a029b85045b68181585d97816a916871ca8d3c208c16d87cfd3n,
    y: 0x15ed738c0e0a7c92e7845f96b2ae9c0a68a6a449e3538fc7ff3ebf7a5a18a2c4n,
  },
  ignition: {
    x: 0x2d360628289ff943ff6bd1a87bbe4e62abe7fb61ba83effd266f22bdcf31e6f9n,
    y: 0x26b92a79e563c3f48252cce7feeca2f0f8d33dcb4ef7b0643bf07bd405700aaan,
  },
};

/** Layouts that the prover keeps points in: both coordinates, or x with the sign of y in its highest bit. */
const FILES = [
  { name: "bn254_g1.dat", pointBytes: 64 },
  { name: "bn254_g1_compressed.dat", pointBytes: 32 },
] as const;
const GENERATOR_X = 1n;
const COORDINATE_MASK = (1n << 254n) - 1n;

/** SHA-256 of the first two points G and τ·G, 32 bytes for each coordinate, as hex. */
export function srsIdentity(kind: Srs["kind"]): string {
  const tau = SRS_TAU_POINT[kind];
  const hash = createHash("sha256");
  for (const coordinate of [1n, 2n, tau.x, tau.y]) hash.update(coordinate.toString(16).padStart(64, "0"), "hex");
  return hash.digest("hex");
}

/**
 * Throws `circuits/wrong-srs` when the folder holds points of another SRS, in any of the prover's layouts, and
 * `circuits/srs-missing` when it holds none.
 */
export function assertSrsIdentity(srs: Srs): void {
  const files = filesIn(srs.dir);
  if (files.length === 0) throw new CairnError<CircuitsErrorCode>("circuits/srs-missing", `${srs.dir}: no points`);
  for (const { name, pointBytes } of files) {
    const path = join(srs.dir, name);
    const [first, second] = [0, 1].map((position) => readX(path, position * pointBytes) & COORDINATE_MASK);
    if (first === GENERATOR_X && second === SRS_TAU_POINT[srs.kind].x) continue;
    throw new CairnError<CircuitsErrorCode>("circuits/wrong-srs", `${path} does not start like the ${srs.kind} SRS`);
  }
}

/** Whether the folder holds points of any SRS, in any of the prover's layouts. */
export function holdsPoints(dir: string): boolean {
  return filesIn(dir).length > 0;
}

function filesIn(dir: string): readonly (typeof FILES)[number][] {
  return FILES.filter(({ name }) => existsSync(join(dir, name)));
}

function readX(path: string, offset: number): bigint {
  const file = openSync(path, "r");
  try {
    const bytes = Buffer.alloc(32);
    readSync(file, bytes, 0, bytes.length, offset);
    return BigInt(`0x${bytes.toString("hex")}`);
  } finally {
    closeSync(file);
  }
}
