import { bigintToAddress, decodeFloat40, WHOLE_BALANCE } from "@cairn/protocol";
import { signedTransactionFromJson } from "@cairn/rpc";
import type { AnyHandle, RequestDocument } from "@cairn/sdk";

/** What a request pays, and whom, as far as its document says. */
export interface Summary {
  readonly tokenId: number | null;
  /** In the token's smallest unit; "all" for a whole balance; null where L1 alone knows. */
  readonly amount: bigint | "all" | null;
  /** An account's number, or an address. */
  readonly to: string | null;
}

const NOTHING: Summary = { tokenId: null, amount: null, to: null };

/** Reads it from what was signed, not from what somebody says of it. */
export function summaryOf(document: RequestDocument): Summary {
  if (!("transactions" in document)) return ofContent(document.content);
  const json = document.transactions[document.own[0] ?? 0];
  if (json === undefined) return NOTHING;
  const { transaction } = signedTransactionFromJson(json);
  const { tokenId, amount } = transaction;
  const whole = amount === WHOLE_BALANCE ? ("all" as const) : decodeFloat40(amount);
  const to =
    transaction.type === "transfer"
      ? String(transaction.to)
      : bigintToAddress(transaction.type === "withdraw" ? transaction.recipient : transaction.toOwner);
  return { tokenId, amount: whole, to };
}

/** Whether a request is this key's, or this L1 account's. */
export function isOf(handle: AnyHandle, { key, owner }: { readonly key: bigint; readonly owner: string }): boolean {
  const document: RequestDocument = handle.toJSON();
  if ("from" in document) return document.from.toLowerCase() === owner.toLowerCase();
  return contentOf(document.content).key === String(key);
}

/** What a request to L1 asks for, as whoever made it wrote it down. */
function ofContent(content: string): Summary {
  const { amount, token, to } = contentOf(content);
  const isAmount = typeof amount === "string" && /^[0-9]{1,39}$/.test(amount);
  const tokenId = token === "ETH" ? 0 : typeof token === "number" ? token : null;
  return {
    tokenId,
    amount: isAmount && tokenId !== null ? BigInt(amount) : null,
    to: typeof to === "string" ? to : null,
  };
}

function contentOf(content: string): Readonly<Record<string, unknown>> {
  try {
    const parsed: unknown = JSON.parse(content);
    return typeof parsed === "object" && parsed !== null ? { ...parsed } : {};
  } catch {
    return {};
  }
}
