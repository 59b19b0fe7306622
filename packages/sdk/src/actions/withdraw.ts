import type { Amount } from "../amounts.ts";
import type { Handle } from "../requests/handle.ts";
import { toCommon, toWithdraw } from "../wallet.ts";
import type { CairnClient } from "./context.ts";
import { assertCovered, feeFor, feeLimit, type PayOptions, senderFor, withReference } from "./paying.ts";
import { sendOnL2 } from "./request-on-l2.ts";
import type { MakeTransaction } from "./send-on-l2.ts";

/** Parameters of {@link withdraw}. */
export interface WithdrawParameters extends PayOptions {
  /** In the token's smallest unit; `"all"` is the balance less the fee. */
  readonly amount: Amount;
  /** L1 address that is paid; the owner by default. */
  readonly to?: string;
}

/**
 * Moves money from L2 to an L1 address. Resolves once the node has taken it; L1 pays it after its batch is proven. The
 * operator pays the gas of that, up to a limit of the node: a payout whose recipient or token burns more is left unpaid until
 * somebody pays it on L1 (`cairn pay BATCH`). So wait for `paid` with a timeout. Throws as `transfer`.
 *
 * @example
 * const handle = await withdraw(client, { amount: 10n ** 17n });
 * await handle.wait({ for: "paid" }); // "paid", or "claimable" when the recipient could not take it
 */
export async function withdraw(client: CairnClient, parameters: WithdrawParameters): Promise<Handle<"withdraw">> {
  const { requestId, amount, to, reference, ...rest } = parameters;
  const options = withReference(rest, reference);
  const recipient = to ?? client.cairn.owner();
  return sendOnL2(client, {
    kind: "withdraw",
    purpose: "withdraw",
    requestId,
    wanted: { ...options, amount, to: recipient },
    draft: async (session) => {
      const from = await senderFor(session, options);
      const { tokenId } = from;
      const fee = await feeFor(session, options, { kind: "withdraw", tokenId, limit: feeLimit(amount, from) });
      assertCovered(from, [{ amount, fee }]);
      const make: MakeTransaction = (account, nonce) =>
        toWithdraw(
          toCommon({ ...options, from: account, amount, fee, nonce }, session.signer.key, session.nowSeconds),
          recipient,
        );
      return { account: from.index, make: [make] };
    },
  });
}
