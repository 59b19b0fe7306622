import type { ContractCall } from "@cairn/l1";
import { isCairnError } from "@cairn/protocol";
import { sdkError } from "../errors.ts";
import type { L1Document, L1Kind } from "../requests/document.ts";
import { contentOf } from "../requests/document.ts";
import type { Handle } from "../requests/handle.ts";
import { l1Handle } from "../requests/l1-request.ts";
import { sendCall, senderOf } from "../requests/l1-sending.ts";
import { findRepeated, nameRequest, requestStore } from "../requests/store.ts";
import type { CairnClient, L1Connection } from "./context.ts";

/** Options of every action that sends. */
export interface RequestOptions {
  /**
   * Names the request, such as "order-17": sent again with the same content, it is the same request, which is paid
   * once. 1 to 64 letters, digits, dots, dashes and underscores; of a hash, half of the digits will do.
   */
  readonly requestId?: string;
}

/** A call of the rollup that an action makes. */
export interface L1Plan<Kind extends L1Kind> {
  readonly kind: Kind;
  readonly requestId: string | undefined;
  /** What was asked for, without anything that changes between two tries. */
  readonly wanted: Readonly<Record<string, unknown>>;
  /** Checks and prepares, and makes the call; not done for a repeated request. */
  readonly makeCall: (l1: L1Connection) => Promise<Omit<ContractCall, "to">>;
}

/**
 * Sends a call of the rollup, or finds the request of which it is a repetition. Throws as `sendCall`,
 * `sdk/request-conflict`, `sdk/no-storage`, `sdk/storage-failed`.
 */
export async function sendOnL1<Kind extends L1Kind>(client: CairnClient, plan: L1Plan<Kind>): Promise<Handle<Kind>> {
  const { kind } = plan;
  const l1 = await client.cairn.l1();
  const { domain, address } = l1;
  const store = requestStore(client.cairn.storage(), domain);
  const name = nameRequest(plan.requestId);
  const from = senderOf(client).address;
  const content = contentOf({ ...plan.wanted, from });
  const sent = async (): Promise<Handle<Kind>> => {
    const repeated = await findRepeated(store, name, { kind, content });
    if (repeated !== null) return l1Handle(client, repeated as Document<Kind>, { isResumed: true });
    let document: Document<Kind> | null = null;
    const base = {
      type: "cairn-request",
      version: 1,
      ...name,
      chainId: domain.chainId.toString(),
      rollup: address,
      createdAt: new Date().toISOString(),
      content,
      kind,
      from,
    } as const;
    try {
      await sendCall(
        client,
        l1,
        { ...(await plan.makeCall(l1)), to: address },
        {
          isRollup: true,
          save: async ({ call, sending }) => {
            const { name: called, data, value, gas } = call;
            const kept = { name: called, to: address, data, value: value.toString(), gas: gas.toString() };
            document = { ...base, call: kept, sending };
            await store.save(document);
          },
          // Nonces belong to the account, whichever rollup it calls.
          locked: (work) => store.storage.locked(`cairn-${domain.chainId}-${from.toLowerCase()}`, work),
        },
      );
    } catch (error) {
      if (WAS_NOT_SENT.some((code) => isCairnError(error, code))) await store.remove(name.id);
      throw isCairnError(error, "sdk/outcome-unknown") ? withId(error, name.id) : error;
    }
    if (document === null) throw new TypeError("a call was sent that was not kept");
    return l1Handle(client, document, { isResumed: false });
  };
  return name.isNamed ? store.locked(`id-${name.id}`, sent) : sent();
}

type Document<Kind extends L1Kind> = L1Document & { readonly kind: Kind };

/** Failures after which nobody holds the call. */
const WAS_NOT_SENT = ["sdk/wallet-refused", "l1/transaction-refused"] as const;

/** Tells which request to wait for or to repeat. */
export function withId(error: Error & { readonly details: Readonly<Record<string, unknown>> }, id: string): Error {
  return sdkError("sdk/outcome-unknown", error.message, { cause: error.cause, details: { ...error.details, id } });
}
