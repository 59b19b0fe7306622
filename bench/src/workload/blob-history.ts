import { type BlobKzg, cellsToBlob, versionedHash } from "@cairn/blobs";
import { blocksRoot, type Compress } from "@cairn/crypto";
import { type LastCircuit, MAX_BATCH_BLOCKS, MAX_BATCH_CELLS } from "@cairn/protocol";
import { followPublishedBatch, type PublishedBatch } from "@cairn/restore";
import type { ChainPosition } from "@cairn/vm";

/** What {@link inBlobs} depends on. */
export interface BlobHistoryDeps {
  readonly compress: Compress;
  readonly kzg: Pick<BlobKzg, "commit">;
}

const CIRCUIT: LastCircuit = "batch";

/** Batches of one block each, without L1 operations and payouts, as batches of as many blocks as a blob has room for. */
export function inBlobs(
  start: ChainPosition,
  batches: readonly PublishedBatch[],
  { compress, kzg }: BlobHistoryDeps,
): PublishedBatch[] {
  const cellsOfBlock = Math.max(...batches.map(({ cells }) => cells.length));
  const blocks = Math.min(MAX_BATCH_BLOCKS, Math.floor(MAX_BATCH_CELLS / cellsOfBlock));
  const joined: PublishedBatch[] = [];
  let position = start;
  for (let i = 0; i < batches.length; i += blocks) {
    const group = batches.slice(i, i + blocks);
    const hashes = group.map((batch) => {
      ({ position } = followPublishedBatch(position, batch, compress));
      return position.chains.blocks;
    });
    const number = start.batch + joined.length + 1;
    joined.push(joinedBatch(number, group, { blocksRoot: blocksRoot(hashes, compress), kzg }));
  }
  return joined;
}

function joinedBatch(
  number: number,
  group: readonly PublishedBatch[],
  { blocksRoot: root, kzg }: Pick<BlobHistoryDeps, "kzg"> & { readonly blocksRoot: bigint },
): PublishedBatch {
  const [first, last] = [group[0], group.at(-1)];
  if (first === undefined || last === undefined) throw new TypeError("a batch has at least one block");
  const cells = group.flatMap((batch) => batch.cells);
  const kzgCommitment = kzg.commit(cellsToBlob(cells));
  const { firstBlock, firstTimestamp, oldRoot } = first.header;
  return {
    ...last,
    number,
    header: {
      ...last.header,
      circuit: CIRCUIT,
      dataSource: "blob",
      firstBlock,
      firstTimestamp,
      oldRoot,
      blocksRoot: root,
    },
    cells,
    kzgCommitment,
    dataCommitment: versionedHash(kzgCommitment),
    origin: { ...last.origin, l1Block: number, resumeBlock: number },
  };
}
