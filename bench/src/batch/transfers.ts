import type { Domain, SignedTransaction } from "@cairn/protocol";
import { signTransaction, type TestCrypto } from "@cairn/testkit";
import { amountOf, type Party, transferBetween } from "../workload/parties.ts";

/** Amounts repeat after so many transfers; more of them would have more digits than a published amount. */
const AMOUNTS = 3_000;

/**
 * Signed transfers among accounts that have made none yet: senders take turns, receivers change. Throws as
 * `signTransaction`.
 */
export function signTransfers(
  count: number,
  parties: readonly Party[],
  { domain, timestamp, crypto }: { readonly domain: Domain; readonly timestamp: number; readonly crypto: TestCrypto },
): SignedTransaction[] {
  return Array.from({ length: count }, (_, i) => {
    const [from, nonce] = [i % parties.length, Math.floor(i / parties.length)];
    const to = (from + 1 + (nonce % (parties.length - 1))) % parties.length;
    const [sender, receiver] = [parties[from], parties[to]];
    if (sender === undefined || receiver === undefined) throw new TypeError("no accounts");
    const transfer = transferBetween(sender, receiver, { nonce, amount: amountOf(i % AMOUNTS), timestamp });
    return signTransaction(transfer, sender.person, domain, crypto);
  });
}
