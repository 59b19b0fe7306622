import type { CairnError } from "@cairn/protocol";

/** What helps against failures of other packages, by their code. */
const HINTS: Readonly<Record<string, string>> = {
  "l1/node-failed": "If the port is taken, give another one or stop the process that holds it.",
  "l1/queue-mismatch": "The L1 RPC lies or is behind; try another one.",
  "l1/unknown-event": "Check --rollup: the contract at that address is not a Cairn rollup.",
  "contracts/artefact-missing": "Run `npm run setup`.",
  "contracts/bad-artefact": "Run `npm run setup`.",
  "contracts/dev-verifier-refused":
    "Build the verifiers over the Ignition SRS for a chain that is not for development.",
  "devnet/not-built": "Run `npm run setup`.",
  "crypto/non-deterministic-wallet": "Use a wallet that signs deterministically, or a random key (`cairn keys new`).",
  "crypto/invalid-secret-key": "An L2 secret key is 32 bytes of hex, as `cairn keys show --secret` prints it.",
};

/** What helps when the contract reverts, by the name of its error. */
const REVERT_HINTS: Readonly<Record<string, string>> = {
  ValueTooLow: "The queue fee rose meanwhile: try again.",
  KeyWithoutOwner: "Only the owner itself may set a key: deposit for somebody else without a key.",
  CustodyTooLarge: "The rollup takes no more of this token.",
  TokenPullFailed: "The L1 account must own the tokens and approve the rollup.",
  ReceivedUnexpectedAmount: "The token takes a fee on transfers or rebases; deposit another amount or token.",
  UnknownToken: "Register the token with the rollup first.",
  RefundFailed: "The sending contract must accept ETH; use a plain account.",
  RollupFrozen: "The rollup is frozen: no deposits and batches any more; leave by `cairn exit`.",
};

/** What helps against an error of another package; null when nothing is known. */
export function hintOf({ code, details }: CairnError): string | null {
  const { reason } = details;
  if (code === "l1/transaction-reverted" && typeof reason === "string") {
    return REVERT_HINTS[reason] ?? "The contract refused the transaction; the reason is the name of its error.";
  }
  return HINTS[code] ?? null;
}
