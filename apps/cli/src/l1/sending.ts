import { estimateRollupCall, type L1Rollup, type RollupCall, sendToRollup } from "@cairn/l1";
import { type Command, Option } from "commander";
import { type Address, formatEther, type Hex, type TransactionReceipt, zeroAddress } from "viem";
import type { Context } from "../context.ts";
import { findIdentity, hasKey } from "../keys/identity.ts";
import type { Network } from "../network.ts";

/** Options of commands that send to L1. */
export interface SendFlags {
  readonly dryRun?: boolean;
}

/** A call of the rollup that was sent, or only tried. */
export interface SentCall {
  readonly name: string;
  /** Null of a dry run. */
  readonly l1Transaction: Hex | null;
  readonly l1Block: number | null;
  /** Used, or estimated by a dry run. */
  readonly gas: bigint;
  readonly feeWei: bigint;
}

/** Somebody who calls a rollup on L1, or tries what would happen. */
export interface L1Sender {
  readonly rollup: L1Rollup;
  /** Who sends. Throws `cli/unknown-key` in a dry run without any key. */
  readonly from: () => Address;
  readonly isDryRun: boolean;
  /** Gas that a call would use now. Throws `l1/transaction-reverted`. */
  readonly estimate: (call: RollupCall) => Promise<bigint>;
  /**
   * Simulates the call and sends it, unless this is a dry run, with the call's gas limit where it has one: for calls whose
   * estimate cannot be trusted, since they run code of strangers. `receipt` is null of a dry run. Throws
   * `l1/transaction-reverted` with the contract's reason, mostly before anything was sent.
   */
  readonly send: (
    call: RollupCall,
  ) => Promise<{ readonly sent: SentCall; readonly receipt: TransactionReceipt | null }>;
}

/** Room above the estimate, in percent: what a call does may cost more when it comes to run. */
const GAS_MARGIN = 25n;

/** Adds `--dry-run`. */
export function addDryRunOption(command: Command): Command {
  return command.addOption(new Option("--dry-run", "simulate on L1 and tell what would happen; send nothing"));
}

/**
 * Connects to L1 as the key's owner. Throws as network and identity do; a dry run opens no secrets, and of what anybody may
 * call it needs no key: then nobody's address calls.
 */
export async function openSender(context: Context, { dryRun }: SendFlags, network: Network): Promise<L1Sender> {
  const isDryRun = dryRun === true;
  const identity = isDryRun && !hasKey(context) ? null : findIdentity(context);
  const caller = identity?.owner ?? zeroAddress;
  const rollup = await network.l1();
  return {
    rollup,
    from: () => (identity ?? findIdentity(context)).owner,
    isDryRun,
    estimate: (call) => estimateRollupCall(rollup, caller, call),
    send: async (call) => {
      const gas = await estimateRollupCall(rollup, caller, call);
      if (isDryRun || identity === null) {
        const feeWei = gas * (await rollup.reader.getGasPrice());
        return { sent: { name: call.name, l1Transaction: null, l1Block: null, gas, feeWei }, receipt: null };
      }
      const wallet = await network.l1Wallet(await identity.l1Account());
      const limit = call.gas ?? (gas * (100n + GAS_MARGIN)) / 100n;
      const receipt = await sendToRollup(rollup, wallet, { ...call, gas: limit > gas ? limit : gas });
      const { transactionHash, blockNumber, gasUsed, effectiveGasPrice } = receipt;
      const sent = {
        name: call.name,
        l1Transaction: transactionHash,
        l1Block: Number(blockNumber),
        gas: gasUsed,
        feeWei: gasUsed * effectiveGasPrice,
      };
      return { sent, receipt };
    },
  };
}

/** A row about a call that was sent or tried. */
export function sentRow({ l1Transaction, gas, feeWei }: SentCall): string[] {
  const cost = `${gas} gas, ${formatEther(feeWei)} ETH`;
  return l1Transaction === null
    ? ["DRY RUN", `nothing sent; would use ${cost}`]
    : ["L1 transaction", `${l1Transaction} (${cost})`];
}
