import type { L1Reader } from "@cairn/l1";
import type { Logger } from "pino";
import type { Clock } from "./clock.ts";

/** The L1 gas price as last seen. */
export interface GasPrice {
  /** Wei per gas; a cautious guess before L1 first answered. */
  readonly current: () => bigint;
  readonly start: () => void;
  readonly stop: () => void;
}

const FIRST_GUESS_WEI = 20_000_000_000n;

/** Asks L1 every `pollMs`. */
export function createGasPrice(reader: L1Reader, clock: Clock, logger: Logger, pollMs: number): GasPrice {
  let price = FIRST_GUESS_WEI;
  let isStopped = false;
  let cancel: () => void = () => undefined;
  const ask = (): void => {
    reader
      .getGasPrice()
      .then(
        (wei) => {
          price = wei;
        },
        (error: unknown) => logger.debug({ err: error }, "no gas price"),
      )
      .finally(() => {
        if (!isStopped) cancel = clock.after(pollMs, ask);
      });
  };
  return {
    current: () => price,
    start: ask,
    stop: () => {
      isStopped = true;
      cancel();
    },
  };
}
