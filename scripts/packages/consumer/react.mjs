import { CairnProvider, useBalances, useTransfer } from "@cairn/react";
import { useVerifiedAccount } from "@cairn/react/verify";
import { cairn, createNodeClient } from "@cairn/sdk";
import { createElement } from "react";
import { renderToString } from "react-dom/server";
import { createClient, custom } from "viem";

/** What a page shows before anybody has answered. */
function Wallet() {
  const { data, isLive, isPending } = useBalances();
  const { isIdle, progress } = useTransfer();
  const { isFetching } = useVerifiedAccount(70);
  const shown = { data: data ?? null, isLive, isPending, isIdle, status: progress.status, isFetching };
  return createElement("p", null, JSON.stringify(shown));
}

/** Renders a page without a browser, as servers do. */
export async function run() {
  const rollup = "0x5fbdb2315678afecb367f032d93f642f64180aa3";
  const owner = "0x70997970c51812dc3a010c7d01b50e0d17dc79c8";
  const node = createNodeClient({ url: "http://127.0.0.1:1" });
  const transport = custom({ request: async () => "0x1" });
  const client = createClient({ transport }).extend(cairn({ rollup, node, owner }));
  return renderToString(createElement(CairnProvider, { client }, createElement(Wallet)));
}
