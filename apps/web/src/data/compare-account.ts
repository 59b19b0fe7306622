import type { RouteResponse } from "@cairn/rpc";
import type { VerifiedAccount } from "@cairn/verify";
import type { Truth } from "../ui/truth.tsx";

/** Fields of an account that are compared. */
export const FIELDS = ["balance", "nonce", "owner", "tokenId", "key", "ownerKey"] as const;
/** A field of an account. */
export type Field = (typeof FIELDS)[number];

type Account = RouteResponse<"account">;

/** An account as the node says it: the same fields as an account of L1, as texts that are equal when the fields are. */
export function fieldsOfNode(account: Account): Readonly<Record<Field, string>> {
  return {
    balance: account.balance,
    nonce: String(account.nonce),
    owner: account.owner.toLowerCase(),
    tokenId: String(account.tokenId),
    key: BigInt(account.key).toString(),
    ownerKey: String(account.ownerKey),
  };
}

/** An account as L1 vouches for it. */
export function fieldsOnL1({ account }: VerifiedAccount): Readonly<Record<Field, string>> {
  return {
    balance: account.balance.toString(),
    nonce: String(account.nonce),
    owner: `0x${account.owner.toString(16).padStart(40, "0")}`,
    tokenId: String(account.tokenId),
    key: account.key.toString(),
    ownerKey: String(account.ownerKey),
  };
}

/**
 * What is to be thought of what the node says of an account. `checked`: L1 vouches for all of it. `older`: it differs from
 * what L1 vouches for, but the node has newer blocks that may be the reason. `refuted`: it differs, and nothing can be the
 * reason. `blocks` are the node's last block and the last one in the state on L1.
 */
export function judge(
  said: Account,
  verified: VerifiedAccount,
  blocks: { readonly last: number; readonly onL1: number },
): { readonly truth: Truth; readonly differing: readonly Field[] } {
  const [node, l1] = [fieldsOfNode(said), fieldsOnL1(verified)];
  const differing = FIELDS.filter((field) => node[field] !== l1[field]);
  if (differing.length === 0) return { truth: "checked", differing };
  const isChangeable = differing.every((field) => MAY_CHANGE.has(field) || !verified.exists);
  return { truth: blocks.last > blocks.onL1 && isChangeable ? "older" : "refuted", differing };
}

/** Owner and token of an account stay. */
const MAY_CHANGE: ReadonlySet<Field> = new Set(["balance", "nonce", "key", "ownerKey"]);
