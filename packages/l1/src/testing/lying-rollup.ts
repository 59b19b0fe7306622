import type { L1Reader, L1Rollup } from "../connection.ts";

type ReaderMethod = "getLogs" | "getTransaction" | "readContract" | "getCode" | "multicall" | "getBlock";
/** Answers a request; `ask` forwards it to the real node. */
type Answer = (ask: () => Promise<unknown>, query: Readonly<Record<string, unknown>>) => Promise<unknown>;

/** For tests: the same rollup behind an RPC that answers some methods in its own way. */
export function lyingRollup(rollup: L1Rollup, answers: Readonly<Partial<Record<ReaderMethod, Answer>>>): L1Rollup {
  const lies = new Map<PropertyKey, Answer>(Object.entries(answers));
  const reader: L1Reader = new Proxy(rollup.reader, {
    get(target, name, receiver) {
      const [real, lie]: [unknown, Answer | undefined] = [Reflect.get(target, name, receiver), lies.get(name)];
      if (lie === undefined || typeof real !== "function") return real;
      return (query: Readonly<Record<string, unknown>>) => lie(() => Reflect.apply(real, target, [query]), query);
    },
  });
  return { ...rollup, reader };
}
