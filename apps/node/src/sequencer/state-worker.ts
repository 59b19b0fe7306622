import { workerData } from "node:worker_threads";
import { createFastCompress, createFastSignatureVerifier } from "@cairn/crypto/fast";
import { createStateTree, type StateTree } from "@cairn/state";
import { createLmdbStore } from "@cairn/state/lmdb";
import { serve } from "../threads/serve.ts";
import { type SealingCrypto, sealBlock } from "./sealing.ts";
import type { StateAnswer, StateKeeperOptions, StateRequest } from "./state-keeper.ts";

const { path, retainedBlocks }: StateKeeperOptions = workerData;

await serve<StateRequest>(async () => {
  const compress = await createFastCompress();
  const { verify } = await createFastSignatureVerifier();
  const tree = createStateTree({ store: createLmdbStore({ path }), compress, retainedBlocks, pastStates: true });
  const handle = async (request: StateRequest): Promise<StateAnswer<unknown>> => {
    const value = await perform(tree, request, { compress, verify });
    return { value, head: { blockNumber: tree.blockNumber(), root: tree.root(), nextIndex: tree.nextIndex() } };
  };
  return { handle };
});

async function perform(tree: StateTree, request: StateRequest, crypto: SealingCrypto): Promise<unknown> {
  switch (request.type) {
    case "seal":
      return sealBlock(tree, request.task, crypto);
    case "apply":
      return tree.applyBlock(request.block, request.updates, request.nextIndex, request.options);
    case "rollback":
      return tree.rollbackTo(request.block);
    case "forget":
      tree.forgetBefore(request.before);
      return null;
    case "head":
      return null;
    case "close":
      return tree.close();
  }
}
