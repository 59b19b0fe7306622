import { readQueueFee, readQueueFeeWithRoom, withdrawRequestCall } from "@cairn/l1";
import { entriesOf } from "@cairn/sdk";
import { formatAmount } from "../amounts.ts";
import type { Context } from "../context.ts";
import { cliError } from "../errors.ts";
import { formatTime, readLadder } from "../escape/ladder.ts";
import { assertWithdrawable } from "../escape/withdrawable.ts";
import { addExamples, addKeyOptions, addNetworkOptions, type Host } from "../host.ts";
import { addSendOptions, openCaller, type RollupCaller, type SendFlags } from "../l1/caller.ts";
import { sentRows } from "../l1/sent-calls.ts";
import { table } from "../output.ts";
import { parseIndex } from "../payments/session.ts";
import { patienceOf, pollUntil } from "../payments/waiting.ts";

interface ForceOptions extends SendFlags {
  readonly force?: boolean;
  readonly wait?: boolean;
  readonly timeout?: string;
}

const ETH = { symbol: "ETH", decimals: 18 };

/** `cairn force-withdraw`: requests an account's whole balance on L1, bypassing the operator. */
export function addForceWithdrawCommand({ program, run }: Host): void {
  const command = program
    .command("force-withdraw")
    .description(
      "request the whole balance of one of your accounts on L1, bypassing the operator; any excess over the queue fee, " +
        "which others can raise meanwhile, is refunded",
    )
    .argument("<index>", "the account; has no effect unless it belongs to the key's owner")
    .option(
      "--force",
      "send it even if the account seems not to exist, to be empty or another's: in case the node lies",
    )
    .option("--wait", "do not return before a batch has processed the request")
    .option("--timeout <seconds>", "longest wait (1800)");
  addNetworkOptions(addKeyOptions(addSendOptions(command)));
  addExamples(command, "cairn force-withdraw 66 --dry-run", "cairn force-withdraw 66 --key alice --wait");
  run(command, async (context, options: ForceOptions, indexText: string) => {
    const index = parseIndex(indexText);
    const network = context.network();
    const caller = await openCaller(context, options, network);
    const owner = caller.from();
    const ladder = await readLadder(caller.rollup);
    if (ladder.isFrozen) {
      throw cliError("cli/frozen", "the rollup is frozen: it accepts no more requests");
    }
    const value = await readQueueFeeWithRoom(caller.rollup);
    const call = withdrawRequestCall(index, value);
    if (options.force !== true && !(await caller.isCallPending(call))) {
      await assertWithdrawable(network, caller.rollup, { index, owner, ladder });
    }
    const { sent, receipt } = await caller.send(call);
    const [entry] = receipt === null ? [] : entriesOf(caller.rollup.address, receipt);
    const fee = entry?.queueFee ?? (await readQueueFee(caller.rollup));
    const { timestamp } = await caller.rollup.reader.getBlock(
      receipt === null ? {} : { blockNumber: receipt.blockNumber },
    );
    const queuedAt = Number(timestamp);
    const overdueFrom = queuedAt + ladder.inclusionDelay;
    const freezableFrom = queuedAt + ladder.freezeDelay;
    const position = entry?.position ?? null;
    const isWaiting = position !== null && options.wait === true;
    if (isWaiting) await waitForBatch(context, caller, position, options);
    const rows = [
      ["request", `the whole balance of account ${index}, for ${owner}`],
      ["queue fee", `${formatAmount(fee, ETH)}${receipt === null ? "" : " taken"}; ${formatAmount(value, ETH)} sent`],
      ...(position === null ? [] : [["queue position", String(position)]]),
      ["status", isWaiting ? "processed by a batch; anyone can execute its payout (cairn pay)" : "queued"],
      ["overdue", `from ${formatTime(overdueFrom)}; then anyone may submit the batch`],
      ["freezable", `from ${formatTime(freezableFrom)}, if it is still waiting then`],
      ...sentRows([sent]),
    ];
    const status = position === null ? "tried" : isWaiting ? "processed" : "queued";
    return {
      data: {
        index,
        owner,
        position,
        status,
        overdueFrom,
        freezableFrom,
        feeWei: fee,
        transactions: [sent],
      },
      text: table(rows),
    };
  });
}

async function waitForBatch(
  context: Context,
  { rollup }: RollupCaller,
  position: number,
  flags: ForceOptions,
): Promise<void> {
  const { timeout } = flags;
  await pollUntil(patienceOf(context, timeout === undefined ? {} : { timeout }), "processed by a batch", async () => {
    const { queueHead, isFrozen } = await readLadder(rollup);
    if (queueHead > position) return true;
    if (isFrozen)
      throw cliError("cli/frozen", `the rollup was frozen before a batch processed queue entry ${position}`);
    return null;
  });
}
