import { isCairnError } from "@cairn/protocol";
import { sdkError } from "../errors.ts";
import { existingPayee, findAccount } from "../payee.ts";
import { findGap } from "../requests/nonces.ts";
import { requestStore } from "../requests/store.ts";
import { toCommon, toTransfer } from "../wallet.ts";
import type { CairnClient } from "./context.ts";
import { ownAccount } from "./l2-session.ts";
import { feeFor } from "./paying.ts";
import { type L2Plan, type MakeTransaction, sendPlan } from "./send-on-l2.ts";

/**
 * Uses up a nonce that no request holds and that keeps later ones waiting, with a transfer of 0 to the account itself
 * at the node's fee. Does nothing where there is no gap. Throws as sending does.
 */
export async function fillGap(client: CairnClient, index: number): Promise<void> {
  const [{ domain }, node] = await Promise.all([client.cairn.l1(), client.cairn.node()]);
  const store = requestStore(client.cairn.storage(), domain);
  const account = await findAccount(node, index);
  const gap = account === null ? null : await findGap({ store }, account);
  if (gap === null) return;
  const plan: L2Plan<"transfer"> = {
    kind: "transfer",
    purpose: "fill",
    requestId: undefined,
    wanted: { fill: index },
    draft: async (session) => {
      const { tokenId, balance } = await ownAccount(session, index);
      const fee = await feeFor(session, {}, { kind: "transfer", tokenId, limit: BigInt(balance) });
      const make: MakeTransaction = (from, nonce) => {
        if (nonce !== gap) throw sdkError("sdk/nothing-to-do", `nonce ${gap} of account ${index} is no gap any more`);
        const fields = toCommon({ from, amount: 0n, fee, nonce }, session.signer.key, session.nowSeconds);
        return toTransfer(fields, existingPayee(from), null);
      };
      return { account: index, make: [make] };
    },
  };
  await sendPlan(client, plan).catch((error: unknown) => {
    if (!isCairnError(error, "sdk/nothing-to-do")) throw error;
  });
}
