import type { TokenSource } from "../../data/token-source.ts";
import type { TokenLabel } from "../../ui/values.tsx";
import type { SessionClient } from "../session/client.ts";

/** When L1 could not be asked, it is asked again after this. */
const PAUSE_MS = 5000;

/** Tokens as their contracts on L1 describe them, each asked for when it is needed first. */
export function tokensOnL1(client: SessionClient): TokenSource {
  const labels = new Map<number, TokenLabel | null>();
  const listeners = new Set<() => void>();
  let version = 0;
  const tell = (): void => {
    version++;
    for (const listener of listeners) listener();
  };
  const ask = async (id: number): Promise<void> => {
    try {
      const { symbol, decimals } = await client.describeToken(id);
      const name = symbol === null || symbol.text === "" ? null : symbol.text;
      const isDoubtful = symbol !== null && (symbol.resembles !== null || symbol.isAltered);
      labels.set(id, { id, symbol: name !== null && isDoubtful ? `${name} (#${id})` : name, decimals });
    } catch {
      setTimeout(() => {
        labels.delete(id);
        tell();
      }, PAUSE_MS);
    }
    tell();
  };
  return {
    labelOf: (id) => {
      const known = labels.get(id);
      if (known !== undefined) return known;
      labels.set(id, null);
      void ask(id);
      return null;
    },
    version: () => version,
    onChange: (listener) => {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
  };
}
