import { accountIndex, encodeFloat16, encodeFloat40, type SignedTransaction, tokenId } from "@cairn/protocol";

/** A transfer from account 64 with a dummy signature, which the database does not check. */
export function signedTransfer(nonce: number): SignedTransaction {
  return {
    transaction: {
      type: "transfer",
      from: accountIndex(64),
      to: accountIndex(65),
      toOwner: 7n,
      toKey: 9n,
      nonce,
      tokenId: tokenId(0),
      amount: encodeFloat40(1000n),
      fee: encodeFloat16(3n),
      validFrom: 0,
      validUntil: 2 ** 32 - 1,
      reference: 0n,
      link: nonce === 2 ? { offset: -1, content: 5n } : null,
    },
    signature: { rx: 11n, s: 12n },
  };
}
