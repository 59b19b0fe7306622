import { bigintToAddress } from "@cairn/protocol";
import type { RouteResponse } from "@cairn/rpc";
import { readApi } from "./api.ts";

type Entry = RouteResponse<"ownerHistory">["entries"][number];

/**
 * Checks that whoever followed the events of an owner from the first on has the owner's history: every entry, in its last
 * state, and none that is gone. Returns the problems.
 */
export async function auditEvents(api: string, owners: Iterable<bigint>): Promise<string[]> {
  const problems: string[] = [];
  for (const owner of owners) {
    const [told, shown] = [await readFollowed(api, owner), await readShown(api, owner)];
    for (const line of told)
      if (!shown.has(line)) problems.push(`events of ${bigintToAddress(owner)} end with ${line}`);
    for (const line of shown) if (!told.has(line)) problems.push(`no event of ${bigintToAddress(owner)} says ${line}`);
  }
  return problems;
}

/** What the events of an owner lead to. */
async function readFollowed(api: string, owner: bigint): Promise<Set<string>> {
  const entries = new Map<string, string>();
  let cursor: string | undefined;
  for (let isEnd = false; !isEnd; ) {
    const query = { owner: bigintToAddress(owner), limit: "100", ...(cursor === undefined ? {} : { cursor }) };
    const page: RouteResponse<"events"> = await readApi(api, "events", { query });
    for (const event of page.events) {
      if (event.type !== "entry") continue;
      const name = nameOf(event.entry);
      if (event.status === "removed") entries.delete(name);
      else entries.set(name, lineOf(event.entry));
    }
    cursor = page.next;
    isEnd = page.isEnd;
  }
  return new Set(entries.values());
}

async function readShown(api: string, owner: bigint): Promise<Set<string>> {
  const lines: string[] = [];
  let cursor: string | undefined;
  do {
    const page: RouteResponse<"ownerHistory"> = await readApi(api, "ownerHistory", {
      params: { owner: bigintToAddress(owner) },
      query: { limit: "100", ...(cursor === undefined ? {} : { cursor }) },
    });
    lines.push(...page.entries.map(lineOf));
    cursor = page.next ?? undefined;
  } while (cursor !== undefined);
  return new Set(lines);
}

function nameOf({ type, id, queuePosition, block, slot, to, payout }: Entry): string {
  if (type === "payout") return `payout ${payout?.block}/${payout?.position}`;
  if (type === "fees") return `fees of ${block} to ${to?.account}`;
  return `${type} ${id ?? queuePosition ?? `${block}/${slot}`}`;
}

function lineOf(entry: Entry): string {
  const { direction, status, amount, block, slot, payout } = entry;
  return `${nameOf(entry)} ${direction} ${amount} ${status} in ${block}/${slot}, payout ${payout?.status}`;
}
