import type { L1Reader } from "../connection.ts";
import { type Refusal, refusalOf } from "./refusal.ts";
import type { SignedAttempt } from "./signed-transaction.ts";

/** What an L1 node said to signed bytes; null when it took them. */
export interface OfferRefusal {
  readonly refusal: Refusal;
  readonly cause: unknown;
}

/**
 * Hands signed bytes to L1 once. The client's own repetitions are off: after one that was lost on the way, the next would be
 * refused as known or as using a used nonce.
 */
export async function offer(reader: L1Reader, { raw }: Pick<SignedAttempt, "raw">): Promise<OfferRefusal | null> {
  try {
    await reader.request({ method: "eth_sendRawTransaction", params: [raw] }, { retryCount: 0 });
    return null;
  } catch (cause) {
    return { refusal: refusalOf(cause), cause };
  }
}
