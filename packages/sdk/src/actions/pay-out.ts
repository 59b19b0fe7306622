import { type BatchHeaderStruct, payArguments, payGasLimit, rollupAbi } from "@cairn/contracts";
import { batchNumber, type Hex, isCairnError, type Payout } from "@cairn/protocol";
import { encodeFunctionData } from "viem";
import { sdkError } from "../errors.ts";
import type { Handle } from "../requests/handle.ts";
import type { CairnClient, L1Connection } from "./context.ts";
import { type RequestOptions, sendOnL1 } from "./send-on-l1.ts";

/** Payouts whose bits the contract keeps in one word. */
const PAYOUTS_PER_WORD = 256;

/** A batch that L1 has accepted, and whom it pays: what `payoutsOf` of `@cairn/restore` rebuilds from L1. */
export interface PayoutList {
  readonly batch: number;
  readonly header: BatchHeaderStruct;
  readonly dataCommitment: Hex;
  /** The whole list, in order. */
  readonly payouts: readonly Payout[];
}

/** Parameters of {@link payOut}. */
export interface PayOutParameters extends RequestOptions {
  readonly list: PayoutList;
  /** Which of the list, by their places from 0 on. */
  readonly places: readonly number[];
}

/**
 * Lets the contract pay withdrawals that L1 has accepted and that nobody has paid, as when the operator is gone. Anyone can
 * do it, once for each; the recipients are paid. Throws `sdk/nothing-to-do` when all were paid, `sdk/bad-request` for a
 * place that the list does not have, `l1/transaction-reverted` for a list that is not the batch's, and as `deposit`.
 *
 * @example await (await payOut(client, { list: payoutsOf(restored, 7), places: [0] })).wait({ for: "mined" });
 */
export async function payOut(
  client: CairnClient,
  { requestId, list, places }: PayOutParameters,
): Promise<Handle<"payOut">> {
  return sendOnL1(client, {
    kind: "payOut",
    requestId,
    wanted: { batch: list.batch, places },
    makeCall: async (l1) => {
      const data = encodeFunctionData({ abi: rollupAbi, functionName: "pay", args: argumentsOf(list, places) });
      if ((await settledOf(l1, list.batch, places)).size === new Set(places).size) {
        throw sdkError("sdk/nothing-to-do", `these payouts of batch ${list.batch} were made`);
      }
      const chosen = list.payouts.filter((_, place) => places.includes(place));
      return { name: "pay", data, gas: BigInt(payGasLimit(chosen, list.payouts.length)) };
    },
  });
}

/** Throws `sdk/bad-request`. */
function argumentsOf({ batch, header, dataCommitment, payouts }: PayoutList, places: readonly number[]) {
  try {
    return payArguments({ batch: batchNumber(batch), header, dataCommitment, payouts, places });
  } catch (cause) {
    if (!isCairnError(cause)) throw cause;
    throw sdkError("sdk/bad-request", `not payouts of a batch: ${cause.message}`, { cause });
  }
}

/** Which of the places the contract has settled. */
async function settledOf(
  { reader, address }: L1Connection,
  batch: number,
  places: readonly number[],
): Promise<ReadonlySet<number>> {
  const contract = { address, abi: rollupAbi, functionName: "payoutsSettled" } as const;
  const settled = new Set<number>();
  for (const word of new Set(places.map((place) => Math.floor(place / PAYOUTS_PER_WORD)))) {
    const bits = await reader.readContract({ ...contract, args: [BigInt(batch), BigInt(word)] });
    for (const place of places) {
      const isInWord = Math.floor(place / PAYOUTS_PER_WORD) === word;
      if (isInWord && (bits >> BigInt(place % PAYOUTS_PER_WORD)) & 1n) settled.add(place);
    }
  }
  return settled;
}
