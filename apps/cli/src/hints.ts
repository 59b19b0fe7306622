import type { CairnError } from "@cairn/protocol";
import type { ApiErrorCode } from "@cairn/rpc";
import { apiErrorOf } from "@cairn/sdk";
import type { FailureExitCode } from "./errors.ts";

/** What helps against a failure of another package, and the exit code: 2 when the input was wrong. */
export interface Advice {
  readonly exitCode: FailureExitCode;
  readonly hint: string;
}

const failed = (hint: string): Advice => ({ exitCode: 1, hint });
const called = (hint: string): Advice => ({ exitCode: 2, hint });

const ADVICE: Readonly<Record<string, Advice>> = {
  "sdk/unreachable": failed(
    "Check --node-url and that the node runs (`cairn status`); sending the same again is harmless.",
  ),
  "sdk/timeout": failed(
    "The node is slow or away: `cairn status` shows it. What was sent stays sent: look with `cairn tx`.",
  ),
  "sdk/bad-answer": failed("Check --node-url: what answers there is not a Cairn node of this version."),
  "sdk/not-reached": failed("`cairn tx ID` shows why; correct it and send a new transaction."),
  "sdk/foreign-account": called("Use the key of the account: `cairn balance` and `cairn keys list` show them."),
  "sdk/bad-payment-code": called("Copy the code again, and check that it is for this rollup."),
  "sdk/bad-payee": failed("Check index and token with `cairn balance INDEX`, or pay to an address or payment code."),
  "sdk/bad-offer": failed("Look at it with `cairn swap show`, and ask for a new offer."),
  "sdk/not-encodable": called("Take one of the nearest amounts that the message names."),
  "l1/node-failed": failed("If the port is taken, give another one or stop the process that holds it."),
  "l1/outcome-unknown": {
    exitCode: 3,
    hint:
      "Run the very same command again: it goes on with this transaction and pays nothing twice. To look yourself, ask L1 for " +
      "the hash that the message names. Only --again makes a second one.",
  },
  "l1/transaction-replaced": failed(
    "Nothing was done: another wallet with this key cancelled or replaced it. Run the command again if you still want it.",
  ),
  "l1/unknown-event": failed(
    "L1 holds the transaction, but it did not do what it should have: check --rollup and --l1-rpc-url before repeating.",
  ),
  "l1/approval-failed": failed("The token does not approve amounts in the usual way: it cannot be deposited."),
  "l1/permit-unsupported": failed("Deposit with --approval approve instead."),
  "l1/queue-mismatch": failed("The L1 RPC lies or is behind; try another one."),
  "l1/state-missing": failed(
    "The L1 RPC has no state of that block: take one that keeps more of them, or read at the latest block.",
  ),
  "l1/bad-events": failed("The L1 RPC mixes up events: try again, or take another one."),
  "l1/batch-mismatch": failed("The L1 RPC lies: take another one."),
  "l1/unknown-circuit": failed("Check out the version of this software that belongs to the rollup."),
  "contracts/artefact-missing": failed("Run `npm run setup`."),
  "contracts/bad-artefact": failed("Run `npm run setup`."),
  "contracts/dev-verifier-refused": failed(
    "Only verifiers over the Ignition SRS may serve a chain that is not for development.",
  ),
  "devnet/not-built": failed("Run `npm run setup`."),
  "node/bad-config": called("Correct the settings that the message names; `cairn node --help` lists all."),
  "node/already-running": failed("Stop the other node, or give this one its own data directory."),
  "node/wrong-l1": failed("Check the chain id, the rollup's address and the L1 RPC."),
  "node/state-diverged": failed("The data directory is damaged: move it away and restore the state from L1."),
  "db/wrong-chain": called("Give the data directory or database of this rollup, or a new one."),
  "db/newer-schema": failed("Run the version of this software that wrote the database, or a newer one."),
  "db/locked": failed("Another node uses the database: stop it first, or give another one."),
  "l1/unavailable": failed(
    "Check --l1-rpc-url; an L1 node that answers slowly or keeps few events may need an archive node.",
  ),
  "l1/not-a-rollup": called("Check --rollup and --l1-rpc-url."),
  "restore/unsupported-rollup": failed("Check out the version of this software that belongs to the rollup."),
  "l1/events-incomplete": failed(
    "The L1 RPC holds events back or has pruned them: take another one, or a batch archive.",
  ),
  "restore/batch-mismatch": failed("The L1 RPC or the archive lies: take another one."),
  "restore/queue-mismatch": failed("The L1 RPC lies or is behind; try another one."),
  "restore/invalid-data": failed("The L1 RPC or the archive lies: take another one."),
  "restore/root-mismatch": failed("The L1 RPC or the archive lies: take another one."),
  "restore/state-mismatch": failed("The L1 RPC lies or is behind; try another one."),
  "restore/history-changed": failed("Restore anew into another folder with --state, over an L1 RPC that you trust."),
  "restore/foreign-state": called("Give the folder of this rollup's state with --state, or a new one."),
  "restore/incomplete": failed("Run the command again; it goes on where it was."),
  "restore/not-found": failed("Check the number; `cairn balance --restored` and `cairn status` show what there is."),
  "restore/bad-option": called("Add --help to the command to see what it takes."),
  "restore/archive-unsupported": called("The file is no batch archive of this version: take another one."),
  "restore/archive-corrupt": failed("The archive was damaged or forged: take another copy."),
  "restore/archive-truncated": failed("The archive ends early: take another copy."),
  "restore/archive-foreign": called("The archive is of another rollup: take the right one."),
  "restore/archive-gap": failed("Give the archive of the earlier batches too, before this one."),
  "restore/io": failed("Check disk space and permissions, and try again."),
  "state/store-locked": failed(
    "Another command works on this state: wait for it, or give another folder with --state.",
  ),
  "crypto/non-deterministic-wallet": failed(
    "Use a wallet that signs deterministically, or a random key (`cairn keys new`).",
  ),
  "crypto/invalid-secret-key": called("An L2 secret key is 32 bytes of hex, as `cairn keys show --secret` prints it."),
};

/** What helps when the contract reverts, by the name of its error. */
const REVERTS: Readonly<Record<string, string>> = {
  ValueTooLow: "The queue fee rose meanwhile: try again.",
  KeyWithoutOwner: "Only the owner itself may set a key: deposit for someone else without a key.",
  CustodyTooLarge: "The rollup takes no more of this token.",
  TokenPullFailed: "The L1 account must own the tokens and approve the rollup.",
  ReceivedUnexpectedAmount: "The token takes a fee on transfers or rebases; deposit another amount or token.",
  UnknownToken: "Register the token with the rollup first.",
  RefundFailed: "The sending contract must accept ETH; use a plain account.",
  RollupFrozen: "The rollup is frozen: it takes nothing new; leave it with `cairn exit` and `cairn reclaim`.",
  NotFrozen: "Exits and reclaims open with a freeze: `cairn freeze`, once an entry has waited for the freeze delay.",
  FreezeTooEarly: "The oldest entry has not waited for the freeze delay yet.",
  AlreadyExited: "Someone was faster: the account has been paid to its owner.",
  AlreadyReclaimed: "Someone was faster: the entry has been paid back to its owner.",
  NothingToPay: "Someone was faster: these payouts are paid or claimable.",
  NothingToClaim: "Someone was faster: it has been claimed.",
  RootMismatch: "The proof is for another state: restore to the head of L1 again.",
  InsufficientGas: "The gas limit was too low: try again.",
};

/** What helps when L1 does not take a transaction, by the kind of refusal. */
const L1_REFUSALS: Readonly<Record<string, string>> = {
  insufficientFunds: "Fund the L1 account, then run the same command again.",
  replacementUnderpriced: "Wait until the account's earlier transaction is mined, then run the same command again.",
  nonceTooHigh: "Wait until the account's earlier transactions are mined, then run the same command again.",
  feeTooLow: "Fees rose meanwhile: run the same command again, it offers what the market asks for.",
};

/** What helps when a node refuses, by its code. */
const REFUSALS: Readonly<Partial<Record<ApiErrorCode, string>>> = {
  overloaded: "The node has too much to do: try again in a moment.",
  unavailable: "The node starts, stops or recovers: try again in a moment; `cairn status` shows its parts.",
  internal: "The node's log says what happened.",
  "not-found": "Check the number or id, and that the node has caught up (`cairn status`).",
};

/** What helps when a transaction cannot run, by the rule it breaks. */
const REJECTIONS: Readonly<Record<string, string>> = {
  nonceTooLow: "Another transaction of the account was faster: run the command again.",
  replaced: "Another transaction of the account took its place: run the command again.",
  replacementUnderpriced: "A transaction of the account waits already: wait for it, or pay more with --fee.",
  nonceTooFar: "Too many transactions of the account wait: let them run first.",
  alreadyWaiting: "This transaction waits already: send the others without it.",
  accountPoolFull: "Too many transactions of the account wait: let them run first.",
  insufficientBalance: "Send less, or everything with the amount `all`.",
  feeTooLow: "Fees rose meanwhile: run the command again, or raise --fee.",
  feeTokenNotAccepted: "The node takes no fees in this token: give --fee 0 if it is free, or pay from another account.",
  expiresTooSoon: "Give it longer with --valid-for.",
  expired: "Sign anew: run the command again.",
  receiverOwnerChanged: "L1 changed and the receiver's account moved: run the command again.",
  receiverKeyChanged: "The receiver has a new key: run the command again.",
  badSignature: "The account's key changed: use the new one.",
};

/** What helps against an error of another package; null when nothing is known. */
export function adviceOn(error: CairnError): Advice | null {
  const { code, details } = error;
  if (code === "l1/transaction-reverted" && typeof details.reason === "string") {
    return failed(
      REVERTS[details.reason] ?? "The contract refused the transaction; the reason is the name of its error.",
    );
  }
  if (code === "l1/transaction-refused") {
    return failed(L1_REFUSALS[String(details.refusal)] ?? "Run the same command again later; it pays nothing twice.");
  }
  const api = apiErrorOf(error);
  if (api !== null) {
    const rule = brokenRule(api.details.reason);
    const hint = rule === null ? REFUSALS[api.code] : REJECTIONS[rule];
    return hint === undefined ? null : failed(hint);
  }
  return ADVICE[code] ?? null;
}

function brokenRule(reason: unknown): string | null {
  const type = typeof reason === "object" && reason !== null && "type" in reason ? reason.type : null;
  return typeof type === "string" ? type : null;
}
