import type { RouteResponse } from "@cairn/rpc";

/** Where a block is on its way to L1. */
export const STAGES = ["open", "proving", "sending", "accepted", "final"] as const;
export type Stage = (typeof STAGES)[number];

type Block = RouteResponse<"blocks">["blocks"][number];

/** The stage of a block; it is on its way to L1 once its batch's last proof is made. */
export function stageOf({ status, batch }: Pick<Block, "status" | "batch">): Stage {
  switch (status) {
    case "open":
      return "open";
    case "sealed":
      return batch?.status === "ready" ? "sending" : "proving";
    case "proven":
      return "accepted";
    case "final":
      return "final";
  }
}
