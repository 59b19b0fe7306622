import type { StreamMessage } from "@cairn/rpc";
import { wordHex } from "../json.ts";
import type { SequencerEvent } from "../sequencer/events.ts";
import type { WatcherEvent } from "../watcher/watcher.ts";

/** The stream's messages for an event of the sequencer. */
export function sequencerMessages(event: SequencerEvent): StreamMessage[] {
  switch (event.type) {
    case "transactions":
      return event.transactions.map(({ id, status, inclusion }) => ({
        type: "transaction",
        id: wordHex(id),
        status,
        block: inclusion?.blockNumber ?? null,
        slot: inclusion?.slot ?? null,
      }));
    case "block":
      return [{ type: "block", number: event.block.number, status: "sealed" }];
    case "rebuilt":
      return [{ type: "rebuilt", firstBlock: event.firstBlock }];
  }
}

/** The stream's messages for an event of the watcher. */
export function watcherMessages(event: WatcherEvent): StreamMessage[] {
  if (event.type === "reorg") return event.unproven.map((number) => ({ type: "block", number, status: "sealed" }));
  if (event.type === "final") return event.blocks.map((number) => ({ type: "block", number, status: "final" }));
  if (event.type !== "progress") return [];
  return event.result.accepted.flatMap(({ firstBlock, lastBlock }) =>
    Array.from({ length: lastBlock - firstBlock + 1 }, (_, i) => ({
      type: "block" as const,
      number: firstBlock + i,
      status: "proven" as const,
    })),
  );
}
