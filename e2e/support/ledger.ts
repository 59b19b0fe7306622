import { type Compress, messageHash } from "@cairn/crypto";
import { type Domain, messageWords, type SignedTransaction, type TransactionGroup } from "@cairn/protocol";
import { bigintToWord, type RouteResponse, signedTransactionToJson } from "@cairn/rpc";
import { vi } from "vitest";
import { callApi } from "./api.ts";

type Acknowledgement = RouteResponse<"submit">["transactions"][number];

/** A transaction that was sent to a node, and the answers to its sender. */
export interface SentTransaction {
  readonly id: string;
  readonly signed: SignedTransaction;
  /** Ids of the group it was sent in, itself included, in order. */
  readonly group: readonly string[];
  /** The first promise made for it; null when no answer promised anything. */
  acknowledgement: Acknowledgement | null;
  /** Why the node refuses it for good; null if it does not. */
  refusal: string | null;
}

/** Outcome of one attempt to submit. */
export type Submission =
  | { readonly type: "acknowledged"; readonly transactions: readonly Acknowledgement[] }
  | { readonly type: "rejected"; readonly message: string }
  /** An answer that promises nothing; to be retried. */
  | { readonly type: "busy"; readonly status: number }
  /** No answer: the node may or may not have accepted it. */
  | { readonly type: "silence" };

/** Remembers everything sent and every promise made, whatever happens to the node. */
export interface Ledger {
  readonly sent: () => ReadonlyMap<string, SentTransaction>;
  /** Sends a group once and records the answer. */
  readonly submit: (api: string, group: TransactionGroup) => Promise<Submission>;
  /** Sends a group until it is acknowledged, as a persistent client does; `api` is called before every attempt. */
  readonly submitUntilAcknowledged: (api: () => string, group: TransactionGroup, timeoutMs?: number) => Promise<void>;
  readonly acknowledged: () => SentTransaction[];
}

const PATIENCE_MS = 120_000;

/** An empty ledger for transactions of a domain. */
export function createLedger(domain: Domain, compress: Compress): Ledger {
  const sent = new Map<string, SentTransaction>();

  const note = (group: TransactionGroup): SentTransaction[] => {
    const ids = group.map(({ transaction }) => bigintToWord(messageHash(messageWords(transaction, domain), compress)));
    return group.map((signed, i) => {
      const id = ids[i] ?? "";
      const entry = sent.get(id) ?? { id, signed, group: ids, acknowledgement: null, refusal: null };
      sent.set(id, entry);
      return entry;
    });
  };

  const submit = async (api: string, group: TransactionGroup): Promise<Submission> => {
    const entries = note(group);
    const body = { transactions: group.map(signedTransactionToJson) };
    const answer = await callApi(api, "submit", { body }).catch(() => null);
    if (answer === null) return { type: "silence" };
    if (answer.type === "ok") {
      for (const promise of answer.value.transactions) {
        const entry = entries.find(({ id }) => id === promise.id);
        if (entry === undefined) return { type: "rejected", message: `acknowledged ${promise.id}, which was not sent` };
        entry.acknowledgement ??= promise;
        entry.refusal = null;
      }
      return { type: "acknowledged", transactions: answer.value.transactions };
    }
    if (answer.status !== 422 && answer.status !== 400) return { type: "busy", status: answer.status };
    for (const entry of entries) if (entry.acknowledgement === null) entry.refusal = answer.message;
    return { type: "rejected", message: answer.message };
  };

  return {
    sent: () => sent,
    submit,
    submitUntilAcknowledged: (api, group, timeoutMs = PATIENCE_MS) =>
      vi.waitFor(
        async () => {
          const answer = await submit(api(), group);
          if (answer.type !== "acknowledged") throw new RangeError(`not acknowledged: ${JSON.stringify(answer)}`);
        },
        { timeout: timeoutMs, interval: 100 },
      ),
    acknowledged: () => [...sent.values()].filter(({ acknowledgement }) => acknowledgement !== null),
  };
}
