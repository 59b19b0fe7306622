import { type BlobAccess, connectReader, type L1Rollup } from "@cairn/l1";
import { bigintToAddress, CairnError, type Hex } from "@cairn/protocol";
import type { NodeErrorCode } from "../errors.ts";
import { assertHistory } from "../restore/history.ts";
import type { Part, PartContext } from "./part.ts";
import type { Storage } from "./storage.ts";

/** The rollup on L1. */
export interface L1 {
  readonly rollup: L1Rollup;
  /** Whether L1 answered at the start. */
  readonly isReachable: boolean;
  /** Who has the blobs of batches; undefined when nobody was named. */
  readonly blobs: BlobAccess | undefined;
}

/** The connection to L1. Its start throws `node/wrong-l1` and `node/needs-restore`. */
export function createL1Part(
  context: PartContext,
  { database, domain }: Storage,
  blobs: BlobAccess | undefined = undefined,
): Part<L1> {
  const { config, has } = context;

  /** Returns false for an L1 that does not answer, since it may come back; a different chain is a mistake. */
  const assertL1 = async ({ reader, address }: L1Rollup): Promise<boolean> => {
    let chainId: number;
    let code: Hex | undefined;
    try {
      [chainId, code] = await Promise.all([reader.getChainId(), reader.getCode({ address })]);
    } catch (error) {
      context.child("l1").error({ err: error }, "L1 does not answer");
      return false;
    }
    if (chainId === reader.chain.id && code !== undefined) return true;
    const reason = chainId === reader.chain.id ? `no contract at ${address}` : `it is chain ${chainId}`;
    throw new CairnError<NodeErrorCode>("node/wrong-l1", `the L1 node is not the rollup's: ${reason}`);
  };

  return {
    name: "l1",
    start: async () => {
      const rollup: L1Rollup = {
        reader: connectReader(config.l1RpcUrl, Number(domain.chainId)),
        address: bigintToAddress(domain.rollup),
      };
      const isNeeded = config.roles.some((role) => role !== "prover" && role !== "api");
      const isReachable = isNeeded && (await assertL1(rollup));
      if (isReachable && has("sequencer")) await assertHistory(database.db, rollup, { isRestore: config.restore });
      return { rollup, isReachable, blobs };
    },
  };
}
