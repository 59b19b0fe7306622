import type { RouteResponse } from "@cairn/rpc";
import type { ReactElement } from "react";
import { Amount } from "../ui/values.tsx";
import { useTokenLabels } from "./tokens.ts";

/** What a line of a history moved, with a sign where it came or went. */
export function EntryAmount({
  entry: { amount, tokenId, direction },
}: {
  readonly entry: Pick<RouteResponse<"ownerHistory">["entries"][number], "amount" | "tokenId" | "direction">;
}): ReactElement {
  const tokenOf = useTokenLabels();
  if (amount === null || tokenId === null) return <>–</>;
  return (
    <>
      {direction === "in" ? "+" : direction === "out" ? "−" : ""}
      <Amount value={amount} token={tokenOf(tokenId)} />
    </>
  );
}
