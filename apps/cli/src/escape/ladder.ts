import { rollupAbi } from "@cairn/contracts";
import type { L1Rollup } from "@cairn/l1";
import { type EscapeLadder, readEscapeLadder, rollupOn } from "@cairn/verify";
import { cliError } from "../errors.ts";

/** How far a rollup is from overdue entries to a freeze, at the latest L1 block. Throws as `readEscapeLadder`. */
export function readLadder({ reader, address }: L1Rollup): Promise<EscapeLadder> {
  return readEscapeLadder(rollupOn(reader, { chainId: reader.chain.id, rollup: address }));
}

/** Throws `cli/not-frozen` unless the rollup is frozen. */
export async function assertFrozen({ reader, address }: L1Rollup): Promise<void> {
  const isFrozen = await reader.readContract({ address, abi: rollupAbi, functionName: "isFrozen" });
  if (!isFrozen) throw cliError("cli/not-frozen", `the rollup ${address} is not frozen`);
}

/** A time as text, from seconds since the epoch. */
export function formatTime(seconds: number): string {
  return new Date(seconds * 1000).toISOString().replace(".000Z", "Z");
}
