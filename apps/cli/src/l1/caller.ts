import { DEV_CHAIN_IDS } from "@cairn/contracts";
import {
  approveToken,
  estimateRollupCall,
  type L1Reader,
  type L1Rollup,
  type L1Wallet,
  newestAttempt,
  type RollupCall,
  resumeTransaction,
  type SendOptions,
  sendToRollup,
  simulateGas,
} from "@cairn/l1";
import { isCairnError } from "@cairn/protocol";
import { type Command, InvalidArgumentError, Option } from "commander";
import { type Address, BlockNotFoundError, type TransactionReceipt, zeroAddress } from "viem";
import type { Context } from "../context.ts";
import { markSending } from "../host.ts";
import { findIdentity, hasKey } from "../keys/identity.ts";
import type { Network } from "../network.ts";
import { type Journal, type JournalEntry, openJournal } from "./journal.ts";
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

/**
 * What the user asked for, without anything that changes between runs: the queue fee, a permit's signature, an account
 * that exists by now. Two runs with the same request are the same payment.
 */
export type Request = Readonly<Record<string, string | number | bigint | null>>;

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
  const timing = {
    timeoutMs: (flags.l1Timeout ?? DEFAULT_L1_TIMEOUT) * 1000,
    signal: context.signal,
  };
  const wallet = async () => network.l1Wallet(await (identity ?? findIdentity(context)).l1Account());

  const tryCall = async (call: RollupCall): Promise<CallResult> => {
    const { name, data, value = 0n } = call;
    const gasLimit = limitOf(call, await estimateRollupCall(rollup, caller, call));
    const [gas, price] = await Promise.all([
      simulateGas(reader, { from: caller, to: address, data, value, gas: gasLimit }),
      reader.getGasPrice(),
    ]);
    const feeWei = gas === null ? null : gas * price;
    const fees = { gas, gasLimit, feeWei, feeLimitWei: gasLimit * price };
    return { sent: { name, l1Transaction: null, l1Block: null, ...fees, isResumed: false }, receipt: null };
  };

  const sendFor: RollupCaller["sendFor"] = async (request, make) => {
    if (isDryRun) return tryCall(await make());
    const intent = textOf(request);
    const signer = await wallet();
    const lock = await journal.lock();
    try {
      const options = { ...timing, store: journal.storeFor(intent), sent: lock.release };
      const earlier = await findEarlier(journal, reader, intent, flags);
      if (earlier !== null) {
        const { hash } = newestAttempt(earlier.transaction);
        context.output.progress(`resuming ${hash}, which an earlier run signed at ${earlier.createdAt}`);
      }
      const resumed = earlier === null ? null : await resume(journal, reader, signer, earlier, options);
      const receipt = resumed ?? (await sendNew(await make(), intent, signer, options));
      const done = journal.find(intent);
      if (done !== null) context.afterResult(() => journal.remove(intent, done.transaction));
      const { transactionHash, blockNumber, gasUsed, effectiveGasPrice } = receipt;
      const gasLimit = done?.transaction.call.gas ?? gasUsed;
      const sent = {
        name: done?.transaction.call.name ?? "",
        l1Transaction: transactionHash,
        l1Block: Number(blockNumber),
        gas: gasUsed,
        gasLimit,
        feeWei: gasUsed * effectiveGasPrice,
        feeLimitWei: gasLimit * effectiveGasPrice,
        isResumed: resumed !== null,
      };
      return { sent, receipt };
    } finally {
      lock.release();
    }
  };

  const sendNew = async (call: RollupCall, intent: string, signer: L1Wallet, options: SendOptions) => {
    const whole = { ...call, gas: limitOf(call, await estimateRollupCall(rollup, caller, call)) };
    return forgettingWhatFailed(journal, intent, () => sendToRollup(rollup, signer, whole, options));
  };

  const isPending = async (request: Request) =>
    !isDryRun && (await findEarlier(journal, reader, textOf(request), flags)) !== null;

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

/** Gas limit of a call: its own, or the estimate plus a margin; never less than the estimate. */
function limitOf(call: RollupCall, estimate: bigint): bigint {
  const limit = call.gas ?? (estimate * (100n + GAS_MARGIN)) / 100n;
  return limit > estimate ? limit : estimate;
}

/**
 * The entry of an earlier run, if it counts. It does not with `--again`, when the user knows about it, nor after a
 * development chain was recreated with the same chain id and addresses.
 */
async function findEarlier(
  journal: Journal,
  reader: L1Reader,
  intent: string,
  { again }: SendFlags,
): Promise<JournalEntry | null> {
  const entry = journal.find(intent);
  if (entry === null) return null;
  if (again !== true && !(DEV_CHAIN_IDS.includes(reader.chain.id) && (await isOfAnotherChain(reader, entry)))) {
    return entry;
  }
  journal.remove(intent, entry.transaction);
  return null;
}

async function isOfAnotherChain(reader: L1Reader, { transaction }: JournalEntry): Promise<boolean> {
  const { block, blockHash } = transaction.signedAt;
  try {
    return (await reader.getBlock({ blockNumber: BigInt(block) })).hash !== blockHash;
  } catch (error) {
    if (error instanceof BlockNotFoundError) return true;
    throw error;
  }
}

/** Resumes an earlier run's transaction; null when another one used its nonce, so that it never happened. */
async function resume(
  journal: Journal,
  reader: L1Reader,
  signer: L1Wallet,
  { intent, transaction }: JournalEntry,
  options: SendOptions,
): Promise<TransactionReceipt | null> {
  try {
    return await forgettingWhatFailed(journal, intent, () => resumeTransaction(reader, signer, transaction, options));
  } catch (error) {
    if (isCairnError(error, "l1/transaction-replaced")) return null;
    throw error;
  }
}

/** Removes an entry whose transaction is known to have failed: the next run makes a new one. */
async function forgettingWhatFailed<T>(journal: Journal, intent: string, work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    const isMinedRevert = isCairnError(error, "l1/transaction-reverted") && error.details.hash !== undefined;
    const entry = journal.find(intent);
    if (entry !== null && (isMinedRevert || isCairnError(error, "l1/transaction-replaced"))) {
      journal.remove(intent, entry.transaction);
    }
    throw error;
  }
}

function requestOf({ name, data }: RollupCall): Request {
  return { call: name, data };
}

function textOf(request: Request): string {
  const parts = Object.entries(request).sort(([a], [b]) => (a < b ? -1 : 1));
  return JSON.stringify(parts.map(([name, value]) => [name, typeof value === "bigint" ? value.toString() : value]));
}

function parseSeconds(text: string): number {
  if (/^[1-9][0-9]{0,5}$/.test(text)) return Number(text);
  throw new InvalidArgumentError("a whole number of seconds");
}
