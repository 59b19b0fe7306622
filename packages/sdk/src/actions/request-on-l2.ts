import type { L2Kind } from "../requests/document.ts";
import type { Handle } from "../requests/handle.ts";
import { l2Handle } from "../requests/l2-request.ts";
import type { CairnClient } from "./context.ts";
import { type L2Plan, sendPlan } from "./send-on-l2.ts";

/** Sends a plan, and returns the handle of its request. Throws as {@link sendPlan}. */
export async function sendOnL2<Kind extends L2Kind>(client: CairnClient, plan: L2Plan<Kind>): Promise<Handle<Kind>> {
  const { document, isResumed } = await sendPlan(client, plan);
  return l2Handle(client, document, { isResumed });
}
