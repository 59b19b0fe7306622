import {
  bytesToHex,
  EMPTY_QUEUE_HASH,
  encodeL1Operation,
  encodePayoutList,
  l1Entry,
  nextQueueHash,
  type Payout,
  payoutEntry,
  payoutListHash,
  SLOT_KIND,
  tokenId,
} from "@cairn/protocol";
import { address, type Vector, word } from "../json.ts";
import { extremePayouts, queueOperations, scenarioBlocks } from "./scenario.ts";

/** A queue from its start: records, their words, and the rolling hash after each. */
export function queueVectors(): Vector {
  let hash = EMPTY_QUEUE_HASH;
  return {
    cases: queueOperations.map((operation) => {
      const record = encodeL1Operation(operation);
      const before = hash;
      hash = nextQueueHash(hash, record);
      const isDeposit = operation.type === "deposit";
      return {
        amount: word(isDeposit ? operation.amount : 0n),
        hashAfter: bytesToHex(hash),
        hashBefore: bytesToHex(before),
        index: operation.index,
        key: word(operation.type === "forcedWithdraw" ? 0n : operation.key),
        kind: SLOT_KIND[operation.type],
        owner: address(isDeposit ? operation.owner : operation.sender),
        record: bytesToHex(record),
        tokenId: isDeposit ? operation.tokenId : 0,
        words: l1Entry(operation).map(word),
      };
    }),
  };
}

/** Payout lists, their words and hashes: none, those of the blocks, extreme values, the longest. */
export function payoutVectors(): Vector {
  const longest = Array.from(
    { length: 1024 },
    (_, i): Payout => ({ recipient: BigInt(i + 1), tokenId: tokenId(i % 3), amount: BigInt(i) }),
  );
  const lists = [[], ...scenarioBlocks.map(({ block }) => block.payouts), extremePayouts];
  return {
    cases: lists.map((payouts) => ({
      amounts: payouts.map(({ amount }) => word(amount)),
      hash: bytesToHex(payoutListHash(payouts)),
      list: bytesToHex(encodePayoutList(payouts)),
      recipients: payouts.map(({ recipient }) => address(recipient)),
      tokenIds: payouts.map((payout) => payout.tokenId),
      words: payouts.flatMap((payout) => payoutEntry(payout).slice(0, 2)).map(word),
    })),
    // Payout i of the longest list: recipient i + 1, token i modulo 3, amount i.
    longest: bytesToHex(payoutListHash(longest)),
  };
}
