import type { CairnError } from "@cairn/protocol";
import type { ApiErrorCode } from "@cairn/rpc";
import { apiErrorOf } from "@cairn/sdk";
import type { FailureExitCode } from "./errors.ts";
import { explainedCodes } from "./explain/codes.ts";

/** What to do about a failure of another package, and the exit code: 2 when the input was wrong. */
export interface Advice {
  readonly exitCode: FailureExitCode;
  readonly hint: string;
}

const failed = (hint: string): Advice => ({ exitCode: 1, hint });
const called = (hint: string): Advice => ({ exitCode: 2, hint });

const ADVICE: Readonly<Record<string, Advice>> = {
  "sdk/unreachable": failed(
    "Check --node-url and that the node is running (`cairn status`); running the same command again is harmless.",
  ),
  "sdk/timeout": failed(
    "The node is slow or unreachable: see `cairn status`. What was sent stays sent: the same command goes on waiting for it.",
  ),
  "sdk/bad-answer": failed("Check --node-url: the server there is not a Cairn node of this version."),
  "sdk/not-reached": failed("`cairn tx ID` shows why; correct it and send a new transaction."),
  "sdk/bad-payment-request": called("Copy the link or scan the code again; every character counts."),
  "sdk/request-expired": failed("Ask the payee for a new request."),
  "sdk/wrong-rollup": called("The request or node is of another rollup: check --rollup, --chain-id and --node-url."),
  "sdk/bad-payout-list": called(
    "Correct the lines in `details.problems`; `--check` shows them without signing anything.",
  ),
  "sdk/bad-customer-list": called("Correct the list: one column `customer`, each id once, letters and digits."),
  "sdk/request-conflict": failed(
    "The name stands for another list. Finish the old list, or give what is new another --name; --again pays a list that was paid before.",
  ),
  "sdk/outcome-unknown": {
    exitCode: 3,
    hint: "Run the very same command again: it asks what became of the payment, and pays nothing twice.",
  },
  "sdk/foreign-account": called("Use the key of the account: `cairn balance` and `cairn keys list` show them."),
  "sdk/bad-payment-code": called("Copy the code again, and check that it is for this rollup."),
  "sdk/bad-payee": failed("Check index and token with `cairn balance INDEX`, or pay to an address or payment code."),
  "sdk/bad-offer": failed("Inspect it with `cairn swap show`, and ask for a new offer."),
  "sdk/not-encodable": called("Use one of the nearest amounts named in the message."),
  "l1/node-failed": failed("If the port is taken, give another one or stop the process that uses it."),
  "l1/outcome-unknown": {
    exitCode: 3,
    hint:
      "Run the very same command again: it resumes this transaction and pays nothing twice. To check yourself, ask L1 for " +
      "the hash in the message. Only --again makes a second one.",
  },
  "l1/transaction-replaced": failed(
    "Nothing was done: another wallet with this key cancelled or replaced it. Run the command again if you still want it.",
  ),
  "l1/unknown-event": failed(
    "The transaction is on L1 but did not do what it should have: check --rollup and --l1-rpc-url before repeating.",
  ),
  "l1/approval-failed": failed("The token does not approve amounts in the usual way: it cannot be deposited."),
  "l1/permit-unsupported": failed("Deposit with --approval approve instead."),
  "l1/queue-mismatch": failed("The L1 RPC lies or is behind; try another one."),
  "l1/state-missing": failed(
    "The L1 RPC has no state of that block: use one that keeps more states, or read at the latest block.",
  ),
  "l1/history-pruned": failed(
    "The L1 RPC has forgotten blocks that old: use one that keeps them, or give a batch archive with --archive.",
  ),
  "l1/bad-events": failed("The L1 RPC returns inconsistent events: try again, or use another one."),
  "l1/batch-mismatch": failed("The L1 RPC lies: use another one."),
  "l1/unknown-circuit": failed("Check out the software version that belongs to the rollup."),
  "contracts/artefact-missing": failed("Run `npm run setup`."),
  "contracts/bad-artefact": failed("Run `npm run setup`."),
  "contracts/dev-verifier-refused": failed(
    "Only verifiers over the Ignition SRS may serve a chain that is not for development.",
  ),
  "devnet/not-built": failed("Run `npm run setup`."),
  "node/bad-config": called("Correct the settings named in the message; `cairn node --help` lists all."),
  "node/already-running": failed("Stop the other node, or give this one its own data directory."),
  "node/wrong-l1": failed("Check the chain id, the rollup's address and the L1 RPC."),
  "node/state-diverged": failed("The data directory is damaged: move it away and restore the state from L1."),
  "db/wrong-chain": called("Use the data directory or database of this rollup, or a new one."),
  "db/newer-schema": failed("Run the software version that wrote the database, or a newer one."),
  "db/locked": failed("Another node is using the database: stop it first, or use another database."),
  "l1/unavailable": failed(
    "Check --l1-rpc-url; an L1 node that answers slowly or keeps few events may need an archive node.",
  ),
  "l1/not-a-rollup": called("Check --rollup and --l1-rpc-url."),
  "restore/unsupported-rollup": failed("Check out the software version that belongs to the rollup."),
  "l1/events-incomplete": failed(
    "The L1 RPC withholds events or has pruned them: use another one, or a batch archive.",
  ),
  "l1/blob-unavailable": failed(
    "Name a beacon API with --beacon or, for blobs that none has any more, archives with --blob-archive or --archive.",
  ),
  "restore/batch-mismatch": failed("The L1 RPC or the archive lies: use another one."),
  "restore/queue-mismatch": failed("The L1 RPC lies or is behind; try another one."),
  "restore/settlement-mismatch": failed("The archive lies about payments: use another copy."),
  "restore/invalid-data": failed("The L1 RPC or the archive lies: use another one."),
  "restore/root-mismatch": failed("The L1 RPC or the archive lies: use another one."),
  "restore/state-mismatch": failed("The L1 RPC lies or is behind; try another one."),
  "restore/history-changed": failed("Restore again into another folder with --state, using an L1 RPC that you trust."),
  "restore/foreign-state": called("Use the folder of this rollup's state with --state, or a new one."),
  "restore/incomplete": failed("Run the command again; it continues where it stopped."),
  "restore/not-found": failed("Check the number; `cairn balance --restored` and `cairn status` show what exists."),
  "restore/bad-option": called("Add --help to the command to see its usage."),
  "restore/archive-unsupported": called("The file is not a batch archive of this version: use another one."),
  "restore/archive-corrupt": failed("The archive was damaged or forged: use another copy."),
  "restore/archive-truncated": failed("The archive ends early: use another copy."),
  "restore/archive-foreign": called("The archive belongs to another rollup: use the right one."),
  "restore/archive-gap": failed("Also give the archive of the earlier batches, before this one."),
  "restore/l1-gap": failed("Also give the archive of the batches between, or use an L1 RPC that still has them."),
  "restore/io": failed("Check disk space and permissions, and try again."),
  "state/store-locked": failed("Another command is using this state: wait for it, or use another folder with --state."),
  "crypto/non-deterministic-wallet": failed(
    "Use a wallet that signs deterministically, or a random key (`cairn keys new`).",
  ),
  "crypto/invalid-secret-key": called("An L2 secret key is 32 bytes of hex, as `cairn keys show --secret` prints it."),
};

/** What to do when the contract reverts, by error name. */
const REVERTS: Readonly<Record<string, string>> = {
  ValueTooLow: "The queue fee rose meanwhile: try again.",
  KeyWithoutOwner: "Only the owner may set a key: deposit for someone else without a key.",
  CustodyTooLarge: "The rollup accepts no more of this token.",
  TokenPullFailed: "The L1 account must own the tokens and approve the rollup.",
  ReceivedUnexpectedAmount: "The token takes a fee on transfers or rebases; deposit another amount or token.",
  UnknownToken: "Register the token with the rollup first.",
  RefundFailed: "The sending contract must accept ETH; use a plain account.",
  RollupFrozen: "The rollup is frozen and accepts nothing new; leave it with `cairn exit` and `cairn reclaim`.",
  NotFrozen: "Exits and reclaims open with a freeze: `cairn freeze`, once an entry has waited for the freeze delay.",
  FreezeTooEarly: "The oldest entry has not waited for the freeze delay yet.",
  AlreadyExited: "Someone was faster: the account has been paid to its owner.",
  AlreadyReclaimed: "Someone was faster: the entry has been paid back to its owner.",
  NothingToPay: "Someone was faster: these payouts are paid or claimable.",
  NothingToClaim: "Someone was faster: it has been claimed.",
  RootMismatch: "The proof is for another state: restore to the head of L1 again.",
  InsufficientGas: "The gas limit was too low: try again.",
  unknown:
    "The state changed before it was mined; only its gas was spent. Run it again: the simulation names the reason.",
};

/** What to do when L1 refuses a transaction, by kind of refusal. */
const L1_REFUSALS: Readonly<Record<string, string>> = {
  insufficientFunds: "Fund the L1 account, then run the same command again.",
  replacementUnderpriced: "Wait until the account's earlier transaction is mined, then run the same command again.",
  nonceTooHigh: "Wait until the account's earlier transactions are mined, then run the same command again.",
  feeTooLow: "Fees rose meanwhile: run the same command again; it offers the market price.",
};

/** What to do when a node refuses, by code. */
const REFUSALS: Readonly<Partial<Record<ApiErrorCode, string>>> = {
  overloaded: "The node is overloaded: try again in a moment.",
  unavailable: "The node is starting, stopping or recovering: try again in a moment; `cairn status` shows its parts.",
  internal: "The node's log says what happened.",
  "not-found": "Check the number or id, and that the node has caught up (`cairn status`).",
};

/** What to do when a node takes no transactions any more, by its reason. */
const CLOSED: Readonly<Record<string, string>> = {
  frozen: "The rollup is frozen and accepts nothing new; leave it with `cairn exit` and `cairn reclaim`.",
  notOperator: "This node only follows the rollup: use the operator's node.",
};

/** What to do when a transaction cannot run, by the rule it breaks. */
const REJECTIONS: Readonly<Record<string, string>> = {
  nonceTooLow: "Another transaction of the account was faster: run the command again.",
  replaced: "Another transaction of the account replaced it: run the command again.",
  replacementUnderpriced: "A transaction of the account is already waiting: wait for it, or pay more with --fee.",
  nonceTooFar: "Too many transactions of the account are waiting: let them run first.",
  alreadyWaiting: "This transaction is already waiting: send the others without it.",
  idempotencyKeyUsed: "The payment of this name was made already: look it up before you choose another name.",
  accountPoolFull: "Too many transactions of the account are waiting: let them run first.",
  insufficientBalance: "Send less, or everything with the amount `all`.",
  feeTooLow: "Fees rose meanwhile: run the command again, or raise --fee.",
  feeTokenNotAccepted:
    "The node accepts no fees in this token: use --fee 0 if transactions are free, or pay from another account.",
  expiresTooSoon: "Give it longer with --valid-for.",
  notYetValid: "It is signed for a later time: submit it again then.",
  expired: "Sign again: run the command again.",
  receiverOwnerChanged: "L1 changed and the receiver's account moved: run the command again.",
  receiverKeyChanged: "The receiver has a new key: run the command again.",
  badSignature: "The account's key changed: use the new one.",
};

/** What to do about an error of another package; null if nothing is known. */
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
    const hint = rule === null ? (CLOSED[String(api.details.reason)] ?? REFUSALS[api.code]) : REJECTIONS[rule];
    if (hint === undefined) return null;
    const { retryAfterSeconds } = api;
    return failed(retryAfterSeconds === null ? hint : hint.replace("in a moment", `in ${retryAfterSeconds} s`));
  }
  return ADVICE[code] ?? null;
}

/**
 * The code whose page says most about an error: the rule that a transaction breaks, the node's code, or the contract's
 * error, instead of the code that carries it; null when none has a page. What nodes and contracts say is compared with
 * the pages, so that nothing of theirs gets into a command that users may copy.
 */
export function explainableCode(error: CairnError): string | null {
  const { code, details } = error;
  const api = apiErrorOf(error);
  const rule = brokenRule(code === "sdk/not-reached" ? (details.reason ?? details.rejection) : api?.details.reason);
  const candidates = [`rejected/${rule}`, `api/${api?.code}`, `reverts/${details.reason}`, code];
  const explained = new Set(explainedCodes());
  return candidates.find((candidate) => explained.has(candidate)) ?? null;
}

function brokenRule(reason: unknown): string | null {
  const type = typeof reason === "object" && reason !== null && "type" in reason ? reason.type : null;
  return typeof type === "string" ? type : null;
}
