import {
  approvalCalls,
  assertApproved,
  type ContractCall,
  l1Error,
  readAllowance,
  type WantedApproval,
} from "@cairn/l1";
import { type Hex, TransactionReceiptNotFoundError } from "viem";
import { delay } from "../delay.ts";
import { isRetryable, sdkError } from "../errors.ts";
import { type SendingNews, sendCall, senderOf } from "../requests/l1-sending.ts";
import type { CairnClient, L1Connection } from "./context.ts";
import { askingL1 } from "./l1-failure.ts";

/** Longest wait for an approval. */
const PATIENCE_MS = 600_000;

/**
 * Lets the rollup take a token, where it may not yet; first takes an old approval back where the token requires that, as
 * USDT does. Resolves when L1 shows the allowance. An approval moves no money, so it is not kept: repeated after a
 * crash, it costs its gas again. Throws as sending does, `l1/transaction-reverted`, `l1/approval-failed`, and
 * `sdk/outcome-unknown` when L1 mines nothing in ten minutes.
 */
export async function approve(client: CairnClient, l1: L1Connection, wanted: WantedApproval): Promise<void> {
  const { reader } = l1;
  const { token, owner, spender, amount } = wanted;
  const calls = await askingL1("approve", () => approvalCalls(reader, wanted));
  for (const [i, call] of calls.entries()) {
    const isLast = i === calls.length - 1;
    const isDone = async () => {
      const allowance = await askingL1("allowance", () => readAllowance(reader, token, owner, spender));
      return isLast ? allowance >= amount : allowance === 0n;
    };
    await sendApproval(client, l1, call, isDone);
  }
  if (calls.length > 0) await askingL1("allowance", () => assertApproved(reader, wanted));
}

/** What a wallet makes of an approval, or speeds up, is its own affair: the allowance counts. */
async function sendApproval(
  client: CairnClient,
  l1: L1Connection,
  call: ContractCall,
  isDone: () => Promise<boolean>,
): Promise<void> {
  const storage = client.cairn.storage();
  const account = senderOf(client).address.toLowerCase();
  const news = await sendCall(client, l1, call, {
    isRollup: false,
    save: async () => undefined,
    locked: (work) => storage.locked(`cairn-${l1.domain.chainId}-${account}`, work),
  });
  const deadlineMs = performance.now() + PATIENCE_MS;
  for (;;) {
    const isSettled = await isMined(l1, call, news, isDone).catch((error: unknown) => {
      if (!isRetryable(error)) throw error;
      return false;
    });
    if (isSettled) return;
    if (performance.now() > deadlineMs)
      throw sdkError("sdk/outcome-unknown", `L1 has not mined ${call.name} in ten minutes; nothing was deposited`);
    await delay(Math.min(l1.reader.pollingInterval, 1_000));
  }
}

async function isMined(
  { reader }: L1Connection,
  call: ContractCall,
  { sending }: SendingNews,
  isDone: () => Promise<boolean>,
): Promise<boolean> {
  if (await isDone()) return true;
  const hash = (sending.by === "wallet" ? sending.hash : sending.attempts[0].hash) as Hex | null;
  if (hash === null) return false;
  const receipt = await reader.getTransactionReceipt({ hash }).catch((error: unknown) => {
    if (error instanceof TransactionReceiptNotFoundError) return null;
    throw error;
  });
  if (receipt?.transactionHash.toLowerCase() !== hash.toLowerCase()) return false;
  if (receipt.status === "success") return true;
  throw l1Error("l1/transaction-reverted", `${call.name} reverted on L1 in ${hash}`, {
    details: { reason: "unknown", hash },
  });
}
