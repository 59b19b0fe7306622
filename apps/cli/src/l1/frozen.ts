import { rollupAbi } from "@cairn/contracts";
import type { L1Rollup } from "@cairn/l1";
import { cliError } from "../errors.ts";
import type { Network } from "../network.ts";

const POLL_MS = 5_000;

/** Whether a rollup is frozen. Throws what the L1 library throws. */
export function isFrozen({ reader, address }: L1Rollup): Promise<boolean> {
  return reader.readContract({ address, abi: rollupAbi, functionName: "isFrozen" });
}

/** Throws `cli/frozen` when the rollup no longer accepts `what`. */
export async function assertActive(rollup: L1Rollup, what: string): Promise<void> {
  if (await isFrozen(rollup)) throw cliError("cli/frozen", `the rollup is frozen: it accepts no more ${what}`);
}

/**
 * Runs work that waits for the rollup, and ends it with `cli/frozen` when the rollup is frozen, since then nothing more
 * becomes proven. An L1 that is not named or does not answer is ignored.
 */
export async function whileActive<T>(
  network: Network,
  { goal, signal }: { readonly goal: string; readonly signal: AbortSignal },
  work: (signal: AbortSignal) => Promise<T>,
): Promise<T> {
  const rollup = network.hasL1() ? await network.l1().catch(() => null) : null;
  if (rollup === null) return work(signal);
  const end = new AbortController();
  let timer: ReturnType<typeof setTimeout> | undefined;
  const frozen = new Promise<never>((_, reject) => {
    const look = async (): Promise<void> => {
      const isOver = await isFrozen(rollup).catch(() => false);
      if (isOver)
        reject(cliError("cli/frozen", `the rollup was frozen before this was ${goal}`, { details: { goal } }));
      else if (!end.signal.aborted) timer = setTimeout(() => void look(), POLL_MS);
    };
    void look();
  });
  const own = work(AbortSignal.any([signal, end.signal]));
  own.catch(() => undefined);
  try {
    return await Promise.race([own, frozen]);
  } finally {
    end.abort();
    clearTimeout(timer);
  }
}
