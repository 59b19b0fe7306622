import type { L1Reader } from "@cairn/l1";
import type { Logger } from "pino";
import type { Clock } from "./clock.ts";
import { createPoller } from "./poller.ts";

/** L1's prices as last seen. */
export interface GasPrice {
  /** Wei per gas; a cautious guess until L1 has answered. */
  readonly current: () => bigint;
  /** Wei per blob gas; null until L1 has answered, and where it has no blobs. */
  readonly ofBlobs: () => bigint | null;
  readonly start: () => void;
  readonly stop: () => Promise<void>;
}

const FIRST_GUESS_WEI = 20_000_000_000n;

/** Polls L1 every `pollMs`. */
export function createGasPrice(reader: L1Reader, clock: Clock, logger: Logger, pollMs: number): GasPrice {
  let price = FIRST_GUESS_WEI;
  let blobPrice: bigint | null = null;
  const ask = async (): Promise<void> => {
    const [gas, blobGas] = await Promise.allSettled([reader.getGasPrice(), reader.getBlobBaseFee()]);
    blobPrice = blobGas.status === "fulfilled" ? blobGas.value : null;
    if (gas.status === "rejected") throw gas.reason;
    price = gas.value;
  };
  const poller = createPoller({ run: ask, clock, logger, failure: "L1 does not report a gas price", pollMs });
  return { current: () => price, ofBlobs: () => blobPrice, start: poller.start, stop: poller.stop };
}
