import { addressToBigint } from "@cairn/protocol";
import { findReclaimable, type WaitingEntry } from "@cairn/restore";
import { parseAddress } from "../address.ts";
import { cliError } from "../errors.ts";
import { formatAmounts, sumByToken } from "../escape/amounts.ts";
import { assertFrozen } from "../escape/ladder.ts";
import { ownerOf, type ReclaimOutcome, reclaimAll } from "../escape/reclaims.ts";
import { addExamples, addKeyOptions, addNetworkOptions, type Host } from "../host.ts";
import { addSendOptions, openCaller, type SendFlags } from "../l1/caller.ts";
import { sentRows } from "../l1/sent-calls.ts";
import { type CommandResult, table } from "../output.ts";
import { addStateOption, type RestoredSession, type StateFlags, withRestored } from "../restored/session.ts";

interface ReclaimOptions extends SendFlags, StateFlags {
  readonly all?: boolean;
  readonly owner?: string;
}

/** `cairn reclaim`: refunds unprocessed queue entries of a frozen rollup. */
export function addReclaimCommand({ program, run }: Host): void {
  const command = program
    .command("reclaim")
    .description("refund unprocessed queue entries of a frozen rollup to their owners")
    .argument("[position]", "one entry; default: all of the key's owner")
    .option("--owner <address>", "all entries of this owner")
    .option("--all", "all entries of everyone");
  addNetworkOptions(addKeyOptions(addStateOption(addSendOptions(command))));
  addExamples(command, "cairn reclaim 12 --dry-run", "cairn reclaim --key alice", "cairn reclaim --all");
  run(command, async (context, options: ReclaimOptions, positionText: string | undefined) => {
    const wanted = [positionText, options.owner, options.all].filter((given) => given !== undefined);
    if (wanted.length > 1) throw cliError("cli/usage", "give only one of a position, --owner and --all");
    const position = positionText === undefined ? null : parsePosition(positionText);
    const owner = options.owner === undefined ? null : parseAddress(options.owner);
    return withRestored(context, options, async (session) => {
      const { access, restored, head } = session;
      await assertFrozen(access.rollup);
      const caller = await openCaller(context, options, session.network);
      const open = await findReclaimable(access, restored, head.block);
      if (position !== null) assertReclaimable(session, open, position);
      const isEverybodys = position !== null || options.all === true;
      const whose = isEverybodys ? null : addressToBigint(owner ?? caller.from());
      const isWanted = (entry: WaitingEntry) =>
        position === null ? whose === null || ownerOf(entry.operation) === whose : entry.position === position;
      return tell(session, await reclaimAll(session, caller, open.filter(isWanted)));
    });
  });
}

async function tell({ network }: RestoredSession, outcome: ReclaimOutcome): Promise<CommandResult> {
  const { reclaimed, refused, transactions } = outcome;
  const totals = sumByToken([
    ...reclaimed.filter(({ amount }) => amount > 0n),
    ...reclaimed.map(({ fee }) => ({ tokenId: 0, amount: fee })),
  ]);
  const data = { reclaimed, refused, totals, transactions };
  if (reclaimed.length === 0 && refused.length === 0) return { data, text: "No queue entry is left to pay back." };
  const rows = [
    ["entries", `${reclaimed.length}, ${await formatAmounts(network, totals)} (queue fees included)`],
    ...refused.map(({ position, reason }) => ["REFUSED", `queue entry ${position}: ${reason}`]),
    ...sentRows(transactions),
  ];
  return { data, text: table(rows), exitCode: refused.length === 0 ? 0 : 1 };
}

function assertReclaimable({ restored }: RestoredSession, open: readonly WaitingEntry[], position: number): void {
  if (open.some((entry) => entry.position === position)) return;
  const { queuePosition } = restored.position();
  const reason = position < queuePosition ? "was processed by a batch" : "is already paid back, or was never made";
  throw cliError("cli/nothing-to-reclaim", `queue entry ${position} ${reason}`, {
    details: { position, queueHead: queuePosition },
  });
}

function parsePosition(text: string): number {
  if (/^[0-9]{1,15}$/.test(text)) return Number(text);
  throw cliError("cli/usage", `not a queue position: ${text}`);
}
