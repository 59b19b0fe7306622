import { quoteFee } from "@cairn/sdk";
import type { UseQueryResult } from "@tanstack/react-query";
import { useNode } from "../../data/use-node.ts";

/** What costs a fee. */
export type PaidKind = "transfer" | "transferToNew" | "withdraw";

/** What the node asks for now, in the token's smallest unit. */
export function useFee(kind: PaidKind, tokenId: number): UseQueryResult<bigint, Error> {
  return useNode(["fee", kind, tokenId], [], (node) => quoteFee(node, { kind, tokenId }));
}
