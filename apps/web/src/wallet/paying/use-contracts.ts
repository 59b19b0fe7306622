import { useRollup } from "../../data/rollup.tsx";
import { useNode } from "../../data/use-node.ts";

const PAGE = 100;

/** Addresses of contracts that own no account: the rollup's, and those of tokens that the node names. */
export function useContracts(): readonly string[] {
  const { config } = useRollup();
  const { data = [] } = useNode(["token contracts"], [], async (node, options) => {
    const { tokens } = await node.tokens({ limit: PAGE }, options);
    return tokens.flatMap(({ address }) => (address === null ? [] : [address]));
  });
  return [config.rollup, ...data];
}
