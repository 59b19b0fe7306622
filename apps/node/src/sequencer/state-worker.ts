import { parentPort, workerData } from "node:worker_threads";
import { createFastCompress, createFastSignatureVerifier } from "@cairn/crypto/fast";
import { isCairnError } from "@cairn/protocol";
import { createStateTree, type StateTree } from "@cairn/state";
import { createLmdbStore } from "@cairn/state/lmdb";
import { sealBlock } from "./sealing.ts";
import type { StateAnswer, StateHead, StateKeeperOptions, StateRequest } from "./state-keeper.ts";

const { path, retainedBlocks }: StateKeeperOptions = workerData;
const answer = (message: StateAnswer): void => parentPort?.postMessage(message);

function fail(id: number, error: unknown): void {
  const message = error instanceof Error ? error.message : String(error);
  const stack = error instanceof Error ? error.stack : undefined;
  const [code, details] = isCairnError(error) ? [error.code, error.details] : [null, {}];
  answer({ id, type: "failed", code, message, details: { ...details, stack } });
}

function headOf(tree: StateTree): StateHead {
  return { blockNumber: tree.blockNumber(), root: tree.root(), nextIndex: tree.nextIndex() };
}

try {
  const compress = await createFastCompress();
  const { verify } = await createFastSignatureVerifier();
  const tree = createStateTree({ store: createLmdbStore({ path }), compress, retainedBlocks });

  const perform = async (request: StateRequest): Promise<unknown> => {
    switch (request.type) {
      case "seal":
        return sealBlock(tree, request.task, { compress, verify });
      case "apply":
        return tree.applyBlock(request.block, request.updates, request.nextIndex, request.options);
      case "rollback":
        return tree.rollbackTo(request.block);
      case "close":
        return tree.close();
    }
  };

  parentPort?.on("message", async ({ id, request }: { id: number; request: StateRequest }) => {
    try {
      const value = await perform(request);
      answer({ id, type: "done", value, head: headOf(tree) });
    } catch (error) {
      fail(id, error);
    }
  });
  answer({ id: 0, type: "done", value: null, head: headOf(tree) });
} catch (error) {
  fail(0, error);
}
