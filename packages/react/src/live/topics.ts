import type { RouteResponse } from "@cairn/rpc";
import type { CairnContext, StreamEvent } from "@cairn/sdk";

/** What the stream says of an entry of a history. */
export type EntryEvent = Extract<StreamEvent, { readonly type: "entry" }>;

/** What a query asks, which is also its place in the cache. */
export type Topic =
  | { readonly type: "accounts" | "balances"; readonly owner: string; readonly query: object }
  | { readonly type: "account" | "verified"; readonly index: number; readonly query?: object }
  | { readonly type: "ownerHistory"; readonly owner: string; readonly query: object }
  | { readonly type: "accountHistory"; readonly index: number; readonly query: object }
  | { readonly type: "transaction"; readonly id: string }
  | { readonly type: "paymentRequest"; readonly text: string }
  /** Nothing that happens to an owner changes these. */
  | { readonly type: "fee"; readonly query: object }
  | { readonly type: "token"; readonly ref: number | string; readonly query: object }
  | { readonly type: "nodeStatus" };

/** Key of a query: the rollup, and who says so, come before what is asked. */
export type CairnKey = readonly ["cairn", rollup: string, nodeUrl: string | null, topic: Topic];

/** The key of a topic. */
export function keyOf({ rollup, nodeUrl }: Pick<CairnContext, "rollup" | "nodeUrl">, topic: Topic): CairnKey {
  return ["cairn", rollup, nodeUrl, topic];
}

/** What all keys of a client begin with. */
export function scopeOf({ rollup, nodeUrl }: Pick<CairnContext, "rollup" | "nodeUrl">) {
  return ["cairn", rollup, nodeUrl] as const;
}

/** The topic of a key that {@link keyOf} made; null for any other. */
export function topicOf(key: readonly unknown[]): Topic | null {
  const [name, , , topic] = key;
  return name === "cairn" && typeof topic === "object" && topic !== null ? (topic as Topic) : null;
}

/** Who owns an account, as far as that is known. */
export type OwnerOf = (index: number) => string | undefined;

/** Whether an owner's stream tells of everything that changes the answer to a topic. */
export function isCovered(topic: Topic, data: unknown, owner: string, ownerOf: OwnerOf): boolean {
  const isOwner = (other: string | undefined) => other !== undefined && isSame(other, owner);
  switch (topic.type) {
    case "accounts":
    case "balances":
    case "ownerHistory":
      return isOwner(topic.owner);
    case "account":
    case "accountHistory":
      return isOwner(ownerOf(topic.index));
    case "transaction": {
      const { transaction } = (data ?? {}) as Partial<RouteResponse<"transaction">>;
      if (transaction === undefined) return false;
      return isOwner(ownerOf(transaction.from)) || ("toOwner" in transaction && isOwner(transaction.toOwner));
    }
    case "paymentRequest":
      return isOwner((data as Partial<RouteResponse<"paymentRequest">> | undefined | null)?.owner);
    default:
      return false;
  }
}

/** Whether something that happened to an owner may change the answer to a topic. */
export function isConcerned(topic: Topic, data: unknown, owner: string, { entry }: EntryEvent): boolean {
  switch (topic.type) {
    case "accounts":
    case "balances":
    case "ownerHistory":
      return isSame(topic.owner, owner);
    case "account":
    case "accountHistory":
    case "verified": {
      const sides = [entry.from?.account, entry.to?.account].filter((index) => index != null);
      return sides.length === 0 || sides.includes(topic.index);
    }
    case "transaction":
      return entry.id !== null && isSame(entry.id, topic.id);
    case "paymentRequest": {
      const { reference } = (data ?? {}) as Partial<RouteResponse<"paymentRequest">>;
      return reference === undefined || (entry.reference !== null && isSame(entry.reference, reference));
    }
    default:
      return false;
  }
}

/** Whether two texts in hex are the same. */
export function isSame(a: string, b: string): boolean {
  return a.toLowerCase() === b.toLowerCase();
}
