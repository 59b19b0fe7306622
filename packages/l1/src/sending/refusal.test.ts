import { HttpRequestError, RpcRequestError, TimeoutError } from "viem";
import { describe, expect, it } from "vitest";
import { type Refusal, refusalOf } from "./refusal.ts";

/** Error messages of clients and providers, with their origin. */
const WORDS: readonly (readonly [source: string, message: string, refusal: Refusal])[] = [
  ["geth core/txpool/errors.go", "already known", "known"],
  ["geth before 1.9", "known transaction: 0x7f657507aee0511e36d2d1972a6b22e917cc89f92b6c12c4dbd57eaabb236960", "known"],
  ["erigon txpoolcfg.go DuplicateHash", "existing tx with same hash", "known"],
  ["Ankr, before erigon", "INTERNAL_ERROR: existing tx with same hash", "known"],
  ["Ankr, before erigon", "ALREADY_EXISTS: already known", "known"],
  ["besu RpcErrorType", "Known transaction", "known"],
  ["nethermind AcceptTxResult", "AlreadyKnown", "known"],
  ["OpenEthereum", "Transaction with the same hash was already imported.", "known"],
  ["anvil", "transaction already imported", "known"],
  ["hardhat", "Known transaction: 0x7f657507aee0511e", "known"],
  ["geth core/error.go", "nonce too low: next nonce 5, tx nonce 4", "nonceUsed"],
  ["erigon txpoolcfg.go NonceTooLow", "INTERNAL_ERROR: nonce too low", "nonceUsed"],
  ["reth", "nonce too low: next nonce 5, tx nonce 4", "nonceUsed"],
  ["besu RpcErrorType", "Nonce too low", "nonceUsed"],
  ["besu MainnetTransactionValidator", "Transaction nonce below sender account nonce", "nonceUsed"],
  ["nethermind AcceptTxResult", "OldNonce, Current nonce: 22, nonce of rejected tx: 17", "nonceUsed"],
  ["OpenEthereum", "Transaction nonce is too low. Try incrementing the nonce.", "nonceUsed"],
  ["hardhat", "Nonce too low. Expected nonce to be 5 but got 4.", "nonceUsed"],
  ["ganache", "the tx doesn't have the correct nonce. account has nonce of: 41 tx has nonce of: 40", "nonceUsed"],
  ["ganache", "the tx doesn't have the correct nonce", "nonceUsed"],
  ["ganache", "the tx doesn't have the correct nonce. account has nonce of: 9 tx has nonce of: 10", "nonceTooHigh"],
  ["geth core/error.go", "nonce too high: address 0x33, tx: 8089 state: 8080", "nonceTooHigh"],
  ["nethermind AcceptTxResult", "NonceGap, Future nonce. Expected nonce: 10", "nonceTooHigh"],
  ["besu TransactionInvalidReason", "Transaction nonce too distant from current sender nonce", "nonceTooHigh"],
  [
    "hardhat",
    "Nonce too high. Expected nonce to be 2 but got 4. Note that transactions can't be queued when automining.",
    "nonceTooHigh",
  ],
  ["geth core/txpool/errors.go", "replacement transaction underpriced", "replacementUnderpriced"],
  ["besu RpcErrorType", "Replacement transaction underpriced", "replacementUnderpriced"],
  ["erigon txpoolcfg.go NotReplaced", "could not replace existing tx", "replacementUnderpriced"],
  ["Ankr, before erigon", "INTERNAL_ERROR: could not replace existing tx", "replacementUnderpriced"],
  ["nethermind AcceptTxResult", "ReplacementNotAllowed", "replacementUnderpriced"],
  [
    "OpenEthereum",
    "Transaction gas price 100wei is too low. There is another transaction with same nonce in the queue with gas price 150wei.",
    "replacementUnderpriced",
  ],
  ["ethers, of several", "replacement fee too low", "replacementUnderpriced"],
  ["geth core/txpool/errors.go", "transaction underpriced: gas tip cap 0, minimum needed 1000000", "feeTooLow"],
  [
    "geth core/error.go",
    "max fee per gas less than block base fee: address 0x1, maxFeePerGas: 1, baseFee: 2",
    "feeTooLow",
  ],
  ["erigon txpoolcfg.go FeeTooLow", "fee too low", "feeTooLow"],
  ["nethermind AcceptTxResult", "FeeTooLow, EffectivePriorityFeePerGas too low 10 < 20, BaseFee: 30", "feeTooLow"],
  ["nethermind AcceptTxResult", "FeeTooLowToCompete", "feeTooLow"],
  ["besu RpcErrorType", "Gas price below configured minimum gas price", "feeTooLow"],
  ["besu RpcErrorType", "Gas price below current base fee", "feeTooLow"],
  ["hedera", "Gas price '830000000000' is below configured minimum gas price '950000000000'", "feeTooLow"],
  ["hardhat", "Transaction gas price is 0x1, which is below the minimum of 0x5", "feeTooLow"],
  [
    "hardhat",
    "Transaction maxFeePerGas (1) is too low for the next block, which has a baseFeePerGas of 875000000",
    "feeTooLow",
  ],
  ["OpenEthereum", "Transaction gas price is too low. It does not satisfy your node's minimal gas price", "feeTooLow"],
  ["geth core/error.go", "insufficient funds for gas * price + value: have 0 want 1", "insufficientFunds"],
  ["geth core/txpool", "transaction would cause overdraft", "insufficientFunds"],
  ["besu RpcErrorType", "Upfront cost exceeds account balance", "insufficientFunds"],
  ["nethermind AcceptTxResult", "InsufficientFunds, Account balance: 4, cumulative cost: 22", "insufficientFunds"],
  ["anvil", "Insufficient funds for gas * price + value", "insufficientFunds"],
  [
    "hardhat",
    "Sender doesn't have enough funds to send tx. The max upfront cost is: 2 and the sender's balance is: 1.",
    "insufficientFunds",
  ],
  ["geth core/txpool/errors.go", "txpool is full", "poolFull"],
  ["geth core/txpool/errors.go", "future transaction tries to replace pending", "poolFull"],
  ["erigon txpoolcfg.go", "pending sub-pool is full", "poolFull"],
  [
    "OpenEthereum",
    "There are too many transactions in the queue. Your transaction was dropped due to limit. Try increasing the fee.",
    "poolFull",
  ],
  ["geth core/txpool/errors.go", "exceeds block gas limit", "gasLimit"],
  ["geth since Osaka", "transaction gas limit too high (cap: 16777216, tx: 20000000)", "gasLimit"],
  ["besu RpcErrorType", "Transaction gas limit exceeds block gas limit", "gasLimit"],
  ["besu RpcErrorType", "Intrinsic gas exceeds gas limit", "gasLimit"],
  ["nethermind AcceptTxResult", "GasLimitExceeded, Gas limit: 3, gas limit of rejected tx: 4", "gasLimit"],
  [
    "OpenEthereum",
    "Transaction cost exceeds current gas limit. Limit: 1, got: 2. Try decreasing supplied gas.",
    "gasLimit",
  ],
  ["hardhat", "Transaction gas limit is 40000000 and exceeds block gas limit of 30000000", "gasLimit"],
  ["any", "internal error", "other"],
  ["any", "Too Many Requests", "other"],
];

describe("refusals", () => {
  it.each(WORDS)("of %s: %s", (_, message, refusal) => {
    expect(refusalOf(new RangeError(message))).toBe(refusal);
    const error = new RpcRequestError({
      url: "https://rpc.example/already-known/nonce-too-low",
      body: {},
      error: { code: -32000, message },
    });
    expect(refusalOf(error)).toBe(refusal);
  });

  it("are not read from the URL or the request when the node gives no answer", () => {
    const url = "https://rpc.example/already known";
    expect(refusalOf(new HttpRequestError({ url, status: 502, details: "Bad Gateway" }))).toBe("other");
    expect(refusalOf(new TimeoutError({ url, body: { nonce: "nonce too low" } }))).toBe("other");
  });
});
