import { exitArguments, exitManyArguments, payGasLimit, reclaimArguments, rollupAbi } from "@cairn/contracts";
import { accountHash, compress } from "@cairn/crypto";
import type { RollupCall } from "@cairn/l1";
import {
  type AccountIndex,
  addressToBigint,
  type Deposit,
  isCairnError,
  type L1Operation,
  tokenId,
} from "@cairn/protocol";
import { multiproofRoot } from "@cairn/state";
import { encodeFunctionData, type Hex, isHash, TransactionReceiptNotFoundError } from "viem";
import { sdkError } from "../errors.ts";
import type { Handle } from "../requests/handle.ts";
import { entriesOf, type QueuedEntry } from "../requests/queue-entry.ts";
import type { CairnClient, L1Connection } from "./context.ts";
import { type ExitProof, parseExitProof } from "./exit-proof.ts";
import { type RequestOptions, sendOnL1 } from "./send-on-l1.ts";

/** Parameters of {@link exit}. */
export interface ExitParameters extends RequestOptions {
  /** A proof, or the document that `cairn exit-proof --json` or a node's proof route writes. */
  readonly proof: ExitProof | object;
}

/** Parameters of {@link reclaim}. */
export interface ReclaimParameters extends RequestOptions {
  /** L1 transaction that made the queue entry, such as that of a deposit. */
  readonly l1Transaction: string;
  /** Which of its entries, by its position in the queue; the first by default. */
  readonly position?: number;
}

/**
 * Stops a rollup for good that has left a queue entry waiting beyond the freeze delay, so that everyone can leave.
 * Anyone can do it. Throws `sdk/nothing-to-do` when it is frozen already, `l1/transaction-reverted` with `FreezeTooEarly`
 * while it is too early, and as `deposit`.
 *
 * @example await (await freeze(client)).wait({ for: "mined" });
 */
export async function freeze(client: CairnClient, { requestId }: RequestOptions = {}): Promise<Handle<"freeze">> {
  return sendOnL1(client, {
    kind: "freeze",
    requestId,
    wanted: {},
    makeCall: async (l1) => {
      if (await isFrozen(l1)) throw sdkError("sdk/nothing-to-do", "the rollup is frozen already");
      return { name: "freeze", data: encodeFunctionData({ abi: rollupAbi, functionName: "freeze" }) };
    },
  });
}

/**
 * Pays accounts of a frozen rollup out to their owners, with a proof against its last proven state. Anyone can do it,
 * once for each account. The proof is hashed here and compared with L1's root before anything is sent. Throws
 * `sdk/bad-proof`, `sdk/nothing-to-do` for accounts that have left, `l1/transaction-reverted` with `NotFrozen` before a
 * freeze, and as `deposit`.
 *
 * @example await (await exit(client, { proof: JSON.parse(text) })).wait({ for: "final" });
 */
export async function exit(client: CairnClient, { requestId, proof: given }: ExitParameters): Promise<Handle<"exit">> {
  const { accounts, siblings } = parseExitProof(given);
  return sendOnL1(client, {
    kind: "exit",
    requestId,
    wanted: { accounts: accounts.map(({ index }) => index) },
    makeCall: async (l1) => {
      await assertProven(l1, { accounts, siblings });
      return exitCall({ accounts, siblings });
    },
  });
}

/**
 * The call of the contract that pays the accounts of a proof out. Its proof is not checked here.
 *
 * @example const { name, data } = exitCall(parseExitProof(JSON.parse(text)));
 */
export function exitCall({ accounts, siblings }: ExitProof): RollupCall {
  const [only, ...others] = accounts;
  if (only !== undefined && others.length === 0) {
    const args = exitArguments(only, siblings);
    return { name: "exit", data: encodeFunctionData({ abi: rollupAbi, functionName: "exit", args }) };
  }
  const args = exitManyArguments(accounts, siblings);
  return { name: "exitMany", data: encodeFunctionData({ abi: rollupAbi, functionName: "exitMany", args }) };
}

/**
 * Pays a queue entry of a frozen rollup back that no batch consumed: the deposit, and the half of its fee that was not
 * burned. Anyone can do it, once for each entry. Throws `sdk/nothing-to-do` for an entry that a batch consumed or that
 * was paid back, `sdk/bad-request` for a transaction without such an entry, `l1/transaction-reverted` with `NotFrozen`
 * before a freeze, and as `deposit`.
 *
 * @example await (await reclaim(client, { l1Transaction: handle.hashes()[0] })).wait({ for: "mined" });
 */
export async function reclaim(client: CairnClient, parameters: ReclaimParameters): Promise<Handle<"reclaim">> {
  const { requestId, l1Transaction, position } = parameters;
  if (!isHash(l1Transaction))
    throw sdkError("sdk/bad-request", `not the hash of an L1 transaction: ${String(l1Transaction).slice(0, 80)}`);
  return sendOnL1(client, {
    kind: "reclaim",
    requestId,
    wanted: { l1Transaction: l1Transaction.toLowerCase(), position: position ?? null },
    makeCall: async (l1) => {
      const entry = await findQueued(l1, l1Transaction, position);
      const { reader, address } = l1;
      const contract = { address, abi: rollupAbi } as const;
      const args = [BigInt(entry.position)] as const;
      const [state, isReclaimed, stored] = await Promise.all([
        reader.readContract({ ...contract, functionName: "state" }),
        reader.readContract({ ...contract, functionName: "isReclaimed", args }),
        reader.readContract({ ...contract, functionName: "queueEntry", args }),
      ]);
      if (Number(state.queueHead) > entry.position) throw done(`a batch consumed queue entry ${entry.position}`);
      if (isReclaimed) throw done(`queue entry ${entry.position} was paid back`);
      const operation = operationOf(entry);
      const data = encodeFunctionData({
        abi: rollupAbi,
        functionName: "reclaim",
        args: reclaimArguments(entry.position, operation),
      });
      return { name: "reclaim", data, gas: reclaimGas(operation, stored.submitterFee) };
    },
  });
}

/** Throws `sdk/bad-proof` unless the proof leads to L1's root, `sdk/nothing-to-do` if an account of it has left. */
async function assertProven(l1: L1Connection, { accounts, siblings }: ExitProof): Promise<void> {
  const { reader, address } = l1;
  const contract = { address, abi: rollupAbi } as const;
  const { root } = await reader.readContract({ ...contract, functionName: "state" });
  if (rootOf({ accounts, siblings }) !== BigInt(root))
    throw sdkError(
      "sdk/bad-proof",
      "the proof does not lead to the root that L1 has: it is of another state, or forged",
    );
  for (const { index } of accounts) {
    if (await reader.readContract({ ...contract, functionName: "isExited", args: [index] }))
      throw done(`account ${index} was paid out`);
  }
}

/** The root that a proof leads to. Throws `sdk/bad-proof`. */
function rootOf({ accounts, siblings }: ExitProof): bigint {
  try {
    const leaves = accounts.map(({ index, account }) => ({ index, leafHash: accountHash(account, compress) }));
    return multiproofRoot(leaves, siblings, compress);
  } catch (cause) {
    if (!isCairnError(cause)) throw cause;
    throw sdkError("sdk/bad-proof", `the proof is malformed: ${cause.message}`, { cause });
  }
}

async function findQueued(
  { reader, address }: L1Connection,
  hash: Hex,
  position: number | undefined,
): Promise<QueuedEntry> {
  const receipt = await reader.getTransactionReceipt({ hash }).catch((error: unknown) => {
    if (error instanceof TransactionReceiptNotFoundError) return null;
    throw error;
  });
  const isIts = receipt?.transactionHash.toLowerCase() === hash.toLowerCase();
  const entries = receipt === null || !isIts ? [] : entriesOf(address, receipt);
  const found = entries.find((entry) => position === undefined || entry.position === position);
  if (found !== undefined) return found;
  throw sdkError("sdk/bad-request", `the L1 transaction ${hash} made no such queue entry of this rollup`);
}

function operationOf({ kind, owner, tokenId: token, amount, index: place, key }: QueuedEntry): L1Operation {
  const index = place as AccountIndex;
  switch (kind) {
    case "deposit":
      return { type: "deposit", owner: addressToBigint(owner), tokenId: tokenId(token), amount, index, key };
    case "forcedWithdraw":
      return { type: "forcedWithdraw", sender: addressToBigint(owner), index };
    case "setKey":
      return { type: "setKey", sender: addressToBigint(owner), index, key };
  }
}

/** Gas for the two payments at their worst: of the deposit, and of the fee in ETH. */
function reclaimGas(operation: L1Operation, submitterFee: bigint): bigint {
  const recipient = operation.type === "deposit" ? operation.owner : operation.sender;
  const fee = { recipient, tokenId: tokenId(0), amount: submitterFee };
  const deposits = operation.type === "deposit" ? [{ ...(operation satisfies Deposit), recipient }] : [];
  return BigInt(payGasLimit([...deposits, fee], 0));
}

function isFrozen({ reader, address }: L1Connection): Promise<boolean> {
  return reader.readContract({ address, abi: rollupAbi, functionName: "isFrozen" });
}

function done(why: string) {
  return sdkError("sdk/nothing-to-do", why);
}
