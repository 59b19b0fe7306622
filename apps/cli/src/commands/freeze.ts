import { parseEscapeEvents, rollupAbi } from "@cairn/contracts";
import type { EscapeLadder } from "@cairn/verify";
import { encodeFunctionData } from "viem";
import { formatDuration } from "../duration.ts";
import { cliError } from "../errors.ts";
import { formatTime, readLadder } from "../escape/ladder.ts";
import { addExamples, addKeyOptions, addNetworkOptions, type Host } from "../host.ts";
import { addSendOptions, openCaller, type SendFlags } from "../l1/caller.ts";
import { sentRows } from "../l1/sent-calls.ts";
import { table } from "../output.ts";

/** `cairn freeze`: stops a rollup that has left a queue entry waiting for too long. */
export function addFreezeCommand({ program, run }: Host): void {
  const command = program
    .command("freeze")
    .description(
      "stop a rollup that has left a queue entry waiting beyond the freeze delay, so that everyone can leave",
    );
  addNetworkOptions(addKeyOptions(addSendOptions(command)));
  addExamples(command, "cairn freeze --dry-run", "cairn freeze --key alice");
  run(command, async (context, options: SendFlags) => {
    const network = context.network();
    const rollup = await network.l1();
    const caller = await openCaller(context, options, network);
    const call = { name: "freeze", data: encodeFunctionData({ abi: rollupAbi, functionName: "freeze" }) };
    if (!(await caller.isCallPending(call))) {
      const ladder = await readLadder(rollup);
      if (ladder.isFrozen) {
        return { data: { isFrozen: true, transactions: [] }, text: "The rollup is already frozen." };
      }
      assertFreezable(ladder);
    }
    const { sent, receipt } = await caller.send(call);
    const [event] = parseEscapeEvents(receipt?.logs ?? []);
    const frozen = event?.eventName === "Frozen" ? event.args : null;
    const rows = [
      ...(frozen === null
        ? []
        : [
            ["frozen", `at state root ${frozen.root}`],
            ["accounts", `up to index ${frozen.nextIndex - 1}; next: cairn exit --all`],
            ["unprocessed entries", `${frozen.queueTail - frozen.queueHead}; next: cairn reclaim --all`],
          ]),
      ...sentRows([sent]),
    ];
    return { data: { isFrozen: frozen !== null, frozen, transactions: [sent] }, text: table(rows) };
  });
}

function assertFreezable({ oldestEnqueuedAt, freezeDelay, now }: EscapeLadder): void {
  if (oldestEnqueuedAt === null) {
    throw cliError("cli/too-early", "no queue entry is waiting: nothing was left undone");
  }
  const from = oldestEnqueuedAt + freezeDelay;
  if (now >= from) return;
  throw cliError(
    "cli/too-early",
    `the oldest entry allows a freeze from ${formatTime(from)}, in ${formatDuration(from - now)}`,
    { details: { freezableFrom: from, now } },
  );
}
