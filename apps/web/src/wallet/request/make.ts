import { accountIndex, tokenId } from "@cairn/protocol";
import { type Domain, paymentRequestLink, textReference } from "@cairn/sdk";

/** What a request asks for. */
export interface Wanted {
  readonly account: { readonly index: number; readonly owner: string; readonly key: string; readonly tokenId: number };
  readonly amount: bigint;
  readonly reference: string;
  /** Seconds since the epoch. */
  readonly expiresAt: number;
}

const REFERENCE_CHARS = "abcdefghjkmnpqrstuvwxyz23456789";
const REFERENCE_LENGTH = 16;

/** A reference that nobody else uses, which can be read out. */
export function freshReference(): string {
  const bytes = crypto.getRandomValues(new Uint8Array(REFERENCE_LENGTH));
  return [...bytes].map((byte) => REFERENCE_CHARS[byte % REFERENCE_CHARS.length]).join("");
}

/** The link of a request: it needs neither node nor key, so that it can be made offline. */
export function linkOf({ account, amount, reference, expiresAt }: Wanted, domain: Domain): string {
  return paymentRequestLink({
    domain,
    request: {
      account: accountIndex(account.index),
      owner: BigInt(account.owner),
      key: BigInt(account.key),
      tokenId: tokenId(account.tokenId),
      amount,
      reference: textReference(reference),
      expiresAt,
    },
  });
}
