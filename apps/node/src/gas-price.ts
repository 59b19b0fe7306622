import type { L1Reader } from "@cairn/l1";
import type { Logger } from "pino";
import type { Clock } from "./clock.ts";
import { createPoller } from "./poller.ts";

/** The L1 gas price as last seen. */
export interface GasPrice {
  /** Wei per gas; a cautious guess until L1 has answered. */
  readonly current: () => bigint;
  readonly start: () => void;
  readonly stop: () => Promise<void>;
}

const FIRST_GUESS_WEI = 20_000_000_000n;

/** Polls L1 every `pollMs`. */
export function createGasPrice(reader: L1Reader, clock: Clock, logger: Logger, pollMs: number): GasPrice {
  let price = FIRST_GUESS_WEI;
  const ask = async (): Promise<void> => {
    price = await reader.getGasPrice();
  };
  const poller = createPoller({ run: ask, clock, logger, failure: "L1 does not report a gas price", pollMs });
  return { current: () => price, start: poller.start, stop: poller.stop };
}
