import type { LogEvent } from "@cairn/rpc";

/**
 * What messages about an event must keep their order with: those that share a lane are sent one after the other. An entry has
 * the accounts that it moves, the one that it lost, and itself, since it may get its account only later; blocks and batches
 * have the chain.
 */
export function lanesOf(event: LogEvent, lostAccount: number | null = null): string[] {
  if (event.type !== "entry") return ["chain"];
  const { from, to, id, queuePosition, block, slot, payout } = event.entry;
  const accounts = [from?.account, to?.account, lostAccount].flatMap((index) =>
    index == null ? [] : [`account ${index}`],
  );
  const itself =
    payout === null
      ? (id ?? (queuePosition === null ? `${block} ${slot}` : `#${queuePosition}`))
      : `payout ${payout.block} ${payout.position}`;
  return [...new Set([...accounts, `entry ${itself}`])];
}
