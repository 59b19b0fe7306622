import { rollupAbi } from "@cairn/contracts";
import { type BlobAccess, connectReader, createL1Access, type L1Rollup } from "@cairn/l1";
import { bigintToAddress, CairnError, isCairnError } from "@cairn/protocol";
import { blobAccessOf, createBlobMetrics, isBlobSourceNamed } from "../blobs/blob-access.ts";
import { createBlobThread } from "../blobs/blob-thread.ts";
import type { Endings } from "../endings.ts";
import type { NodeErrorCode } from "../errors.ts";
import { assertHistory } from "../restore/history.ts";
import type { Part, PartContext } from "./part.ts";
import type { Storage } from "./storage.ts";

/** What `version()` of the contracts answers that this node understands. */
const CONTRACT_VERSION = 2n;

/** The rollup on L1. */
export interface L1 {
  readonly rollup: L1Rollup;
  /** Whether L1 answered at the start. */
  readonly isReachable: boolean;
  /** Who has the blobs of batches. */
  readonly blobs: BlobAccess;
  /** Whether they include anyone but the node itself. */
  readonly isBlobSourceNamed: boolean;
}

/** The connection to L1; `given` takes the place of the settings' sources of blobs. Its start throws `node/wrong-l1` and `node/needs-restore`. */
export function createL1Part(
  context: PartContext,
  { database, domain }: Storage,
  given: BlobAccess | undefined = undefined,
): Part<L1> {
  const { config, has } = context;

  /** Returns false for an L1 that does not answer, since it may come back; a different chain is a mistake. */
  const assertL1 = async (rollup: L1Rollup): Promise<boolean> => {
    let problem: string | null;
    try {
      problem = await findProblem(rollup);
    } catch (error) {
      context.child("l1").error({ err: error }, "L1 does not answer");
      return false;
    }
    if (problem === null) return true;
    throw new CairnError<NodeErrorCode>("node/wrong-l1", `the L1 node is not the rollup's: ${problem}`);
  };

  /** The sources of the settings. Their thread is not that of batches to be sent, so no source can delay those. */
  const sourcesOf = (endings: Endings): BlobAccess => {
    const kzg = createBlobThread();
    endings.add("blob checker", kzg.stop);
    const metrics = createBlobMetrics(context.registry);
    return blobAccessOf(config, { database, kzg, logger: context.child("blobs"), metrics });
  };

  return {
    name: "l1",
    start: async (endings) => {
      const rollup: L1Rollup = {
        reader: connectReader(config.l1RpcUrl, Number(domain.chainId)),
        address: bigintToAddress(domain.rollup),
      };
      const isNeeded = config.roles.some((role) => role !== "prover" && role !== "api");
      const isReachable = isNeeded && (await assertL1(rollup));
      if (isReachable && has("sequencer")) await assertHistory(database.db, rollup, { isRestore: config.restore });
      return {
        rollup,
        isReachable,
        blobs: given ?? sourcesOf(endings),
        isBlobSourceNamed: given !== undefined || isBlobSourceNamed(config),
      };
    },
  };
}

/** Why L1 is not that of a rollup which this node understands; null if it is. Throws what the RPC throws. */
async function findProblem(rollup: L1Rollup): Promise<string | null> {
  const { reader, address } = rollup;
  const [chainId, code] = await Promise.all([reader.getChainId(), reader.getCode({ address })]);
  if (chainId !== reader.chain.id) return `it is chain ${chainId}`;
  if (code === undefined) return `no contract at ${address}`;
  try {
    const read = () => reader.readContract({ address, abi: rollupAbi, functionName: "version" });
    const version = await createL1Access(rollup, { attempts: 1 }).call("the rollup's version", read);
    return version === CONTRACT_VERSION ? null : `the rollup at ${address} is of version ${version}`;
  } catch (error) {
    if (isCairnError(error)) throw error;
    return `no Cairn rollup of version ${CONTRACT_VERSION} at ${address}`;
  }
}
