/** The worker that checks what a node says: it hashes here, and asks L1 through the user's RPC. It never asks the node. */
import {
  readExitReadiness,
  readL1Cost,
  readLiveness,
  readRollupOnL1,
  rollupOn,
  type VerifierL1,
  verifyAccount,
  verifyReceipt,
  verifyTransaction,
} from "@cairn/verify";
import { createClient, http } from "viem";
import { failureOf } from "./failure.ts";
import type { OperationName, Question, Reply, VerifierOperations, VerifierSettings } from "./protocol.ts";

type Operations = {
  readonly [Name in OperationName]: (
    l1: VerifierL1,
    asked: VerifierOperations[Name]["asked"],
  ) => Promise<VerifierOperations[Name]["answer"]>;
};

const OPERATIONS: Operations = {
  rollup: (l1) => readRollupOnL1(l1),
  account: (l1, { index, proof }) => verifyAccount(l1, proof, { index }),
  cost: (l1, { transaction }) => readL1Cost(l1, transaction),
  liveness: (l1) => readLiveness(l1),
  wayOut: (l1, asked) => readExitReadiness(l1, asked),
  transaction: (l1, claimed) => verifyTransaction(l1, claimed),
  receipt: (l1, { receipt }) => verifyReceipt(l1, receipt),
};

const connections = new Map<string, VerifierL1["connection"]>();

self.addEventListener("message", ({ data }: MessageEvent<Question>) => {
  void answer(data).then((reply) => self.postMessage(reply));
});

async function answer({ id, settings, operation, asked }: Question): Promise<Reply> {
  try {
    // The table ties each name to its types; a name that is not known yet cannot express that.
    const run = OPERATIONS[operation] as (
      l1: VerifierL1,
      asked: Question["asked"],
    ) => Promise<VerifierOperations[OperationName]["answer"]>;
    return { id, answer: await run(connect(settings), asked) };
  } catch (error) {
    return { id, failure: failureOf(error) };
  }
}

function connect({ rollup, chainId, l1 }: VerifierSettings): VerifierL1 {
  let connection = connections.get(l1);
  if (connection === undefined) {
    connection = createClient({ transport: http(l1) });
    connections.set(l1, connection);
  }
  return rollupOn(connection, { chainId, rollup });
}
