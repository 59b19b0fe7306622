import { CairnError } from "@cairn/protocol";

/** Exit code of a command: 1 when it failed, 2 for wrong usage, 3 when it is not yet known whether L1 did it. */
export type FailureExitCode = 1 | 2 | 3;

/** One kind of failure: when it is thrown, and what to do. */
export interface CliErrorEntry {
  readonly exitCode: FailureExitCode;
  readonly meaning: string;
  readonly hint: string;
}

/** Errors thrown by this package; a retry helps only where the hint says so. */
export const CLI_ERRORS = {
  "cli/usage": {
    exitCode: 2,
    meaning: "An option or argument is missing, unknown or malformed.",
    hint: "Add --help to the command to see its usage.",
  },
  "cli/not-configured": {
    exitCode: 2,
    meaning: "The command needs a connection or address that no flag, variable or profile provides.",
    hint: "Start `cairn devnet` in another terminal, or give the flag or variable that the message names.",
  },
  "cli/bad-profile": {
    exitCode: 2,
    meaning: "The profile file is unreadable or malformed.",
    hint: "Delete the file, or write it as described in apps/cli/README.md.",
  },
  "cli/wrong-chain": {
    exitCode: 1,
    meaning: "L1, node and profile disagree on chain or rollup.",
    hint: "Check --l1-rpc-url, --node-url and --rollup; a profile left over from another devnet can be deleted.",
  },
  "cli/l1-unreachable": {
    exitCode: 1,
    meaning: "The L1 node does not answer.",
    hint: "Check --l1-rpc-url and that the L1 node is running; then try again.",
  },
  "cli/bad-address": {
    exitCode: 2,
    meaning: "An address is malformed or its checksum is wrong.",
    hint: "Copy the address again: a wrong checksum means that a character changed.",
  },
  "cli/no-receipt": {
    exitCode: 1,
    meaning: "There is no receipt of the transaction, or not yet.",
    hint: "Wait for it with `cairn tx ID --wait proven`, then try again.",
  },
  "cli/bad-receipt": {
    exitCode: 1,
    meaning: "A receipt is malformed, or proves nothing about the batches that L1 accepted.",
    hint: "Ask for it again, at another node if need be; check --rollup, since a receipt is about one rollup.",
  },
  "cli/not-final": {
    exitCode: 1,
    meaning: "L1 has accepted the batch, but not yet in the block that --head names: a reorg can still undo it.",
    hint: "Try again in a quarter of an hour, or be content with less: --head safe, or latest.",
  },
  "cli/bad-amount": {
    exitCode: 2,
    meaning: "An amount is malformed or has more decimals than the token.",
    hint: "Write it in whole units, such as 1.5.",
  },
  "cli/bad-file": {
    exitCode: 2,
    meaning: "A file cannot be read, is larger than allowed, or is not text in UTF-8.",
    hint: "Check the path; in a spreadsheet, save the list as CSV in UTF-8.",
  },
  "cli/unknown-token": {
    exitCode: 2,
    meaning: "The rollup does not know the token.",
    hint: "Name it by symbol, token number or contract address; an ERC-20 must be registered with the rollup first.",
  },
  "cli/ambiguous-token": {
    exitCode: 2,
    meaning: "Several tokens have this symbol, or symbols that look like it.",
    hint: "Name the token by its number or contract address; compare the address with what you expect.",
  },
  "cli/unknown-account": {
    exitCode: 1,
    meaning: "The owner has no account in the token.",
    hint: "Deposit first; a deposit appears once it is on L1 and a block has consumed it.",
  },
  "cli/unknown-transaction": {
    exitCode: 1,
    meaning: "Neither node nor L1 knows the transaction, or it did nothing in this rollup.",
    hint: "Check the id, and that --node-url and --l1-rpc-url are those it was sent to.",
  },
  "cli/insufficient-balance": {
    exitCode: 1,
    meaning: "The account cannot pay amount and fee.",
    hint: "Send less, or everything with the amount `all`.",
  },
  "cli/insufficient-l1-balance": {
    exitCode: 1,
    meaning: "The L1 account cannot pay the deposit, the queue fee or the gas.",
    hint: "Fund the L1 account, or deposit less.",
  },
  "cli/fee-too-high": {
    exitCode: 1,
    meaning: "The node asks for a fee above the limit; nothing was signed.",
    hint: "Allow more with --max-fee, or name the fee with --fee.",
  },
  "cli/too-short": {
    exitCode: 2,
    meaning: "A transaction or offer would expire too soon for the node to promise it a place; nothing was signed.",
    hint: "Give it longer with --valid-for; ask the maker for a new offer if the old one is about to expire.",
  },
  "cli/l1-busy": {
    exitCode: 1,
    meaning: "Another command is sending from the same L1 account and does not end.",
    hint: "Wait for it or stop it, then run the command again.",
  },
  "cli/bad-journal": {
    exitCode: 1,
    meaning: "A file that records sent L1 transactions is damaged or cannot be written.",
    hint: "Fix disk space and permissions. Before you move a damaged file away, look up the account's last transactions on L1.",
  },
  "cli/l1-nonce": {
    exitCode: 1,
    meaning: "Another process sends from the same L1 account at the same time.",
    hint: "Wait until its transaction is mined, then run the command again.",
  },
  "cli/l1-refused": {
    exitCode: 1,
    meaning: "The L1 node refuses the request.",
    hint: "The message says why. Try again, or give another --l1-rpc-url.",
  },
  "cli/unknown-key": {
    exitCode: 2,
    meaning: "No key of this name is in the keystore or the profile.",
    hint: "`cairn keys list` shows the names; `cairn keys new` creates a key.",
  },
  "cli/key-exists": {
    exitCode: 2,
    meaning: "The keystore already has a key of this name.",
    hint: "Choose another name, or move the old file away yourself: keys are never overwritten.",
  },
  "cli/key-incomplete": {
    exitCode: 2,
    meaning: "The key has no L1 part, which the command needs.",
    hint: "Use a key that was derived from an L1 key or imported with one.",
  },
  "cli/bad-keystore": {
    exitCode: 1,
    meaning: "A keystore file is damaged, malformed, or open to other users.",
    hint: "Restore the file from a backup; `chmod 600` it if only its permissions are wrong.",
  },
  "cli/bad-passphrase": {
    exitCode: 2,
    meaning: "The passphrase does not open the key.",
    hint: "Try again; without the passphrase the key cannot be recovered.",
  },
  "cli/no-passphrase": {
    exitCode: 2,
    meaning: "A passphrase is needed and there is no terminal to ask for it.",
    hint: "Give --passphrase-file, or set CAIRN_PASSPHRASE.",
  },
  "cli/bad-offer": {
    exitCode: 2,
    meaning: "A swap offer is damaged, for another rollup, or not what was agreed.",
    hint: "Ask for a new offer, and compare its amounts before accepting.",
  },
  "cli/port-taken": {
    exitCode: 2,
    meaning: "Another process is listening on a port that the command needs.",
    hint: "Stop that process, or give another port with the flag in the message; 0 picks a free one.",
  },
  "cli/profile-taken": {
    exitCode: 2,
    meaning: "The profile belongs to another network that is running; commands would act on the wrong one.",
    hint: "Stop the other devnet, or give this one and its commands a file of their own with --profile.",
  },
  "cli/setup-failed": {
    exitCode: 1,
    meaning: "Circuits or contracts could not be built.",
    hint: "Run `npm run setup` and read its output.",
  },
  "cli/bad-data-dir": {
    exitCode: 2,
    meaning: "A devnet's directory is in use by another devnet, was made with other settings, or is incomplete.",
    hint: "Stop the other devnet, use the settings it was made with, or start over in another directory.",
  },
  "cli/bad-deployment": {
    exitCode: 1,
    meaning: "A deployment would fail, is not allowed on this chain, or did not turn out as requested.",
    hint: "Correct what the message names; `cairn deploy` without --confirm simulates it and sends nothing.",
  },
  "cli/not-operator": {
    exitCode: 1,
    meaning: "Only the operator, or the account that the role is offered to, may make the call.",
    hint: "`cairn operator show` shows who they are; choose the key with --key.",
  },
  "cli/devnet-failed": {
    exitCode: 1,
    meaning: "A part of the devnet ended unexpectedly.",
    hint: "The log named in the message says why; start again, with the same --data to keep the data.",
  },
  "cli/not-frozen": {
    exitCode: 1,
    meaning: "Exits and reclaims require a frozen rollup.",
    hint: "While batches continue, leave with `cairn withdraw` or `cairn force-withdraw`; if nobody submits any, start with `cairn freeze`.",
  },
  "cli/frozen": {
    exitCode: 1,
    meaning: "The rollup is frozen and no longer accepts this.",
    hint: "Leave it: `cairn exit` for accounts, `cairn reclaim` for queue entries, `cairn pay` and `cairn claim` for payouts.",
  },
  "cli/too-early": {
    exitCode: 1,
    meaning: "The rollup cannot be frozen yet.",
    hint: "Only an entry that has waited longer than the freeze delay allows it; `cairn force-withdraw` makes one.",
  },
  "cli/nothing-to-reclaim": {
    exitCode: 1,
    meaning: "The queue entry cannot be paid back: a batch processed it, or it has already been paid back.",
    hint: "A processed entry is now in an account or a payout: `cairn exit`, `cairn pay`.",
  },
  "cli/nothing-to-withdraw": {
    exitCode: 1,
    meaning: "A request on L1 would cost the queue fee and do nothing.",
    hint: "`cairn balance` shows the accounts. If you do not trust the node, add --force.",
  },
  "cli/payment-unknown": {
    exitCode: 3,
    meaning: "Transactions were signed and submitted, but the node did not say whether it accepted them.",
    hint: "Run the very same command again: it submits the same transactions and pays nothing twice. `cairn tx ID` shows whether the node has them. Only --again signs others.",
  },
  "cli/not-reached": {
    exitCode: 1,
    meaning: "A status was not reached within the time limit, or can no longer be reached.",
    hint: "`cairn tx ID` shows what happened; a longer --timeout waits longer.",
  },
  "cli/unknown-code": {
    exitCode: 2,
    meaning: "No error has this code, or several have this name.",
    hint: "Take one that the message names, or look into docs/errors/README.md, which lists all.",
  },
  "cli/interrupted": {
    exitCode: 1,
    meaning: "A command that sends nothing was stopped while it worked.",
    hint: "Nothing was sent; run it again.",
  },
  "cli/interrupted-sending": {
    exitCode: 1,
    meaning: "A command that can send transactions was stopped while it worked.",
    hint: "What was sent stays sent. The same command resumes its transaction when repeated; `cairn tx` shows what became of one on L2.",
  },
  "cli/unexpected": {
    exitCode: 1,
    meaning: "Something that the command does not foresee, usually a defect; the stack shows where.",
    hint: "This is unexpected; the stack shows where it happened.",
  },
} as const satisfies Record<string, CliErrorEntry>;

/** Code of a failure. */
export type CliErrorCode = keyof typeof CLI_ERRORS;

/** A failure of the command line. */
export function cliError(
  code: CliErrorCode,
  message: string,
  options: { readonly cause?: unknown; readonly details?: Readonly<Record<string, unknown>> } = {},
): CairnError<CliErrorCode> {
  return new CairnError(code, message, options);
}
