import { bigintToBytes, bytesToBigint, isSameBytes } from "@cairn/protocol";
import { areCommitted } from "./committed-blobs.ts";
import { assertBlob, elementsToBlob } from "./elements.ts";
import { assertPointLength, assertScalar } from "./opening.ts";
import { isNamed, isTrue, type SidecarMaker } from "./sidecar-maker.ts";
import { versionedHash } from "./versioned-hash.ts";

/**
 * The fastest maker of sidecars on this platform: compiled code where the package `@crate-crypto/node-eth-kzg` has it, which
 * is Linux with glibc on x64, and {@link SidecarMaker} in JavaScript elsewhere. Compiled, a sidecar takes a third of a second
 * and an opening a tenth; loading the points takes one.
 *
 * @example const sidecar = (await loadSidecarMaker()).make(cellsToBlob(cells));
 */
export async function loadSidecarMaker(): Promise<SidecarMaker> {
  if (isCompiledHere()) return loadCompiledMaker();
  const { createSidecarMaker } = await import("./sidecar.ts");
  return createSidecarMaker();
}

async function loadCompiledMaker(): Promise<SidecarMaker> {
  const { DasContextJs } = await import("@crate-crypto/node-eth-kzg");
  // Tables that make proofs somewhat faster would take seconds and a hundred megabytes.
  const kzg = DasContextJs.create({ usePrecomp: false });
  const commit = (blob: Uint8Array): Uint8Array => {
    // The library's own errors have no code.
    assertBlob(blob);
    return kzg.blobToKzgCommitment(blob);
  };
  return {
    commit,
    isBlobOf: (hash, blob) => isSameBytes(hash, versionedHash(commit(blob))),
    areCommitted: (blobs) => {
      for (const { commitment } of blobs) assertPointLength(commitment);
      return areCommitted(blobs, (elements) => kzg.blobToKzgCommitment(elementsToBlob(elements)));
    },
    open: (blob, point) => {
      assertScalar(point);
      const commitment = commit(blob);
      const [proof, evaluation] = kzg.computeKzgProof(blob, bigintToBytes(point, 32));
      if (proof === undefined || evaluation === undefined) throw new TypeError("the KZG library gave no opening");
      return { evaluation: bytesToBigint(evaluation), commitment, proof };
    },
    make: (blob, known) => {
      assertBlob(blob);
      const commitment = known ?? kzg.blobToKzgCommitment(blob);
      const { proofs } = kzg.computeCellsAndKzgProofs(blob);
      return { blob, commitment, cellProofs: proofs, versionedHash: versionedHash(commitment) };
    },
    isRight: (sidecar) =>
      isNamed(sidecar) &&
      isTrue(() => {
        const { blob, commitment, cellProofs } = sidecar;
        const indices = cellProofs.map((_, i) => i);
        const commitments = cellProofs.map(() => commitment);
        return kzg.verifyCellKzgProofBatch(commitments, indices, kzg.computeCells(blob), [...cellProofs]);
      }),
  };
}

function isCompiledHere(): boolean {
  if (process.platform !== "linux" || process.arch !== "x64") return false;
  const { header } = process.report.getReport() as { readonly header: { readonly glibcVersionRuntime?: string } };
  return header.glibcVersionRuntime !== undefined;
}

export type { SidecarMaker } from "./sidecar-maker.ts";
