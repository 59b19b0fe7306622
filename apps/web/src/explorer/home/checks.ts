import type { VerifiedAccount, VerifiedReceipt } from "@cairn/verify";
import type { UseQueryResult } from "@tanstack/react-query";
import { useRollup } from "../../data/rollup.tsx";
import { useCheck } from "../../data/use-l1.ts";

/** Blocks in which a transfer is looked for. */
const LOOKED_AT = 20;

/** The account that was made last, if L1 vouches for it: shows that the newest batch and its root are L1's. */
export function useNewestAccount(): UseQueryResult<VerifiedAccount, Error> {
  const { node } = useRollup();
  return useCheck(
    ["newest account"],
    ["batch"],
    node &&
      (async (verifier) => {
        const { nextIndex } = await verifier.ask("rollup", {});
        const index = nextIndex - 1;
        return verifier.ask("account", { index, proof: await node.accountProof({ index }) });
      }),
  );
}

/** The last transaction that a batch on L1 contains, if L1 vouches for it; null while there is none. */
export function useNewestReceipt(): UseQueryResult<VerifiedReceipt | null, Error> {
  const { node } = useRollup();
  return useCheck(
    ["newest receipt"],
    ["batch"],
    node &&
      (async (verifier) => {
        const { blocks } = await node.blocks({ limit: LOOKED_AT });
        const found = blocks.find(
          ({ status, transactions }) => status !== "open" && status !== "sealed" && transactions > 0,
        );
        if (found === undefined) return null;
        const { transactions } = await node.blockTransactions({ number: found.number });
        const slot = transactions.find(({ inclusion }) => inclusion !== null)?.inclusion?.slot;
        if (slot === undefined) return null;
        return verifier.ask("receipt", { receipt: await node.slotReceipt({ number: found.number, slot }) });
      }),
  );
}
