import { cellsToBlob, createBlobKzg, encodeOpening, versionedHash } from "@cairn/blobs";
import { bytesToHex, CairnError } from "@cairn/protocol";
import type { Vector } from "../json.ts";
import { batchFields, batchOf, sampleBatches } from "./batches.ts";

/** The last batch in a blob: as with calldata, but `data` is the opening, and the data commitment its versioned hash. */
export function blobVectors(): Vector {
  const kzg = createBlobKzg();
  const cases = sampleBatches.slice(-1).map((blocks) => {
    const blob = cellsToBlob(blocks.flatMap(({ cells }) => cells));
    const batch = batchOf(blocks, { source: "blob", commitment: versionedHash(kzg.commit(blob)) });
    const opening = kzg.open(blob, batch.binding.point);
    if (opening.evaluation !== batch.binding.evaluation) {
      throw new CairnError<"vectors/opening-differs">(
        "vectors/opening-differs",
        "the opening is of another polynomial",
      );
    }
    const queueHashBefore = bytesToHex(sampleBatches.at(-2)?.at(-1)?.queueHash ?? new Uint8Array(32));
    return { ...batchFields(batch), data: bytesToHex(encodeOpening(opening)), queueHashBefore };
  });
  return { cases };
}
