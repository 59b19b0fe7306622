import {
  type DepositTarget,
  depositEthCall,
  depositTokenCall,
  type L1Rollup,
  readAllowance,
  readQueueFeeWithRoom,
  signPermit,
} from "@cairn/l1";
import type { Domain } from "@cairn/protocol";
import { accountIndex, addressToBigint, tokenId } from "@cairn/protocol";
import {
  type AccountView,
  type EntryStatus,
  entriesOf,
  findAccount,
  findEntry,
  isAtLeast,
  type NodeClient,
  ownAccounts,
  type QueuedEntry,
  resolvePayee,
} from "@cairn/sdk";
import { Option } from "commander";
import { type Address, erc20Abi, type TransactionReceipt } from "viem";
import { parseAddress } from "../address.ts";
import { formatAmount, parsePositiveAmount } from "../amounts.ts";
import type { Context } from "../context.ts";
import { cliError } from "../errors.ts";
import { addExamples, addKeyOptions, addNetworkOptions, type Host } from "../host.ts";
import { addL1Options, type CallResult, openCaller, type RollupCaller, type SendFlags } from "../l1/caller.ts";
import { assertActive, whileActive } from "../l1/frozen.ts";
import type { Request } from "../l1/journaled.ts";
import { type CommandResult, table } from "../output.ts";
import { openSigning, parseIndex, type SigningSession } from "../payments/session.ts";
import { addWaitOptions, type Goal, patienceOf, pollUntil, type WaitFlags } from "../payments/waiting.ts";
import { findToken, type Token } from "../tokens.ts";

interface DepositOptions extends WaitFlags, Omit<SendFlags, "dryRun"> {
  readonly to?: string;
  readonly index?: string;
  readonly approval: "approve" | "permit";
}

/** `cairn deposit`: moves money from L1 to L2. */
export function addDepositCommand({ program, run }: Host): void {
  const command = program
    .command("deposit")
    .description("move ETH or an ERC-20 from L1 to L2; any excess over the queue fee is refunded")
    .argument("<amount>", "in whole units")
    .argument("<token>", "symbol, number or contract")
    .option("--to <address>", "owner to deposit for; default: yourself")
    .option("--index <number>", "account to top up, 0 for a new one; default: the owner's account in the token")
    .addOption(
      new Option("--approval <how>", "how an ERC-20 is approved").choices(["approve", "permit"]).default("approve"),
    );
  addNetworkOptions(addKeyOptions(addL1Options(addWaitOptions(command))));
  addExamples(command, "cairn deposit 1.5 ETH --wait confirmed", "cairn deposit 100 USD --approval permit --key alice");
  run(command, async (context, options: DepositOptions, amountText: string, tokenText: string) => {
    const to = options.to === undefined ? null : parseAddress(options.to);
    const token = await findToken(context.network(), tokenText);
    const amount = parsePositiveAmount(amountText, token);
    const session = await openSigning(context);
    const caller = await openCaller(context, options, session.network);
    const isOwn = to === null || addressToBigint(to) === addressToBigint(session.identity.owner);
    const request = {
      command: "deposit",
      token: token.id,
      amount,
      to: isOwn ? session.identity.owner : to,
      index: options.index ?? null,
      key: isOwn ? session.wallet.key : 0n,
    };
    context.output.progress(`depositing ${formatAmount(amount, token)} …`);
    const { receipt, sent } = await send(caller, request, token, amount, options.approval, () =>
      isOwn ? ownTarget(session, token, options) : otherTarget(session, token, to, options),
    );
    if (receipt === null) throw cliError("cli/usage", "a deposit has no dry run");
    const [entry] = entriesOf(caller.rollup.address, receipt);
    if (entry === undefined) throw cliError("cli/wrong-chain", `${caller.rollup.address} did not queue the deposit`);
    const { isResumed } = sent;
    return tell(context, session, { token, entry, receipt, isOwn, isResumed, amount }, options);
  });
}

/** The user's account with this key, or a new one. */
async function ownTarget(
  { client, identity, wallet }: SigningSession,
  token: Token,
  { index }: DepositOptions,
): Promise<DepositTarget> {
  const owner = addressToBigint(identity.owner);
  const [account] = index === undefined ? await ownAccounts(client, { owner, key: wallet.key, tokenId: token.id }) : [];
  const wanted = index === undefined ? (account?.index ?? 0) : parseIndex(index);
  return { owner, index: accountIndex(wanted), key: wallet.key };
}

/** Someone else's account: never with a key, which only its owner may authorise. */
async function otherTarget(
  { client, domain }: SigningSession,
  token: Token,
  address: string,
  { index }: DepositOptions,
): Promise<DepositTarget> {
  const payee = await resolvePayee(client, { type: "address", address }, { tokenId: token.id, domain });
  const found = payee.type === "existing" ? payee.index : 0;
  return { owner: payee.owner, index: accountIndex(index === undefined ? found : parseIndex(index)), key: 0n };
}

/** Sends the deposit, or resumes the one that an earlier run of the same request has sent. */
async function send(
  caller: RollupCaller,
  request: Request,
  token: Token,
  amount: bigint,
  approval: DepositOptions["approval"],
  findTarget: () => Promise<DepositTarget>,
): Promise<CallResult> {
  const { rollup } = caller;
  if (!(await caller.isPending(request))) {
    await assertActive(rollup, "deposits");
    await assertFunds(rollup, caller.from(), token, amount);
    if (token.address !== null && approval === "approve") await caller.approve(token.address, amount);
  }
  return caller.sendFor(request, async () => {
    const [target, fee] = await Promise.all([findTarget(), readQueueFeeWithRoom(rollup)]);
    if (token.address === null) return depositEthCall(amount, target, fee);
    const permit = approval === "permit" ? await permitFor(caller, token.address, amount) : null;
    return depositTokenCall(tokenId(token.id), amount, target, fee, permit);
  });
}

/** Null when the rollup may already take the tokens. */
async function permitFor({ rollup, from, wallet }: RollupCaller, token: Address, amount: bigint) {
  const { reader, address: spender } = rollup;
  if ((await readAllowance(reader, token, from(), spender)) >= amount) return null;
  return signPermit(reader, await wallet(), { token, spender, amount });
}

async function assertFunds(
  { reader, ...rollup }: L1Rollup,
  address: Address,
  token: Token,
  amount: bigint,
): Promise<void> {
  const [eth, fee] = await Promise.all([reader.getBalance({ address }), readQueueFeeWithRoom({ reader, ...rollup })]);
  const needed = fee + (token.address === null ? amount : 0n);
  const lacks = (balance: bigint, required: bigint, of: Pick<Token, "symbol" | "decimals">) =>
    cliError(
      "cli/insufficient-l1-balance",
      `${address} has ${formatAmount(balance, of)} on L1, but ${formatAmount(required, of)} is needed`,
      { details: { address, balance, needed: required, queueFee: fee } },
    );
  if (eth < needed) throw lacks(eth, needed, { symbol: "ETH", decimals: 18 });
  if (token.address === null) return;
  const balance = await reader.readContract({
    address: token.address,
    abi: erc20Abi,
    functionName: "balanceOf",
    args: [address],
  });
  if (balance < amount) throw lacks(balance, amount, token);
}

async function tell(
  context: Context,
  { client, network, domain, identity, wallet }: SigningSession,
  done: {
    readonly token: Token;
    readonly entry: QueuedEntry;
    readonly receipt: TransactionReceipt;
    readonly isOwn: boolean;
    readonly isResumed: boolean;
    /** The requested amount; the token may have kept a part. */
    readonly amount: bigint;
  },
  flags: WaitFlags,
): Promise<CommandResult> {
  const { token, entry, receipt, isOwn, isResumed, amount } = done;
  const base = { l1Transaction: receipt.transactionHash, l1Block: receipt.blockNumber, isResumed, ...entry };
  const rows = [
    ["deposit", `${formatAmount(entry.amount, token)} for ${entry.owner}`],
    ...(entry.amount === amount ? [] : [["kept by the token", formatAmount(amount - entry.amount, token)]]),
    ["L1 transaction", `${receipt.transactionHash}${isResumed ? ", signed by an earlier run" : ""}`],
    ["queue position", String(entry.position)],
  ];
  if (flags.wait === undefined) {
    return {
      data: { ...base, status: "queued", block: null, accounts: null },
      text: table([...rows, ["status", "queued"]]),
    };
  }
  const reached = await waitForEntry(context, { client, network }, entry.position, receipt, flags.wait, flags);
  const accounts: AccountView[] = isOwn
    ? await ownAccounts(client, { owner: addressToBigint(identity.owner), key: wallet.key, tokenId: token.id })
    : await creditedAccounts(client, entry, domain);
  const shown = accounts.map(({ index, balance }) => `account ${index}: ${formatAmount(balance, token)}`);
  rows.push(["status", `${reached.status} (block ${reached.block})`], ["balance", shown.join(", ")]);
  return { data: { ...base, ...reached, accounts }, text: table(rows) };
}

/**
 * Someone else's account that a deposit credited: the one it named, else the one that a payment to the address reaches.
 */
async function creditedAccounts(
  client: NodeClient,
  { owner, tokenId, index }: QueuedEntry,
  domain: Domain,
): Promise<AccountView[]> {
  const payee = await resolvePayee(client, { type: "address", address: owner }, { tokenId, domain });
  const named = index === 0 ? null : await findAccount(client, index);
  const isCredited = named?.owner.toLowerCase() === owner.toLowerCase() && named.tokenId === tokenId;
  const account = isCredited ? named : payee.type === "existing" ? await findAccount(client, payee.index) : null;
  return account === null ? [] : [account];
}

const PROGRESS: Readonly<Record<EntryStatus, string>> = {
  unseen: "on L1, not yet seen by the node",
  queued: "seen by the node, waiting for a block",
  confirmed: "confirmed in a block",
  proven: "proven on L1",
  final: "final on L1",
};

/**
 * Waits until the node has brought an entry that far. Throws `cli/not-reached`, and `cli/frozen` when that can no
 * longer happen.
 */
export async function waitForEntry(
  context: Context,
  { client, network }: Pick<SigningSession, "client" | "network">,
  position: number,
  receipt: Pick<TransactionReceipt, "transactionHash">,
  goal: Goal,
  flags: WaitFlags,
) {
  const wanted = goal === "paid" ? "final" : goal;
  let seen = "";
  const { timeoutMs, signal } = patienceOf(context, flags);
  return whileActive(network, { goal: wanted, signal }, (until) =>
    pollUntil({ timeoutMs, signal: until }, wanted, async () => {
      const progress = await findEntry(client, position, receipt.transactionHash);
      if (progress !== null && progress.status !== seen) context.output.progress(PROGRESS[progress.status]);
      seen = progress?.status ?? seen;
      return progress !== null && isAtLeast(progress.status, wanted) ? progress : null;
    }),
  );
}
