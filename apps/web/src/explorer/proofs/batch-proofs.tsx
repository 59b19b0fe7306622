import type { RouteResponse } from "@cairn/rpc";
import type { ReactElement } from "react";
import { Detail } from "../../data/detail.tsx";
import { useNode } from "../../data/use-node.ts";
import { forestOf } from "./forest.ts";
import { Forest } from "./forest-view.tsx";

/** The proofs of a batch that the node still has, as a tree. */
export function BatchProofs({
  batch: { firstBlock, lastBlock },
}: {
  readonly batch: Pick<RouteResponse<"batch">, "firstBlock" | "lastBlock">;
}): ReactElement {
  const query = useNode(["proofs of batch", firstBlock], ["batch", "block"], (node, options) =>
    node.proofs({ firstBlock }, options),
  );
  return (
    <Detail query={query}>
      {({ proofs }) => <Forest trees={forestOf(proofs.filter((proof) => proof.lastBlock <= lastBlock))} />}
    </Detail>
  );
}
