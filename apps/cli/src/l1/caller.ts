import {
  approveToken,
  estimateRollupCall,
  type FollowOptions,
  type L1Rollup,
  type L1Wallet,
  type RollupCall,
  type SendOptions,
  sendToRollup,
  simulateGas,
} from "@cairn/l1";
import { type Command, InvalidArgumentError, Option } from "commander";
import { type Address, type TransactionReceipt, zeroAddress } from "viem";
import type { Context } from "../context.ts";
import { markSending } from "../host.ts";
import { findIdentity, hasKey } from "../keys/identity.ts";
import type { Network } from "../network.ts";
import { openJournal } from "./journal.ts";
import { findEarlier, intentOf, type Request, sendJournaled } from "./journaled.ts";
import type { SentCall } from "./sent-calls.ts";

/** Options of commands that send to L1. */
export interface SendFlags {
  readonly dryRun?: boolean;
  /** Makes a second transaction even though one of the same request has an unknown outcome. */
  readonly again?: boolean;
  /** Seconds until the outcome of a transaction counts as unknown. */
  readonly l1Timeout?: number;
}

/** Result of sending; `receipt` is null for a dry run. */
export interface CallResult {
  readonly sent: SentCall;
  readonly receipt: TransactionReceipt | null;
}

/** Calls a rollup on L1, or simulates the calls. */
export interface RollupCaller {
  readonly rollup: L1Rollup;
  /** The sender. Throws `cli/unknown-key` in a dry run without a key. */
  readonly from: () => Address;
  readonly isDryRun: boolean;
  /** Gas that a call would use now. Throws `l1/transaction-reverted`. */
  readonly estimate: (call: RollupCall) => Promise<bigint>;
  /**
   * Simulates a call and sends it, unless this is a dry run, with the call's gas limit if it has one: estimates of
   * calls that run strangers' code cannot be trusted. If an earlier run sent the same call and its result was never
   * reported, this resumes that one and sends no other. Throws `l1/transaction-reverted` with the contract's reason,
   * usually before anything was sent, and as `sendToRollup`.
   */
  readonly send: (call: RollupCall) => Promise<CallResult>;
  /** Like `send` for calls that differ between runs of the same request; builds the call only when needed. */
  readonly sendFor: (request: Request, make: () => Promise<RollupCall>) => Promise<CallResult>;
  /** Lets the rollup take tokens if it may not yet; does nothing in a dry run. Throws as `approveToken`. */
  readonly approve: (token: Address, amount: bigint) => Promise<void>;
  /** Whether an earlier run of a request signed a transaction whose result was never reported. */
  readonly isPending: (request: Request) => Promise<boolean>;
  /** Like `isPending`, for a call of `send`. */
  readonly isCallPending: (call: RollupCall) => Promise<boolean>;
  /** Signs typed data and transactions. Throws `cli/key-incomplete`. */
  readonly wallet: () => Promise<L1Wallet>;
}

/** Margin above the estimate, in percent: a call may cost more by the time it runs. */
const GAS_MARGIN = 25n;
/** Longest wait for L1 in seconds, unless `--l1-timeout` is given. */
const DEFAULT_L1_TIMEOUT = 180;

/** Adds `--dry-run`, and the options for waiting for L1 transactions. */
export function addSendOptions(command: Command): Command {
  return addL1Options(
    command.addOption(new Option("--dry-run", "simulate on L1 and report what would happen; send nothing")),
  );
}

/** Adds `--again` and `--l1-timeout`. */
export function addL1Options(command: Command): Command {
  const group = "L1 transaction:";
  return markSending(command, ({ dryRun }) => dryRun !== true)
    .addOption(
      new Option(
        "--again",
        "send another one even though an earlier run's outcome is unknown: may pay twice",
      ).helpGroup(group),
    )
    .addOption(
      new Option("--l1-timeout <seconds>", `until its outcome counts as unknown (${DEFAULT_L1_TIMEOUT})`)
        .argParser(parseSeconds)
        .helpGroup(group),
    );
}

/**
 * Connects to L1 as the key's owner. Throws like network and identity. A dry run unlocks no secrets; if anyone may make
 * the call, it needs no key either and calls from the zero address.
 */
export async function openCaller(context: Context, flags: SendFlags, network: Network): Promise<RollupCaller> {
  const isDryRun = flags.dryRun === true;
  // Without a network there is no profile key either, and a missing key would be the wrong complaint.
  network.l1RpcUrl();
  network.rollup();
  const identity = isDryRun && !hasKey(context) ? null : findIdentity(context);
  const caller = identity?.owner ?? zeroAddress;
  const rollup = await network.l1();
  const { reader, address } = rollup;
  const journal = openJournal(context.home, { chainId: reader.chain.id, rollup: address, from: caller });
  const timing = timingOf(context, flags);
  const sender = { context, journal, reader, again: flags.again === true, timing };
  const wallet = async () => network.l1Wallet(await (identity ?? findIdentity(context)).l1Account());

  const tryCall = async (call: RollupCall): Promise<CallResult> => {
    const { name, data, value = 0n, to = address } = call;
    const gasLimit = limitOf(call, await estimateRollupCall(rollup, caller, call));
    const [gas, price] = await Promise.all([
      simulateGas(reader, { from: caller, to, data, value, gas: gasLimit }),
      reader.getGasPrice(),
    ]);
    const feeWei = gas === null ? null : gas * price;
    const fees = { gas, gasLimit, feeWei, feeLimitWei: gasLimit * price };
    return { sent: { name, l1Transaction: null, l1Block: null, ...fees, isResumed: false }, receipt: null };
  };

  const sendFor: RollupCaller["sendFor"] = async (request, make) => {
    if (isDryRun) return tryCall(await make());
    const intent = intentOf(request);
    const { receipt, transaction, isResumed } = await sendJournaled(sender, intent, await wallet(), async (options) =>
      sendNew(await make(), await wallet(), options),
    );
    const { transactionHash, blockNumber, gasUsed, effectiveGasPrice } = receipt;
    const gasLimit = transaction?.call.gas ?? gasUsed;
    const sent = {
      name: transaction?.call.name ?? "",
      l1Transaction: transactionHash,
      l1Block: Number(blockNumber),
      gas: gasUsed,
      gasLimit,
      feeWei: gasUsed * effectiveGasPrice,
      feeLimitWei: gasLimit * effectiveGasPrice,
      isResumed,
    };
    return { sent, receipt };
  };

  const sendNew = async (call: RollupCall, signer: L1Wallet, options: SendOptions) => {
    const whole = { ...call, gas: limitOf(call, await estimateRollupCall(rollup, caller, call)) };
    return sendToRollup(rollup, signer, whole, options);
  };

  const isPending = async (request: Request) => !isDryRun && (await findEarlier(sender, intentOf(request))) !== null;

  return {
    rollup,
    from: () => (identity ?? findIdentity(context)).owner,
    isDryRun,
    estimate: (call) => estimateRollupCall(rollup, caller, call),
    send: (call) => sendFor(requestOf(call), async () => call),
    sendFor,
    approve: async (token, amount) => {
      if (isDryRun) return;
      const lock = await journal.lock();
      try {
        await approveToken(reader, await wallet(), { token, spender: address, amount }, timing);
      } finally {
        lock.release();
      }
    },
    isPending,
    isCallPending: (call) => isPending(requestOf(call)),
    wallet,
  };
}

/** How long outcomes are waited for. */
export function timingOf(
  { signal }: Pick<Context, "signal">,
  { l1Timeout = DEFAULT_L1_TIMEOUT }: SendFlags,
): FollowOptions {
  return { timeoutMs: l1Timeout * 1000, signal };
}

/** Gas limit of a call: its own, or the estimate plus a margin; never less than the estimate. */
function limitOf(call: RollupCall, estimate: bigint): bigint {
  const limit = call.gas ?? (estimate * (100n + GAS_MARGIN)) / 100n;
  return limit > estimate ? limit : estimate;
}

function requestOf({ name, data }: RollupCall): Request {
  return { call: name, data };
}

function parseSeconds(text: string): number {
  if (/^[1-9][0-9]{0,5}$/.test(text)) return Number(text);
  throw new InvalidArgumentError("a whole number of seconds");
}
