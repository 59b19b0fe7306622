import type { SendingReader } from "./parties.ts";
import { type Refusal, refusalOf } from "./refusal.ts";
import type { SignedAttempt } from "./signed-transaction.ts";

/** How an L1 node refused signed bytes; null when it accepted them. */
export interface OfferRefusal {
  readonly refusal: Refusal;
  readonly cause: unknown;
}

/**
 * Sends signed bytes to L1 once. The client's own retries are off: if the answer to the first attempt was lost, the
 * next would be refused as known or as reusing a nonce.
 */
export async function offer(reader: SendingReader, { raw }: Pick<SignedAttempt, "raw">): Promise<OfferRefusal | null> {
  try {
    await reader.request({ method: "eth_sendRawTransaction", params: [raw] }, { retryCount: 0 });
    return null;
  } catch (cause) {
    return { refusal: refusalOf(cause), cause };
  }
}
